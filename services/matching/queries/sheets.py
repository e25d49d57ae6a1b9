"""Answers of matching as lines of a sheet: one a trainee, a share, a departure."""

from collections.abc import Iterator, Mapping
from typing import Any

ROUND_COLUMNS = (
    "trainee_id",
    "standing",
    "pair_id",
    "mentor_id",
    "school_urn",
    "school_name",
    "subject",
    "travel_minutes",
    "cost",
    "why",
    "next_best",
    "reason",
    "explanation",
    "would_help",
)
SHARE_COLUMNS = ("kind", "id", "has", "before", "after", "share_before", "share_after")
SCENARIO_COLUMNS = (
    "scenario_id",
    "name",
    "placed",
    "unplaced",
    "travel_mean_minutes",
    "travel_longest_minutes",
    "contrast_mean",
    "largest_share_of_a_school",
    "largest_share_of_a_mentor",
    "total_cost",
    "changes_from_the_one_before",
)


def round_lines(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A round's trainees: those with a pair and why it is this one, then those without and what would help."""
    nothing = dict.fromkeys(ROUND_COLUMNS)
    for pair in found["pairs"]:
        line = {name: pair.get(name) for name in ROUND_COLUMNS} | {"pair_id": pair.get("pair_id")}
        why = pair["why"] or {}
        terms = [f"{term['title']} +{term['cost']}: {term['words']}" for term in why.get("terms", ())]
        next_best = why.get("others_stay") or why.get("others_move")
        yield line | {
            "standing": pair.get("status", "would be proposed"),
            "why": " ".join(terms),
            "next_best": next_best and next_best["words"],
        }
    for one in found["unplaced_trainees"]:
        yield nothing | {
            "trainee_id": one["trainee_id"],
            "standing": "unplaced",
            "reason": one["reason"],
            "explanation": one["explanation"],
            "would_help": " ".join(remedy["words"] for remedy in one["remedies"]),
        }


def share_lines(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What each school and mentor carries: places, or minutes a week."""
    for kind in ("school", "mentor"):
        for share in found[f"{kind}s"]["shares"]:
            shares = {f"share_{when}": round(share[when] / share["has"], 3) for when in ("before", "after")}
            yield {"kind": kind} | share | shares


def scenario_lines(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Scenarios side by side."""
    changed = [None, *(len(change["trainees"]) for change in found["changes"])]
    for one, changes in zip(found["scenarios"], changed, strict=True):
        yield {name: one.get(name) for name in SCENARIO_COLUMNS} | {
            "largest_share_of_a_school": one["load"]["schools"]["after"]["largest"],
            "largest_share_of_a_mentor": one["load"]["mentors"]["after"]["largest"],
            "changes_from_the_one_before": changes,
        }
