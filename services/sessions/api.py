"""Routes of sessions: parse, call, answer."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.sessions import commands, queries
from services.sessions.domain.meetings import AgendaBy, Minutes, MissedReason
from services.sessions.domain.targets import Reviewed, Status
from shared.events.words import AssessmentKind, Judgement, Standard
from shared.kernel.http.context import CallerDep, ReaderDep

router = APIRouter(tags=["sessions"])

Text = Annotated[str, Field(min_length=1, max_length=4000)]


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Wanted(Body):
    """A target to set; `measure` says how one will know that it is reached."""

    text: Text
    measure: Text | None = None
    due_on: date

    def wanted(self) -> commands.Wanted:
        """The target as the use case takes it."""
        return commands.Wanted(self.text, self.measure, self.due_on)


class HeldMeeting(Body):
    """A meeting that took place, with the targets set in it. Only the trainee writes the reflection."""

    status: Literal["held"]
    on: date
    minutes: Minutes
    agenda_by: AgendaBy
    discussed: Text | None = None
    reflection: Text | None = None
    targets: tuple[Wanted, ...] = ()


class MissedMeeting(Body):
    """A meeting that was due and did not take place."""

    status: Literal["missed"]
    on: date
    reason: MissedReason


class NewTarget(Wanted):
    """A target to set outside a meeting."""

    on: date


class TargetReview(Body):
    """Where a target stands on a day."""

    on: date
    status: Reviewed
    note: Text | None = None


class PrivateNote(Body):
    """What the mentor notes for themselves."""

    on: date
    note: Text


class NewAssessment(Body):
    """A judgement on each of the eight Teachers' Standards, and a comment on any of them."""

    relationship_id: UUID
    kind: AssessmentKind
    on: date
    judgements: dict[Standard, Judgement]
    comments: dict[Standard, Text] = Field(default_factory=dict)


class MeetingRecorded(BaseModel):
    """The meeting, and the targets in the order in which they came."""

    meeting_id: UUID
    target_ids: tuple[UUID, ...]


class TargetStanding(BaseModel):
    """Where a target stands."""

    target_id: UUID
    status: Status


class NoteKept(BaseModel):
    """The meeting whose note was kept."""

    meeting_id: UUID


class AssessmentKept(BaseModel):
    """The assessment that was submitted."""

    assessment_id: UUID


@router.get("/relationships")
async def list_relationships(
    reader: ReaderDep,
    after: Annotated[UUID | None, Query(description="The last id of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[dict[str, Any]]:
    """The relationships that one may know of, a page at a time: one's own, one's schools', or all."""
    return await queries.relationships(reader, after=after, limit=limit)


@router.get("/relationships/{relationship_id}")
async def show_relationship(relationship_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """One relationship with its meetings and targets; what was said only for its mentor and trainee."""
    return await queries.relationship(reader, relationship_id)


@router.post("/relationships/{relationship_id}/meetings", status_code=201)
async def record_meeting(
    relationship_id: UUID,
    body: Annotated[HeldMeeting | MissedMeeting, Field(discriminator="status")],
    caller: CallerDep,
) -> MeetingRecorded:
    """Record a meeting that was held or missed; there is one a day."""
    match body:
        case HeldMeeting():
            use_case = commands.record_held(
                caller.who,
                relationship_id,
                **body.model_dump(exclude={"status", "targets"}),
                targets=[target.wanted() for target in body.targets],
            )
        case MissedMeeting():
            use_case = commands.record_missed(caller.who, relationship_id, on=body.on, reason=body.reason)
    return MeetingRecorded.model_validate(await caller.run(use_case))


@router.post("/relationships/{relationship_id}/targets", status_code=201)
async def set_target(relationship_id: UUID, body: NewTarget, caller: CallerDep) -> TargetStanding:
    """Set a target outside a meeting."""
    use_case = commands.set_target(caller.who, relationship_id, on=body.on, wanted=body.wanted())
    return TargetStanding.model_validate(await caller.run(use_case))


@router.post("/targets/{target_id}/reviews", status_code=201)
async def review_target(target_id: UUID, body: TargetReview, caller: CallerDep) -> TargetStanding:
    """Look at a target again."""
    use_case = commands.review_target(caller.who, target_id, **body.model_dump())
    return TargetStanding.model_validate(await caller.run(use_case))


@router.put("/meetings/{meeting_id}/note")
async def write_note(meeting_id: UUID, body: PrivateNote, caller: CallerDep) -> NoteKept:
    """Keep the mentor's private note about a meeting; it replaces an earlier one."""
    return NoteKept.model_validate(await caller.run(commands.write_note(caller.who, meeting_id, **body.model_dump())))


@router.get("/meetings/{meeting_id}/note")
async def show_note(meeting_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """One's own private note about a meeting."""
    return await queries.note(reader, meeting_id)


@router.post("/assessments", status_code=201)
async def submit_assessment(body: NewAssessment, caller: CallerDep) -> AssessmentKept:
    """Submit an assessment of a trainee whom one does not mentor."""
    return AssessmentKept.model_validate(await caller.run(commands.submit_assessment(caller.who, **body.model_dump())))


@router.get("/assessments")
async def list_assessments(reader: ReaderDep, trainee_id: UUID) -> list[dict[str, Any]]:
    """A trainee's assessments, as far as one may see them, the latest first."""
    return await queries.assessments(reader, trainee_id)
