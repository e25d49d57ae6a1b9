"""Queries of appetites: how open schools are to hosting."""

from datetime import date

from services.referral import policy
from services.referral.domain.appetites import ReasonNotHosting
from shared.events.words import Appetite
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class AppetiteAnswer(Answer):
    """How open a school is to hosting in an academic year, as declared on a day."""

    school_urn: str
    academic_year: str
    appetite: Appetite
    reasons_not_hosting: tuple[ReasonNotHosting, ...]
    said_on: date


async def appetites(reader: Reader, academic_year: str) -> list[AppetiteAnswer]:
    """List the declarations of schools for a year, by URN; a school's lead sees only the school's declaration."""
    policy.may_oversee(reader.who)
    return await reader.all(
        AppetiteAnswer,
        """select school_urn, academic_year, appetite, reasons_not_hosting, said_on from hostings
           where academic_year = $1 and ($2::text[] is null or school_urn = any ($2)) order by school_urn""",
        academic_year,
        policy.schools_seen(reader.who),
    )
