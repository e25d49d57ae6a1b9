"""The words and the map of the matching board."""

from itertools import pairwise
from uuid import uuid4

import pytest

from services.portal.calls.matching_answers import Overrides, SchoolInRound
from services.portal.pages.matching.maps import HEIGHTS, WIDTH, map_of
from services.portal.pages.matching.rounds import Asked
from services.portal.pages.matching.words import REASONS, differences_of, urns_in, with_names
from shared.events.words import UnplacedReason

pytestmark = pytest.mark.covers("U3")


def a_school(urn: str, *, at: tuple[int, int] | None, pairs: int = 1) -> SchoolInRound:
    easting, northing = at or (None, None)
    return SchoolInRound(
        school_urn=urn,
        school_name=f"School of {urn}",
        easting=easting,
        northing=northing,
        pairs=pairs,
        confirmed=0,
        declined=0,
        locked=0,
        travel_mean_minutes=20,
        travel_longest_minutes=30,
    )


def test_sentences_of_matching_have_names_of_schools_and_days_in_words() -> None:
    sentence = "The placement at school 990001 is from 2026-09-14; H000123 is nearer (volunteers_first +10, travel -2)."

    assert urns_in(sentence, None) == {"990001", "H000123"}
    assert with_names(sentence, {"990001": "Kirkside High", "H000123": "The Farm"}) == (
        "The placement at Kirkside High is from 14 September 2026; The Farm is nearer "
        "(volunteers first +10, shorter journeys -2)."
    )
    assert with_names("About school 990002.", {}) == "About school 990002."


def test_every_reason_why_somebody_has_no_place_has_words() -> None:
    assert REASONS.keys() == set(UnplacedReason.__args__)  # type: ignore[attr-defined]  # a Literal has its choices


def test_what_differs_in_a_scenario_is_said_in_sentences() -> None:
    mentor = uuid4()
    variant = Overrides(
        weights={"travel": 3},
        travel_caps={"public_transport": 60},
        schools_left_out=("990001",),
        mentors_left_out=(mentor,),
        places={uuid4(): 1},
        hours_per_trainee_week=1.5,
        asks_training=False,
    )

    assert differences_of(variant, {"990001": "Kirkside High"}, {mentor: "Amina Farooq"}) == [
        "Shorter journeys counts 3.",
        "Journeys by public transport take at most 60 minutes.",
        "Without Kirkside High.",
        "Without Amina Farooq as a mentor.",
        "An offer has 1 place.",
        "A trainee takes 1.5 hours a week of a mentor.",
        "Mentors need not be trained.",
    ]
    assert differences_of(Overrides(), {}, {}) == differences_of(None, {}, {}) == []


def test_a_map_has_north_at_the_top_and_every_school_inside() -> None:
    schools = [
        a_school("990001", at=(400_000, 430_000), pairs=1),
        a_school("990002", at=(400_000, 440_000), pairs=4),
        a_school("990003", at=(425_000, 430_000), pairs=9),
        a_school("990004", at=None, pairs=2),
    ]

    drawn = map_of(schools)

    assert drawn is not None
    discs = {disc.number: disc for disc in drawn.discs}
    assert discs.keys() == {1, 2, 3}, "where a school is not known to be, it is in the table alone"
    assert discs[2].y < discs[1].y == discs[3].y
    assert discs[1].x == discs[2].x < discs[3].x
    assert [before.radius >= after.radius for before, after in pairwise(drawn.discs)] == [True, True]
    assert HEIGHTS[0] <= drawn.height <= HEIGHTS[1]
    for disc in drawn.discs:
        assert disc.radius <= disc.x <= WIDTH - disc.radius
        assert disc.radius <= disc.y <= drawn.height - disc.radius
    metres = 25_000 / (discs[3].x - discs[1].x) * drawn.bar
    assert metres == pytest.approx(drawn.kilometres * 1000, rel=0.01), "the bar is as long as it says"


@pytest.mark.parametrize(
    "schools", [[], [a_school("990001", at=(400_000, 430_000))], [a_school("990001", at=None)] * 3]
)
def test_there_is_no_map_of_fewer_than_two_schools(schools: list[SchoolInRound]) -> None:
    assert map_of(schools) is None


def test_schools_on_one_line_still_have_a_map() -> None:
    drawn = map_of([a_school("990001", at=(400_000, 430_000)), a_school("990002", at=(400_000, 430_000))])
    assert drawn is not None
    assert drawn.height == HEIGHTS[0]


def test_the_address_of_the_next_page_asks_for_the_same() -> None:
    asked = Asked(view="unplaced", name="Kaya & Co", reason="places_taken")
    assert asked.query() == "view=unplaced&name=Kaya+%26+Co&reason=places_taken&order=school"
    assert asked.narrows
    assert not Asked().narrows
