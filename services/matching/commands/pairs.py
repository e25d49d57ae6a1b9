"""Use cases of pairs: both sides answer a proposal, and the partnership lead locks a pair."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.matching import policy
from services.matching.commands.confirmations import broken_rules_of_pair
from services.matching.commands.identities import current_principal, current_school, kept_ids
from services.matching.commands.people import refuse_erased
from services.matching.domain.pairs import (
    PAIR,
    Accept,
    Decline,
    Lock,
    Pair,
    PairAnswer,
    PairRefusal,
    PairStatus,
    TakeBack,
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
        side = policy.side_to_answer(await current_principal(unit, who), await _current(unit, pair), answer.side)
        await _refuse_erased(unit, pair)
        accept = Accept(side=side, by=who.subject, on=answer.on)
        if pair.would_be_confirmed_by(side):
            broken = await broken_rules_of_pair(unit, pair_id, pair, answer.on)
            accept = accept.model_copy(update={"broken": broken, "in_full": policy.may_read_details(who)})
        return await _changed(unit, pair_id, accept)

    return use_case


def decline(who: Principal, pair_id: UUID, answer: PairRefusal) -> UseCase[PairChanged]:
    """Decline a proposal for one side."""

    async def use_case(unit: Unit) -> PairChanged:
        (pair,) = await unit.load(PAIR, pair_id)
        side = policy.side_to_answer(await current_principal(unit, who), await _current(unit, pair), answer.side)
        await _refuse_erased(unit, pair)
        return await _changed(unit, pair_id, Decline(side=side, by=who.subject, on=answer.on, reason=answer.reason))

    return use_case


def take_answer_back(who: Principal, pair_id: UUID, answer: PairAnswer) -> UseCase[PairChanged]:
    """Take back the answer of one side, which was a mistake."""

    async def use_case(unit: Unit) -> PairChanged:
        (pair,) = await unit.load(PAIR, pair_id)
        side = policy.side_to_answer(await current_principal(unit, who), await _current(unit, pair), answer.side)
        await _refuse_erased(unit, pair)
        return await _changed(unit, pair_id, TakeBack(side=side, by=who.subject, on=answer.on))

    return use_case


def lock(who: Principal, pair_id: UUID, *, on: date) -> UseCase[PairLock]:
    """Lock a pair: rounds and repairs leave it as it is."""
    return _change_lock(who, pair_id, Lock(by=who.subject, on=on))


def unlock(who: Principal, pair_id: UUID, *, on: date) -> UseCase[PairLock]:
    """Unlock a pair: a repair may move it again."""
    return _change_lock(who, pair_id, Unlock(by=who.subject, on=on))


def _change_lock(who: Principal, pair_id: UUID, command: Lock | Unlock) -> UseCase[PairLock]:
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> PairLock:
        (pair,) = await unit.load(PAIR, pair_id)
        await _refuse_erased(unit, pair)
        changed = await _changed(unit, pair_id, command)
        return PairLock(**dict(changed), locked=isinstance(command, Lock))

    return use_case


async def _current(unit: Unit, pair: Pair) -> Pair:
    """The pair with the ids of the kept records of both people, at the last successor of its school."""
    if pair.proposal is None:
        return pair
    mentor_id, trainee_id = await kept_ids(unit, pair.proposal.mentor_id, pair.proposal.trainee_id)
    placement = pair.proposal.placement
    here = placement.model_copy(update={"school_urn": await current_school(unit, placement.school_urn)})
    current = {"mentor_id": mentor_id, "trainee_id": trainee_id, "placement": here}
    return replace(pair, proposal=pair.proposal.model_copy(update=current))


async def _refuse_erased(unit: Unit, pair: Pair) -> None:
    """Raise `Erased` if one of the two was erased."""
    if pair.proposal is not None:
        await refuse_erased(unit, pair.proposal.mentor_id, pair.proposal.trainee_id)


async def _changed(unit: Unit, pair_id: UUID, command: Accept | Decline | TakeBack | Lock | Unlock) -> PairChanged:
    await unit.decide(PAIR, pair_id, command)
    (pair,) = await unit.load(PAIR, pair_id)
    return PairChanged.model_validate(
        {"pair_id": pair_id, "status": pair.status, "accepted_by": sorted(pair.accepted_by)}
    )
