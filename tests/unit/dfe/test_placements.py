"""Placements for the register of trainee teachers."""

from datetime import date
from uuid import UUID

import pytest

from shared.dfe.forms import Gap
from shared.dfe.people import PersonOnRecord
from shared.dfe.placements import RegisterPlacements, Stay, list_placements
from tests.unit.dfe.people import TODAY, YEAR, person

pytestmark = pytest.mark.covers("P11", "I3")

AUTUMN = (date(2026, 9, 14), date(2026, 12, 11))


def stay(number: int, urn: str = "137335", days: tuple[date, date] = AUTUMN) -> Stay:
    return Stay(UUID(int=number), urn, *days)


def placements_of(people: list[PersonOnRecord], *stays: Stay, today: date = TODAY) -> RegisterPlacements:
    return list_placements({each.person_id: each for each in people}, stays, YEAR, today)


def test_each_school_of_a_trainee_is_a_row_once() -> None:
    made = placements_of([person(1, hesa_id="0000083799785")], stay(1), stay(1), stay(1, "145787"))

    assert made.write() == [b"hesa_id,urn\n0000083799785,137335\n0000083799785,145787\n"]
    assert made.gaps == []


def test_a_host_without_a_urn_is_written_as_the_register_takes_it() -> None:
    made = placements_of([person(1)], stay(1, "H200001"))

    assert [row.urn for row in made.rows] == ["900020"]


@pytest.mark.parametrize(
    "days",
    [
        (date(2025, 9, 1), date(2026, 8, 31)),
        (date(2027, 9, 1), date(2027, 12, 1)),
        (date(2026, 9, 14), date(2026, 9, 13)),
    ],
    ids=["the year before", "the year after", "ended before it began"],
)
def test_a_placement_outside_of_the_year_is_left_out(days: tuple[date, date]) -> None:
    assert placements_of([person(1)], stay(1, days=days)).write() == []


@pytest.mark.parametrize("hesa_id", [None, "5.43827E+15", "123"])
def test_a_trainee_without_a_hesa_id_is_named_by_their_reference_and_left_out(hesa_id: str | None) -> None:
    made = placements_of([person(1, hesa_id=hesa_id), person(2)], stay(1), stay(1, "145787"), stay(2))

    assert len(made.rows) == 1
    sentence = (
        "has no HESA id, so 2 placements of theirs cannot be in the file. Import the trainees with a column hesa_id."
    )
    assert made.gaps == [Gap("T-1", sentence)]


def test_placements_that_have_not_begun_are_counted_only() -> None:
    made = placements_of([person(1)], stay(1), today=date(2026, 9, 13))

    assert (made.rows, made.to_come) == ([], 1)


def test_somebody_without_a_record_is_left_out() -> None:
    assert placements_of([], stay(1)) == RegisterPlacements([], [], 0)
