"""Periods and absences of an induction are recorded, corrected and taken back, and keep to what can be."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.inductions import (
    INDUCTION,
    AbsenceRecordedAlready,
    Induction,
    InductionAbsence,
    InductionPeriod,
    NoInduction,
    SetInductionAbsence,
    SetInductionPeriod,
    TakeOverInduction,
    TooMuchAtOnce,
)
from services.sessions.domain.people import Erased
from shared.kernel.decider import Invalid, NotFound
from tests.support.given import NOW, given
from tests.unit.sessions.example_assessments import INDUCTION as PROGRAMME
from tests.unit.sessions.example_inductions import ABSENCE_ID, ABSENCE_SET, PERIOD_ID, PERIOD_SET
from tests.unit.sessions.examples import DAY, ERASED, MONDAY, RELATIONSHIP

pytestmark = pytest.mark.covers("S8")
RULES = PROGRAMME.practice.induction
FIRST = date(2026, 9, 1)
OTHER_ID = UUID("00000000-0000-4000-8000-0000000000b9")


def set_period(
    starts_on: date = FIRST, ends_on: date | None = None, percent: int = 100, **fields: Any
) -> SetInductionPeriod:
    period = InductionPeriod(on=MONDAY, starts_on=starts_on, ends_on=ends_on, full_time_percent=percent)
    defaults = {"period_id": PERIOD_ID, "relationship": RELATIONSHIP, "rules": RULES, "period": period, "new": True}
    return SetInductionPeriod.model_validate({**defaults, **fields})


def set_absence(
    since: date = ABSENCE_SET.since, until: date = ABSENCE_SET.until, days: float | None = None, **fields: Any
) -> SetInductionAbsence:
    kind = fields.pop("kind", "illness")
    absence = InductionAbsence(on=MONDAY, kind=kind, since=since, until=until, days=days)
    defaults = {"absence_id": ABSENCE_ID, "relationship": RELATIONSHIP, "rules": RULES, "absence": absence, "new": True}
    return SetInductionAbsence.model_validate({**defaults, **fields})


def test_a_period_and_an_absence_are_recorded() -> None:
    given(INDUCTION).when(set_period()).then(PERIOD_SET)
    given(INDUCTION, PERIOD_SET).when(set_absence()).then(ABSENCE_SET)


def test_the_same_again_changes_nothing_and_other_values_correct_it() -> None:
    given(INDUCTION, PERIOD_SET).when(set_period(new=False)).then()
    half = PERIOD_SET.model_copy(update={"full_time_percent": 50})
    given(INDUCTION, PERIOD_SET).when(set_period(percent=50, new=False)).then(half)
    given(INDUCTION, PERIOD_SET, ABSENCE_SET).when(set_absence(new=False, on_record="illness")).then()
    shorter = ABSENCE_SET.model_copy(update={"days": 2.5})
    given(INDUCTION, PERIOD_SET, ABSENCE_SET).when(set_absence(days=2.5, new=False)).then(shorter)


def test_whether_an_absence_is_exempt_is_the_programmes_to_say() -> None:
    exempt = ABSENCE_SET.model_copy(update={"kind": "maternity", "exempt": True})
    given(INDUCTION, PERIOD_SET).when(set_absence(kind="maternity")).then(exempt)
    refusal = given(INDUCTION, PERIOD_SET).when(set_absence(kind="boredom")).refused(Invalid, pointer="/kind")
    assert "parental_bereavement" in refusal.detail


def test_a_period_that_was_taken_back_leaves_room_for_another() -> None:
    back = PERIOD_SET.model_copy(update={"ends_on": FIRST - DAY})
    given(INDUCTION, PERIOD_SET).when(set_period(ends_on=FIRST - DAY, new=False)).then(back)
    another = PERIOD_SET.model_copy(update={"period_id": OTHER_ID})
    given(INDUCTION, PERIOD_SET, back).when(set_period(period_id=OTHER_ID)).then(another)
    given(INDUCTION, PERIOD_SET, back).when(set_absence()).refused(Invalid, pointer="/since")


@pytest.mark.parametrize(
    ("command", "pointer"),
    [
        (set_period(ends_on=FIRST - 2 * DAY), "/ends_on"),
        (set_period(ends_on=date(2026, 10, 6), new=False), "/ends_on"),
        (set_absence(until=date(2026, 10, 2)), "/until"),
        (set_absence(days=5.5), "/days"),
        (set_absence(since=date(2026, 8, 27), until=date(2026, 9, 2), absence_id=OTHER_ID), "/since"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(command: Any, pointer: str) -> None:
    given(INDUCTION, PERIOD_SET, ABSENCE_SET).when(command).refused(Invalid, pointer=pointer)


def test_nobody_works_more_than_full_time() -> None:
    half = PERIOD_SET.model_copy(update={"full_time_percent": 60})
    second = set_period(date(2026, 10, 1), percent=41, period_id=OTHER_ID)
    refusal = given(INDUCTION, half).when(second).refused(TooMuchAtOnce, pointer="/full_time_percent")
    assert "101 per cent on 1 October 2026" in refusal.detail
    assert given(INDUCTION, half).when(set_period(date(2026, 10, 1), percent=40, period_id=OTHER_ID)).events


def test_two_absences_have_no_day_in_common() -> None:
    later = set_absence(date(2026, 10, 9), date(2026, 10, 12), absence_id=OTHER_ID)
    given(INDUCTION, PERIOD_SET, ABSENCE_SET).when(later).refused(AbsenceRecordedAlready, pointer="/since")
    back = ABSENCE_SET.model_copy(update={"days": 0})
    given(INDUCTION, PERIOD_SET, ABSENCE_SET).when(set_absence(days=0, new=False)).then(back)
    assert given(INDUCTION, PERIOD_SET, ABSENCE_SET, back).when(later).events


def test_nothing_is_recorded_in_a_programme_without_an_induction_or_of_somebody_who_was_erased() -> None:
    given(INDUCTION).when(set_period(rules=None)).refused(NoInduction)
    given(INDUCTION, PERIOD_SET).when(set_absence(rules=None)).refused(NoInduction)
    given(INDUCTION).when(set_period(relationship=ERASED)).refused(Erased)
    given(INDUCTION, PERIOD_SET).when(set_absence(relationship=ERASED)).refused(Erased)


def test_nothing_is_changed_that_is_not_there() -> None:
    given(INDUCTION).when(set_period(new=False)).refused(NotFound)
    given(INDUCTION, PERIOD_SET).when(set_absence(new=False)).refused(NotFound)


def test_a_merged_record_brings_its_periods_and_absences_once() -> None:
    merged = given(INDUCTION, PERIOD_SET, ABSENCE_SET).state
    taking = TakeOverInduction(trainee_id=OTHER_ID, merged=merged, kinds={ABSENCE_ID: "illness"}, on=MONDAY)
    expected = [each.model_copy(update={"trainee_id": OTHER_ID}) for each in (PERIOD_SET, ABSENCE_SET)]
    assert list(given(INDUCTION).when(taking).events) == expected
    given(INDUCTION, PERIOD_SET, ABSENCE_SET).when(taking).then()


@drawn(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 200), st.integers(5, 100)), max_size=8))
def test_no_day_is_ever_more_than_full_time(wanted: list[tuple[int, int, int]]) -> None:
    induction = Induction()
    for nth, (after, length, percent) in enumerate(wanted):
        first = FIRST + after * DAY
        command = set_period(first, first + length * DAY, percent, period_id=UUID(int=nth))
        for event in events_of(induction, command):
            induction = INDUCTION.evolve(induction, event)
    for nth in range(520):
        day = FIRST + nth * DAY
        assert sum(each.full_time_percent for each in induction.periods.values() if each.covers(day)) <= 100


def events_of(induction: Induction, command: SetInductionPeriod) -> Any:
    """The events of a command on a state; none where it is refused."""
    try:
        return INDUCTION.decide(command, induction, NOW)
    except TooMuchAtOnce:
        return []
