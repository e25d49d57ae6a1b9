"""Use case of limits on hosting."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.referral import policy
from services.referral.commands.schools import recorded_school
from services.referral.commands.subjects import subject_named
from services.referral.domain.fields import Dated, NewAcademicYear
from services.referral.domain.limits import LIMIT, HostingLimit, SetHostingLimit, limit_id
from services.referral.domain.schools import SCHOOL
from shared.events.words import LimitScope
from shared.inputs.numbers import Whole
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class NewHostingLimit(HostingLimit, Dated):
    """A limit to set, with the subject by any of its names; without places the limit is removed."""

    academic_year: NewAcademicYear
    places: Annotated[Whole, Field(ge=0, le=1000)] | None = None


class LimitSet(Answer):
    """The answer to a limit that was set: the limit as it is now."""

    limit_id: UUID
    scope: LimitScope
    academic_year: str
    places: int | None


def set_hosting_limit(who: Principal, limit: NewHostingLimit) -> UseCase[LimitSet]:
    """Set the limit of a school or department (by its lead or the partnership's), or of a trust (by the
    partnership's lead).
    """
    policy.may_limit_hosting(who, limit.school_urn)
    if limit.subject is not None:
        limit = limit.model_copy(update={"subject": subject_named(limit.subject).code})

    async def use_case(unit: Unit) -> LimitSet:
        await _must_be_recorded(unit, limit)
        key = limit_id(unit.tenant, limit)
        await unit.decide(LIMIT, key, SetHostingLimit(limit_id=key, by=who.subject, **limit.model_dump()))
        return LimitSet(limit_id=key, scope=limit.scope, academic_year=limit.academic_year, places=limit.places)

    return use_case


async def _must_be_recorded(unit: Unit, limit: HostingLimit) -> None:
    if limit.school_urn is None:
        return
    await recorded_school(unit, limit.school_urn)
    (school,) = await unit.load(SCHOOL, limit.school_urn)
    if school.closed:
        raise Invalid("This school has closed, so that it hosts nobody.", pointer="/school_urn")
