"""A trainee who leaves takes their pairs along, in whatever order the two are heard of."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.matching.domain.known import CandidateLeft, TraineeStandingKnown
from services.matching.domain.leavers import (
    BY_REFERRAL,
    BY_TRAINEE,
    Facts,
    PairHeld,
    PairLetGo,
    PartingDue,
    TraineeBack,
    TraineeGone,
)
from services.matching.domain.pairs import PAIR, Lapsed, NotOpen
from services.matching.processes.leavers import PART, PROCESSES, parted
from shared.kernel.processes import TaskRequest
from tests.support.given import given
from tests.unit.matching.facts import IDS, MONDAY, PAIR_ID, PROPOSED, REFERRAL_ID, TRAINEE_ID, TUESDAY, declined

DAY = timedelta(days=1)
HELD = PairHeld(happened_on=MONDAY, pair_id=PAIR_ID)
LET_GO = PairLetGo(happened_on=TUESDAY, pair_id=PAIR_ID)
GONE, BACK = TraineeGone(happened_on=TUESDAY), TraineeBack(happened_on=TUESDAY)
DUE = PartingDue(happened_on=TUESDAY, pair_id=PAIR_ID)
LEFT = CandidateLeft(happened_on=TUESDAY, referral_id=REFERRAL_ID)


def stands(standing: str) -> TraineeStandingKnown:
    return TraineeStandingKnown.model_validate({"happened_on": TUESDAY, "trainee_id": TRAINEE_ID, "standing": standing})


@pytest.mark.covers("M6", "R7")
def test_a_pair_goes_with_the_referral_or_the_training_that_it_is_for() -> None:
    given(BY_REFERRAL).when(PROPOSED).then(HELD)
    given(BY_REFERRAL, HELD).when(LEFT).then(GONE, DUE)
    given(BY_TRAINEE, HELD).when(stands("withdrawn")).then(GONE, DUE)


@pytest.mark.covers("M6", "R7")
def test_who_is_proposed_after_they_left_is_parted_at_once() -> None:
    given(BY_REFERRAL).when(LEFT).then(GONE)
    given(BY_REFERRAL, GONE).when(PROPOSED).then(HELD, PartingDue(happened_on=MONDAY, pair_id=PAIR_ID))
    given(BY_REFERRAL, GONE).when(LEFT).then()


def test_what_came_to_nothing_needs_no_parting() -> None:
    lapsed = Lapsed(**IDS, happened_on=TUESDAY, waited_for=("mentor",))
    for end in (declined("mentor"), lapsed):
        given(BY_REFERRAL, HELD).when(end).then(LET_GO)
        given(BY_REFERRAL).when(end).then()
    given(BY_REFERRAL, HELD, LET_GO).when(LEFT).then(GONE)


def test_whoever_defers_keeps_their_pair_and_whoever_is_back_is_proposed_again() -> None:
    given(BY_TRAINEE, HELD).when(stands("deferred")).then()
    given(BY_TRAINEE, GONE).when(stands("in_training")).then(BACK)
    given(BY_TRAINEE, GONE, BACK).when(PROPOSED).then(HELD)


def test_only_what_is_due_is_ordered() -> None:
    ordered: dict[Facts, list[TaskRequest]] = {
        DUE: [TaskRequest(PART, {"pair_id": str(PAIR_ID), "on": str(TUESDAY)})],
        GONE: [],
        HELD: [],
    }
    for process in PROCESSES:
        assert {fact: process.requests(fact) for fact in ordered} == ordered
    assert UUID(ordered[DUE][0].body["pair_id"]) == PAIR_ID


def test_a_pair_is_parted_on_the_day_that_they_left_and_no_earlier_than_it_was_proposed() -> None:
    pair = PAIR.evolve(PAIR.initial(), PROPOSED)
    assert parted(pair, TUESDAY).on == TUESDAY
    assert parted(pair, MONDAY - DAY).on == MONDAY


def test_a_placement_that_was_over_before_they_left_stands() -> None:
    pair = PAIR.evolve(PAIR.initial(), PROPOSED)
    last = PROPOSED.placement.ends_on
    assert parted(pair, last - DAY).reason == "trainee_left"
    with pytest.raises(NotOpen):
        parted(pair, last)
