"""Queries of inductions."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import State
from services.sessions.domain.induction_rules import title_of
from services.sessions.domain.inductions import MISSING
from services.sessions.queries.assignments import assigned_as
from services.sessions.queries.due_assessments import find_due
from services.sessions.queries.induction_standings import Induction, find_inductions
from services.sessions.queries.merges import current_principal, kept_record, records_of
from services.sessions.queries.programmes import find_programmes
from services.sessions.queries.relationships import relationships_of_mentee
from shared.events.words import AssessmentKind, TrainingProgramme
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
    training_programme: TrainingProgramme | None
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
    found = (await find_inductions(reader, [kept_id])).get(kept_id)
    if found is None:
        raise NotFound(MISSING)
    await _must_see(reader, kept_id, found)
    today, standing = utc_now().date(), found.standing
    ends_on = standing.ends_on
    return InductionRecord(
        trainee_id=kept_id,
        programme_id=found.programme_id,
        length_terms=standing.length,
        edition=standing.length_rule and standing.length_rule.edition,
        paragraph=standing.length_rule and standing.length_rule.paragraph,
        terms_served=standing.terms_served,
        extension_days=standing.extension_days,
        ends_on=ends_on,
        is_served=ends_on is not None and ends_on <= today,
        periods=[
            InductionPeriodRecord(**row, counts=counts)
            for row, counts in zip(found.periods, standing.counting, strict=True)
        ],
        absences=[
            InductionAbsenceRecord(**row, title=title_of(found.rules, row["kind"]))
            for row in await reader.unseal(found.absences)
        ],
        absence_years=[
            AbsenceYear(year=each.year, days=each.days, limit=each.limit, extends_by=each.extends_by)
            for each in standing.years
        ],
        due=await _due(reader, kept_id, found, today),
    )


async def _must_see(reader: Reader, trainee_id: UUID, found: Induction) -> None:
    who = await current_principal(reader)
    assigned = await assigned_as(reader, trainee_id)
    accounts = found.programme.accounts_of(found.rules.recorded_by)
    if not any(policy.sees_induction(who, each, accounts, assigned) for each in found.relationships.values()):
        raise NotFound(MISSING)


async def _due(reader: Reader, trainee_id: UUID, found: Induction, today: date) -> list[InductionTask]:
    """Return what is due with what was begun for it, as the lists of the teacher's relationships have it."""
    relationships = await relationships_of_mentee(reader, await records_of(reader, trainee_id))
    programmes = await find_programmes(reader, {each.programme_id for each in relationships})
    lists = await find_due(reader, relationships, programmes)
    begun = {(each.kind, each.due_on): each for due in lists.values() for each in due if each.begun is not None}
    tasks = []
    for due in found.standing.due:
        met = begun.get((due.kind, due.due_on))
        tasks.append(
            InductionTask(
                kind=due.kind,
                title=rules_of(found.programme, due.kind).title,
                term=due.term,
                due_on=due.due_on,
                overdue=due.due_on < today and not (met is not None and met.is_done),
                assessment_id=met and met.assessment_id,
                state=met and met.state,
            )
        )
    return tasks
