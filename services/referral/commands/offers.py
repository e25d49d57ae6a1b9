"""Use cases of offers: record what a school can host, confirm that an offer still stands, withdraw it."""

from datetime import date
from uuid import UUID

from services.referral import policy
from services.referral.commands.schools import recorded_school
from services.referral.commands.subjects import subject_named
from services.referral.domain.appetites import HOSTING, hosting_key
from services.referral.domain.fields import Dated
from services.referral.domain.offers import OFFER, Confirm, NewOffer, RecordOffer, Withdraw, offer_id
from shared.calendar.academic_years import academic_year_of
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid, build_from
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class OfferPlaces(Answer):
    """An offer and its places."""

    offer_id: UUID
    places: int


class OfferStatus(OfferPlaces):
    """An offer, its places, and the day on which the school last confirmed it."""

    last_confirmed_on: date


def record_offer(who: Principal, offer: NewOffer) -> UseCase[OfferPlaces]:
    """Record what a school can host in a subject, by any of its names; an offer with 0 places is withdrawn."""
    policy.may_offer(who, offer.school_urn)
    for urn in offer.shared_with:
        policy.may_share_offer(who, urn)
    subject = subject_named(offer.subject)
    if subject.phase != offer.phase:
        raise Invalid(f"{subject.name} is a {subject.phase} subject.", pointer="/phase")

    async def use_case(unit: Unit) -> OfferPlaces:
        await _must_be_one_trust(unit, offer.school_urn, offer.shared_with)
        if offer.places:
            (hosting,) = await unit.load(HOSTING, hosting_key(offer.school_urn, academic_year_of(offer.starts_on)))
            hosting.must_be_open()
        terms = offer.terms
        key = offer_id(
            unit.tenant,
            terms.school_urn,
            subject.code,
            terms.phase,
            terms.starts_on,
            terms.year_groups,
            send_placement=terms.send_placement,
        )
        command = build_from(RecordOffer, terms, offer_id=key, subject=subject.code, on=offer.on)
        if not await unit.decide(OFFER, key, command) and offer.places:
            # the school says the same again: that confirms the offer, and is refused for a day before the last one
            await unit.decide(OFFER, key, Confirm(on=offer.on))
        return OfferPlaces(offer_id=key, places=offer.places)

    return use_case


async def _must_be_one_trust(unit: Unit, school_urn: str, shared_with: tuple[str, ...]) -> None:
    school = await recorded_school(unit, school_urn)
    for nth, urn in enumerate(shared_with):
        other = await recorded_school(unit, urn, pointer=f"/shared_with/{nth}")
        if school.trust_code is None or other.trust_code != school.trust_code:
            raise Invalid("Only schools of one trust share an offer.", pointer=f"/shared_with/{nth}")


def confirm_offer(who: Principal, offer_id: UUID, step: Dated) -> UseCase[OfferStatus]:
    """Confirm that an offer still stands."""
    return _change(who, offer_id, Confirm(on=step.on))


def withdraw_offer(who: Principal, offer_id: UUID, step: Dated) -> UseCase[OfferStatus]:
    """Withdraw an offer."""
    return _change(who, offer_id, Withdraw(on=step.on))


def _change(who: Principal, offer_id: UUID, command: Confirm | Withdraw) -> UseCase[OfferStatus]:
    async def use_case(unit: Unit) -> OfferStatus:
        (before,) = await unit.load(OFFER, offer_id)
        policy.may_change_offers_of(who, before.terms.school_urn if before.terms else None)
        await unit.decide(OFFER, offer_id, command)
        (after,) = await unit.load(OFFER, offer_id)
        assert after.terms is not None
        return OfferStatus(offer_id=offer_id, places=after.terms.places, last_confirmed_on=after.terms.happened_on)

    return use_case
