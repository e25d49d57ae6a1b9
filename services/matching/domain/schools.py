"""Facts of schools: their position, whether they closed, their appetite and hosting limits."""

from typing import ClassVar

from services.matching.domain.facts import last_fact
from shared.events import referral
from shared.kernel.decider import Event


class SchoolKnown(Event, referral.SchoolRecorded):
    """A school. If it is closed it hosts nobody new; a successor may have taken it over."""

    type: ClassVar[str] = "matching.school_known"

    closed: bool = False
    successor_urn: str | None = None


class AppetiteKnown(Event, referral.AppetiteSaid):
    """A school declared how open it is to hosting in an academic year."""

    type: ClassVar[str] = "matching.appetite_known"


class HostingLimitKnown(Event, referral.HostingLimitSet):
    """The most trainees at one time in a department, a school or a trust; without places there is no limit."""

    type: ClassVar[str] = "matching.hosting_limit_known"


def hosting_limit_key(limit: HostingLimitKnown) -> str:
    """Make the key of a hosting limit from its scope and academic year."""
    place = (limit.school_urn, limit.subject, limit.trust_code)
    return "-".join((limit.scope, limit.academic_year, *(part for part in place if part)))


SCHOOL = last_fact("school", SchoolKnown)
APPETITE = last_fact("appetite", AppetiteKnown)
HOSTING_LIMIT = last_fact("hosting_limit", HostingLimitKnown)
