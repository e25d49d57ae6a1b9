"""Commands of hand-overs: propose items, agree to them, take them back, pass on what both agreed to."""

from uuid import UUID

from services.sessions import policy
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_record, load_to_see
from services.sessions.domain.hand_overs import (
    HAND_OVER,
    AgreeToItem,
    HandOver,
    HandOverProposal,
    HandOverStep,
    PassingOn,
    PassOn,
    ProposeItems,
    RevokeHandOver,
    WithdrawItem,
)
from services.sessions.domain.relationships import RELATIONSHIP
from services.sessions.domain.targets import TARGET
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class HandOverState(Answer):
    """A hand-over after a command: the items to which both have agreed, those that wait for one, those passed on."""

    relationship_id: UUID
    agreed: tuple[UUID, ...]
    waiting: tuple[UUID, ...]
    passed_on: tuple[UUID, ...]


def propose_items(who: Principal, relationship_id: UUID, proposal: HandOverProposal) -> UseCase[HandOverState]:
    """Propose items to pass on, or word them anew."""

    async def use_case(unit: Unit) -> HandOverState:
        targets = [(TARGET, target_id) for target_id in proposal.target_ids]
        await unit.read((RELATIONSHIP, relationship_id), (HAND_OVER, relationship_id), *targets)
        relationship, by = await load_to_record(who, unit, relationship_id, "choose what is handed over")
        found = await unit.load(TARGET, *proposal.target_ids)
        known = frozenset(
            target_id
            for target_id, target in zip(proposal.target_ids, found, strict=True)
            if target is not None and target.relationship_id == relationship_id
        )
        proposing = ProposeItems(
            relationship=relationship,
            programme=await load_programme(unit, relationship.programme_id),
            by=by,
            proposal=proposal,
            known_targets=known,
        )
        await unit.decide(HAND_OVER, relationship_id, proposing)
        return await _state(unit, relationship_id)

    return use_case


def agree_to_item(who: Principal, relationship_id: UUID, item_id: UUID, step: HandOverStep) -> UseCase[HandOverState]:
    """Agree that an item is passed on."""
    return _change_item(who, relationship_id, item_id, step, AgreeToItem)


def withdraw_item(who: Principal, relationship_id: UUID, item_id: UUID, step: HandOverStep) -> UseCase[HandOverState]:
    """Take an item back, whoever proposed it, as long as it was not passed on."""
    return _change_item(who, relationship_id, item_id, step, WithdrawItem)


def _change_item(
    who: Principal, relationship_id: UUID, item_id: UUID, step: HandOverStep, command: type[AgreeToItem | WithdrawItem]
) -> UseCase[HandOverState]:
    async def use_case(unit: Unit) -> HandOverState:
        relationship, by = await load_to_record(who, unit, relationship_id, "choose what is handed over")
        change = command(relationship=relationship, by=by, item_id=item_id, on=step.on)
        await unit.decide(HAND_OVER, relationship_id, change)
        return await _state(unit, relationship_id)

    return use_case


def pass_on(who: Principal, relationship_id: UUID, passing: PassingOn) -> UseCase[HandOverState]:
    """Pass on, as the mentee, what both agreed to, to another relationship of the mentee."""

    async def use_case(unit: Unit) -> HandOverState:
        seen = await load_to_see(who, unit, relationship_id)
        relationship = seen.relationship
        policy.may_pass_on(seen.who, relationship, seen.assigned)
        (to,) = await unit.load(RELATIONSHIP, passing.to_relationship_id)
        if to is None:
            raise Invalid("There is no such relationship of yours.", pointer="/to_relationship_id")
        await unit.decide(HAND_OVER, relationship_id, PassOn(relationship=relationship, to=to, on=passing.on))
        return await _state(unit, relationship_id)

    return use_case


def revoke_hand_over(who: Principal, relationship_id: UUID, passing: PassingOn) -> UseCase[HandOverState]:
    """Take back, as the mentee, what was passed on to another relationship."""

    async def use_case(unit: Unit) -> HandOverState:
        seen = await load_to_see(who, unit, relationship_id)
        relationship = seen.relationship
        policy.may_pass_on(seen.who, relationship, seen.assigned)
        revoking = RevokeHandOver(
            relationship=relationship, to_relationship_id=passing.to_relationship_id, on=passing.on
        )
        await unit.decide(HAND_OVER, relationship_id, revoking)
        return await _state(unit, relationship_id)

    return use_case


async def _state(unit: Unit, relationship_id: UUID) -> HandOverState:
    (hand_over,) = await unit.load(HAND_OVER, relationship_id)
    return _as_answer(relationship_id, hand_over)


def _as_answer(relationship_id: UUID, hand_over: HandOver) -> HandOverState:
    agreed = hand_over.agreed_by_both
    return HandOverState(
        relationship_id=relationship_id,
        agreed=agreed,
        waiting=tuple(sorted({*hand_over.agreed} - {*agreed})),
        passed_on=tuple(sorted(hand_over.passed_on)),
    )
