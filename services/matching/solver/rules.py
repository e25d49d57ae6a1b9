"""The rules of a match: each one small pure function that reads as the rule is said. Source: product.md M1, M2, M10.

Hard rules say what can be; soft rules say what is better, in whole units that the programme weighs. A soft rule is of
the *way* (trainee to offer) or of the *mentor*: this is what lets a flow be exact (see `optimiser`).
"""

import math
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from services.matching.solver.model import Mentor, Offer, Point, Rules, Trainee, Travel, TravelMode

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


# Hard rules


def is_in_subject(offer: Offer, subject: str) -> bool:
    return offer.subject == subject


def is_in_phase(offer: Offer, phase: str) -> bool:
    return offer.phase == phase


def can_mentor_subject(mentor: Mentor, offer: Offer) -> bool:
    return offer.subject in mentor.subjects


def can_mentor_phase(mentor: Mentor, offer: Offer) -> bool:
    return offer.phase in mentor.phases


def is_barred(mentor: Mentor, trainee: Trainee) -> bool:
    return mentor.id in trainee.barred_mentors


def is_within_limit(minutes: IntArray, trainee: Trainee) -> npt.NDArray[np.bool_]:
    return minutes <= trainee.travel_limit_minutes


def places_left(offer: Offer) -> int:
    return max(0, offer.places)


def trainees_within_hours(mentor: Mentor, rules: Rules) -> int:
    """How many more trainees the mentor's hours allow.

    Rounded before the floor, so that 0.3 hours hold three trainees of 0.1 hours and not 2.9999999999999996.
    """
    return max(0, math.floor(round(mentor.capacity_hours / rules.hours_per_trainee_week, 6)))


def travel_minutes(home: Point, schools: FloatArray, mode: TravelMode, by: Travel) -> IntArray:
    """Whole minutes from a home to each school (rows of easting, northing in metres); a part of a minute counts whole.

    Rounded before the ceiling, so that a school exactly at the limit is not lost to floating point.
    """
    metres = np.hypot(schools[:, 0] - home.easting, schools[:, 1] - home.northing) * by.detour_factor
    metres_a_minute = by.kmh[mode] * 1000 / 60
    return np.ceil(np.round(metres / metres_a_minute, 6)).astype(np.int64)


# Soft rules: less is better


def travel(minutes: IntArray) -> IntArray:
    """Minutes of travel, one way."""
    return minutes


def volunteers_first(mentor: Mentor) -> int:
    """One for a mentor who was directed to the role, none for one who volunteered."""
    return 0 if mentor.volunteer else 1


OF_THE_WAY: Mapping[str, Callable[[IntArray], IntArray]] = {"travel": travel}
OF_THE_MENTOR: Mapping[str, Callable[[Mentor], int]] = {"volunteers_first": volunteers_first}
SOFT_RULES = frozenset(OF_THE_WAY) | frozenset(OF_THE_MENTOR)
