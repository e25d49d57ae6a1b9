"""Commands of meetings."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from services.sessions.commands.absences import absences_of
from services.sessions.commands.calendars import calendar_of, works_on_bank_holidays
from services.sessions.commands.relationships import load_to_change, load_to_record
from services.sessions.commands.targets import append_target
from services.sessions.domain.meetings import (
    MEETING,
    AcknowledgeMeeting,
    Acknowledgement,
    AmendedMeeting,
    AmendMeeting,
    HeldMeeting,
    NewMeeting,
    RecordMeeting,
    meeting_id_on,
)
from services.sessions.domain.merges import MERGE
from services.sessions.domain.relationships import RELATIONSHIP
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class RecordedMeeting(Answer):
    """The meeting, and the targets that were set in it, in the order in which they were sent."""

    meeting_id: UUID
    target_ids: tuple[UUID, ...]


class MeetingVersion(Answer):
    """A meeting and its version after the command: the one to send as `If-Match` with the next."""

    meeting_id: UUID
    version: int


def record_meeting(
    who: Principal, relationship_id: UUID, meeting: NewMeeting, *, today: date
) -> UseCase[RecordedMeeting]:
    """Record a meeting that was held, with the targets that were set in it, or a meeting that was missed.

    `today` is the day on which that is sent.
    """

    async def use_case(unit: Unit) -> RecordedMeeting:
        meeting_id = meeting_id_on(relationship_id, meeting.on)
        await unit.read((RELATIONSHIP, relationship_id), (MEETING, meeting_id), (MERGE, who.subject))
        relationship, by = await load_to_record(who, unit, relationship_id)
        calendar = await calendar_of(unit, relationship)
        command = RecordMeeting(
            relationship=relationship,
            meeting_id=meeting_id,
            by=by,
            meeting=meeting,
            absences=await absences_of(unit, relationship),
            calendar=calendar,
            on_bank_holidays=await works_on_bank_holidays(unit, relationship),
            today=today,
        )
        await unit.decide(MEETING, meeting_id, command)
        target_ids = []
        for index, target in enumerate(meeting.targets if isinstance(meeting, HeldMeeting) else ()):
            with _pointing_into(f"/targets/{index}"):
                target_ids.append(await append_target(unit, relationship, by, meeting.on, target))
        return RecordedMeeting(meeting_id=meeting_id, target_ids=tuple(target_ids))

    return use_case


def amend_meeting(who: Principal, meeting_id: UUID, meeting: AmendedMeeting, *, today: date) -> UseCase[MeetingVersion]:
    """Amend the record of a meeting if `today` is one of the programme's days for that; every version is kept."""

    async def use_case(unit: Unit) -> MeetingVersion:
        (recorded,) = await unit.load(MEETING, meeting_id)
        relationship, by = await load_to_change(who, unit, recorded, "meeting")
        amending = AmendMeeting(relationship=relationship, meeting_id=meeting_id, by=by, meeting=meeting, today=today)
        await unit.decide(MEETING, meeting_id, amending)
        return await _version(unit, meeting_id)

    return use_case


def acknowledge_meeting(who: Principal, meeting_id: UUID, acknowledgement: Acknowledgement) -> UseCase[MeetingVersion]:
    """Acknowledge the latest version of a meeting's record, by the side that did not write it."""

    async def use_case(unit: Unit) -> MeetingVersion:
        (recorded,) = await unit.load(MEETING, meeting_id)
        relationship, by = await load_to_change(who, unit, recorded, "meeting")
        acknowledging = AcknowledgeMeeting(
            relationship=relationship, meeting_id=meeting_id, by=by, on=acknowledgement.on
        )
        await unit.decide(MEETING, meeting_id, acknowledging)
        return await _version(unit, meeting_id)

    return use_case


async def _version(unit: Unit, meeting_id: UUID) -> MeetingVersion:
    (meeting,) = await unit.load(MEETING, meeting_id)
    assert meeting is not None
    return MeetingVersion(meeting_id=meeting_id, version=meeting.version)


@contextmanager
def _pointing_into(prefix: str) -> Iterator[None]:
    """Prefix the JSON pointer of a refusal, so that it points into the larger request body."""
    try:
        yield
    except Invalid as error:
        error.pointer = f"{prefix}{error.pointer or ''}"
        raise
