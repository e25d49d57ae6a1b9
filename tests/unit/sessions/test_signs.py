"""Early signs: found in facts, from the numbers that the programme names on, and no more once the two have talked."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.signs import (
    SIGNS,
    MeetingFacts,
    RelationshipFacts,
    Sign,
    find_signs,
    is_falling,
)
from shared.events.practices import SignRules
from tests.unit.sessions.examples import DAY, MONDAY, WEEK
from tests.unit.sessions.programmes import EVERY_TEMPLATE, programme

pytestmark = pytest.mark.covers("S12")
RULES = SignRules(missed_in_a_row=2, no_agenda_by_mentee=3, falling_pulse=3, untouched_targets=10)
TODAY = MONDAY + 10 * WEEK
PULSES = st.lists(st.integers(1, 5), max_size=6)


def meetings(*what: str | int) -> RelationshipFacts:
    """Meetings of weeks: `x` was missed, `-` held, `a` held with the mentee's agenda, a number held with that pulse."""
    facts = [
        MeetingFacts(
            MONDAY + nth * WEEK,
            held=each != "x",
            agenda_by_mentee=each == "a",
            pulse=each if isinstance(each, int) else None,
        )
        for nth, each in enumerate(what)
    ]
    return RelationshipFacts(facts)


def signs(facts: RelationshipFacts, talked: dict[Sign, date] | None = None, rules: SignRules = RULES) -> set[Sign]:
    return {*find_signs(facts, rules, talked or {})}


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (meetings(), set()),
        (meetings("x"), set()),
        (meetings("x", "x"), {"missed_in_a_row"}),
        (meetings("a", "x", "x"), {"missed_in_a_row"}),
        (meetings("x", "x", "a"), set()),
        (meetings("x", "a", "x"), set()),
        (meetings("-", "-"), set()),
        (meetings("-", "-", "-"), {"no_agenda_by_mentee"}),
        (meetings("-", "x", "-", "-"), {"no_agenda_by_mentee"}),
        (meetings("-", "-", "a"), set()),
        (meetings("a", 5, 4, 3), {"falling_pulse", "no_agenda_by_mentee"}),
        (meetings(3, 4, "a"), set()),
        (meetings(4, 4, 3, "a"), {"falling_pulse"}),
        (meetings(4, 4, 4, "a"), set()),
        (meetings(5, 4, "a"), set()),
    ],
)
def test_a_sign_is_there_from_the_programme_s_number_on(facts: RelationshipFacts, found: set[Sign]) -> None:
    assert signs(facts) == found


def test_an_untouched_target_is_a_sign_once_the_mentor_was_told_of_it() -> None:
    assert signs(RelationshipFacts()) == set()
    assert signs(RelationshipFacts((), [MONDAY])) == {"untouched_targets"}


def test_what_the_two_have_talked_about_counts_no_more_and_what_comes_after_does() -> None:
    missed = meetings("x", "x", "x", "x")
    assert signs(missed, {"missed_in_a_row": MONDAY + 2 * WEEK}) == set()
    assert signs(missed, {"missed_in_a_row": MONDAY + WEEK}) == {"missed_in_a_row"}
    assert signs(missed, {"falling_pulse": TODAY}) == {"missed_in_a_row"}
    assert signs(RelationshipFacts((), [MONDAY]), {"untouched_targets": TODAY - DAY}) == set()


def test_what_the_programme_does_not_look_for_is_no_sign() -> None:
    everything = RelationshipFacts(meetings(5, 4, 3, "x", "x").meetings, [MONDAY])
    assert signs(everything) == {*SIGNS}
    assert signs(everything, rules=SignRules()) == set()


@pytest.mark.parametrize("template", list(EVERY_TEMPLATE))
def test_every_programme_says_what_it_looks_for_and_whom_it_tells(template: str) -> None:
    of = programme(EVERY_TEMPLATE[template])
    assert of.practice.signs is not None
    assert of.accounts_of(of.practice.signs.pass_on_to)
    number = of.practice.signs.missed_in_a_row
    assert number is not None
    assert signs(meetings(*["x"] * number), rules=of.practice.signs) == {"missed_in_a_row"}
    assert signs(meetings(*["x"] * (number - 1)), rules=of.practice.signs) == set()


@drawn(PULSES, st.integers(2, 4))
def test_a_pulse_falls_where_it_never_rises_and_ends_lower(pulses: list[int], number: int) -> None:
    last = pulses[-number:]
    steps = list(pairwise(last))
    expected = len(last) == number and all(a >= b for a, b in steps) and any(a > b for a, b in steps)
    assert is_falling(last, number) == expected
