"""The problem that the solver is given and the solution it returns: frozen, opaque ids, no names of people.

Source: product.md M1 to M6, M11, M12.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from services.matching.solver.contrast import EVENLY, Factor, Factors

TravelMode = Literal["car", "public_transport", "bicycle", "walking"]

ReasonCode = Literal[
    "no_offer_in_subject",
    "no_offer_in_phase",
    "no_offer_for_route",
    "no_offer_in_dates",
    "offers_not_confirmed",
    "no_mentor_in_subject",
    "no_mentor_in_phase",
    "no_mentor_in_dates",
    "no_mentor_ready",
    "beyond_travel_limit",
    "schools_barred",
    "mentors_barred",
    "places_taken",
    "mentor_hours_taken",
    "places_and_mentor_hours_taken",
]

# the second only where capacities cross instead of nesting (see `nesting`) and the flow's answer breaks one of them
Solver = Literal["min_cost_flow", "mixed_integer"]

Status = Literal["optimal", "optimal_except_load", "feasible"]


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the British National Grid (EPSG:27700), in metres."""

    easting: float
    northing: float


@dataclass(frozen=True, slots=True)
class Trainee:
    """A trainee who needs a place and a mentor.

    Barred are mentors whom a conflict or veto excludes, and schools that are excluded. `priority` is the class: 0 is
    placed before 1, and so on. `hours_a_week` are what the trainee takes of a mentor; None is the programme's number. A
    placement must lie between `available_from` and `available_until`, each None for no limit. `earlier_schools` are the
    URNs of placements before this one, `placements_left` counts this one and those to come (None: not known),
    `former_schools` are the URNs of schools that the trainee attended as a pupil, `year_groups` those that the course
    trains for, empty for any. A `send_placement` is one in special educational needs provision. `place` is where the
    trainee sets out from in the partnership's table of travel times, None if they are not in it.

    `vetoed` are the barred mentors and schools that a veto of either side bars. Nobody else may learn of a veto, so no
    remedy removes one.

    `left_over` is whether an earlier round left them without a place.

    `needs` are facets, `situation` what the trainee would like to share with a mentor, `wishes` ids of mentors or URNs
    of schools, the dearest first, `earlier_mentors` the mentors of earlier placements.
    """

    id: str
    subject: str
    phase: str
    home: Point
    travel_mode: TravelMode
    travel_limit_minutes: int
    barred_mentors: frozenset[str] = frozenset()
    barred_schools: frozenset[str] = frozenset()
    priority: int = 0
    hours_a_week: float | None = None
    route: str = ""
    available_from: date | None = None
    available_until: date | None = None
    earlier_schools: tuple[str, ...] = ()
    placements_left: int | None = None
    former_schools: frozenset[str] = frozenset()
    year_groups: frozenset[str] = frozenset()
    send_placement: bool = False
    place: str | None = None
    needs: frozenset[str] = frozenset()
    situation: frozenset[str] = frozenset()
    wishes: tuple[str, ...] = ()
    earlier_mentors: frozenset[str] = frozenset()
    vetoed: frozenset[str] = frozenset()
    left_over: bool = False

    def __post_init__(self) -> None:
        if self.priority < 0:
            raise ValueError("The first class of priority is 0.")
        if self.hours_a_week is not None and self.hours_a_week <= 0:
            raise ValueError("A trainee takes some of a mentor's time.")


@dataclass(frozen=True, slots=True)
class MentorSchool:
    """A school at which a mentor mentors, from a day and until a day, both included; None is no limit."""

    urn: str
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Mentor:
    """A mentor at one school or several; `capacity_hours` a week are left over all of them together.

    A mentor can mentor a placement at a school that lies within their days at that school, and between `available_from`
    and `available_until` (None: no limit). `relations` are ids of people and what the mentor is to them; `facets` are
    the mentor's strengths; `load_hours` a week are given already; `wishes` are ids of trainees, the dearest first. None
    is what is not known.
    """

    id: str
    schools: tuple[MentorSchool, ...]
    subjects: frozenset[str]
    phases: frozenset[str]
    capacity_hours: float
    volunteer: bool
    available_from: date | None = None
    available_until: date | None = None
    trained: bool | None = None
    has_qts: bool | None = None
    relations: frozenset[tuple[str, str]] = frozenset()
    facets: frozenset[str] | None = None
    situation: frozenset[str] = frozenset()
    load_hours: float = 0.0
    wishes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.schools:
            raise ValueError("A mentor is at a school.")

    @property
    def urns(self) -> tuple[str, ...]:
        """The mentor's schools, each once, in order."""
        return tuple(dict.fromkeys(school.urn for school in self.schools))


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer of a school to host in one subject and phase; `places` are those left.

    `routes` are the accepted ones and `year_groups` those that are taught, each empty for any. `groups` are the ids of
    all groups whose places the offer shares. The school last confirmed the offer on `last_confirmed_on`. A
    `send_placement` is in special educational needs provision.
    """

    id: str
    school_urn: str
    subject: str
    phase: str
    places: int
    starts_on: date | None = None
    ends_on: date | None = None
    routes: frozenset[str] = frozenset()
    year_groups: frozenset[str] = frozenset()
    send_placement: bool = False
    groups: tuple[str, ...] = ()
    last_confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Offers that host no more than `places` trainees together.

    A group is a limit of a department, a school or a trust, or one offer that several schools share; `words` name it
    in explanations. Groups may nest (a department within a school within a trust) or cross (an offer shared by schools
    that each have a limit).
    """

    id: str
    places: int
    words: str = "a limit of several offers"


@dataclass(frozen=True, slots=True)
class School:
    """A school with offers, and where it is."""

    urn: str
    point: Point


@dataclass(frozen=True, slots=True)
class Travel:
    """How long journeys take: `detour_factor` times the straight line, at `kmh` by mode, door to door.

    The defaults are planning assumptions, not measurements. A partnership can set its own, or a table: `minutes` by
    place, mode and URN of the school, which takes precedence where it has a row. `caps` are the most minutes by mode
    that anybody has to travel, whatever their own limit.
    """

    detour_factor: float = 1.3
    kmh: Mapping[TravelMode, float] = field(
        default_factory=lambda: {"car": 40.0, "public_transport": 20.0, "bicycle": 15.0, "walking": 4.8},
    )
    caps: Mapping[TravelMode, int] = field(default_factory=dict)
    minutes: Mapping[str, Mapping[TravelMode, Mapping[str, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.detour_factor < 1 or any(speed <= 0 for speed in self.kmh.values()):
            raise ValueError("A detour factor is at least 1 and a speed is above zero.")


@dataclass(frozen=True, slots=True)
class Rules:
    """The programme's numbers: hours a week that one trainee takes of a mentor, and the weight of each soft rule.

    A soft rule without a weight does not count. Weights are whole numbers, so that an optimum is exact; those of the
    factors of contrast are shares of it.

    `conflicts` are the relations that bar a pair; a trainee's former school is barred where they include
    `former_school`. A mentor needs training or qualified teacher status where the programme asks for it. An offer that
    was not confirmed within `offer_stale_days` days before `on` is stale, and left out if `leave_stale_offers_out`.
    """

    hours_per_trainee_week: float
    weights: Mapping[str, int] = field(default_factory=dict)
    travel: Travel = field(default_factory=Travel)
    contrast: Mapping[Factor, int] = field(default_factory=lambda: EVENLY)
    conflicts: frozenset[str] = frozenset({"line_manager", "family"})
    asks_training: bool = False
    asks_qts: bool = False
    same_school_again: bool = False
    schools_at_least: int = 2
    on: date | None = None
    offer_stale_days: int | None = None
    leave_stale_offers_out: bool = False

    def __post_init__(self) -> None:
        if self.hours_per_trainee_week <= 0:
            raise ValueError("A trainee takes some of a mentor's time.")
        if any(weight < 0 for weight in (*self.weights.values(), *self.contrast.values())):
            raise ValueError("A weight is not below zero.")


@dataclass(frozen=True, slots=True)
class ChosenPair:
    """A trainee and a mentor who chose each other, at any offer that fits both."""

    trainee_id: str
    mentor_id: str


@dataclass(frozen=True, slots=True)
class Match:
    """A trainee with a mentor in a place of an offer, as a standing or locked pair."""

    trainee_id: str
    mentor_id: str
    offer_id: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One round to solve. Capacities include what `locked`, `chosen` and `standing` pairs use, which all are of
    trainees of this round.

    `locked` pairs never move. `chosen` pairs chose each other and are kept unless a hard rule or a locked pair bars
    them; if capacity cannot hold all of them, as many are kept as possible. `standing` are the present pairs, which a
    solution keeps where it can. `chosen` and `standing` may name mentors and offers that are no longer in the round.
    `factors` are the register's of schools by URN, including those of earlier placements. Raises `ValueError` on a
    repeated id, an offer at an unknown school or in an unknown group, and on a trainee who is repeated among the
    locked, the chosen or the standing.
    """

    trainees: tuple[Trainee, ...]
    offers: tuple[Offer, ...]
    mentors: tuple[Mentor, ...]
    schools: tuple[School, ...]
    rules: Rules
    groups: tuple[Group, ...] = ()
    locked: tuple[Match, ...] = ()
    chosen: tuple[ChosenPair, ...] = ()
    standing: tuple[Match, ...] = ()
    factors: Mapping[str, Factors] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_repeats("trainees", (trainee.id for trainee in self.trainees))
        _refuse_repeats("offers", (offer.id for offer in self.offers))
        _refuse_repeats("mentors", (mentor.id for mentor in self.mentors))
        _refuse_repeats("schools", (school.urn for school in self.schools))
        _refuse_repeats("groups", (group.id for group in self.groups))
        _refuse_repeats("trainees of locked pairs", (match.trainee_id for match in self.locked))
        _refuse_repeats("trainees of chosen pairs", (match.trainee_id for match in self.chosen))
        _refuse_repeats("trainees of standing pairs", (match.trainee_id for match in self.standing))
        if missing := {offer.school_urn for offer in self.offers} - {school.urn for school in self.schools}:
            raise ValueError(f"Offers at unknown schools: {sorted(missing)}.")
        named = {group for offer in self.offers for group in offer.groups}
        if missing := named - {group.id for group in self.groups}:
            raise ValueError(f"Unknown groups: {sorted(missing)}.")


def _refuse_repeats(what: str, ids: Iterable[str]) -> None:
    if repeated := sorted(id_ for id_, times in Counter(ids).items() if times > 1):
        raise ValueError(f"The same id more than once among {what}: {repeated}.")


@dataclass(frozen=True, slots=True)
class Pairing:
    """The place and mentor of a trainee; `terms` (weighted part by soft rule) add up to `cost`."""

    trainee_id: str
    mentor_id: str
    offer_id: str
    school_urn: str
    travel_minutes: int
    cost: int
    terms: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A trainee without a place: the rule that binds, as a code and in plain English without personal data."""

    trainee_id: str
    reason: ReasonCode
    explanation: str


@dataclass(frozen=True, slots=True)
class Objective:
    """The objective, minimised lexicographically.

    `parted` comes first: it counts the chosen pairs that are not kept. A round then minimises the other parts in this
    order, with `left_over_again` after `cost`; a repair minimises `moved` before `cost`. `unplaced` is by class of
    priority, the first class first. `moved` counts the standing pairs that do not stay: their trainee has another pair,
    or none. `left_over_again` counts those without a place whom an earlier round left over too. `unevenness` is a
    thousand times the sum of n² / r over mentors (n trainees of room for r) and schools (n of r places), each rounded
    down: it is least where all carry the same share.
    """

    unplaced: tuple[int, ...]
    cost: int
    moved: int
    unevenness: int
    parted: int = 0
    left_over_again: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """The share of capacity in use, 0 to 1, of each mentor (hours) and each school (places) that has any."""

    mentors: Mapping[str, float]
    schools: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Solution:
    """A solved round, with pairs and unplaced trainees in the order of trainees' ids.

    `bound` is what the dual of the flow, or the linear program, proves: no solution has a smaller part while the parts
    before it are as small as here. `barred_choices` are chosen pairs that are not kept, because of a hard rule, a
    locked pair or another choice.
    """

    pairs: tuple[Pairing, ...]
    unplaced: tuple[Unplaced, ...]
    solver: Solver
    objective: Objective
    bound: Objective
    load: Load
    barred_choices: tuple[ChosenPair, ...] = ()

    @property
    def status(self) -> Status:
        """Return what the bound proves: every part of the objective, all but the evenness of load, or less.

        Nothing is proven of the evenness of loads whose limits cross others (see `nesting`).
        """
        if self.objective == self.bound:
            return "optimal"
        unproven = replace(self.bound, unevenness=self.objective.unevenness)
        return "optimal_except_load" if self.objective == unproven else "feasible"

    @property
    def placed(self) -> int:
        return len(self.pairs)

    @property
    def total_cost(self) -> int:
        return sum(pair.cost for pair in self.pairs)

    @property
    def matches(self) -> tuple[Match, ...]:
        """Return the pairs as matches, for a later round."""
        return tuple(Match(pair.trainee_id, pair.mentor_id, pair.offer_id) for pair in self.pairs)
