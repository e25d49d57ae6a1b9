"""Commands of meetings."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.commands.absences import absences_of
from services.sessions.commands.calendars import calendar_of, works_on_bank_holidays
from services.sessions.commands.meeting_days import correct_meeting_day, meeting_ids_on
from services.sessions.commands.relationships import load_to_change, load_to_record
from services.sessions.commands.targets import append_target
from services.sessions.domain.meeting_days import MEETING_DAYS
from services.sessions.domain.meetings import (
    MEETING,
    AcknowledgeMeeting,
    Acknowledgement,
    AmendedMeeting,
    AmendMeeting,
    HeldMeeting,
    Meeting,
    NewMeeting,
    Outcome,
    RecordMeeting,
    meeting_id_on,
)
from services.sessions.domain.merges import MERGE
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
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
        await unit.read(
            (RELATIONSHIP, relationship_id),
            (MEETING_DAYS, relationship_id),
            (MEETING, meeting_id_on(relationship_id, meeting.on)),
            (MERGE, who.subject),
        )
        relationship, by = await load_to_record(who, unit, relationship_id)
        (meeting_id,) = await meeting_ids_on(unit, relationship_id, [meeting.on])
        command = RecordMeeting(
            relationship=relationship,
            meeting_id=meeting_id,
            by=by,
            meeting=meeting,
            today=today,
            **await _circumstances(unit, relationship),
        )
        await unit.decide(MEETING, meeting_id, command)
        target_ids = []
        for index, target in enumerate(meeting.targets if isinstance(meeting, HeldMeeting) else ()):
            with _pointing_into(f"/targets/{index}"):
                target_ids.append(await append_target(unit, relationship, by, meeting.on, target))
        return RecordedMeeting(meeting_id=meeting_id, target_ids=tuple(target_ids))

    return use_case


def amend_meeting(who: Principal, meeting_id: UUID, meeting: AmendedMeeting, *, today: date) -> UseCase[MeetingVersion]:
    """Amend the record of a meeting, its day as well, if `today` is one of the programme's days for that.

    Every version is kept.
    """

    async def use_case(unit: Unit) -> MeetingVersion:
        (recorded,) = await unit.load(MEETING, meeting_id)
        relationship, by = await load_to_change(who, unit, recorded, "meeting")
        assert recorded is not None  # it was found in a relationship
        met_on = meeting.on or recorded.met_on
        amending = AmendMeeting(
            relationship=relationship,
            meeting_id=meeting_id,
            by=by,
            meeting=meeting,
            recorded_that_day=await _recorded_on(unit, recorded, met_on),
            today=today,
            **await _circumstances(unit, relationship),
        )
        await unit.decide(MEETING, meeting_id, amending)
        await correct_meeting_day(unit, recorded, meeting_id, met_on, meeting.amended_on)
        return await _version(unit, meeting_id)

    return use_case


async def _recorded_on(unit: Unit, meeting: Meeting, day: date) -> Outcome | None:
    """Return what is recorded of another day than this meeting's own, on which that nothing is the append rests."""
    if day == meeting.met_on:
        return None
    (meeting_id,) = await meeting_ids_on(unit, meeting.relationship_id, [day])
    await unit.read_and_compare((MEETING, meeting_id))
    (there,) = await unit.load(MEETING, meeting_id)
    return None if there is None else there.status


async def _circumstances(unit: Unit, relationship: Relationship) -> dict[str, Any]:
    """Return what says on which days the two of a relationship can meet."""
    calendar = await calendar_of(unit, relationship)
    return {
        "calendar": calendar,
        "absences": await absences_of(unit, relationship),
        "on_bank_holidays": await works_on_bank_holidays(unit, relationship),
    }


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
