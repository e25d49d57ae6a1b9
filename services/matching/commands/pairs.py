"""Use cases of pairs: both sides answer a proposal, and the partnership lead locks a pair."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.matching import policy
from services.matching.commands.identities import current_school, kept_ids
from services.matching.commands.people import is_erased
from services.matching.domain.pairs import (
    PAIR,
    Accept,
    Decline,
    Lock,
    NotOpen,
    Pair,
    PairAnswer,
    PairRefusal,
    PairStatus,
    Unlock,
)
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class PairChanged(Answer):
    """The status of a pair, and the sides that have accepted it."""

    pair_id: UUID
    status: PairStatus
    accepted_by: tuple[Side, ...]


class PairLock(PairChanged):
    """The status of a pair, and whether it is locked."""

    locked: bool


def accept(who: Principal, pair_id: UUID, answer: PairAnswer) -> UseCase[PairChanged]:
    """Accept a proposal for one side."""

    async def use_case(unit: Unit) -> PairChanged:
        (pair,) = await unit.load(PAIR, pair_id)
        side = policy.side_to_answer(who, await _current(unit, pair), answer.side)
        assert pair.proposal is not None
        if await is_erased(unit, pair.proposal.mentor_id, pair.proposal.trainee_id):
            raise NotOpen(
                "The record of the mentor or the trainee was erased; decline, so that the place is free again."
            )
        return await _changed(unit, pair_id, Accept(side=side, by=who.subject, on=answer.on))

    return use_case


def decline(who: Principal, pair_id: UUID, answer: PairRefusal) -> UseCase[PairChanged]:
    """Decline a proposal for one side."""

    async def use_case(unit: Unit) -> PairChanged:
        (pair,) = await unit.load(PAIR, pair_id)
        side = policy.side_to_answer(who, await _current(unit, pair), answer.side)
        return await _changed(unit, pair_id, Decline(side=side, by=who.subject, on=answer.on, reason=answer.reason))

    return use_case


def lock(who: Principal, pair_id: UUID, *, on: date) -> UseCase[PairLock]:
    """Lock a pair: rounds and repairs leave it as it is."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> PairLock:
        changed = await _changed(unit, pair_id, Lock(by=who.subject, on=on))
        return PairLock(**dict(changed), locked=True)

    return use_case


def unlock(who: Principal, pair_id: UUID, *, on: date) -> UseCase[PairLock]:
    """Unlock a pair: a repair may move it again."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> PairLock:
        changed = await _changed(unit, pair_id, Unlock(by=who.subject, on=on))
        return PairLock(**dict(changed), locked=False)

    return use_case


async def _current(unit: Unit, pair: Pair) -> Pair:
    """The pair under the ids of the records that stand for the two, at the school that stands for its school."""
    if pair.proposal is None:
        return pair
    mentor_id, trainee_id = await kept_ids(unit, pair.proposal.mentor_id, pair.proposal.trainee_id)
    placement = pair.proposal.placement
    here = placement.model_copy(update={"school_urn": await current_school(unit, placement.school_urn)})
    current = {"mentor_id": mentor_id, "trainee_id": trainee_id, "placement": here}
    return replace(pair, proposal=pair.proposal.model_copy(update=current))


async def _changed(unit: Unit, pair_id: UUID, command: Accept | Decline | Lock | Unlock) -> PairChanged:
    await unit.decide(PAIR, pair_id, command)
    (pair,) = await unit.load(PAIR, pair_id)
    return PairChanged.model_validate(
        {"pair_id": pair_id, "status": pair.status, "accepted_by": sorted(pair.accepted_by)}
    )
