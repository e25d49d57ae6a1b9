"""Commands of referrals to others: offer help, take the next step, take the last one back."""

from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.assignments import assigned_as
from services.sessions.commands.merges import current_principal
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import must_still_act
from services.sessions.domain.onward_referrals import (
    MISSING,
    ONWARD_REFERRAL,
    NewOnwardReferral,
    OfferHelp,
    OnwardReferral,
    OnwardStatus,
    OnwardStep,
    OnwardWithdrawal,
    Party,
    TakeHelpStep,
    TakeHelpStepBack,
)
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class OnwardState(Answer):
    """A referral to others after a command."""

    onward_id: UUID
    relationship_id: UUID
    status: OnwardStatus


def offer_help(who: Principal, relationship_id: UUID, new: NewOnwardReferral) -> UseCase[OnwardState]:
    """Offer a mentee help by others; a mentee who asks for it themselves has agreed to it."""

    async def use_case(unit: Unit) -> OnwardState:
        relationship, programme, by = await _load_party(who, unit, relationship_id)
        onward_id = uuid4()
        offering = OfferHelp(onward_id=onward_id, relationship=relationship, programme=programme, by=by, new=new)
        await unit.decide(ONWARD_REFERRAL, onward_id, offering)
        return await _state(unit, onward_id)

    return use_case


def take_help_step(who: Principal, onward_id: UUID, step: OnwardStep) -> UseCase[OnwardState]:
    """Record the next step: agreed, declined, made, taken up, not taken up, ended."""

    async def use_case(unit: Unit) -> OnwardState:
        referral, relationship, programme, by = await _load_to_change(who, unit, onward_id)
        note = referral.steps[-1].note
        opened = await open_texts(unit.reads, unit.tenant, [note])
        taking = TakeHelpStep(
            relationship=relationship,
            programme=programme,
            by=by,
            step=step,
            on_record=note and opened.get(note, note),
        )
        await unit.decide(ONWARD_REFERRAL, onward_id, taking)
        return await _state(unit, onward_id)

    return use_case


def take_help_step_back(who: Principal, onward_id: UUID, withdrawal: OnwardWithdrawal) -> UseCase[OnwardState]:
    """Take the last step back: the referral is where it was before."""

    async def use_case(unit: Unit) -> OnwardState:
        _, relationship, programme, by = await _load_to_change(who, unit, onward_id)
        taking_back = TakeHelpStepBack(relationship=relationship, programme=programme, by=by, on=withdrawal.on)
        await unit.decide(ONWARD_REFERRAL, onward_id, taking_back)
        return await _state(unit, onward_id)

    return use_case


async def _load_party(who: Principal, unit: Unit, relationship_id: UUID) -> tuple[Relationship, Programme, Party]:
    (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
    if relationship is None:
        raise NotFound("There is no such relationship.")
    caller = await current_principal(unit, who)
    must_still_act(unit, caller, relationship)
    assigned = await assigned_as(unit, who, relationship.trainee_id)
    programme = await load_programme(unit, relationship.programme_id)
    return relationship, programme, policy.refers_on(caller, relationship, programme, assigned)


async def _load_to_change(
    who: Principal, unit: Unit, onward_id: UUID
) -> tuple[OnwardReferral, Relationship, Programme, Party]:
    (referral,) = await unit.load(ONWARD_REFERRAL, onward_id)
    if referral is None:
        raise NotFound(MISSING)
    try:
        relationship, programme, by = await _load_party(who, unit, referral.relationship_id)
    except NotFound:
        raise NotFound(MISSING) from None
    if by == "lead" and not referral.is_shared:
        raise NotFound(MISSING)
    return referral, relationship, programme, by


async def _state(unit: Unit, onward_id: UUID) -> OnwardState:
    (referral,) = await unit.load(ONWARD_REFERRAL, onward_id)
    assert referral is not None
    return OnwardState(onward_id=onward_id, relationship_id=referral.relationship_id, status=referral.status)
