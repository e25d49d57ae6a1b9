"""An induction against a plain model: a calendar with the share of full time and the absences of each day."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.sessions.domain.inductions import INDUCTION
from shared.calendar import is_working_day
from tests.unit.sessions.examples import ERASED, MONDAY, RELATIONSHIP
from tests.unit.sessions.machines import Answer, DeciderMachine
from tests.unit.sessions.test_inductions import set_absence, set_period

pytestmark = pytest.mark.covers("S8")
IDS = st.integers(1, 3).map(lambda n: UUID(int=n))
FIRST_DAYS = st.integers(0, 20)
LENGTHS = st.integers(-2, 20)
"""Days after the first to the last; -1 takes a period back."""
SHARES = st.sampled_from((40, 60, 100))
FOREVER = 60


Period = tuple[int, int | None, int]
"""The first and the last day, and the share of full time."""


def day(n: int) -> date:
    return MONDAY + timedelta(days=n)


class Calendar(DeciderMachine):
    """A school records periods and absences, and corrects them."""

    decider = INDUCTION

    def __init__(self) -> None:
        super().__init__()
        self.periods: dict[UUID, Period] = {}
        self.absences: dict[UUID, tuple[int, int, float]] = {}

    def share_of(self, n: int, periods: dict[UUID, Period]) -> int:
        lasting = [(first, FOREVER if last is None else last, share) for first, last, share in periods.values()]
        return sum(share for first, last, share in lasting if first <= n <= last)

    def absences_are_covered(self, periods: dict[UUID, Period]) -> bool:
        ends = [n for since, until, days in self.absences.values() if days for n in (since, until)]
        return all(self.share_of(n, periods) for n in ends)

    @rule(
        key=IDS, first=FIRST_DAYS, length=st.none() | LENGTHS, share=SHARES, new=st.booleans(), kept=st.integers(0, 9)
    )
    def set_period(self, key: UUID, first: int, length: int | None, share: int, new: bool, kept: int) -> None:
        expected: Answer = "refused"
        last = None if length is None else first + length
        after = {**self.periods, key: (first, last, share)}
        if kept and (new or key in self.periods) and (length is None or length >= -1):
            if self.periods.get(key) == after[key]:
                expected = "nothing new"
            elif all(self.share_of(n, after) <= 100 for n in range(FOREVER)) and self.absences_are_covered(after):
                self.periods, expected = after, "done"
        command = set_period(
            day(first),
            None if last is None else day(last),
            share,
            period_id=key,
            new=new,
            relationship=RELATIONSHIP if kept else ERASED,
        )
        assert self.do(command) == expected

    @rule(key=IDS, first=FIRST_DAYS, length=LENGTHS, days=st.sampled_from((None, 0.0, 0.5, 3.0)), new=st.booleans())
    def set_absence(self, key: UUID, first: int, length: int, days: float | None, new: bool) -> None:
        expected: Answer = "refused"
        last = first + length
        possible = sum(is_working_day(day(n)) for n in range(first, last + 1))
        absence = (first, last, float(possible) if days is None else days)
        others = [each for other, each in self.absences.items() if other != key and each[2]]
        is_free = all(self.share_of(n, self.periods) for n in (first, last)) and not any(
            since <= last and first <= until for since, until, _ in others
        )
        if (new or key in self.absences) and length >= 0 and absence[2] <= possible and (is_free or not absence[2]):
            expected = "nothing new" if self.absences.get(key) == absence else "done"
            self.absences[key] = absence
        on_record = "illness" if key in self.state.absences else None
        command = set_absence(day(first), day(last), days, absence_id=key, new=new, on_record=on_record)
        assert self.do(command) == expected

    @invariant()
    def both_say_the_same(self) -> None:
        assert self.state.periods.keys() == self.periods.keys()
        for key, (first, last, share) in self.periods.items():
            known = self.state.periods[key]
            ends_on = None if last is None else day(last)
            assert (known.starts_on, known.ends_on, known.full_time_percent) == (day(first), ends_on, share)
        assert {key: (each.since, each.until, each.days) for key, each in self.state.absences.items()} == {
            key: (day(since), day(until), days) for key, (since, until, days) in self.absences.items()
        }


TestCalendar = Calendar.TestCase
