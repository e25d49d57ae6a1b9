"""A map of the schools of a round, drawn here: a disc at each school's position, with its area by number of pairs.

It is drawn without tiles from anywhere. The table beside it has the same figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from services.portal.calls.matching_answers import SchoolInRound

WIDTH = 400.0
HEIGHTS = (180.0, 520.0)
"""The lowest and the highest that a map may be."""
MARGIN = 28.0
LARGEST, SMALLEST = 22.0, 4.0
KILOMETRE = 1_000


@dataclass(frozen=True, slots=True)
class Disc:
    """A school on the map: its middle and radius, its name and its number of pairs, and a number to find it by."""

    x: float
    y: float
    radius: float
    name: str
    pairs: int
    number: int


@dataclass(frozen=True, slots=True)
class SchoolMap:
    """Discs of schools, the length of a bar, and how many kilometres it stands for."""

    height: float
    discs: tuple[Disc, ...]
    bar: float
    kilometres: int
    has_labels: bool


def map_of(schools: Sequence[SchoolInRound]) -> SchoolMap | None:
    """Draw the schools whose position is known; None where they are fewer than two."""
    placed = [(each.easting, each.northing, each) for each in schools if each.easting and each.northing]
    if len(placed) < 2:
        return None
    west, east = min(x for x, _, _ in placed), max(x for x, _, _ in placed)
    south, north = min(y for _, y, _ in placed), max(y for _, y, _ in placed)
    lowest, highest = HEIGHTS
    across, up = max(east - west, KILOMETRE), max(north - south, KILOMETRE)
    scale = min((WIDTH - 2 * MARGIN) / across, (highest - 2 * MARGIN) / up)
    height = max(lowest, (north - south) * scale + 2 * MARGIN)
    left, top = (WIDTH - (east - west) * scale) / 2, (height - (north - south) * scale) / 2
    most = max(each.pairs for each in schools)
    numbers = {each.school_urn: number for number, each in enumerate(schools, start=1)}
    discs = tuple(
        Disc(
            round(left + (x - west) * scale, 1),
            round(top + (north - y) * scale, 1),
            round(max(SMALLEST, LARGEST * sqrt(each.pairs / most)), 1),
            each.school_name or f"School {each.school_urn}",
            each.pairs,
            numbers[each.school_urn],
        )
        for x, y, each in sorted(placed, key=lambda at: -at[2].pairs)
    )
    kilometres = next((each for each in (50, 20, 10, 5, 2) if each * KILOMETRE * scale <= WIDTH / 3), 1)
    return SchoolMap(round(height, 1), discs, round(kilometres * KILOMETRE * scale, 1), kilometres, len(discs) <= 40)
