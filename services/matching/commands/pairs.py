"""Use cases of pairs: what both sides say to a proposal, and what the lead wants to stay as it is."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.matching import policy
from services.matching.domain.known import MERGE, PERSON, SCHOOL
from services.matching.domain.pairs import PAIR, Accept, Decline, Lock, NotOpen, Pair, Unlock
from shared.events.words import Side
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def accept(who: Principal, pair_id: UUID, *, side: Side | None, on: date) -> UseCase[JsonAnswer]:
    """Say yes to a proposal."""

    async def use_case(unit: Unit) -> JsonAnswer:
        (pair,) = await unit.load(PAIR, pair_id)
        answered = policy.answering(who, await _as_it_reads(unit, pair), side)
        assert pair.proposal is not None
        forgotten = await unit.load(PERSON, pair.proposal.mentor_id, pair.proposal.trainee_id)
        if any(forgotten):
            raise NotOpen("The record of one of the two was erased; say no, so that the place is free again.")
        return await _decided(unit, pair_id, Accept(side=answered, by=who.subject, on=on))

    return use_case


def decline(who: Principal, pair_id: UUID, *, side: Side | None, reason: str | None, on: date) -> UseCase[JsonAnswer]:
    """Say no to a proposal; nobody need say why."""

    async def use_case(unit: Unit) -> JsonAnswer:
        (pair,) = await unit.load(PAIR, pair_id)
        answered = policy.answering(who, await _as_it_reads(unit, pair), side)
        return await _decided(unit, pair_id, Decline(side=answered, by=who.subject, on=on, reason=reason))

    return use_case


def lock(who: Principal, pair_id: UUID, *, on: date) -> UseCase[JsonAnswer]:
    """Keep the two together, whatever rounds and repairs would rather do."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        return await _decided(unit, pair_id, Lock(by=who.subject, on=on)) | {"locked": True}

    return use_case


def unlock(who: Principal, pair_id: UUID, *, on: date) -> UseCase[JsonAnswer]:
    """Let a repair move the two again."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        return await _decided(unit, pair_id, Unlock(by=who.subject, on=on)) | {"locked": False}

    return use_case


async def _as_it_reads(unit: Unit, pair: Pair) -> Pair:
    """The pair as policy looks at it: under the ids of the records that stand for the two, at the school that does."""
    if pair.proposal is None:
        return pair
    sides = {side: getattr(pair.proposal, side) for side in ("mentor_id", "trainee_id")}
    merged = dict(zip(sides, await unit.load(MERGE, *sides.values()), strict=True))
    kept = {side: fact.kept_id for side, fact in merged.items() if fact is not None}
    placement = pair.proposal.placement
    now = placement.model_copy(update={"school_urn": await _school_now(unit, placement.school_urn)})
    return replace(pair, proposal=pair.proposal.model_copy(update={**kept, "placement": now}))


async def _school_now(unit: Unit, urn: str) -> str:
    """The school itself, or the last of its successors."""
    seen: set[str] = set()
    while urn not in seen:
        seen.add(urn)
        (school,) = await unit.load(SCHOOL, urn)
        urn = (school.successor_urn if school is not None else None) or urn
    return urn


async def _decided(unit: Unit, pair_id: UUID, command: Accept | Decline | Lock | Unlock) -> JsonAnswer:
    await unit.decide(PAIR, pair_id, command)
    (pair,) = await unit.load(PAIR, pair_id)
    return {"pair_id": str(pair_id), "status": pair.status, "accepted_by": sorted(pair.accepted_by)}
