"""Use cases of offers: how open a school is, what it can host, and that this still stands."""

from datetime import date
from uuid import UUID

from services.referral import policy
from services.referral.commands.subjects import subject_named
from services.referral.domain.appetites import HOSTING, ReasonNotHosting, SayAppetite
from services.referral.domain.offers import OFFER, Confirm, RecordOffer, Withdraw, academic_year_of, offer_id
from services.referral.domain.schools import SCHOOL
from services.referral.imports.recording.schools import UNKNOWN_SCHOOL
from shared.events.words import Appetite, Phase, RouteKind, YearGroup
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def offer(
    who: Principal,
    *,
    school_urn: str,
    subject: str,
    phase: Phase,
    places: int,
    starts_on: date,
    ends_on: date,
    year_groups: tuple[YearGroup, ...] = (),
    routes: tuple[RouteKind, ...] = (),
    shared_with: tuple[str, ...] = (),
    on: date,
) -> UseCase[JsonAnswer]:
    """Say what a school can host in a subject, by any of its names; no places withdraws the offer."""
    for urn in (school_urn, *shared_with):
        policy.may_offer(who, urn)
    found = subject_named(subject)
    if found.phase != phase:
        raise Invalid(f"{found.name} is a {found.phase} subject.", pointer="/phase")
    code = found.code

    async def use_case(unit: Unit) -> JsonAnswer:
        await _must_be_one_trust(unit, school_urn, shared_with)
        if places:
            (hosting,) = await unit.load(HOSTING, hosting_key(school_urn, academic_year_of(starts_on)))
            hosting.must_be_open()
        key = offer_id(unit.tenant, school_urn, code, phase, starts_on, year_groups)
        await unit.decide(
            OFFER,
            key,
            RecordOffer(
                offer_id=key,
                school_urn=school_urn,
                subject=code,
                phase=phase,
                places=places,
                starts_on=starts_on,
                ends_on=ends_on,
                year_groups=year_groups,
                routes=routes,
                shared_with=shared_with,
                on=on,
            ),
        )
        return {"offer_id": str(key), "places": places}

    return use_case


async def _must_be_one_trust(unit: Unit, school_urn: str, shared_with: tuple[str, ...]) -> None:
    (school,) = await unit.load(SCHOOL, school_urn)
    if school.row is None:
        raise Invalid(UNKNOWN_SCHOOL, pointer="/school_urn")
    for nth, other in enumerate(await unit.load(SCHOOL, *shared_with) if shared_with else ()):
        if other.row is None:
            raise Invalid(UNKNOWN_SCHOOL, pointer=f"/shared_with/{nth}")
        if school.row.trust_code is None or other.row.trust_code != school.row.trust_code:
            raise Invalid("Only schools of one trust share an offer.", pointer=f"/shared_with/{nth}")


def confirm_offer(who: Principal, offer_id: UUID, *, on: date) -> UseCase[JsonAnswer]:
    """Say that an offer still stands."""
    return _said_of(who, offer_id, Confirm(on=on))


def withdraw_offer(who: Principal, offer_id: UUID, *, on: date) -> UseCase[JsonAnswer]:
    """Take an offer back."""
    return _said_of(who, offer_id, Withdraw(on=on))


def _said_of(who: Principal, offer_id: UUID, command: Confirm | Withdraw) -> UseCase[JsonAnswer]:
    async def use_case(unit: Unit) -> JsonAnswer:
        (before,) = await unit.load(OFFER, offer_id)
        if before.terms is None:
            raise NotFound("There is no such offer.")
        policy.may_offer(who, before.terms.school_urn)
        await unit.decide(OFFER, offer_id, command)
        (after,) = await unit.load(OFFER, offer_id)
        assert after.terms is not None
        return {
            "offer_id": str(offer_id),
            "places": after.terms.places,
            "last_confirmed_on": after.terms.happened_on.isoformat(),
        }

    return use_case


def say_appetite(
    who: Principal,
    *,
    school_urn: str,
    academic_year: str,
    appetite: Appetite,
    reasons_not_hosting: tuple[ReasonNotHosting, ...],
    on: date,
) -> UseCase[JsonAnswer]:
    """Say how open a school is to hosting in an academic year."""
    policy.may_offer(who, school_urn)
    command = SayAppetite(
        school_urn=school_urn,
        academic_year=academic_year,
        appetite=appetite,
        reasons_not_hosting=tuple(sorted(set(reasons_not_hosting))),
        by=who.subject,
        on=on,
    )

    async def use_case(unit: Unit) -> JsonAnswer:
        (school,) = await unit.load(SCHOOL, school_urn)
        if school.row is None:
            raise Invalid(UNKNOWN_SCHOOL, pointer="/school_urn")
        await unit.decide(HOSTING, hosting_key(school_urn, academic_year), command)
        return {"school_urn": school_urn, "academic_year": academic_year, "appetite": appetite}

    return use_case


def hosting_key(school_urn: str, academic_year: str) -> str:
    """The key of what a school says for an academic year."""
    return f"{school_urn}-{academic_year.replace('/', '-')}"
