"""Withdraw the pairs of trainees who have left, so that the place and the mentor's hours are free again."""

from collections.abc import Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.matching.domain.known import CandidateLeft, TraineeStandingKnown
from services.matching.domain.leavers import BY_REFERRAL, BY_TRAINEE, Facts, PartingDue
from services.matching.domain.pairs import PAIR, Declined, Lapsed, NotOpen, Pair, Proposed, Withdraw, Withdrawn
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest
from shared.kernel.unit import Unit

PART = "matching.part"


def _orders(fact: Facts) -> Sequence[TaskRequest]:
    if not isinstance(fact, PartingDue):
        return []
    return [TaskRequest(PART, {"pair_id": str(fact.pair_id), "on": fact.happened_on.isoformat()})]


async def _part(unit: Unit, about: Mapping[str, Any]) -> None:
    pair_id = UUID(about["pair_id"])
    (pair,) = await unit.load(PAIR, pair_id)
    await unit.decide(PAIR, pair_id, parted(pair, date.fromisoformat(about["on"])))


def parted(pair: Pair, left_on: date) -> Withdraw:
    """What to say to the pair of somebody who left on a day; raises `NotOpen` where its placement was over by then."""
    on = left_on
    if pair.proposal is not None:
        if pair.proposal.placement.ends_on <= left_on:
            raise NotOpen("The placement was over before the trainee left.")
        on = max(left_on, pair.proposal.happened_on)
    return Withdraw(by="matching", reason="trainee_left", on=on)


_ENDS = (Proposed, Declined, Lapsed, Withdrawn)
PROCESSES = (
    Process(BY_REFERRAL, dict.fromkeys((*_ENDS, CandidateLeft), attrgetter("referral_id")), _orders),
    Process(BY_TRAINEE, dict.fromkeys((*_ENDS, TraineeStandingKnown), attrgetter("trainee_id")), _orders),
)
TASKS: Mapping[str, TaskHandler] = {PART: _part}
