"""Scenarios: rounds that proposed nothing, one by one and side by side."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import fmean
from typing import Any
from uuid import UUID

from services.matching.queries.rounds import Rows, all_written_up, load
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.reader import Reader

_SCENARIO = """
    select round_id as scenario_id, programme_id, name, state, variant, asked_on, asked_at, begun_at, failed_because,
           placed, unplaced, total_cost, weights, hours_per_trainee_week
    from rounds where not proposes and name is not null"""


async def scenarios(reader: Reader, *, programme_id: UUID | None, after: UUID | None, limit: int) -> Rows:
    """Scenarios in the order of their ids, one page."""
    rows = await reader.connection.fetch(
        f"""{_SCENARIO} and ($1::uuid is null or programme_id = $1) and ($2::uuid is null or round_id > $2)
            order by round_id limit $3""",
        programme_id,
        after,
        limit,
    )
    return await reader.unsealed([dict(row) for row in rows])


async def comparison(reader: Reader, ids: Sequence[UUID]) -> dict[str, Any]:
    """Scenarios side by side, in this order, and who has another pair in one than in the one before it.

    Raises `NotFound` for one that is not there, `Invalid` for one that has not been solved or is of another programme.
    """
    await all_written_up(reader, *ids)
    rows = await reader.connection.fetch(f"{_SCENARIO} and round_id = any ($1)", ids)
    by_id = {row["scenario_id"]: row for row in await reader.unsealed([dict(row) for row in rows])}
    if any(one not in by_id for one in ids):
        raise NotFound("One of these is not a scenario that you can see.")
    if any(by_id[one]["state"] != "solved" for one in ids):
        raise Invalid("Each scenario must have been solved; wait for those that are not yet.", pointer="query:ids")
    if len({by_id[one]["programme_id"] for one in ids}) > 1:
        raise Invalid("Compare scenarios of one programme.", pointer="query:ids")
    found = {one: await _pairs(reader, one) for one in ids}
    measured = [by_id[one] | _measures(by_id[one], found[one], await load(reader, one)) for one in ids]
    return {
        "scenarios": measured,
        "changes": [
            {"from": before, "to": after, "trainees": _differ(found[before], found[after])}
            for before, after in pairwise(ids)
        ],
    }


async def _pairs(reader: Reader, scenario_id: UUID) -> Rows:
    rows = await reader.connection.fetch(
        "select trainee_id, mentor_id, offer_id, school_urn, travel_minutes, terms from found where round_id = $1",
        scenario_id,
    )
    return [dict(row) for row in rows]


def _measures(scenario: Mapping[str, Any], pairs: Rows, carried: Mapping[str, Any]) -> dict[str, Any]:
    travel = [pair["travel_minutes"] for pair in pairs]
    weight = scenario["weights"].get("contrast")
    like = [pair["terms"]["contrast"] / weight for pair in pairs] if weight else []
    return {
        "travel_mean_minutes": round(fmean(travel), 1) if travel else None,
        "travel_longest_minutes": max(travel, default=None),
        "contrast_mean": round(100 - fmean(like), 1) if like else None,
        "load": {side: {"after": carried[side]["after"]} for side in ("schools", "mentors")},
    }


def _differ(before: Rows, after: Rows) -> Rows:
    """Trainees with another mentor or offer, or with a pair in one of the two only, by their ids."""
    had, has = ({pair["trainee_id"]: pair for pair in pairs} for pairs in (before, after))
    return [
        {"trainee_id": trainee, "before": _where(had.get(trainee)), "after": _where(has.get(trainee))}
        for trainee in sorted(had.keys() | has.keys())
        if _where(had.get(trainee)) != _where(has.get(trainee))
    ]


def _where(pair: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {name: pair[name] for name in ("mentor_id", "offer_id", "school_urn")} if pair else None
