"""Withdraw the pairs of trainees who have left, so that the place and the mentor's hours are free again."""

from collections.abc import Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.matching.domain.candidates import CandidateJoined, CandidateLeft
from services.matching.domain.leavers import LEAVERS_BY_REFERRAL, LEAVERS_BY_TRAINEE, Events, WithdrawalDue
from services.matching.domain.pairs import PAIR, Declined, Lapsed, NotOpen, Pair, Proposed, Withdraw, Withdrawn
from services.matching.domain.trainees import TraineeStatusKnown
from shared.events.words import WithdrawalReason
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest
from shared.kernel.unit import Unit

WITHDRAW = "matching.part"


def _requests(event: Events) -> Sequence[TaskRequest]:
    if not isinstance(event, WithdrawalDue):
        return []
    return [TaskRequest(WITHDRAW, {"pair_id": str(event.pair_id), "on": event.happened_on.isoformat()})]


async def _withdraw(unit: Unit, about: Mapping[str, Any]) -> None:
    pair_id = UUID(about["pair_id"])
    (pair,) = await unit.load(PAIR, pair_id)
    await unit.decide(PAIR, pair_id, withdrawal(pair, date.fromisoformat(about["on"]), "trainee_left"))


def withdrawal(pair: Pair, left_on: date, reason: WithdrawalReason) -> Withdraw:
    """Make the command that withdraws the pair of somebody who left; raises `NotOpen` if its placement
    had ended by then.
    """
    on = left_on
    if pair.proposal is not None:
        if pair.proposal.placement.ends_on <= left_on:
            raise NotOpen("The placement was over before they left.")
        on = max(left_on, pair.proposal.happened_on)
    return Withdraw(by="matching", reason=reason, on=on)


_ENDS = (Proposed, Declined, Lapsed, Withdrawn)
PROCESSES = (
    Process(
        LEAVERS_BY_REFERRAL,
        dict.fromkeys((*_ENDS, CandidateLeft, CandidateJoined), attrgetter("referral_id")),
        _requests,
    ),
    Process(LEAVERS_BY_TRAINEE, dict.fromkeys((*_ENDS, TraineeStatusKnown), attrgetter("trainee_id")), _requests),
)
TASKS: Mapping[str, TaskHandler] = {WITHDRAW: _withdraw}
