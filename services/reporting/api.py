"""Routes of reporting: parse, ask, answer. All of them are questions."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, Field

from services.reporting import policy, queries
from services.reporting.queries import Standing
from shared.events.words import AssessmentKind, Judgement, MentoringRole, Standard
from shared.kernel.http.context import ReaderDep
from shared.sheets import MEDIA_TYPE, sheet

router = APIRouter(tags=["reporting"])

UP_TO_DATE_AT = "Alongside-Up-To-Date-At"
DUE = "Full weeks from the first day of a relationship, times its meetings a week; holidays are not taken out."
SMALL_GROUPS = "Schools are shown however few relationships they have: this is for those who run the placements."

AsOf = Annotated[date, Query(description="The last day that counts, for example 2026-10-23.")]
Today = Annotated[date | None, Query(description="The day that is asked about; today (UTC) where none is given.")]
After = Annotated[UUID | None, Query(description="The last id of the page before.")]
Limit = Annotated[int, Query(ge=1, le=10_000)]
Accept = Annotated[str, Header(include_in_schema=False)]
CSV: Mapping[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}}}


class Answer(BaseModel):
    """What every answer says: when the last event that it takes in was recorded here. More may be under way."""

    up_to_date_at: datetime | None


class Delivered(BaseModel):
    """Meetings: due by now, held, missed, and due but neither."""

    due: int
    held: int
    missed: int
    not_recorded: int


class ActiveRelationship(Delivered):
    """A relationship of a mentor's caseload, in which `role` they are; `minutes` is the time of all meetings held."""

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    role: MentoringRole
    mentor_hours_per_week: float
    minutes: int
    last_held_on: date | None


class MentorCaseload(BaseModel):
    """A mentor's hours a week, given and had, and their active relationships."""

    mentor_id: UUID
    school_urn: str
    school_name: str | None
    capacity_hours: float
    hours_a_week: float
    relationships: list[ActiveRelationship]


class Caseloads(Answer):
    """A page of mentors on one day."""

    as_of: date
    due_means: str = DUE
    mentors: list[MentorCaseload]


class SchoolMeetings(Delivered):
    """A school's meetings over all its relationships that have begun."""

    school_urn: str
    school_name: str | None
    relationships: int


class MeetingsBySchool(Answer):
    """Meetings held against due, by school."""

    as_of: date
    due_means: str = DUE
    small_groups: str = SMALL_GROUPS
    schools: list[SchoolMeetings]


class Placement(BaseModel):
    """Where a trainee stands in a programme: the pair, proposed or confirmed, or the reason there is none.

    `reason` is the rule that binds, the side that declined, that nobody answered in time, or what the pair rested on
    and left. Each sentence of `would_help` alone would have placed the trainee. Travel is minutes one way.
    """

    programme_id: UUID
    trainee_id: UUID
    subject: str | None
    phase: str | None
    standing: Standing
    reason: str | None
    explanation: str | None
    would_help: str | None
    pair_id: UUID | None
    mentor_id: UUID | None
    school_urn: str | None
    school_name: str | None
    travel_minutes: int | None
    starts_on: date | None
    ends_on: date | None


class Placements(Answer):
    """A page of trainees."""

    placements: list[Placement]


class Judged(BaseModel):
    """One judgement of one standard."""

    assessment_id: UUID
    kind: AssessmentKind
    assessed_on: date
    judgement: Judgement


class TargetCounts(BaseModel):
    """Targets set, looked at again at least once, still open, and open past their date."""

    set: int
    reviewed: int
    open: int
    overdue: int


class Progress(Answer):
    """A trainee's judgements by standard over time, and targets."""

    trainee_id: UUID
    as_of: date
    standards: dict[Standard, list[Judged]]
    targets: TargetCounts


class Programme(BaseModel):
    """The programme that a report is about."""

    programme_id: UUID
    title: str
    academic_year: str
    starts_on: date
    ends_on: date


class CaseloadInShort(BaseModel):
    """All mentors: how many, how many mentor here, hours a week given here and had, and how many give too many."""

    mentors: int
    mentoring: int
    relationships: int
    hours_a_week: float
    capacity_hours: float
    over_capacity: int


class ProgressInShort(BaseModel):
    """By standard, how many trainees were last judged how."""

    trainees_assessed: int
    standards: dict[Standard, dict[Judgement, int]]


class Report(Answer):
    """What the partnership answers for in a programme. Placements are as they stand, the rest is up to `as_of`."""

    as_of: date
    due_means: str = DUE
    small_groups: str = SMALL_GROUPS
    programme: Programme
    standings: dict[Standing, int]
    unplaced_by_reason: dict[str, int] = Field(examples=[{"no_mentor_in_subject": 2}])
    placements: list[Placement]
    caseload: CaseloadInShort
    meetings_by_school: list[SchoolMeetings]
    progress: ProgressInShort


@router.get("/caseload")
async def caseload(
    reader: ReaderDep, mentor_id: UUID | None = None, as_of: Today = None, after: After = None, limit: Limit = 1000
) -> Caseloads:
    """Each mentor's active relationships, hours given against capacity, meetings against due; a page at a time."""
    scope = policy.caseload(reader.who, mentor_id)
    at, day = await queries.up_to_date_at(reader), as_of or _today()
    mentors = await queries.caseload(reader, scope, mentor_id=mentor_id, as_of=day, after=after, limit=limit)
    return Caseloads.model_validate({"up_to_date_at": at, "as_of": day, "mentors": mentors})


@router.get("/schools/meetings", response_model=MeetingsBySchool, responses={**CSV})
async def meetings_by_school(reader: ReaderDep, as_of: AsOf, accept: Accept = "") -> MeetingsBySchool | Response:
    """Meetings due, held, missed and not recorded, by school; as CSV where that is accepted."""
    scope = policy.meetings_by_school(reader.who)
    at = await queries.up_to_date_at(reader)
    schools = await queries.meetings_by_school(reader, scope, as_of=as_of)
    if MEDIA_TYPE in accept:
        return _csv(SchoolMeetings, schools, at)
    return MeetingsBySchool.model_validate({"up_to_date_at": at, "as_of": as_of, "schools": schools})


@router.get("/trainees/{trainee_id}/progress")
async def progress(trainee_id: UUID, reader: ReaderDep, as_of: Today = None) -> Progress:
    """A trainee against each of the Teachers' Standards over time, and targets set, reviewed, open and overdue."""
    scope = policy.progress(reader.who, trainee_id)
    at, day = await queries.up_to_date_at(reader), as_of or _today()
    found = await queries.progress(reader, scope, trainee_id, as_of=day)
    return Progress.model_validate({"up_to_date_at": at, "as_of": day, **found})


@router.get("/placements", response_model=Placements, responses={**CSV})
async def placements(
    reader: ReaderDep, programme_id: UUID | None = None, after: After = None, limit: Limit = 1000, accept: Accept = ""
) -> Placements | Response:
    """Every trainee's pair, or the reason there is none, a page at a time; as CSV where that is accepted."""
    scope = policy.placements(reader.who)
    at = await queries.up_to_date_at(reader)
    rows = await queries.placements(reader, scope, programme_id=programme_id, after=after, limit=limit)
    if MEDIA_TYPE in accept:
        return _csv(Placement, rows, at)
    return Placements.model_validate({"up_to_date_at": at, "placements": rows})


@router.get("/report")
async def report(reader: ReaderDep, programme_id: UUID, as_of: AsOf) -> Report:
    """The partnership's report on a programme."""
    policy.report(reader.who)
    at = await queries.up_to_date_at(reader)
    found = await queries.report(reader, programme_id, as_of=as_of)
    return Report.model_validate({"up_to_date_at": at, "as_of": as_of, **found})


def _today() -> date:
    return datetime.now(UTC).date()


def _csv(model: type[BaseModel], rows: queries.Rows, at: datetime | None) -> Response:
    headers = {"Vary": "Accept"} | ({UP_TO_DATE_AT: at.isoformat()} if at else {})
    return Response(sheet(model.model_fields, rows), media_type=MEDIA_TYPE, headers=headers)
