"""Queries of what is due: assessments to write and to submit, support plans to share and to review."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.assessment_rules import due_in, rules_of
from services.sessions.domain.assessment_versions import State
from services.sessions.domain.programmes import Programme
from services.sessions.queries.assignments import assigned_today
from services.sessions.queries.merges import current_principal
from services.sessions.queries.programmes import find_programme, find_programmes
from services.sessions.queries.relationships import RelationshipSummary, find_to_see, visible_in_term
from services.sessions.queries.support_plans import plan_due_on
from shared.calendar import day_after
from shared.events.words import AssessmentKind
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now

Task = Literal["assess", "submit", "correct", "plan_support", "review_support"]
"""What is to be done: write the assessment, submit it, correct it after an appeal that was upheld, share a support
plan, review that.
"""


LOOK_AHEAD = 28
"""Days: how far ahead a list looks if nobody says until when."""


class DueAssessment(Answer):
    """An assessment that the programme asks for, and the one that was begun for it; `overdue` once its day is over.

    Once all have signed, it is to be submitted by `submit_by`. `support_plan_by` is the day by which the support plan
    is shared for which it asks, `support_plan_overdue` says that it is not.
    """

    kind: AssessmentKind
    title: str
    due_on: date
    overdue: bool
    assessment_id: UUID | None
    state: State | None
    submit_by: date | None
    submission_overdue: bool
    support_plan_by: date | None
    support_plan_overdue: bool


class DueTask(Answer):
    """Something that is to be done about a trainee by a day; `overdue` once the day is over."""

    task: Task
    due_on: date
    overdue: bool
    relationship_id: UUID
    trainee_id: UUID
    kind: AssessmentKind
    title: str
    assessment_id: UUID | None


async def list_due(reader: Reader, relationship_id: UUID) -> list[DueAssessment]:
    """Return the assessments that are due in a relationship, by their days; raises `NotFound` for others."""
    relationship = (await find_to_see(reader, relationship_id)).relationship
    programme = await find_programme(reader, relationship.programme_id)
    today = utc_now().date()
    begun = await _begun_in(reader, [relationship_id])
    return [_due_assessment(each, each.due_on, today) for each in _match(programme, relationship, begun) if each.due_on]


async def list_due_tasks(reader: Reader, until: date | None) -> list[DueTask]:
    """Return what is to be done until a day about the trainees whom the person assesses or oversees, by the days."""
    who = await current_principal(reader)
    relationships = await visible_in_term(reader)
    programmes = await find_programmes(reader, {each.programme_id for each in relationships})
    assigned = await assigned_today(reader)
    begun = await _begun_in(reader, [each.relationship_id for each in relationships])
    today = utc_now().date()
    last = until or day_after(today, LOOK_AHEAD)
    tasks: list[DueTask] = []
    for relationship in relationships:
        programme = programmes.get(relationship.programme_id)
        roles = policy.assigned_roles(who, assigned.get(relationship.trainee_id, policy.NOBODY))
        if programme is not None and policy.oversees_assessments(who, relationship, roles):
            of_this = [each for each in begun if each.row["relationship_id"] == relationship.relationship_id]
            tasks += _tasks(programme, relationship, of_this, today)
    return sorted((each for each in tasks if each.due_on <= last), key=lambda each: (each.due_on, str(each)))


@dataclass(frozen=True, slots=True)
class _Begun:
    """The last version of an assessment, the last one that was submitted, and the support plan of it."""

    row: Any
    submitted: Any
    plan_shared: bool
    next_review_on: date | None
    upheld_on: date | None


@dataclass(frozen=True, slots=True)
class _Due:
    """An assessment that a programme asks for, or one that it has without asking, with its days."""

    kind: AssessmentKind
    title: str
    due_on: date | None
    begun: _Begun | None
    submit_by: date | None
    support_plan_by: date | None

    @property
    def is_done(self) -> bool:
        """Whether it is submitted."""
        return self.begun is not None and self.begun.row["state"] in ("submitted", "acknowledged")


def _match(programme: Programme, relationship: RelationshipSummary, begun: Iterable[_Begun]) -> list[_Due]:
    """Return what the programme asks for with what was begun for it, and then what was begun besides."""
    waiting: dict[str, list[_Begun]] = {}
    for each in begun:
        waiting.setdefault(each.row["kind"], []).append(each)
    found = []
    for due in due_in(programme, relationship.starts_on, relationship.ends_on):
        nth = waiting.get(due.kind, [])
        found.append(_with_days(programme, due.kind, due.title, due.due_on, nth.pop(0) if nth else None))
    rest = (each for others in waiting.values() for each in others)
    return [*found, *(_with_days(programme, each.row["kind"], None, None, each) for each in rest)]


def _with_days(
    programme: Programme, kind: AssessmentKind, title: str | None, due_on: date | None, begun: _Begun | None
) -> _Due:
    rules = rules_of(programme, kind)
    signed_on = begun.row["signed_on"] if begun is not None and begun.row["state"] == "signed" else None
    return _Due(
        kind=kind,
        title=title or rules.title,
        due_on=due_on,
        begun=begun,
        submit_by=rules.submit_by(date.fromisoformat(signed_on)) if signed_on else None,
        support_plan_by=plan_due_on(rules, [begun.submitted]) if begun and begun.submitted else None,
    )


def _due_assessment(due: _Due, due_on: date, today: date) -> DueAssessment:
    begun = due.begun
    shared = begun is not None and begun.plan_shared
    return DueAssessment(
        kind=due.kind,
        title=due.title,
        due_on=due_on,
        overdue=not due.is_done and due_on < today,
        assessment_id=begun and begun.row["assessment_id"],
        state=begun and begun.row["state"],
        submit_by=due.submit_by,
        submission_overdue=due.submit_by is not None and due.submit_by < today,
        support_plan_by=due.support_plan_by,
        support_plan_overdue=due.support_plan_by is not None and not shared and due.support_plan_by < today,
    )


def _tasks(
    programme: Programme, relationship: RelationshipSummary, begun: Sequence[_Begun], today: date
) -> Iterable[DueTask]:
    for due in _match(programme, relationship, begun):
        plan_by = due.support_plan_by if due.begun is not None and not due.begun.plan_shared else None
        days: list[tuple[Task, date | None]] = [
            ("assess", None if due.is_done or due.submit_by else due.due_on),
            ("submit", due.submit_by),
            ("correct", due.begun.upheld_on if due.begun else None),
            ("plan_support", plan_by),
            ("review_support", due.begun.next_review_on if due.begun else None),
        ]
        for task, day in days:
            if day is not None:
                yield DueTask(
                    task=task,
                    due_on=day,
                    overdue=day < today,
                    relationship_id=relationship.relationship_id,
                    trainee_id=relationship.trainee_id,
                    kind=due.kind,
                    title=due.title,
                    assessment_id=due.begun and due.begun.row["assessment_id"],
                )


async def _begun_in(reader: Reader, relationship_ids: Sequence[UUID]) -> list[_Begun]:
    """Return the assessments that were begun in relationships, the earliest first."""
    rows = await reader.connection.fetch(_BEGUN, list(relationship_ids))
    submitted = await reader.connection.fetch(_SUBMITTED, list(relationship_ids))
    plans = await reader.connection.fetch(_PLANS, list(relationship_ids))
    upheld = await reader.connection.fetch(_UPHELD, list(relationship_ids))
    last = {row["assessment_id"]: row for row in submitted}
    upheld_on = {row["assessment_id"]: row["taken_on"] for row in upheld}
    reviews = {row["assessment_id"]: row["next_review_on"] for row in plans}
    return [
        _Begun(
            row=row,
            submitted=last.get(row["assessment_id"]),
            plan_shared=row["assessment_id"] in reviews,
            next_review_on=reviews.get(row["assessment_id"]),
            upheld_on=upheld_on.get(row["assessment_id"]),
        )
        for row in sorted(rows, key=lambda row: (row["written_on"], str(row["assessment_id"])))
    ]


_BEGUN = """
    select distinct on (assessment_id) assessment_id, relationship_id, kind, state, written_on,
           signatures->-1->>'on' as signed_on
    from assessments where relationship_id = any ($1) order by assessment_id, version_number desc"""
_SUBMITTED = """
    select distinct on (assessment_id) assessment_id, levels, submitted_on from assessments
    where relationship_id = any ($1) and state in ('submitted', 'acknowledged')
    order by assessment_id, version_number desc"""
_UPHELD = """
    select assessment_id, taken_on from (
        select distinct on (s.assessment_id, s.version_number) s.assessment_id, s.version_number, s.state, s.taken_on
        from appeal_steps s
        where s.assessment_id in (select assessment_id from assessments where relationship_id = any ($1))
        order by s.assessment_id, s.version_number, s.step desc) last
    where state = 'upheld' and not exists (
        select from assessments later
        where later.assessment_id = last.assessment_id and later.version_number > last.version_number
          and later.state in ('submitted', 'acknowledged'))"""
_PLANS = """
    select p.assessment_id,
           (select min(day::date) from jsonb_array_elements_text(p.review_on) as day
            where p.state in ('shared', 'acknowledged') and not exists (
                select from support_plan_steps s where s.assessment_id = p.assessment_id and s.review_on = day::date)
           ) as next_review_on
    from (select distinct on (assessment_id) * from support_plans
          where relationship_id = any ($1) and shared_on is not null
          order by assessment_id, version_number desc) p"""
