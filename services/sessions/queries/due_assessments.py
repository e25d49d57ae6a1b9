"""Queries of what is due: assessments to write and to submit, support plans to share and to review."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.sessions import policy
from services.sessions.domain import assessment_rules
from services.sessions.domain.assessment_rules import due_in, rules_of
from services.sessions.domain.assessment_versions import State
from services.sessions.domain.induction_rules import DueInInduction
from services.sessions.domain.programmes import Programme
from services.sessions.queries.assignments import assigned_today
from services.sessions.queries.induction_standings import find_inductions
from services.sessions.queries.merges import current_principal, kept_records
from services.sessions.queries.pages import page_of
from services.sessions.queries.programmes import find_programme, find_programmes
from services.sessions.queries.relationships import (
    RelationshipSummary,
    find_to_see,
    relationships_of_mentee,
    visible_in_term,
)
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
    """Something that is to be done about a trainee by a day; `overdue` once the day is over.

    The next page comes after the `cursor` of the last one.
    """

    cursor: str
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
    due = await find_due(reader, [relationship], {relationship.programme_id: programme})
    today = utc_now().date()
    return [_due_assessment(each, each.due_on, today) for each in due[relationship_id] if each.due_on]


async def list_due_tasks(reader: Reader, until: date | None, *, after: str | None, limit: int) -> list[DueTask]:
    """Return a page of what is to be done until a day about the trainees whom the person assesses or oversees, by the
    days.
    """
    who = await current_principal(reader)
    relationships = await visible_in_term(reader)
    programmes = await find_programmes(reader, {each.programme_id for each in relationships})
    assigned = await assigned_today(reader)
    overseen = [
        each
        for each in relationships
        if each.programme_id in programmes
        and policy.oversees_assessments(
            who, each, policy.assigned_roles(who, assigned.get(each.trainee_id, policy.NOBODY))
        )
    ]
    due = await find_due(reader, overseen, programmes)
    today = utc_now().date()
    last = until or day_after(today, LOOK_AHEAD)
    tasks = (task for each in overseen for task in _tasks(each, due[each.relationship_id], today))
    return page_of((task for task in tasks if task.due_on <= last), after, limit)


@dataclass(frozen=True, slots=True)
class Begun:
    """The last version of an assessment, the last one that was submitted, and the support plan of it."""

    row: Any
    submitted: Any
    plan_shared: bool
    next_review_on: date | None
    upheld_on: date | None


@dataclass(frozen=True, slots=True)
class Due:
    """An assessment that a programme asks for, or one that it has without asking, with its days."""

    kind: AssessmentKind
    title: str
    due_on: date | None
    begun: Begun | None
    submit_by: date | None
    support_plan_by: date | None

    @property
    def is_done(self) -> bool:
        """Whether a version is submitted, also while another one is being written."""
        return self.begun is not None and self.begun.submitted is not None

    @property
    def assessment_id(self) -> UUID | None:
        """The assessment that was begun."""
        return None if self.begun is None else self.begun.row["assessment_id"]

    @property
    def state(self) -> State | None:
        """The state of the last version."""
        return None if self.begun is None else self.begun.row["state"]


async def find_due(
    reader: Reader, relationships: Sequence[RelationshipSummary], programmes: Mapping[UUID, Programme]
) -> dict[UUID, list[Due]]:
    """Return what is due in relationships with what was begun for it: first what their programmes ask for.

    This is the one place where days are reckoned. In an induction with a period on record they are the days of its
    terms, and each is due in the relationship that the teacher has then. The caller authorises.
    """
    in_terms = await _days_in_terms(reader, relationships, programmes)
    begun: dict[UUID, list[Begun]] = {}
    for each in await _begun_in(reader, [relationship.relationship_id for relationship in relationships]):
        begun.setdefault(each.row["relationship_id"], []).append(each)
    found: dict[UUID, list[Due]] = {}
    for relationship in relationships:
        id_, programme = relationship.relationship_id, programmes.get(relationship.programme_id)
        if programme is None:
            found[id_] = []
            continue
        due = due_in(programme, relationship.starts_on, relationship.ends_on, in_terms.get(id_))
        found[id_] = _match(programme, due, begun.get(id_, []))
    return found


async def _days_in_terms(
    reader: Reader, relationships: Sequence[RelationshipSummary], programmes: Mapping[UUID, Programme]
) -> dict[UUID, list[DueInInduction]]:
    """Return what is due in the terms of inductions, by the relationship in which it is due."""
    of_induction = {id_ for id_, programme in programmes.items() if programme.practice.induction is not None}
    teachers = {each.trainee_id for each in relationships if each.programme_id in of_induction}
    if not teachers:
        return {}
    kept = await kept_records(reader)
    inductions = await find_inductions(reader, {kept.get(teacher, teacher) for teacher in teachers})
    own = [*inductions, *(merged_id for merged_id, kept_id in kept.items() if kept_id in inductions)]
    theirs: dict[UUID, list[RelationshipSummary]] = {}
    for each in await relationships_of_mentee(reader, own):
        kept_id = kept.get(each.trainee_id, each.trainee_id)
        if each.programme_id in of_induction | {inductions[kept_id].programme_id}:
            theirs.setdefault(kept_id, []).append(each)
    found = {}
    for each in relationships:
        kept_id = kept.get(each.trainee_id, each.trainee_id)
        if each.programme_id in of_induction and kept_id in inductions:
            due = inductions[kept_id].standing.due
            found[each.relationship_id] = [one for one in due if _is_due_in(each, one.due_on, theirs[kept_id])]
    return found


def _is_due_in(relationship: RelationshipSummary, day: date, theirs: Sequence[RelationshipSummary]) -> bool:
    """Whether a day of a teacher's induction is one of this relationship: its own days, and those up to the next one.

    Days before the first relationship are of that one.
    """
    before = [each for each in theirs if each.starts_on <= day]
    then = [each for each in before if each.ends_on >= day]
    if not then:
        nearest = max(before, key=lambda each: each.ends_on) if before else min(theirs, key=lambda each: each.starts_on)
        then = [nearest]
    return relationship.relationship_id in {each.relationship_id for each in then}


def _match(programme: Programme, asked: Sequence[assessment_rules.DueAssessment], begun: Sequence[Begun]) -> list[Due]:
    """Return what the programme asks for with what was begun for it, and then what was begun besides.

    Where more was begun of a kind than is asked for, what is submitted comes before what is still being written.
    """
    waiting: dict[AssessmentKind, list[Begun]] = {}
    for each in begun:
        waiting.setdefault(each.row["kind"], []).append(each)
    number = Counter(due.kind for due in asked)
    for kind, of_kind in waiting.items():
        first = sorted(of_kind, key=lambda each: each.submitted is None)[: number[kind]]
        waiting[kind] = sorted(of_kind, key=lambda each: each not in first)
    found = []
    for due in asked:
        nth = waiting.get(due.kind, [])
        found.append(_with_days(programme, due.kind, due.title, due.due_on, nth.pop(0) if nth else None))
    rest = (each for others in waiting.values() for each in others)
    return [*found, *(_with_days(programme, each.row["kind"], None, None, each) for each in rest)]


def _with_days(
    programme: Programme, kind: AssessmentKind, title: str | None, due_on: date | None, begun: Begun | None
) -> Due:
    rules = rules_of(programme, kind)
    signed_on = begun.row["signed_on"] if begun is not None and begun.row["state"] == "signed" else None
    return Due(
        kind=kind,
        title=title or rules.title,
        due_on=due_on,
        begun=begun,
        submit_by=rules.submit_by(date.fromisoformat(signed_on)) if signed_on else None,
        support_plan_by=plan_due_on(rules, [begun.submitted]) if begun and begun.submitted else None,
    )


def _due_assessment(due: Due, due_on: date, today: date) -> DueAssessment:
    begun = due.begun
    shared = begun is not None and begun.plan_shared
    return DueAssessment(
        kind=due.kind,
        title=due.title,
        due_on=due_on,
        overdue=not due.is_done and due_on < today,
        assessment_id=due.assessment_id,
        state=due.state,
        submit_by=due.submit_by,
        submission_overdue=due.submit_by is not None and due.submit_by < today,
        support_plan_by=due.support_plan_by,
        support_plan_overdue=due.support_plan_by is not None and not shared and due.support_plan_by < today,
    )


def _tasks(relationship: RelationshipSummary, found: Iterable[Due], today: date) -> Iterator[DueTask]:
    for due in found:
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
                    cursor=f"{day}/{task}/{relationship.relationship_id}/{due.kind}/{due.assessment_id or ''}",
                    task=task,
                    due_on=day,
                    overdue=day < today,
                    relationship_id=relationship.relationship_id,
                    trainee_id=relationship.trainee_id,
                    kind=due.kind,
                    title=due.title,
                    assessment_id=due.assessment_id,
                )


async def _begun_in(reader: Reader, relationship_ids: Sequence[UUID]) -> list[Begun]:
    """Return the assessments that were begun in relationships, the earliest first."""
    rows = await reader.connection.fetch(_BEGUN, list(relationship_ids))
    submitted = await reader.connection.fetch(_SUBMITTED, list(relationship_ids))
    plans = await reader.connection.fetch(_PLANS, list(relationship_ids))
    upheld = await reader.connection.fetch(_UPHELD, list(relationship_ids))
    last = {row["assessment_id"]: row for row in submitted}
    upheld_on = {row["assessment_id"]: row["taken_on"] for row in upheld}
    reviews = {row["assessment_id"]: row["next_review_on"] for row in plans}
    return [
        Begun(
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
