"""Use case of appetites: how open a school is to hosting."""

from services.referral import policy
from services.referral.commands.schools import recorded_school
from services.referral.domain.appetites import HOSTING, DeclareAppetite, NewAppetite, hosting_key
from shared.events.words import Appetite
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class AppetiteStatus(Answer):
    """How open a school is to hosting in an academic year."""

    school_urn: str
    academic_year: str
    appetite: Appetite


def record_appetite(who: Principal, school_urn: str, appetite: NewAppetite) -> UseCase[AppetiteStatus]:
    """Record how open a school is to hosting in an academic year."""
    policy.may_offer(who, school_urn)
    fields = appetite.model_dump() | {"reasons_not_hosting": tuple(sorted(set(appetite.reasons_not_hosting)))}
    command = DeclareAppetite(school_urn=school_urn, by=who.subject, **fields)

    async def use_case(unit: Unit) -> AppetiteStatus:
        await recorded_school(unit, school_urn)
        await unit.decide(HOSTING, hosting_key(school_urn, appetite.academic_year), command)
        return AppetiteStatus(school_urn=school_urn, academic_year=appetite.academic_year, appetite=appetite.appetite)

    return use_case
