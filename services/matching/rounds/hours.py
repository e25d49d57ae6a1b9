"""What mentors give beside being lead mentors: hours count together. Source: product.md M7, R6."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from services.matching.domain.supports import LIVE
from services.matching.rounds.rows import Row


def hours_beside(supports: Iterable[Row], first: date, last: date) -> Counter[UUID]:
    """Hours a week that mentors give beside being lead mentors, by their ids, in whatever shares a day with these.

    Two peers look at each other's teaching: both give.
    """
    given: Counter[UUID] = Counter()
    for support in supports:
        if support["status"] in LIVE and support["starts_on"] <= last and support["ends_on"] >= first:
            given[support["mentor_id"]] += support["hours_per_week"]
            if support["role"] == "peer":
                given[support["mentee_id"]] += support["hours_per_week"]
    return given
