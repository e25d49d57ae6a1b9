"""Use cases of supports: both sides answer a proposal, and either ends a confirmed support."""

from datetime import date
from uuid import UUID

from services.matching import policy
from services.matching.commands.confirmations import broken_rules_of_support
from services.matching.commands.identities import current_principal, kept_id
from services.matching.commands.people import refuse_erased, school_of
from services.matching.domain.supports import (
    SUPPORT,
    Accept,
    Commands,
    Decline,
    End,
    SupportAnswer,
    SupportStatus,
    TakeBack,
)
from shared.events.words import SupportSide
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class SupportChanged(Answer):
    """The status of a support, and the sides that have accepted it."""

    support_id: UUID
    status: SupportStatus
    accepted_by: tuple[SupportSide, ...]


def accept(who: Principal, support_id: UUID, answer: SupportAnswer) -> UseCase[SupportChanged]:
    """Accept a proposed support for one side."""

    async def use_case(unit: Unit) -> SupportChanged:
        parties = await _parties(unit, support_id)
        side = policy.support_side_to_answer(await current_principal(unit, who), parties, answer.side)
        await refuse_erased(unit, *parties.people.values())
        (support,) = await unit.load(SUPPORT, support_id)
        confirms = support.would_be_confirmed_by(side)
        broken = await broken_rules_of_support(unit, support, answer.on) if confirms else ()
        return await _changed(unit, support_id, Accept(side=side, by=who.subject, on=answer.on, broken=broken))

    return use_case


def decline(who: Principal, support_id: UUID, answer: SupportAnswer) -> UseCase[SupportChanged]:
    """Decline a proposed support for one side; nobody is asked for a reason."""

    async def use_case(unit: Unit) -> SupportChanged:
        parties = await _parties(unit, support_id)
        side = policy.support_side_to_answer(await current_principal(unit, who), parties, answer.side)
        await refuse_erased(unit, *parties.people.values())
        return await _changed(unit, support_id, Decline(side=side, by=who.subject, on=answer.on))

    return use_case


def take_answer_back(who: Principal, support_id: UUID, answer: SupportAnswer) -> UseCase[SupportChanged]:
    """Take back the answer of one side, which was a mistake."""

    async def use_case(unit: Unit) -> SupportChanged:
        parties = await _parties(unit, support_id)
        side = policy.support_side_to_answer(await current_principal(unit, who), parties, answer.side)
        await refuse_erased(unit, *parties.people.values())
        return await _changed(unit, support_id, TakeBack(side=side, by=who.subject, on=answer.on))

    return use_case


def end(who: Principal, support_id: UUID, *, on: date) -> UseCase[SupportChanged]:
    """End a confirmed support: this is its last day."""

    async def use_case(unit: Unit) -> SupportChanged:
        parties = await _parties(unit, support_id)
        policy.may_end_support(await current_principal(unit, who), parties)
        await refuse_erased(unit, *parties.people.values())
        return await _changed(unit, support_id, End(by=who.subject, on=on))

    return use_case


async def _parties(unit: Unit, support_id: UUID) -> policy.SupportParties:
    """The mentor and the mentee of a support, by the ids of their kept records."""
    (support,) = await unit.load(SUPPORT, support_id)
    if support.proposal is None:
        raise NotFound("There is no such support.")
    people: dict[SupportSide, UUID] = {
        "mentor": await kept_id(unit, support.proposal.mentor_id),
        "mentee": await kept_id(unit, support.proposal.mentee_id),
    }
    return policy.SupportParties(
        school_urn=support.proposal.terms.school_urn,
        people=people,
        schools={side: await school_of(unit, person_id) for side, person_id in people.items()},
    )


async def _changed(unit: Unit, support_id: UUID, command: Commands) -> SupportChanged:
    await unit.decide(SUPPORT, support_id, command)
    (support,) = await unit.load(SUPPORT, support_id)
    return SupportChanged.model_validate(
        {"support_id": support_id, "status": support.status, "accepted_by": sorted(support.accepted_by)}
    )
