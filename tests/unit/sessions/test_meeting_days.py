"""Which meeting is on which day after corrections, against a plain calendar of the relationship."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.commands.meeting_days import meetings_on
from services.sessions.domain.meeting_days import (
    MEETING_DAYS,
    CorrectMeetingDay,
    MeetingDayCorrected,
    MeetingDays,
    id_on,
)
from services.sessions.domain.meetings import MEETING, MeetingHeld, meeting_id_on
from shared.kernel.decider import Event
from shared.kernel.records import Cause, StreamEvent, StreamKey
from shared.kernel.unit import Unit
from tests.support.given import NOW, given
from tests.unit.sessions.example_events import HELD
from tests.unit.sessions.examples import DAY, MONDAY, RELATIONSHIP_ID

pytestmark = pytest.mark.covers("S2")
DAYS = [MONDAY + nth * DAY for nth in range(4)]
NEXT_ID = UUID(int=1)
MEETING_ID = meeting_id_on(RELATIONSHIP_ID, MONDAY)
CORRECTED = MeetingDayCorrected(
    happened_on=MONDAY + DAY,
    relationship_id=RELATIONSHIP_ID,
    meeting_id=MEETING_ID,
    before=MONDAY,
    after=MONDAY + DAY,
    next_meeting_id=NEXT_ID,
)


def correct(meeting_id: UUID, before: date, after: date, next_meeting_id: UUID = NEXT_ID) -> CorrectMeetingDay:
    return CorrectMeetingDay(
        relationship_id=RELATIONSHIP_ID,
        meeting_id=meeting_id,
        before=before,
        after=after,
        next_meeting_id=next_meeting_id,
        on=MONDAY + DAY,
    )


def test_a_corrected_meeting_keeps_its_id_and_its_day_before_has_room_for_another() -> None:
    given(MEETING_DAYS).when(correct(MEETING_ID, MONDAY, MONDAY + DAY)).then(CORRECTED)
    after = given(MEETING_DAYS, CORRECTED).state
    assert id_on(after, RELATIONSHIP_ID, MONDAY + DAY) == MEETING_ID
    assert id_on(after, RELATIONSHIP_ID, MONDAY) == NEXT_ID
    assert id_on(after, RELATIONSHIP_ID, MONDAY + 2 * DAY) == meeting_id_on(RELATIONSHIP_ID, MONDAY + 2 * DAY)


@dataclass
class StreamsRead:
    """A store that holds events by their streams, and counts how often it was read."""

    stored: dict[str, list[Event]]
    reads: int = 0

    async def read_streams(self, streams: Sequence[StreamKey]) -> list[StreamEvent]:
        self.reads += 1
        return [
            StreamEvent(tenant, stream, version, event.type, event.version, event.model_dump_json())
            for tenant, stream in streams
            for version, event in enumerate(self.stored.get(stream, ()), 1)
        ]


def meeting_held(relationship_id: UUID, meeting_id: UUID, day: date) -> MeetingHeld:
    names = {"relationship_id": relationship_id, "meeting_id": meeting_id, "happened_on": day}
    return HELD.model_copy(update=names)


async def test_meetings_of_many_relationships_are_read_at_once_each_on_the_day_to_which_it_was_corrected() -> None:
    others = [UUID(int=nth) for nth in range(10, 15)]
    store = StreamsRead(
        {
            MEETING_DAYS.stream(RELATIONSHIP_ID): [CORRECTED],
            MEETING.stream(MEETING_ID): [meeting_held(RELATIONSHIP_ID, MEETING_ID, MONDAY + DAY)],
            MEETING.stream(NEXT_ID): [meeting_held(RELATIONSHIP_ID, NEXT_ID, MONDAY)],
            **{
                MEETING.stream(meeting_id_on(each, MONDAY)): [meeting_held(each, meeting_id_on(each, MONDAY), MONDAY)]
                for each in others
            },
        }
    )
    unit = Unit.begin(store, "north-star", Cause("somebody", UUID(int=0)))

    found = await meetings_on(unit, {RELATIONSHIP_ID: [MONDAY], **dict.fromkeys(others, DAYS)})

    assert [(each.relationship_id, each.met_on) for each in found] == [
        (each, MONDAY) for each in (RELATIONSHIP_ID, *others)
    ]
    assert store.reads == 2


def test_a_record_that_stays_on_its_day_changes_nothing() -> None:
    given(MEETING_DAYS).when(correct(MEETING_ID, MONDAY, MONDAY)).then()


@drawn(st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS))))
def test_every_meeting_is_found_on_its_day_and_a_free_day_gives_an_id_that_is_free(
    steps: list[tuple[date, date]],
) -> None:
    """A step records a meeting on its first day, or corrects the one there to the second day if that is free."""
    meeting_days: MeetingDays = MEETING_DAYS.initial()
    diary: dict[date, UUID] = {}
    for nth, (before, after) in enumerate(steps):
        if before not in diary:
            meeting_id = id_on(meeting_days, RELATIONSHIP_ID, before)
            assert meeting_id not in diary.values()
            diary[before] = meeting_id
        elif after not in diary:
            command = correct(diary[before], before, after, UUID(int=nth))
            for event in MEETING_DAYS.decide(command, meeting_days, NOW):
                meeting_days = MEETING_DAYS.evolve(meeting_days, event)
            diary[after] = diary.pop(before)
        assert {day: id_on(meeting_days, RELATIONSHIP_ID, day) for day in diary} == diary
