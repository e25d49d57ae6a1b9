"""The hours that mentors give to supports, which count together with those of pairs. Source: product.md M7, R6."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from services.matching.rounds.rows import RoundSupport


def support_hours(supports: Iterable[RoundSupport], first: date, last: date) -> defaultdict[UUID, float]:
    """Sum up the hours a week that mentors give, by their ids, to live supports between two days.

    Peers visit each other's lessons, so both give hours.
    """
    hours: defaultdict[UUID, float] = defaultdict(float)
    for support in supports:
        if support.is_live and support.starts_on <= last and support.ends_on >= first:
            hours[support.mentor_id] += support.hours_per_week
            if support.role == "peer":
                hours[support.mentee_id] += support.hours_per_week
    return hours
