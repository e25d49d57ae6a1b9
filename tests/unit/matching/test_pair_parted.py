"""A pair that is locked, unlocked, or parted by a repair; and what each state of a pair refuses."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from services.matching.domain.pair_answers import PAIR_ANSWERS, AnswersClosed
from services.matching.domain.pairs import (
    PAIR,
    Accept,
    Commands,
    Decline,
    Events,
    Lapse,
    Lapsed,
    Lock,
    Locked,
    NotOpen,
    PairLocked,
    Propose,
    Remind,
    Unlock,
    Unlocked,
    Withdraw,
    Withdrawn,
)
from shared.events.words import WithdrawalReason
from shared.kernel.decider import Invalid, NotFound
from tests.support.given import NOW, given
from tests.unit.matching.facts import CONFIRMED, IDS, MONDAY, PROPOSED, TUESDAY, pair_accepted, pair_declined

REPAIR = UUID(int=77)
LOCKED = Locked(**IDS, happened_on=TUESDAY, by="the lead")
UNLOCKED = Unlocked(**IDS, happened_on=TUESDAY, by="the lead")
STANDS: Sequence[Events] = (PROPOSED, pair_accepted("mentor"), pair_accepted("trainee"), CONFIRMED)


def withdraw(reason: WithdrawalReason = "moved_in_repair") -> Withdraw:
    return Withdraw(round_id=REPAIR, by="the lead", reason=reason, on=TUESDAY)


def pair_withdrawn(reason: WithdrawalReason = "moved_in_repair") -> Withdrawn:
    return Withdrawn(**IDS, happened_on=TUESDAY, round_id=REPAIR, by="the lead", reason=reason)


LOCK, UNLOCK = Lock(by="the lead", on=TUESDAY), Unlock(by="the lead", on=TUESDAY)


@pytest.mark.covers("M6")
@pytest.mark.parametrize("so_far", [(PROPOSED,), (PROPOSED, pair_accepted("mentor")), STANDS])
def test_a_proposed_or_confirmed_pair_can_be_locked_unlocked_and_withdrawn(so_far: Sequence[Events]) -> None:
    given(PAIR, *so_far).when(LOCK).then(LOCKED)
    given(PAIR, *so_far, LOCKED).when(UNLOCK).then(UNLOCKED)
    given(PAIR, *so_far).when(withdraw()).then(pair_withdrawn())


@pytest.mark.covers("M6")
def test_a_locked_pair_makes_room_for_nobody_but_goes_with_what_it_rests_on() -> None:
    locked = given(PAIR, *STANDS, LOCKED)
    locked.when(withdraw()).refused(PairLocked)
    locked.when(withdraw("school_left")).then(pair_withdrawn("school_left"))
    given(PAIR, *STANDS, LOCKED, UNLOCKED).when(withdraw()).then(pair_withdrawn())


def test_locking_a_locked_pair_or_unlocking_an_unlocked_one_emits_nothing() -> None:
    given(PAIR, PROPOSED, LOCKED).when(LOCK).then()
    given(PAIR, PROPOSED).when(UNLOCK).then()


def test_a_locked_proposal_may_still_be_declined() -> None:
    given(PAIR, PROPOSED, LOCKED).when(Decline(side="mentor", by="somebody", on=TUESDAY)).then(pair_declined("mentor"))


@pytest.mark.parametrize("command", [LOCK, UNLOCK, withdraw()])
def test_nothing_is_done_with_a_pair_before_it_was_proposed(command: Lock | Unlock | Withdraw) -> None:
    early = command.model_copy(update={"on": MONDAY - timedelta(days=1)})
    given(PAIR, PROPOSED).when(early).refused(Invalid, pointer="/on")
    given(PAIR).when(command).refused(NotFound)


ANSWERS: tuple[Commands, ...] = (
    Accept(side="mentor", by="somebody", on=TUESDAY),
    Decline(side="trainee", by="somebody", on=TUESDAY),
    Remind(on=TUESDAY),
    Lapse(on=TUESDAY),
)
ENDS: dict[str, Sequence[Events]] = {
    "declined": (PROPOSED, pair_declined("mentor")),
    "lapsed": (PROPOSED, Lapsed(**IDS, happened_on=TUESDAY, waited_for=("mentor", "trainee"))),
    "withdrawn": (*STANDS, pair_withdrawn()),
}


@pytest.mark.parametrize("command", [Propose(proposal=PROPOSED), *ANSWERS, LOCK, UNLOCK, withdraw()])
@pytest.mark.parametrize("end", ENDS)
def test_a_pair_that_has_ended_refuses_everything(end: str, command: Commands) -> None:
    given(PAIR, *ENDS[end]).when(command).refused(NotOpen)


def test_nobody_is_waited_for_any_more_when_a_pair_is_withdrawn() -> None:
    waits = PAIR_ANSWERS.evolve(None, PAIR_ANSWERS.decide(PROPOSED, None, NOW)[0])
    settled = AnswersClosed(happened_on=TUESDAY, pair_id=PROPOSED.pair_id)
    assert PAIR_ANSWERS.decide(pair_withdrawn(), waits, NOW) == [settled]
