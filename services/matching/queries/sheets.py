"""Answers of matching as lines of a sheet: a line for each trainee, each share of capacity, each scenario."""

from collections.abc import Iterator
from typing import Any

from services.matching.queries.rounds import PreviewedPair, RoundInFull, RoundLoad, RoundPair
from services.matching.queries.scenarios import Comparison

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


def round_lines(found: RoundInFull) -> Iterator[dict[str, Any]]:
    """Return a line for each trainee of a round: first those with a pair, explained, then those without, with what
    would help.
    """
    for pair in found.pairs:
        yield _pair_line(pair)
    for unplaced in found.unplaced_trainees:
        yield dict.fromkeys(ROUND_COLUMNS) | {
            "trainee_id": unplaced.trainee_id,
            "standing": "unplaced",
            "reason": unplaced.reason,
            "explanation": unplaced.explanation,
            "would_help": " ".join(remedy.words for remedy in unplaced.remedies),
        }


def _pair_line(pair: RoundPair | PreviewedPair) -> dict[str, Any]:
    terms = [f"{term.title} +{term.cost}: {term.words}" for term in pair.why.terms] if pair.why else []
    next_best = (pair.why.others_stay or pair.why.others_move) if pair.why else None
    return {name: getattr(pair, name, None) for name in ROUND_COLUMNS} | {
        "standing": getattr(pair, "status", "would be proposed"),
        "why": " ".join(terms),
        "next_best": next_best and next_best.words,
    }


def share_lines(found: RoundLoad) -> Iterator[dict[str, Any]]:
    """Return the capacity that each school (places) and mentor (minutes a week) carries."""
    for kind, load in (("school", found.schools), ("mentor", found.mentors)):
        for share in load.shares:
            shares = {f"share_{when}": round(getattr(share, when) / share.has, 3) for when in ("before", "after")}
            yield {"kind": kind} | dict(share) | shares


def scenario_lines(found: Comparison) -> Iterator[dict[str, Any]]:
    """Return scenarios in the order in which they are compared."""
    changed = [None, *(len(change.trainees) for change in found.changes)]
    for scenario, changes in zip(found.scenarios, changed, strict=True):
        yield {name: getattr(scenario, name, None) for name in SCENARIO_COLUMNS} | {
            "largest_share_of_a_school": scenario.load.schools.after.largest,
            "largest_share_of_a_mentor": scenario.load.mentors.after.largest,
            "changes_from_the_one_before": changes,
        }
