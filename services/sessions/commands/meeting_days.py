"""Find the meetings of a relationship by their days, and correct the day of one."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID, uuid4

from services.sessions.domain.meeting_days import MEETING_DAYS, CorrectMeetingDay, id_on
from services.sessions.domain.meetings import MEETING, Meeting
from shared.kernel.unit import Unit


async def meeting_ids_on(unit: Unit, relationship_id: UUID, days: Sequence[date]) -> list[UUID]:
    """Return the id of a relationship's meeting on each of these days, whether it is recorded or not.

    What is appended rests on it: nothing is, if the day of a meeting is corrected in the meantime.
    """
    await unit.read_and_compare((MEETING_DAYS, relationship_id))
    (meeting_days,) = await unit.load(MEETING_DAYS, relationship_id)
    return [id_on(meeting_days, relationship_id, day) for day in days]


async def meetings_on(unit: Unit, days_of: Mapping[UUID, Sequence[date]]) -> list[Meeting]:
    """Return the recorded meetings of relationships on these days of theirs, in two reads for all of them."""
    await unit.read(*((MEETING_DAYS, relationship_id) for relationship_id in days_of))
    ids = [each for named in days_of.items() for each in await meeting_ids_on(unit, *named)]
    return [meeting for meeting in await unit.load(MEETING, *ids) if meeting is not None]


async def correct_meeting_day(unit: Unit, meeting: Meeting, meeting_id: UUID, after: date, on: date) -> None:
    """Let a meeting be on the day `after`, and make room for another one on its day before."""
    correcting = CorrectMeetingDay(
        relationship_id=meeting.relationship_id,
        meeting_id=meeting_id,
        before=meeting.met_on,
        after=after,
        next_meeting_id=uuid4(),
        on=on,
    )
    await unit.decide(MEETING_DAYS, meeting.relationship_id, correcting)
