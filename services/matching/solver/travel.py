"""Compute how long journeys take, and how far people may be asked to travel.

Source: product.md M10. A partnership's own table of times takes precedence over the straight line wherever it has a
row. A person's limit and the programme's cap for their means of travel both hold: the smaller of the two is the limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import scipy.spatial  # now, so that the first round does not wait for it

from services.matching.solver.candidates import FloatArray, IntArray
from services.matching.solver.model import Point, Trainee, Travel, TravelMode
from shared.wording import counted_noun

BY_MODE: dict[TravelMode, str] = {
    "car": "by car",
    "public_transport": "by public transport",
    "bicycle": "by bicycle",
    "walking": "on foot",
}


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey: minutes one way, whether they are from the partnership's table, and metres in a straight line."""

    minutes: int
    in_table: bool
    metres: int

    def words(self, mode: TravelMode, by: Travel) -> str:
        """Say how long the journey takes, and where the number is from."""
        if self.in_table:
            return f"{counted_noun(self.minutes, 'minute')} {BY_MODE[mode]}, by the partnership's table of times"
        return (
            f"{counted_noun(self.minutes, 'minute')} {BY_MODE[mode]}, reckoned from {self.metres / 1000:.1f} km in a "
            f"straight line, {by.detour_factor:g} times that on the road, at {by.kmh[mode]:g} km/h"
        )


def journey(trainee: Trainee, urn: str, point: Point, by: Travel) -> Journey:
    """Return the trainee's journey to a school."""
    return journey_between(trainee.place, trainee.home, trainee.travel_mode, urn, point, by)


def journey_between(place: str | None, start: Point, mode: TravelMode, urn: str, point: Point, by: Travel) -> Journey:
    """Return the journey from a place (None: not in the table) to a school, by a means of travel."""
    metres = float(np.hypot(start.easting - point.easting, start.northing - point.northing))
    listed = by.minutes.get(place or "", {}).get(mode, {}).get(urn)
    if listed is not None:
        return Journey(listed, in_table=True, metres=round(metres))
    return Journey(int(straight_minutes(np.array([metres]), mode, by)[0]), in_table=False, metres=round(metres))


def minutes_to(trainee: Trainee, urns: Sequence[str], points: FloatArray, by: Travel) -> IntArray:
    """Return the minutes of the trainee's journeys to schools, given as URNs and rows of easting and northing."""
    apart = points - np.array([trainee.home.easting, trainee.home.northing])
    straight = straight_minutes(np.hypot(apart[:, 0], apart[:, 1]), trainee.travel_mode, by)
    listed = _table_minutes(trainee, by)
    if not listed:
        return straight
    return np.array([listed.get(urn, far) for urn, far in zip(urns, straight.tolist(), strict=True)], dtype=np.int64)


def limit(trainee: Trainee, by: Travel) -> int:
    """Return the most minutes that the trainee may be asked to travel one way: their own limit or the programme's
    cap.
    """
    return min(trainee.travel_limit_minutes, by.caps.get(trainee.travel_mode, trainee.travel_limit_minutes))


def straight_minutes(metres: FloatArray, mode: TravelMode, by: Travel) -> IntArray:
    """Return whole minutes over straight lines, rounded up.

    They are rounded before the ceiling, so that a school exactly at the limit is not lost to floating point.
    """
    return np.ceil(np.round(metres * by.detour_factor / _metres_a_minute(mode, by), 6)).astype(np.int64)


def journeys_within(
    trainees: Sequence[Trainee], urns: Sequence[str], points: FloatArray, by: Travel
) -> tuple[IntArray, IntArray, IntArray]:
    """Trainee and school (positions) and minutes of every journey within the limit; all trainees travel by one mode.

    A tree over the schools finds those in reach of the straight line, the table those that it has.
    """
    mode = trainees[0].travel_mode
    homes = np.array([(trainee.home.easting, trainee.home.northing) for trainee in trainees], dtype=np.float64)
    limits = np.array([limit(trainee, by) for trainee in trainees], dtype=np.int64)
    # a metre more than the limit's, as the minutes below decide
    reach = limits * _metres_a_minute(mode, by) / by.detour_factor + 1
    near = scipy.spatial.cKDTree(points).query_ball_point(homes, reach)
    numbers_near = np.array([len(one) for one in near], dtype=np.int64)
    who = np.repeat(np.arange(len(trainees)), numbers_near)
    where = np.fromiter(chain.from_iterable(near), dtype=np.int64, count=int(numbers_near.sum()))
    apart = homes[who] - points[where]
    minutes = straight_minutes(np.hypot(apart[:, 0], apart[:, 1]), mode, by)
    if by.minutes:
        who, where, minutes = _with_table((who, where, minutes), trainees, urns, by)
    within = minutes <= limits[who]
    return who[within], where[within], minutes[within]


def _with_table(
    straight: tuple[IntArray, IntArray, IntArray], trainees: Sequence[Trainee], urns: Sequence[str], by: Travel
) -> tuple[IntArray, IntArray, IntArray]:
    """The journeys with those of the table in place of the straight lines."""
    position = {urn: i for i, urn in enumerate(urns)}
    by_place: dict[str | None, list[tuple[int, int]]] = {}
    for trainee in trainees:
        if trainee.place not in by_place:
            by_place[trainee.place] = [
                (position[u], m) for u, m in _table_minutes(trainee, by).items() if u in position
            ]
    listed = [(i, school, m) for i, trainee in enumerate(trainees) for school, m in by_place[trainee.place]]
    rows = np.array(listed, dtype=np.int64).reshape(-1, 3)
    who, where, minutes = straight
    untold = ~np.isin(who << 32 | where, rows[:, 0] << 32 | rows[:, 1])
    return (
        np.concatenate([who[untold], rows[:, 0]]),
        np.concatenate([where[untold], rows[:, 1]]),
        np.concatenate([minutes[untold], rows[:, 2]]),
    )


def _table_minutes(trainee: Trainee, by: Travel) -> dict[str, int]:
    """The minutes that the table has from the trainee's place by their means of travel, by school."""
    return dict(by.minutes.get(trainee.place, {}).get(trainee.travel_mode, {})) if trainee.place else {}


def _metres_a_minute(mode: TravelMode, by: Travel) -> float:
    return by.kmh[mode] * 1000 / 60
