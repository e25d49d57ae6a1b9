"""Routes of meetings."""

from uuid import UUID

from services.sessions.commands import meetings as commands
from services.sessions.commands.meetings import MeetingVersion, RecordedMeeting
from services.sessions.domain.meetings import MEETING, Acknowledgement, AmendedMeeting, NewMeeting
from services.sessions.queries import meetings as queries
from services.sessions.queries.meetings import EarlierVersion, MeetingRecord, MeetingSummary
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/relationships/{relationship_id}/meetings", status_code=201)
async def record_meeting(relationship_id: UUID, body: NewMeeting, caller: CallerDep) -> RecordedMeeting:
    """Record a meeting that was held or missed; a relationship has one a day."""
    recording = commands.record_meeting(caller.who, relationship_id, body, today=caller.context.today())
    return await caller.run(recording, RecordedMeeting)


@router.get("/meetings/{meeting_id}")
@has_version(MEETING, key="meeting_id")
async def show_meeting(meeting_id: UUID, reader: ReaderDep) -> MeetingRecord | MeetingSummary:
    """Show a meeting; only its mentor and its trainee see the texts."""
    return await queries.show_meeting(reader, meeting_id)


@router.put("/meetings/{meeting_id}")
@has_version(MEETING, key="meeting_id")
async def amend_meeting(meeting_id: UUID, body: AmendedMeeting, caller: CallerDep) -> MeetingVersion:
    """Amend the record of a meeting: send it whole, as it should be. Every version is kept and shown.

    It can be sent for as many days as the programme says after the first record was sent, whatever `amended_on` is.
    """
    amending = commands.amend_meeting(caller.who, meeting_id, body, today=caller.context.today())
    return await caller.run(amending, MeetingVersion)


@router.get("/meetings/{meeting_id}/versions")
async def list_versions(meeting_id: UUID, reader: ReaderDep) -> list[EarlierVersion]:
    """List the versions of a meeting's record, the first one first."""
    return await queries.list_versions(reader, meeting_id)


@router.put("/meetings/{meeting_id}/acknowledgement")
@has_version(MEETING, key="meeting_id")
async def acknowledge_meeting(meeting_id: UUID, body: Acknowledgement, caller: CallerDep) -> MeetingVersion:
    """Acknowledge the record that the other of you has written."""
    return await caller.run(commands.acknowledge_meeting(caller.who, meeting_id, body), MeetingVersion)
