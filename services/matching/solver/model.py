"""What the solver is asked and what it answers: frozen, opaque ids, no names of people.

Source: product.md M1 to M4.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

TravelMode = Literal["car", "public_transport", "bicycle", "walking"]

ReasonCode = Literal[
    "no_offer_in_subject",
    "no_offer_in_phase",
    "no_mentor_in_subject",
    "no_mentor_in_phase",
    "beyond_travel_limit",
    "mentors_barred",
    "places_taken",
    "mentor_hours_taken",
    "places_and_mentor_hours_taken",
]

# the second only where a barred mentor keeps the first from being exact
Solver = Literal["min_cost_flow", "mixed_integer"]


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the British National Grid (EPSG:27700), in metres."""

    easting: float
    northing: float


@dataclass(frozen=True, slots=True)
class Trainee:
    """Who needs a place and a mentor; `barred_mentors` are those a conflict keeps from them."""

    id: str
    subject: str
    phase: str
    home: Point
    travel_mode: TravelMode
    travel_limit_minutes: int
    barred_mentors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mentor:
    """Who can mentor at a school; `capacity_hours` a week are what is left over all their mentoring."""

    id: str
    school_urn: str
    subjects: frozenset[str]
    phases: frozenset[str]
    capacity_hours: float
    volunteer: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What a school can host in one subject and phase; `places` are those left."""

    id: str
    school_urn: str
    subject: str
    phase: str
    places: int


@dataclass(frozen=True, slots=True)
class School:
    """Where an offer is."""

    urn: str
    point: Point


@dataclass(frozen=True, slots=True)
class Travel:
    """Straight-line travel: the way is `detour_factor` times the straight line, at `kmh` by mode, door to door.

    The defaults are planning assumptions, not measurements; a partnership that knows better passes its own.
    """

    detour_factor: float = 1.3
    kmh: Mapping[TravelMode, float] = field(
        default_factory=lambda: {"car": 40.0, "public_transport": 20.0, "bicycle": 15.0, "walking": 4.8},
    )

    def __post_init__(self) -> None:
        if self.detour_factor < 1 or any(speed <= 0 for speed in self.kmh.values()):
            raise ValueError("A detour factor is at least 1 and a speed is above zero.")


@dataclass(frozen=True, slots=True)
class Rules:
    """The programme's numbers: hours a week that one trainee takes of a mentor, and the weight of each soft rule.

    A soft rule without a weight does not count. Weights are whole numbers, so that an optimum is exact.
    """

    hours_per_trainee_week: float
    weights: Mapping[str, int] = field(default_factory=dict)
    travel: Travel = field(default_factory=Travel)

    def __post_init__(self) -> None:
        if self.hours_per_trainee_week <= 0:
            raise ValueError("A trainee takes some of a mentor's time.")
        if any(weight < 0 for weight in self.weights.values()):
            raise ValueError("A weight is not below zero.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One round to solve. Raises `ValueError` on an id said twice or an offer at a school that is not there."""

    trainees: tuple[Trainee, ...]
    offers: tuple[Offer, ...]
    mentors: tuple[Mentor, ...]
    schools: tuple[School, ...]
    rules: Rules

    def __post_init__(self) -> None:
        _refuse_repeats("trainees", (trainee.id for trainee in self.trainees))
        _refuse_repeats("offers", (offer.id for offer in self.offers))
        _refuse_repeats("mentors", (mentor.id for mentor in self.mentors))
        _refuse_repeats("schools", (school.urn for school in self.schools))
        if missing := {offer.school_urn for offer in self.offers} - {school.urn for school in self.schools}:
            raise ValueError(f"Offers at unknown schools: {sorted(missing)}.")


def _refuse_repeats(what: str, ids: Iterable[str]) -> None:
    if repeated := sorted(id_ for id_, times in Counter(ids).items() if times > 1):
        raise ValueError(f"The same id more than once among {what}: {repeated}.")


@dataclass(frozen=True, slots=True)
class Pairing:
    """A trainee's place and mentor; `terms` (soft rule to its weighted part) add up to `cost`."""

    trainee_id: str
    mentor_id: str
    offer_id: str
    school_urn: str
    travel_minutes: int
    cost: int
    terms: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A trainee without a place: which rule binds, as a code and in plain English without personal data."""

    trainee_id: str
    reason: ReasonCode
    explanation: str


@dataclass(frozen=True, slots=True)
class Solution:
    """A proven optimum, both lists in the order of trainees' ids."""

    pairs: tuple[Pairing, ...]
    unplaced: tuple[Unplaced, ...]
    solver: Solver
    status: Literal["optimal"] = "optimal"

    @property
    def placed(self) -> int:
        return len(self.pairs)

    @property
    def total_cost(self) -> int:
        return sum(pair.cost for pair in self.pairs)
