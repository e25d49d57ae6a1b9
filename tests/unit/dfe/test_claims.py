"""Claims for the training of mentors."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from shared.dfe.claims import MentorClaims, School, TrainingHours, funding_area, list_claims
from shared.dfe.forms import Gap
from tests.unit.dfe.people import YEAR

pytestmark = pytest.mark.covers("P8", "P11", "I3")

LEEDS = School("990001", "Kirkside High", "Leeds", "Academy converter", "Academies", "E08000035")
HOURS = TrainingHours(UUID(int=1), "1AB", "990001", 16.0, date(2026, 10, 1))


def claims(*hours: TrainingHours, school: School = LEEDS, names: dict[str, str] | None = None) -> MentorClaims:
    return list_claims(hours, {school.urn: school}, {UUID(int=1): "M-1", UUID(int=2): "M-2"}, YEAR, names or {})


def test_a_claim_adds_up_the_hours_of_a_school_with_a_provider() -> None:
    second = replace(HOURS, mentor_id=UUID(int=2), claimable=2.5)

    (file,) = claims(HOURS, second, names={"1AB": "Aire Valley SCITT"}).write()

    row = ",990001,Kirkside High,Leeds,Academy converter,Academies,Aire Valley SCITT,1AB,810.30,,,\n"
    assert file.decode().endswith(f"\n{row}")
    assert pytest.approx(810.30) == 18.5 * 43.80


def test_each_provider_of_a_school_is_a_claim_of_its_own() -> None:
    made = claims(HOURS, replace(HOURS, provider="2CD", claimable=1.0))

    assert [(row.provider_code, f"{row.amount}") for row in made.rows] == [
        ("1AB", "700.80"),
        ("2CD", "43.80"),
    ]


@pytest.mark.parametrize(
    ("district", "area", "rate"),
    [
        ("E09000007", "inner_london", "53.60"),
        ("E09000003", "outer_london", "48.25"),
        ("E07000102", "fringe", "45.10"),
        ("E08000035", "rest_of_england", "43.80"),
    ],
)
def test_the_rate_is_that_of_the_schools_area(district: str, area: str, rate: str) -> None:
    made = claims(replace(HOURS, claimable=1.0), school=replace(LEEDS, district_code=district))

    assert funding_area(district) == area
    assert f"{made.rows[0].amount}" == rate


@pytest.mark.parametrize("district", [None, "W06000015", "999999999"])
def test_a_school_without_a_district_in_england_has_no_amount(district: str | None) -> None:
    made = claims(HOURS, school=replace(LEEDS, district_code=district))

    assert made.rows[0].amount is None
    assert [gap.about for gap in made.gaps] == ["990001"]
    assert made.write()[0].decode().splitlines()[1].endswith(",,1AB,,,,")


def test_training_before_there_was_a_rate_has_no_amount() -> None:
    made = claims(replace(HOURS, last_on=date(2024, 8, 31)))

    assert made.rows[0].amount is None
    assert made.gaps == [Gap("990001", "has no amount: no rate is known for training of 2024-08-31.")]


def test_hours_without_a_rule_or_a_school_are_named_by_the_mentors_reference() -> None:
    made = claims(replace(HOURS, claimable=None), replace(HOURS, mentor_id=UUID(int=2), school_urn=None))

    assert made.rows == []
    assert [gap.about for gap in made.gaps] == ["M-1", "M-2"]


def test_nothing_is_claimed_for_hours_beyond_the_allowance() -> None:
    assert claims(replace(HOURS, claimable=0.0)) == MentorClaims([], [])


def test_a_name_that_begins_like_a_formula_is_text_in_the_file() -> None:
    (file,) = claims(HOURS, school=replace(LEEDS, name="=Kirkside")).write()

    assert b",'=Kirkside," in file
