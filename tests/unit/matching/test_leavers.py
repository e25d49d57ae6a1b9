"""A trainee who leaves takes their pairs along, in whatever order the two are heard of."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.matching.domain.candidates import CandidateJoined, CandidateLeft
from services.matching.domain.leavers import (
    LEAVERS_BY_REFERRAL,
    LEAVERS_BY_TRAINEE,
    Events,
    PairActive,
    PairOver,
    TraineeLeft,
    TraineeReturned,
    WithdrawalDue,
)
from services.matching.domain.pairs import PAIR, Lapsed, NotOpen
from services.matching.domain.trainees import TraineeStatusKnown
from services.matching.processes.leavers import PROCESSES, WITHDRAW, withdrawal
from shared.kernel.processes import TaskRequest
from tests.support.given import given
from tests.unit.matching.facts import IDS, MONDAY, PAIR_ID, PROPOSED, REFERRAL_ID, TRAINEE_ID, TUESDAY, pair_declined

DAY = timedelta(days=1)
HELD = PairActive(happened_on=MONDAY, pair_id=PAIR_ID)
LET_GO = PairOver(happened_on=TUESDAY, pair_id=PAIR_ID)
GONE, BACK = TraineeLeft(happened_on=TUESDAY), TraineeReturned(happened_on=TUESDAY)
DUE = WithdrawalDue(happened_on=TUESDAY, pair_id=PAIR_ID)
LEFT = CandidateLeft(happened_on=TUESDAY, referral_id=REFERRAL_ID)


def stands(standing: str) -> TraineeStatusKnown:
    return TraineeStatusKnown.model_validate({"happened_on": TUESDAY, "trainee_id": TRAINEE_ID, "standing": standing})


@pytest.mark.covers("M6", "R7")
def test_a_pair_goes_with_the_referral_or_the_training_that_it_is_for() -> None:
    given(LEAVERS_BY_REFERRAL).when(PROPOSED).then(HELD)
    given(LEAVERS_BY_REFERRAL, HELD).when(LEFT).then(GONE, DUE)
    given(LEAVERS_BY_TRAINEE, HELD).when(stands("withdrawn")).then(GONE, DUE)


@pytest.mark.covers("M6", "R7")
def test_a_pair_proposed_after_the_trainee_left_is_withdrawn_at_once() -> None:
    given(LEAVERS_BY_REFERRAL).when(LEFT).then(GONE)
    given(LEAVERS_BY_REFERRAL, GONE).when(PROPOSED).then(HELD, WithdrawalDue(happened_on=MONDAY, pair_id=PAIR_ID))
    given(LEAVERS_BY_REFERRAL, GONE).when(LEFT).then()


def test_a_candidate_who_waits_again_can_be_proposed_again() -> None:
    again = CandidateJoined.model_validate(
        {"happened_on": TUESDAY, "referral_id": REFERRAL_ID, "programme_id": PAIR_ID, "trainee_id": TRAINEE_ID}
    )
    given(LEAVERS_BY_REFERRAL, GONE).when(again).then(BACK)
    given(LEAVERS_BY_REFERRAL, GONE, BACK).when(PROPOSED).then(HELD)
    given(LEAVERS_BY_REFERRAL, HELD).when(again).then()


def test_a_declined_or_lapsed_pair_needs_no_withdrawal() -> None:
    lapsed = Lapsed(**IDS, happened_on=TUESDAY, waited_for=("mentor",))
    for end in (pair_declined("mentor"), lapsed):
        given(LEAVERS_BY_REFERRAL, HELD).when(end).then(LET_GO)
        given(LEAVERS_BY_REFERRAL).when(end).then()
    given(LEAVERS_BY_REFERRAL, HELD, LET_GO).when(LEFT).then(GONE)


def test_a_trainee_who_defers_keeps_their_pair_and_can_be_proposed_after_their_return() -> None:
    given(LEAVERS_BY_TRAINEE, HELD).when(stands("deferred")).then()
    given(LEAVERS_BY_TRAINEE, GONE).when(stands("in_training")).then(BACK)
    given(LEAVERS_BY_TRAINEE, GONE, BACK).when(PROPOSED).then(HELD)


def test_only_what_is_due_is_ordered() -> None:
    ordered: dict[Events, list[TaskRequest]] = {
        DUE: [TaskRequest(WITHDRAW, {"pair_id": str(PAIR_ID), "on": str(TUESDAY)})],
        GONE: [],
        HELD: [],
    }
    for process in PROCESSES:
        assert {fact: process.requests(fact) for fact in ordered} == ordered
    assert UUID(ordered[DUE][0].body["pair_id"]) == PAIR_ID


def test_a_pair_is_parted_on_the_day_that_they_left_and_no_earlier_than_it_was_proposed() -> None:
    pair = PAIR.evolve(PAIR.initial(), PROPOSED)
    assert withdrawal(pair, TUESDAY, "trainee_left").on == TUESDAY
    assert withdrawal(pair, MONDAY - DAY, "trainee_left").on == MONDAY


def test_a_placement_that_was_over_before_they_left_stands() -> None:
    pair = PAIR.evolve(PAIR.initial(), PROPOSED)
    last = PROPOSED.placement.ends_on
    assert withdrawal(pair, last - DAY, "mentor_left").reason == "mentor_left"
    with pytest.raises(NotOpen):
        withdrawal(pair, last, "mentor_left")
