"""Queries of limits on hosting, for those who may set them."""

from datetime import date

from services.referral import policy
from shared.events.words import LimitScope
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class HostingLimitAnswer(Answer):
    """The most trainees at one time in an academic year, at a school, a department of it, or a trust."""

    scope: LimitScope
    academic_year: str
    school_urn: str | None
    subject: str | None
    trust_code: str | None
    places: int
    set_on: date


async def hosting_limits(reader: Reader, academic_year: str) -> list[HostingLimitAnswer]:
    """List the limits of an academic year: a school's lead sees those of the school, its departments and its trust."""
    policy.may_oversee(reader.who)
    return await reader.all(
        HostingLimitAnswer,
        """select scope, academic_year, school_urn, subject, trust_code, places, set_on from hosting_limits
           where academic_year = $1 and places is not null
             and ($2::text[] is null or school_urn = any ($2)
                  or trust_code in (select trust_code from schools where urn = any ($2)))
           order by trust_code nulls last, school_urn, subject nulls first""",
        academic_year,
        policy.schools_seen(reader.who),
    )
