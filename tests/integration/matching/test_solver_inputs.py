"""What referral publishes for the solver, through the running service: from Kafka to the result of a round."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.matching.partnership import Partnership, ids
from tests.support.services import Platform
from tests.unit.matching.in_memory import input_of, result_of
from tests.unit.matching.solver_inputs import CASES, PROGRAMME_ID, Known, limit

FROM_REFERRAL = (
    "Mentor.has_qts",
    "Mentor.situation",
    "Trainee.situation",
    "Mentor.schools",
    "MentorSchool.starts_on",
    "MentorSchool.ends_on",
    "Trainee.available_from",
    "Trainee.available_until",
    "Trainee.placements_left",
    "Trainee.year_groups",
    "Offer.year_groups",
    "Trainee.send_placement",
    "Offer.send_placement",
    "Rules.schools_at_least",
    "Rules.same_school_again",
    "Trainee.priority",
    "Trainee.hours_a_week",
    "Offer.groups",
    "Group.id",
    "Group.places",
)
NAMED = [(name, nth) for name in FROM_REFERRAL for nth in range(len(CASES[name]))]


async def solve_round_of(platform: Platform, known: Known) -> Mapping[str, object]:
    """Solve a round in a new partnership of which this is known, and return its result."""
    partnership = Partnership(platform, f"partnership-{uuid4().hex[:8]}")
    await partnership.hears(*known.public_events())
    round_ = await _round(partnership, known)
    placed: dict[str, object] = {
        pair["trainee_id"]: (pair["mentor_id"], pair["offer_id"], pair["school_urn"]) for pair in round_["pairs"]
    }
    return placed | {
        trainee["trainee_id"]: (trainee["reason"], tuple(remedy["words"] for remedy in trainee["remedies"]))
        for trainee in round_["unplaced_trainees"]
    }


def _solve_directly(known: Known) -> Mapping[str, object]:
    return result_of(input_of(known))


async def _round(partnership: Partnership, known: Known) -> dict[str, Any]:
    answer = await partnership.platform["matching"].post(
        "/rounds", json={"programme_id": str(PROGRAMME_ID), "on": known.on.isoformat()}, headers=partnership.lead()
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = await partnership.read(f"/rounds/{answer.json()['round_id']}", after=answer)
    return found


@pytest.mark.covers("M1", "M2", "M3", "M8")
@pytest.mark.parametrize(("name", "nth"), NAMED, ids=[f"{name} {nth}" for name, nth in NAMED])
async def test_an_event_of_referral_changes_a_round(platform: Platform, name: str, nth: int) -> None:
    case = CASES[name][nth]
    results = [await solve_round_of(platform, known) for known in (case.before, case.after)]
    expected = [await asyncio.to_thread(_solve_directly, known) for known in (case.before, case.after)]
    assert results == expected
    assert results[0] != results[1]


@pytest.mark.covers("M1")
async def test_live_pairs_count_under_a_limit_and_a_pair_that_lapses_does_not(partnership: Partnership) -> None:
    (case,) = CASES["Group.places"]
    await partnership.hears(*case.before.public_events())
    first = await _round(partnership, case.before)
    assert len(first["pairs"]) == 1
    (two,) = CASES["Problem.trainees"]
    await partnership.hears(*(event for event in two.after.public_events() if event not in two.before.events))
    full = await _round(partnership, case.before)
    assert [trainee["reason"] for trainee in full["unplaced_trainees"]] == ["places_taken"]
    await partnership.answers(first["pairs"][0], "refusal", partnership.lead(), side="mentor")
    await partnership.hears(limit("department", 5, school_urn="900001", subject="physics"))
    again = await _round(partnership, case.before)
    assert ids(again["pairs"], "trainee_id") != ids(first["pairs"], "trainee_id")
    assert len(again["pairs"]) == 1
