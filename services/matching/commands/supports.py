"""Use cases of supports: what both sides say to a proposal, and when one of them ends it."""

from datetime import date
from uuid import UUID

from services.matching import policy
from services.matching.commands.people import kept_id, school_of
from services.matching.domain.known import PERSON
from services.matching.domain.supports import SUPPORT, Accept, Commands, Decline, End, NotOpen, Proposed
from shared.events.words import SupportSide
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def accept(who: Principal, support_id: UUID, *, side: SupportSide | None, on: date) -> UseCase[JsonAnswer]:
    """Say yes to a proposed support."""

    async def use_case(unit: Unit) -> JsonAnswer:
        between = await _between(unit, support_id)
        answered = policy.answering_support(who, between, side)
        if any(one is not None for one in await unit.load(PERSON, *between.people.values())):
            raise NotOpen("The record of one of the two was erased; say no, so that the hours are free again.")
        return await _decided(unit, support_id, Accept(side=answered, by=who.subject, on=on))

    return use_case


def decline(who: Principal, support_id: UUID, *, side: SupportSide | None, on: date) -> UseCase[JsonAnswer]:
    """Say no to a proposed support; nobody is asked why."""

    async def use_case(unit: Unit) -> JsonAnswer:
        answered = policy.answering_support(who, await _between(unit, support_id), side)
        return await _decided(unit, support_id, Decline(side=answered, by=who.subject, on=on))

    return use_case


def end(who: Principal, support_id: UUID, *, on: date) -> UseCase[JsonAnswer]:
    """Let this be the last day of a confirmed support."""

    async def use_case(unit: Unit) -> JsonAnswer:
        policy.may_end_support(who, await _between(unit, support_id))
        return await _decided(unit, support_id, End(by=who.subject, on=on))

    return use_case


async def _between(unit: Unit, support_id: UUID) -> policy.Between:
    """The support as policy looks at it: under the ids of the records that stand for the two."""
    (support,) = await unit.load(SUPPORT, support_id)
    if support.proposal is None:
        raise NotFound("There is no such support.")
    people = await _people(unit, support.proposal)
    return policy.Between(
        school_urn=support.proposal.terms.school_urn,
        people=people,
        schools={side: await school_of(unit, person_id) for side, person_id in people.items()},
    )


async def _people(unit: Unit, proposal: Proposed) -> dict[SupportSide, UUID]:
    return {"mentor": await kept_id(unit, proposal.mentor_id), "mentee": await kept_id(unit, proposal.mentee_id)}


async def _decided(unit: Unit, support_id: UUID, command: Commands) -> JsonAnswer:
    await unit.decide(SUPPORT, support_id, command)
    (support,) = await unit.load(SUPPORT, support_id)
    return {"support_id": str(support_id), "status": support.status, "accepted_by": sorted(support.accepted_by)}
