"""A pair, from proposal to confirmation."""

from datetime import timedelta

import pytest

from services.matching.domain.pairs import (
    PAIR,
    Accept,
    AnswerTakenBack,
    Decline,
    Lapse,
    Lapsed,
    NotOpen,
    Propose,
    Remind,
    Reminded,
    TakeBack,
)
from shared.events.words import Side
from shared.kernel.decider import Invalid, NotFound
from tests.support.given import given
from tests.unit.matching.facts import CONFIRMED, IDS, MONDAY, PROPOSED, TUESDAY, pair_accepted, pair_declined

SIDES: tuple[Side, Side] = ("mentor", "trainee")


def yes(side: Side, by: str = "somebody") -> Accept:
    return Accept(side=side, by=by, on=TUESDAY)


def no(side: Side, reason: str | None = None) -> Decline:
    return Decline(side=side, by="somebody", on=TUESDAY, reason=reason)


def test_two_are_proposed_to_each_other() -> None:
    given(PAIR).when(Propose(proposal=PROPOSED)).then(PROPOSED)


def test_a_proposal_is_made_once() -> None:
    given(PAIR, PROPOSED).when(Propose(proposal=PROPOSED)).refused(NotOpen)


@pytest.mark.parametrize("side", SIDES)
def test_one_acceptance_does_not_confirm_the_pair(side: Side) -> None:
    given(PAIR, PROPOSED).when(yes(side)).then(pair_accepted(side))


@pytest.mark.covers("M5")
@pytest.mark.parametrize(("first", "second"), [SIDES, SIDES[::-1]])
def test_the_pair_is_confirmed_when_both_sides_have_accepted(first: Side, second: Side) -> None:
    given(PAIR, PROPOSED, pair_accepted(first)).when(yes(second)).then(pair_accepted(second), CONFIRMED)


def test_a_yes_said_twice_is_said_once() -> None:
    given(PAIR, PROPOSED, pair_accepted("mentor")).when(yes("mentor", by="the school's lead")).then()


def test_a_yes_said_again_after_the_confirmation_is_said_once() -> None:
    given(PAIR, PROPOSED, pair_accepted("mentor"), pair_accepted("trainee"), CONFIRMED).when(yes("trainee")).then()


@pytest.mark.covers("M5")
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("reason", [None, "The journey is too long."])
def test_either_side_may_say_no_with_a_reason_or_without(side: Side, reason: str | None) -> None:
    given(PAIR, PROPOSED).when(no(side, reason)).then(pair_declined(side, reason=reason))


def test_a_side_that_said_yes_may_still_say_no_while_the_other_has_not_answered() -> None:
    given(PAIR, PROPOSED, pair_accepted("mentor")).when(no("mentor")).then(pair_declined("mentor"))


def test_a_no_said_twice_is_said_once() -> None:
    given(PAIR, PROPOSED, pair_declined("mentor")).when(no("mentor", "Really not.")).then()


def test_an_answer_of_another_day_is_refused_and_not_passed_over() -> None:
    for before, answer in ((pair_accepted("mentor"), yes("mentor")), (pair_declined("mentor"), no("mentor"))):
        later = answer.model_copy(update={"on": TUESDAY + timedelta(days=1)})
        assert f"{TUESDAY} already" in given(PAIR, PROPOSED, before).when(later).refused(NotOpen).detail


@pytest.mark.parametrize("answer", [yes("mentor"), yes("trainee"), no("trainee")])
def test_a_declined_proposal_is_closed(answer: Accept | Decline) -> None:
    given(PAIR, PROPOSED, pair_accepted("mentor"), pair_declined("mentor")).when(answer).refused(NotOpen)


@pytest.mark.parametrize("side", SIDES)
def test_a_confirmed_pair_is_not_declined(side: Side) -> None:
    given(PAIR, PROPOSED, pair_accepted("mentor"), pair_accepted("trainee"), CONFIRMED).when(no(side)).refused(NotOpen)


@pytest.mark.parametrize("answer", [yes("mentor"), no("trainee")])
def test_there_is_nothing_to_answer_without_a_proposal(answer: Accept | Decline) -> None:
    given(PAIR).when(answer).refused(NotFound)


@pytest.mark.parametrize("answer", [yes("mentor"), no("trainee")])
def test_an_answer_is_not_older_than_its_proposal(answer: Accept | Decline) -> None:
    before = answer.model_copy(update={"on": MONDAY - timedelta(days=1)})
    given(PAIR, PROPOSED).when(before).refused(Invalid, pointer="/on")


@pytest.mark.covers("M5")
@pytest.mark.parametrize(
    ("said", "silent"), [((), ("mentor", "trainee")), (("mentor",), ("trainee",)), (("trainee",), ("mentor",))]
)
def test_people_who_have_not_answered_are_reminded_and_then_the_proposal_lapses(
    said: tuple[Side, ...], silent: tuple[Side, ...]
) -> None:
    open_ = given(PAIR, PROPOSED, *(pair_accepted(side) for side in said))
    open_.when(Remind(on=TUESDAY)).then(Reminded(**IDS, happened_on=TUESDAY, sides=silent))
    open_.when(Lapse(on=TUESDAY)).then(Lapsed(**IDS, happened_on=TUESDAY, waited_for=silent))


@pytest.mark.parametrize("command", [Remind(on=TUESDAY), Lapse(on=TUESDAY)])
def test_a_proposal_that_was_answered_or_has_lapsed_neither_reminds_nor_lapses(command: Remind | Lapse) -> None:
    lapsed = Lapsed(**IDS, happened_on=TUESDAY, waited_for=SIDES)
    confirmed = (pair_accepted("mentor"), pair_accepted("trainee"), CONFIRMED)
    for ended in ((pair_declined("mentor"),), confirmed, (lapsed,)):
        given(PAIR, PROPOSED, *ended).when(command).refused(NotOpen)


@pytest.mark.parametrize("side", SIDES)
def test_a_lapsed_proposal_is_answered_no_more(side: Side) -> None:
    lapsed = given(PAIR, PROPOSED, Lapsed(**IDS, happened_on=TUESDAY, waited_for=SIDES))
    assert "lapsed" in lapsed.when(yes(side)).refused(NotOpen).detail
    lapsed.when(no(side)).refused(NotOpen)


def back(side: Side) -> TakeBack:
    return TakeBack(side=side, by="somebody", on=TUESDAY)


def answer_taken_back(side: Side) -> AnswerTakenBack:
    return AnswerTakenBack(**IDS, happened_on=TUESDAY, side=side, by="somebody")


@pytest.mark.covers("M5")
@pytest.mark.parametrize("side", SIDES)
def test_an_acceptance_is_taken_back_while_the_other_side_has_not_answered(side: Side) -> None:
    given(PAIR, PROPOSED, pair_accepted(side)).when(back(side)).then(answer_taken_back(side))
    given(PAIR, PROPOSED, pair_accepted(side), answer_taken_back(side)).when(yes(side)).then(pair_accepted(side))
    other = next(each for each in SIDES if each != side)
    given(PAIR, PROPOSED, pair_accepted(side), answer_taken_back(side)).when(yes(other)).then(pair_accepted(other))


@pytest.mark.covers("M5")
@pytest.mark.parametrize("side", SIDES)
def test_a_refusal_that_is_taken_back_leaves_a_proposal_that_lapsed(side: Side) -> None:
    lapsed = Lapsed(**IDS, happened_on=TUESDAY, waited_for=(side,))
    given(PAIR, PROPOSED, pair_declined(side)).when(back(side)).then(answer_taken_back(side), lapsed)
    given(PAIR, PROPOSED, pair_declined(side), answer_taken_back(side), lapsed).when(yes(side)).refused(NotOpen)
    given(PAIR, PROPOSED, pair_declined(side), answer_taken_back(side), lapsed).when(back(side)).refused(NotOpen)


@pytest.mark.parametrize("side", SIDES)
def test_no_answer_is_taken_back_that_was_not_given_or_that_confirmed_the_pair(side: Side) -> None:
    other = next(each for each in SIDES if each != side)
    for events in ((PROPOSED,), (PROPOSED, pair_accepted(other)), (PROPOSED, pair_declined(other))):
        given(PAIR, *events).when(back(side)).refused(NotOpen)
    refused = given(PAIR, PROPOSED, pair_accepted("mentor"), pair_accepted("trainee"), CONFIRMED).when(back(side))
    assert "End the relationship" in refused.refused(NotOpen).detail
    given(PAIR, PROPOSED, pair_accepted(side)).when(TakeBack(side=side, by="somebody", on=MONDAY)).refused(
        Invalid, pointer="/on"
    )
