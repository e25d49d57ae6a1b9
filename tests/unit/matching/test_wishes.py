"""Wishes, vetoes and choices: what can be said, and what stands."""

from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.people import PersonForgotten
from services.matching.domain.wishes import (
    MOST,
    WISHES,
    ChoicesStated,
    Events,
    Kind,
    StateNames,
    VetoesStated,
    WishesStated,
)
from services.matching.projections.wishes import WISHES as WISHES_TABLE
from services.matching.projections.wishes import WishesRow
from shared.kernel.decider import Invalid
from tests.support.given import given
from tests.unit.matching.facts import MENTOR_ID, MONDAY, TRAINEE_ID

pytestmark = pytest.mark.covers("M5")
MENTOR, OTHER = str(MENTOR_ID), str(UUID(int=70))
EVENTS: dict[Kind, type[Any]] = {"wishes": WishesStated, "vetoes": VetoesStated, "choices": ChoicesStated}


def say(kind: Kind, *names: str, **changes: Any) -> StateNames:
    usual = {"person_id": TRAINEE_ID, "role": "trainee", "by": str(TRAINEE_ID), "themselves": True, "on": MONDAY}
    return StateNames(kind=kind, names=names, **(usual | changes))


def names_stated(kind: Kind, *names: str, themselves: bool = True) -> Events:
    by = str(TRAINEE_ID) if themselves else "the lead"
    event: Events = EVENTS[kind](happened_on=MONDAY, person_id=TRAINEE_ID, names=names, by=by, themselves=themselves)
    return event


@pytest.mark.parametrize("kind", ["wishes", "vetoes"])
def test_a_trainee_names_mentors_and_schools_in_their_order(kind: Kind) -> None:
    given(WISHES).when(say(kind, "900001", f" {MENTOR.upper()} ")).then(names_stated(kind, "900001", MENTOR))


@pytest.mark.parametrize("kind", ["wishes", "vetoes", "choices"])
def test_stating_the_same_wishes_twice_emits_one_event_and_an_empty_list_withdraws_them(kind: Kind) -> None:
    given(WISHES).when(say(kind)).then()
    given(WISHES, names_stated(kind, MENTOR)).when(say(kind, MENTOR)).then()
    given(WISHES, names_stated(kind, MENTOR)).when(say(kind)).then(names_stated(kind))
    passed_on = say(kind, MENTOR, themselves=False, by="the lead")
    given(WISHES, names_stated(kind, MENTOR)).when(passed_on).then(names_stated(kind, MENTOR, themselves=False))


@pytest.mark.parametrize(
    ("command", "pointer"),
    [
        (say("wishes", *(str(UUID(int=n)) for n in range(100, 101 + MOST))), "/names"),
        (say("choices", MENTOR, OTHER), "/names"),
        (say("wishes", MENTOR, OTHER, MENTOR), "/names/2"),
        (say("wishes", MENTOR, str(TRAINEE_ID)), "/names/1"),
        (say("wishes", "somebody kind"), "/names/0"),
        (say("wishes", "90001"), "/names/0"),
        (say("choices", "900001"), "/names/0"),
        (say("vetoes", "900001", role="colleague"), "/names/0"),
        (say("wishes", "900001", role="colleague"), "/names/0"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(command: StateNames, pointer: str) -> None:
    given(WISHES).when(command).refused(Invalid, pointer=pointer)


@pytest.mark.parametrize(
    ("before", "now"), [("vetoes", "wishes"), ("vetoes", "choices"), ("wishes", "vetoes"), ("choices", "vetoes")]
)
def test_nobody_is_wished_for_and_ruled_out_by_the_same_voice(before: Kind, now: Kind) -> None:
    given(WISHES, names_stated(before, MENTOR)).when(say(now, MENTOR)).refused(Invalid, pointer="/names/0")


def test_a_lead_who_passes_a_wish_on_learns_nothing_of_a_veto() -> None:
    passed_on = say("wishes", MENTOR, themselves=False, by="the lead")
    given(WISHES, names_stated("vetoes", MENTOR)).when(passed_on).then(names_stated("wishes", MENTOR, themselves=False))


def test_a_mentor_chooses_several_and_a_trainee_one() -> None:
    both = (str(UUID(int=80)), OTHER)
    events = given(WISHES).when(say("choices", *both, role="colleague")).events
    assert [event.names for event in events] == [both]


def test_wishes_of_the_person_and_wishes_passed_on_are_apart_until_the_person_is_erased() -> None:
    rows: dict[tuple[object, ...], Any] = {}
    told = [
        names_stated("wishes", "900001"),
        names_stated("vetoes", MENTOR),
        names_stated("wishes", OTHER, themselves=False),
        names_stated("vetoes"),
    ]
    WISHES_TABLE.fold(rows, [("north-star", event) for event in told])
    (row,) = rows.values()
    assert row == WishesRow(TRAINEE_ID, wishes=("900001",), wishes_passed_on=(OTHER,), vetoes=())
    WISHES_TABLE.fold(rows, [("north-star", PersonForgotten(happened_on=MONDAY, person_id=TRAINEE_ID))])
    assert list(rows.values()) == [None]
