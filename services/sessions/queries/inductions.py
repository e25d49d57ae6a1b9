"""Queries of inductions."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import State
from services.sessions.domain.induction_rules import Absence, Period, Standing, match_with_begun, stand, title_of
from services.sessions.domain.inductions import MISSING
from services.sessions.domain.programmes import Programme
from services.sessions.queries.assignments import assigned_as
from services.sessions.queries.merges import current_principal, kept_record, records_of
from services.sessions.queries.programmes import find_programme
from services.sessions.queries.relationships import RelationshipSummary, find_relationships
from shared.events.practices import InductionRules
from shared.events.words import AssessmentKind
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class InductionPeriodRecord(Answer):
    """A period at a school with its share of full time; `counts` says whether it counts towards the induction."""

    period_id: UUID
    relationship_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date | None
    full_time_percent: int
    counts: bool


class InductionAbsenceRecord(Answer):
    """An absence of so many days of work; an `exempt` one extends nothing."""

    absence_id: UUID
    relationship_id: UUID
    kind: str
    title: str
    since: date
    until: date
    days: float
    exempt: bool


class AbsenceYear(Answer):
    """The days of absence that count in an induction year; from `limit` on all of them extend the induction."""

    year: int
    days: float
    limit: float | None
    extends_by: float


class InductionTask(Answer):
    """A review or assessment that is due in a term, and the one begun for it; `overdue` once its day is over."""

    kind: AssessmentKind
    title: str
    term: str
    due_on: date
    overdue: bool
    assessment_id: UUID | None
    state: State | None


class InductionRecord(Answer):
    """Where a teacher's induction stands: terms served of `length_terms`, by the rule of the day on which it began.

    Absences add `extension_days`. `ends_on` is the day on which all is served, or will be if the last period goes on as
    it is; None where it does not go on.
    """

    trainee_id: UUID
    programme_id: UUID
    length_terms: float
    edition: str | None
    paragraph: str | None
    terms_served: float
    extension_days: float
    ends_on: date | None
    is_served: bool
    periods: list[InductionPeriodRecord]
    absences: list[InductionAbsenceRecord]
    absence_years: list[AbsenceYear]
    due: list[InductionTask]


async def show_induction(reader: Reader, trainee_id: UUID) -> InductionRecord:
    """Return where an induction stands; raises `NotFound` for others than the teacher and those who oversee it."""
    kept_id = await kept_record(reader, trainee_id)
    own = await records_of(reader, kept_id)
    rows = [dict(row) for row in await reader.connection.fetch(_PERIODS, own)]
    relationships = await find_relationships(reader, {row["relationship_id"] for row in rows})
    if not rows:
        raise NotFound(MISSING)
    last = relationships[rows[-1]["relationship_id"]]
    programme = await find_programme(reader, last.programme_id)
    rules = programme.practice.induction
    if rules is None:
        raise NotFound(MISSING)
    await _must_see(reader, kept_id, relationships.values(), programme, rules)
    absences = await reader.unseal([dict(row) for row in await reader.connection.fetch(_ABSENCES, own)])
    today = utc_now().date()
    standing = stand(
        rules,
        [Period(row["school_urn"], row["starts_on"], row["ends_on"], row["full_time_percent"]) for row in rows],
        [Absence(row["since"], row["days"], row["exempt"]) for row in absences],
        today,
    )
    ends_on = standing.ends_on
    return InductionRecord(
        trainee_id=kept_id,
        programme_id=last.programme_id,
        length_terms=standing.length,
        edition=standing.length_rule and standing.length_rule.edition,
        paragraph=standing.length_rule and standing.length_rule.paragraph,
        terms_served=standing.terms_served,
        extension_days=standing.extension_days,
        ends_on=ends_on,
        is_served=ends_on is not None and ends_on <= today,
        periods=[
            InductionPeriodRecord(**row, counts=counts) for row, counts in zip(rows, standing.counting, strict=True)
        ],
        absences=[InductionAbsenceRecord(**row, title=title_of(rules, row["kind"])) for row in absences],
        absence_years=[
            AbsenceYear(year=each.year, days=each.days, limit=each.limit, extends_by=each.extends_by)
            for each in standing.years
        ],
        due=await _due(reader, own, programme, standing, today),
    )


async def _must_see(
    reader: Reader, trainee_id: UUID, relationships: Any, programme: Programme, rules: InductionRules
) -> None:
    who = await current_principal(reader)
    assigned = await assigned_as(reader, trainee_id)
    accounts = programme.accounts_of(rules.recorded_by)
    seen: Sequence[RelationshipSummary] = list(relationships)
    if not any(policy.sees_induction(who, relationship, accounts, assigned) for relationship in seen):
        raise NotFound(MISSING)


async def _due(
    reader: Reader, own: Sequence[UUID], programme: Programme, standing: Standing, today: date
) -> list[InductionTask]:
    begun: dict[str, list[UUID]] = {}
    states: dict[UUID, State] = {}
    for row in await reader.connection.fetch(_BEGUN, list(own)):
        begun.setdefault(row["kind"], []).append(row["assessment_id"])
        states[row["assessment_id"]] = row["state"]
    tasks = []
    for due, assessment_id in match_with_begun(standing.due, begun):
        state = states[assessment_id] if assessment_id else None
        is_done = state in ("submitted", "acknowledged")
        tasks.append(
            InductionTask(
                kind=due.kind,
                title=rules_of(programme, due.kind).title,
                term=due.term,
                due_on=due.due_on,
                overdue=not is_done and due.due_on < today,
                assessment_id=assessment_id,
                state=state,
            )
        )
    return tasks


_PERIODS = """
    select period_id, relationship_id, school_urn, starts_on, ends_on, full_time_percent from induction_periods
    where trainee_id = any ($1) and (ends_on is null or starts_on <= ends_on) order by starts_on, period_id"""
_ABSENCES = """
    select absence_id, relationship_id, kind, since, until, days, exempt from induction_absences
    where trainee_id = any ($1) and days > 0 order by since, absence_id"""
_BEGUN = """
    select assessment_id, kind, state from (
        select distinct on (assessment_id) assessment_id, kind, state, written_on from assessments
        where trainee_id = any ($1) order by assessment_id, version_number desc) last
    order by written_on, assessment_id"""
