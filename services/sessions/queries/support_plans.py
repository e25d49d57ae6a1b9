"""Queries of support plans."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.assessment_rules import AssessmentRules, rules_of
from services.sessions.domain.assessment_versions import MISSING
from services.sessions.domain.support_plans import Goal, PlanOutcome, PlanState, Progress
from services.sessions.queries.assignments import assigned_as
from services.sessions.queries.merges import kept_id_of, records_of
from services.sessions.queries.programmes import find_programme
from services.sessions.queries.relationships import find_to_see
from shared.events.words import Standard
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class PlannedGoal(Answer):
    """What is to change, who helps and how, and the Teachers' Standards that it is about."""

    goal: str
    help: str
    standards: tuple[Standard, ...]


class SupportPlanVersion(Answer):
    """A version of a support plan."""

    version: int
    state: PlanState
    author_id: UUID
    written_on: date
    goals: list[PlannedGoal]
    review_on: tuple[date, ...]
    shared_on: date | None
    acknowledged_on: date | None


class SupportPlanStepTaken(Answer):
    """A review with what it found, the end of a plan with its outcome, or, with neither, that it goes on."""

    on: date
    person_id: UUID
    review_on: date | None
    progress: Progress | None
    outcome: PlanOutcome | None
    text: str


class SupportPlanOfAssessment(Answer):
    """The support plan of an assessment, in its versions, and what became of it.

    `asked_for` says that a version that was shared asks for one; it is to be shared by `due_on`, and `overdue` says
    that it is not. `next_review_on` is the first review day without a review, `review_overdue` that it is over.
    """

    assessment_id: UUID
    asked_for: bool
    due_on: date | None
    overdue: bool
    next_review_on: date | None
    review_overdue: bool
    versions: list[SupportPlanVersion]
    steps: list[SupportPlanStepTaken]


async def show_support_plan(reader: Reader, assessment_id: UUID) -> SupportPlanOfAssessment:
    """Return the versions of a plan that the person may read, and until when it is due; raises `NotFound`."""
    assessed = await reader.connection.fetch(_ASSESSED, assessment_id)
    if not assessed:
        raise NotFound(MISSING)
    try:
        seen = await find_to_see(reader, assessed[0]["relationship_id"])
    except NotFound:
        raise NotFound(MISSING) from None
    rules = rules_of(await find_programme(reader, seen.relationship.programme_id), assessed[0]["kind"])
    own = await records_of(reader, policy.assessor(seen.who))
    states = policy.readable_plan_states(
        seen.who,
        seen.relationship,
        rules,
        await assigned_as(reader, seen.relationship.trainee_id),
        assessor=any(row["assessor_id"] in own for row in assessed),
    )
    shown = [row for row in assessed if row["state"] not in ("drafting", "returned")]
    rows = [dict(row) for row in await reader.connection.fetch(_VERSIONS, assessment_id, sorted(states))]
    if not states or not (shown or rows):
        raise NotFound(MISSING)
    versions = [_version(row) for row in await reader.unseal(rows)]
    steps = await reader.all(SupportPlanStepTaken, _STEPS, assessment_id, unseal=True) if versions else []
    today = utc_now().date()
    due_on = plan_due_on(rules, shown)
    next_review_on = _next_review(versions, steps)
    return SupportPlanOfAssessment(
        assessment_id=assessment_id,
        asked_for=any(rules.asks_for_plan(row["levels"]) for row in shown),
        due_on=due_on,
        overdue=due_on is not None and due_on < today and not any(each.shared_on for each in versions),
        next_review_on=next_review_on,
        review_overdue=next_review_on is not None and next_review_on < today,
        versions=versions,
        steps=steps,
    )


def plan_due_on(rules: AssessmentRules, versions: list[Any]) -> date | None:
    """Return by which day a plan has to be shared, by the last version that was submitted; None where none is due."""
    submitted = [row for row in versions if row["submitted_on"] is not None]
    if not submitted or not rules.asks_for_plan(submitted[-1]["levels"]):
        return None
    return rules.plan_due_on(submitted[-1]["submitted_on"])


def _next_review(versions: list[SupportPlanVersion], steps: list[SupportPlanStepTaken]) -> date | None:
    running = [each for each in versions if each.state in ("shared", "acknowledged")]
    reviewed = {step.review_on for step in steps}
    return next((day for day in running[-1].review_on if day not in reviewed), None) if running else None


def _version(row: dict[str, Any]) -> SupportPlanVersion:
    text = row.pop("text")
    goals = [] if text == ERASED else [Goal.model_validate(goal).model_dump() for goal in json.loads(text)]
    return SupportPlanVersion(**row, goals=goals)


_ASSESSED = """
    select version_number, relationship_id, kind, state, levels, assessor_id, submitted_on
    from assessments where assessment_id = $1 order by version_number"""
_VERSIONS = f"""
    select version_number as version, state, {kept_id_of("author_id")} as author_id, written_on, review_on, text,
           shared_on, acknowledged_on
    from support_plans where assessment_id = $1 and state = any ($2) order by version_number"""
_STEPS = f"""
    select taken_on as "on", {kept_id_of("person_id")} as person_id, review_on, progress, outcome, text
    from support_plan_steps where assessment_id = $1 order by step"""
