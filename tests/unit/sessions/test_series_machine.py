"""The series against a plain model: whatever the two do, in whatever order, both have the same meetings."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.sessions.domain.series import SERIES, WEEKDAYS, Commands, PauseSeries, ResumeSeries, Series, Weekday
from shared.events.words import Side
from shared.kernel.decider import DomainError
from tests.support.given import NOW
from tests.unit.sessions.examples import DAY, ENDS_ON, RELATIONSHIP, STARTS_ON
from tests.unit.sessions.test_series import cancelling, moving, planning, setting

pytestmark = pytest.mark.covers("S2")
SIDES: st.SearchStrategy[Side] = st.sampled_from(("mentor", "trainee"))
DAYS = st.integers(0, 30).map(lambda days: STARTS_ON + days * DAY)


@dataclass
class Note:
    """A note on the wall: its day, and whether somebody moved it, crossed it out, or the series dropped it."""

    day: date
    moved: bool = False
    crossed: bool = False
    dropped: bool = False

    @property
    def hangs(self) -> bool:
        return not (self.crossed or self.dropped)


class Wall(RuleBasedStateMachine):
    """A wall calendar beside the service; each note is known by the day that it was first put on."""

    def __init__(self) -> None:
        super().__init__()
        self.series = Series()
        self.notes: dict[date, Note] = {}
        self.rhythm: tuple[Weekday, date] | None = None
        self.until = date.min
        self.set_on = STARTS_ON
        self.ids: dict[date, UUID] = {}

    def do(self, command: Commands) -> bool:
        """Decide a command; say whether it was taken."""
        try:
            events = SERIES.decide(command, self.series, NOW)
        except DomainError:
            return False
        self.series = reduce(SERIES.evolve, events, self.series)
        for planned_id, meeting in self.series.planned.items():
            if planned_id not in self.ids.values():
                self.ids[meeting.planned_on] = planned_id
        return True

    def hangs_on(self, day: date) -> bool:
        return any(note.hangs and note.day == day for note in self.notes.values())

    @rule(weekday=st.sampled_from(WEEKDAYS), starts_on=DAYS)
    def choose(self, weekday: Weekday, starts_on: date) -> None:
        assert self.do(setting(weekday, starts_on=starts_on))
        if self.rhythm != (weekday, starts_on):
            for note in self.notes.values():
                if note.hangs and not note.moved and note.day >= starts_on:
                    note.dropped = True
            self.rhythm = (weekday, starts_on)
            self.until = min(self.until, starts_on - DAY)
            self.set_on = STARTS_ON

    @rule(by=SIDES, on=DAYS)
    def pause(self, by: Side, on: date) -> None:
        assert self.do(PauseSeries(relationship=RELATIONSHIP, by=by, on=on))
        for note in self.notes.values():
            if note.hangs and note.day >= on:
                note.dropped = True

    @rule(by=SIDES, on=DAYS)
    def resume(self, by: Side, on: date) -> None:
        assert self.do(ResumeSeries(relationship=RELATIONSHIP, by=by, on=on))
        if self.rhythm is not None:
            weekday, starts_on = self.rhythm
            starts_on = max(on, starts_on)
            self.rhythm, self.set_on = (weekday, starts_on), on
            self.until = min(self.until, starts_on - DAY)

    @rule(today=DAYS)
    def plan(self, today: date) -> None:
        assert self.do(planning(today))
        until = min(today + 28 * DAY, ENDS_ON)
        if self.rhythm is None or until <= self.until:
            return
        weekday, starts_on = self.rhythm
        day = max(self.set_on, starts_on)
        if self.until > date.min:
            day = max(day, self.until + DAY)
        while day <= until:
            before = self.notes.get(day)
            if (
                day.weekday() == WEEKDAYS.index(weekday)
                and not self.hangs_on(day)
                and (before is None or before.dropped)
            ):
                self.notes[day] = Note(day)
            day += DAY
        self.until = until

    @rule(data=st.data(), by=SIDES, to=DAYS)
    def move(self, data: st.DataObject, by: Side, to: date) -> None:
        if not self.notes:
            return
        first = data.draw(st.sampled_from(sorted(self.notes)))
        note = self.notes[first]
        stays = note.hangs and note.day == to
        may = not note.dropped and (stays or not self.hangs_on(to))
        assert self.do(moving(to, by, self.ids[first])) == may
        if may and not stays:
            note.day, note.moved, note.crossed = to, True, False

    @rule(data=st.data(), by=SIDES)
    def cancel(self, data: st.DataObject, by: Side) -> None:
        if not self.notes:
            return
        first = data.draw(st.sampled_from(sorted(self.notes)))
        assert self.do(cancelling(by, self.ids[first]))
        if self.notes[first].hangs:
            self.notes[first].crossed = True

    @invariant()
    def both_say_the_same(self) -> None:
        hanging = sorted(meeting.planned_on for meeting in self.series.planned.values() if not meeting.cancelled)
        assert hanging == sorted(note.day for note in self.notes.values() if note.hangs)
        assert len(hanging) == len(set(hanging))


TestWall = Wall.TestCase
