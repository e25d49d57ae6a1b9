"""A second placement: at another school, that contrasts with those that the trainee had."""

from datetime import date
from typing import Any

import pytest

from shared.events import referral
from tests.integration.matching.partnership import (
    JULY,
    RULES,
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)

pytestmark = pytest.mark.covers("M8")

SPRING = {"starts_on": date(2027, 1, 4), "ends_on": date(2027, 3, 26)}
ALIKE: dict[str, Any] = {"gender": "Mixed", "religious_character": "None", "urban_rural": "Urban major conurbation"}
UNLIKE: dict[str, Any] = {"gender": "Girls", "religious_character": "Roman Catholic", "urban_rural": "Rural village"}
CONTRASTING = RULES.model_copy(update={"weights": {"travel": 1, "contrast": 1}})


class Year:
    """Three schools: the nearest, one like it a little further, and one unlike it further still."""

    def __init__(self, partnership: Partnership, rules: referral.ProgrammeRules = CONTRASTING) -> None:
        self.partnership = partnership
        self.autumn, self.spring = a_programme(rules), a_programme(rules)
        self.trainee = a_trainee()
        self.schools = (
            a_school("900001", easting=400_000).model_copy(update=ALIKE),
            a_school("900002", easting=401_000).model_copy(update=ALIKE),
            a_school("900003", easting=405_000).model_copy(update=UNLIKE),
        )
        self.mentors = {school.urn: a_mentor(school.urn, hours=3) for school in self.schools}

    async def prepare(self) -> "Year":
        await self.partnership.hears(self.autumn, self.spring, *self.schools, *self.mentors.values(), self.trainee)
        return self

    async def first(self) -> None:
        """The autumn placement, at the nearest school, confirmed."""
        await self.partnership.hears(an_offer("900001", places=2), referral_accepted(self.autumn, self.trainee))
        (pair,) = (await self.partnership.solve_round(self.autumn))["pairs"]
        assert pair["school_urn"] == "900001"
        for side in ("mentor", "trainee"):
            answer = await self.partnership.answers(pair, "acceptance", self.partnership.lead(), side=side)
        assert answer.json()["status"] == "confirmed"
        await self.partnership.read("/pairs", after=answer)

    async def second(self, *urns: str, on: str = "2026-10-12") -> dict[str, Any]:
        """A round for the spring, with an offer of each of these schools."""
        await self.partnership.hears(
            *(an_offer(urn, places=2, starts_on=SPRING["starts_on"], ends_on=SPRING["ends_on"]) for urn in urns),
            referral_accepted(self.spring, self.trainee),
        )
        return await self.partnership.solve_round(self.spring, on)


async def test_the_second_placement_contrasts_with_the_one_had_here(partnership: Partnership) -> None:
    year = await Year(partnership).prepare()
    await year.first()
    (pair,) = (await year.second("900001", "900002", "900003"))["pairs"]
    # five minutes further, and nothing of what the register says of the two schools is the same
    assert pair["school_urn"] == "900003"
    assert pair["terms"]["contrast"] < 100


async def test_without_the_first_the_nearest_school_is_it(partnership: Partnership) -> None:
    year = await Year(partnership).prepare()
    (pair,) = (await year.second("900001", "900002", "900003"))["pairs"]
    assert (pair["school_urn"], pair["terms"]["contrast"]) == ("900001", 0)


async def test_a_second_placement_is_never_at_the_school_of_the_first(partnership: Partnership) -> None:
    year = await Year(partnership).prepare()
    await year.first()
    (left,) = (await year.second("900001"))["unplaced_trainees"]
    assert left["reason"] == "schools_barred"
    (left,) = (await partnership.solve_round(year.spring, "2026-12-20"))["unplaced_trainees"]
    assert left["reason"] == "schools_barred"


async def test_a_placement_before_the_trainee_came_here_counts_as_one_had_here(partnership: Partnership) -> None:
    year = await Year(partnership).prepare()
    before = referral.EarlierPlacement(school_urn="900001")
    await partnership.hears(
        referral.EarlierPlacementsRecorded(happened_on=JULY, trainee_id=year.trainee.trainee_id, placements=(before,))
    )
    (pair,) = (await year.second("900001", "900002", "900003"))["pairs"]
    assert pair["school_urn"] == "900003"


async def test_a_partnership_says_which_factors_count(partnership: Partnership) -> None:
    # of what is compared only the phase counts, and that is the same: the way decides
    year = await Year(partnership, CONTRASTING.model_copy(update={"contrast": {"phase": 1}})).prepare()
    await year.first()
    (pair,) = (await year.second("900001", "900002", "900003"))["pairs"]
    assert pair["school_urn"] == "900002"


async def test_a_closed_schools_successor_is_the_same_school(partnership: Partnership) -> None:
    year = await Year(partnership).prepare()
    await year.first()
    await partnership.hears(referral.SchoolSucceeded(happened_on=JULY, urn="900001", successor_urn="900002"))
    (left,) = (await year.second("900002"))["unplaced_trainees"]
    assert left["reason"] == "schools_barred"
