"""The hours that mentors give to pairs and supports together. Source: product.md M7, R6.

Whatever ends early takes hours up to and with its last day, which the two may have agreed on long before.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from services.matching.rounds.rows import RoundPair, Rows


def hours_given(live: Iterable[RoundPair], rows: Rows, first: date, last: date, on: date) -> defaultdict[UUID, float]:
    """Sum up the hours a week that mentors give between two days, by their ids: to these live pairs, to live supports,
    and to what ends early on the day `on` or later.

    Peers visit each other's lessons, so both give hours.
    """
    hours: defaultdict[UUID, float] = defaultdict(float)
    for pair in (*live, *(pair for pair in rows.pairs if _ends_early(pair, on))):
        if _meets(pair.starts_on, pair.ended_on or pair.ends_on, first, last):
            hours[pair.mentor_id] += pair.mentor_hours_per_week
    for support in rows.supports:
        runs = support.is_live or (support.status == "ended" and support.ends_on >= on)
        if runs and _meets(support.starts_on, support.ends_on, first, last):
            hours[support.mentor_id] += support.hours_per_week
            if support.role == "peer":
                hours[support.mentee_id] += support.hours_per_week
    return hours


def _ends_early(pair: RoundPair, on: date) -> bool:
    return pair.ended_on is not None and pair.ended_on >= on


def _meets(starts_on: date, ends_on: date, first: date, last: date) -> bool:
    """Whether what runs from one day to another shares a day with some others; not if it ends before it begins."""
    return starts_on <= ends_on and starts_on <= last and ends_on >= first
