"""The rules of a match: each one small pure function that reads as the rule is said. Source: product.md M1, M2, M10.

Hard rules say what can be; soft rules say what is better, in whole units that the programme weighs. A soft rule reads
the candidates as arrays; `Candidates.by_mentor` and its like let it be said of one mentor, trainee, visit or pair.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from services.matching.solver.candidates import Candidates, FloatArray, IntArray
from services.matching.solver.model import Mentor, Offer, Rules, Trainee, Travel, TravelMode

# Hard rules


def is_in_subject(offer: Offer, subject: str) -> bool:
    return offer.subject == subject


def is_in_phase(offer: Offer, phase: str) -> bool:
    return offer.phase == phase


def can_mentor_subject(mentor: Mentor, offer: Offer) -> bool:
    return offer.subject in mentor.subjects


def can_mentor_phase(mentor: Mentor, offer: Offer) -> bool:
    return offer.phase in mentor.phases


def accepts_route(offer: Offer, route: str) -> bool:
    return not offer.routes or route in offer.routes


def is_free_for(offer: Offer, trainee: Trainee) -> bool:
    """Whether the placement lies within the days that the trainee is there."""
    return _lies_within(offer, trainee.available_from, trainee.available_until)


def can_mentor_then(mentor: Mentor, offer: Offer) -> bool:
    """Whether the placement lies within the days that the mentor is there."""
    return _lies_within(offer, mentor.available_from, mentor.available_until)


def _lies_within(offer: Offer, first: date | None, last: date | None) -> bool:
    early = first is not None and offer.starts_on is not None and offer.starts_on < first
    late = last is not None and offer.ends_on is not None and offer.ends_on > last
    return not early and not late


def is_barred(mentor: Mentor, trainee: Trainee) -> bool:
    return mentor.id in trainee.barred_mentors


def is_barred_school(urn: str, trainee: Trainee) -> bool:
    return urn in trainee.barred_schools


def places_left(offer: Offer) -> int:
    return max(0, offer.places)


def minutes_taken(trainee: Trainee, rules: Rules) -> int:
    """Minutes a week that the trainee takes of their mentor."""
    return max(1, minutes_of(trainee.hours_a_week or rules.hours_per_trainee_week))


def minutes_had(mentor: Mentor) -> int:
    """Minutes a week that the mentor has left."""
    return max(0, minutes_of(mentor.capacity_hours))


def minutes_of(hours: float) -> int:
    """Whole minutes, so that 0.3 hours hold three trainees of 0.1 hours and not 2.9999999999999996."""
    return round(hours * 60)


def travel_minutes(metres: FloatArray, mode: TravelMode, by: Travel) -> IntArray:
    """Whole minutes over straight lines; a part of a minute counts whole.

    Rounded before the ceiling, so that a school exactly at the limit is not lost to floating point.
    """
    return np.ceil(np.round(metres * by.detour_factor / _metres_a_minute(mode, by), 6)).astype(np.int64)


def reach(trainee: Trainee, by: Travel) -> float:
    """Metres in a straight line that the trainee's limit allows."""
    return trainee.travel_limit_minutes * _metres_a_minute(trainee.travel_mode, by) / by.detour_factor


def _metres_a_minute(mode: TravelMode, by: Travel) -> float:
    return by.kmh[mode] * 1000 / 60


# Soft rules: less is better


def travel(candidates: Candidates) -> IntArray:
    """Minutes of travel, one way."""
    return candidates.minutes


def volunteers_first(candidates: Candidates) -> IntArray:
    """One for a mentor who was directed to the role, none for one who volunteered."""
    return candidates.by_mentor(lambda mentor: 0 if mentor.volunteer else 1)


@dataclass(frozen=True, slots=True)
class SoftRule:
    """What is better: whole units of zero or more by candidate, fewer being better, that the programme weighs.

    `reads` names what it looks at; `says` puts a number of units into words.
    """

    name: str
    reads: str
    units: Callable[[Candidates], IntArray]
    says: Callable[[int], str]


SOFT_RULES: Mapping[str, SoftRule] = {
    rule.name: rule
    for rule in (
        SoftRule(
            "travel",
            "the trainee's home and means of travel, the school's position",
            travel,
            lambda units: f"{units} minutes of travel one way",
        ),
        SoftRule(
            "volunteers_first",
            "how the mentor came to the role",
            volunteers_first,
            lambda units: "the mentor was directed to the role" if units else "the mentor volunteered",
        ),
    )
}
