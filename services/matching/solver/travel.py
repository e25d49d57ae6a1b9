"""How long a way takes and who may be asked to travel it. Source: product.md M10.

A partnership's own table of times goes before the straight line wherever it has a row. A person's limit and the
programme's cap for their means of travel both hold: the smaller of the two is the limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import scipy

from services.matching.solver.candidates import FloatArray, IntArray
from services.matching.solver.model import Point, Trainee, Travel, TravelMode

BY_MODE: dict[TravelMode, str] = {
    "car": "by car",
    "public_transport": "by public transport",
    "bicycle": "by bicycle",
    "walking": "on foot",
}


@dataclass(frozen=True, slots=True)
class Way:
    """Minutes one way, and whether the partnership's table has them or the straight line (so many metres) says so."""

    minutes: int
    in_table: bool
    metres: int

    def words(self, mode: TravelMode, by: Travel) -> str:
        """How long it is and who says so."""
        if self.in_table:
            return f"{self.minutes} minutes {BY_MODE[mode]}, by the partnership's table of times"
        return (
            f"{self.minutes} minutes {BY_MODE[mode]}, reckoned from {self.metres / 1000:.1f} km in a straight line, "
            f"{by.detour_factor:g} times that on the road, at {by.kmh[mode]:g} km/h"
        )


def way(trainee: Trainee, urn: str, point: Point, by: Travel) -> Way:
    """The trainee's way to a school."""
    return way_between(trainee.place, trainee.home, trainee.travel_mode, urn, point, by)


def way_between(place: str | None, start: Point, mode: TravelMode, urn: str, point: Point, by: Travel) -> Way:
    """The way from a place (None: in no table) to a school, by a means of travel."""
    metres = float(np.hypot(start.easting - point.easting, start.northing - point.northing))
    told = by.minutes.get(place or "", {}).get(mode, {}).get(urn)
    if told is not None:
        return Way(told, in_table=True, metres=round(metres))
    return Way(int(straight_minutes(np.array([metres]), mode, by)[0]), in_table=False, metres=round(metres))


def minutes_to(trainee: Trainee, urns: Sequence[str], points: FloatArray, by: Travel) -> IntArray:
    """Minutes of the trainee's ways to schools: their URNs, and rows of easting and northing."""
    apart = points - np.array([trainee.home.easting, trainee.home.northing])
    straight = straight_minutes(np.hypot(apart[:, 0], apart[:, 1]), trainee.travel_mode, by)
    told = _told(trainee, by)
    if not told:
        return straight
    return np.array([told.get(urn, far) for urn, far in zip(urns, straight.tolist(), strict=True)], dtype=np.int64)


def limit(trainee: Trainee, by: Travel) -> int:
    """Minutes that the trainee may be asked to travel one way: their own limit or the programme's cap."""
    return min(trainee.travel_limit_minutes, by.caps.get(trainee.travel_mode, trainee.travel_limit_minutes))


def straight_minutes(metres: FloatArray, mode: TravelMode, by: Travel) -> IntArray:
    """Whole minutes over straight lines; a part of a minute counts whole.

    Rounded before the ceiling, so that a school exactly at the limit is not lost to floating point.
    """
    return np.ceil(np.round(metres * by.detour_factor / _metres_a_minute(mode, by), 6)).astype(np.int64)


def ways_within(
    trainees: Sequence[Trainee], urns: Sequence[str], points: FloatArray, by: Travel
) -> tuple[IntArray, IntArray, IntArray]:
    """Trainee and school (positions) and minutes of every way within its trainee's limit; all travel by one mode.

    A tree over the schools finds those in reach of the straight line, the table those it has.
    """
    mode = trainees[0].travel_mode
    homes = np.array([(one.home.easting, one.home.northing) for one in trainees], dtype=np.float64)
    limits = np.array([limit(one, by) for one in trainees], dtype=np.int64)
    # a metre more than the limit's, as the minutes below decide
    reach = limits * _metres_a_minute(mode, by) / by.detour_factor + 1
    near = scipy.spatial.cKDTree(points).query_ball_point(homes, reach)
    found = np.array([len(one) for one in near], dtype=np.int64)
    who = np.repeat(np.arange(len(trainees)), found)
    where = np.fromiter(chain.from_iterable(near), dtype=np.int64, count=int(found.sum()))
    apart = homes[who] - points[where]
    minutes = straight_minutes(np.hypot(apart[:, 0], apart[:, 1]), mode, by)
    if by.minutes:
        who, where, minutes = _with_table((who, where, minutes), trainees, urns, by)
    within = minutes <= limits[who]
    return who[within], where[within], minutes[within]


def _with_table(
    straight: tuple[IntArray, IntArray, IntArray], trainees: Sequence[Trainee], urns: Sequence[str], by: Travel
) -> tuple[IntArray, IntArray, IntArray]:
    """The ways with those of the table in place of the straight lines beside them."""
    position = {urn: i for i, urn in enumerate(urns)}
    by_place: dict[str | None, list[tuple[int, int]]] = {}
    for one in trainees:
        if one.place not in by_place:
            by_place[one.place] = [(position[u], m) for u, m in _told(one, by).items() if u in position]
    told = [(i, school, m) for i, one in enumerate(trainees) for school, m in by_place[one.place]]
    rows = np.array(told, dtype=np.int64).reshape(-1, 3)
    who, where, minutes = straight
    untold = ~np.isin(who << 32 | where, rows[:, 0] << 32 | rows[:, 1])
    return (
        np.concatenate([who[untold], rows[:, 0]]),
        np.concatenate([where[untold], rows[:, 1]]),
        np.concatenate([minutes[untold], rows[:, 2]]),
    )


def _told(trainee: Trainee, by: Travel) -> dict[str, int]:
    """The minutes that the table has from the trainee's place by their means of travel, by school."""
    return dict(by.minutes.get(trainee.place, {}).get(trainee.travel_mode, {})) if trainee.place else {}


def _metres_a_minute(mode: TravelMode, by: Travel) -> float:
    return by.kmh[mode] * 1000 / 60
