"""The rules and the objective written a second time, independently of the solver, and two other ways to the optimum."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from services.matching.solver import Match, Mentor, Offer, Point, Problem, School, Solution, Trainee

KMH = {"car": 40, "public_transport": 20, "bicycle": 15, "walking": 4.8}
Trio = tuple[Trainee, Offer, Mentor]
Cost = tuple[int, tuple[int, ...], int, int, int]


def minutes(problem: Problem, trainee: Trainee, offer: Offer) -> int:
    there = _points(problem.schools)[offer.school_urn]
    straight = math.dist((trainee.home.easting, trainee.home.northing), (there.easting, there.northing))
    return math.ceil(round(1.3 * straight / 1000 / KMH[trainee.travel_mode] * 60, 6))


_seen: dict[int, tuple[tuple[School, ...], dict[str, Point]]] = {}


def _points(schools: tuple[School, ...]) -> dict[str, Point]:
    """Where each school is, looked up once for the same schools."""
    if id(schools) not in _seen:
        _seen.clear()
        _seen[id(schools)] = schools, {school.urn: school.point for school in schools}
    return _seen[id(schools)][1]


@cache
def exact(number: float) -> Fraction:
    """A number as it is written: a tenth is a tenth."""
    return Fraction(str(number))


def hours(problem: Problem, trainee: Trainee) -> Fraction:
    return exact(trainee.hours_a_week or problem.rules.hours_per_trainee_week)


def hours_of(mentor: Mentor) -> Fraction:
    return max(Fraction(0), exact(mentor.capacity_hours))


def room(problem: Problem, mentor: Mentor) -> int:
    return rooms(problem)[mentor.id]


def rooms(problem: Problem) -> dict[str, int]:
    """Trainees that each mentor's hours hold, at the least that one of their candidates takes."""
    takers: defaultdict[str, set[Fraction]] = defaultdict(set)
    usual = exact(problem.rules.hours_per_trainee_week)
    if {hours(problem, trainee) for trainee in problem.trainees} - {usual}:
        for trainee in problem.trainees:
            for _, mentor in candidates(problem, trainee):
                takers[mentor.id].add(hours(problem, trainee))
    return {mentor.id: hours_of(mentor) // min(takers[mentor.id], default=usual) for mentor in problem.mentors}


def wrong_with(problem: Problem, trainee: Trainee, offer: Offer, mentor: Mentor) -> str | None:
    """The first hard rule that this pair breaks, capacities apart."""
    if (offer.subject, offer.phase) != (trainee.subject, trainee.phase):
        return "offer"
    if offer.routes and trainee.route and trainee.route not in offer.routes:
        return "route"
    taught, asked = offer.year_groups, trainee.year_groups
    if taught and asked and "mixed_year_groups" not in taught | asked and not taught & asked:
        return "year groups"
    if offer.send_placement != trainee.send_placement:
        return "provision"
    days = [(school.starts_on, school.ends_on) for school in mentor.schools if school.urn == offer.school_urn]
    if not any(
        not (first and offer.starts_on and offer.starts_on < first)
        and not (last and offer.ends_on and offer.ends_on > last)
        for first, last in days
    ):
        return "school"
    if trainee.subject not in mentor.subjects or trainee.phase not in mentor.phases:
        return "mentor"
    for who in (trainee, mentor):
        if offer.starts_on and who.available_from and offer.starts_on < who.available_from:
            return "dates"
        if offer.ends_on and who.available_until and offer.ends_on > who.available_until:
            return "dates"
    if minutes(problem, trainee, offer) > trainee.travel_limit_minutes:
        return "travel"
    if offer.school_urn in trainee.barred_schools:
        return "school barred"
    return "barred" if mentor.id in trainee.barred_mentors else None


def cost(problem: Problem, trainee: Trainee, offer: Offer, mentor: Mentor) -> int:
    weights = problem.rules.weights
    return weights["travel"] * minutes(problem, trainee, offer) + weights["volunteers_first"] * (not mentor.volunteer)


def candidates(problem: Problem, trainee: Trainee) -> list[tuple[Offer, Mentor]]:
    return [
        (offer, mentor)
        for offer in problem.offers
        for mentor in problem.mentors
        if wrong_with(problem, trainee, offer, mentor) is None
    ]


def groups_around(problem: Problem, offer: Offer) -> list[str]:
    """The groups that an offer is in, inner ones first where they nest."""
    size = _sizes(problem.offers)
    return sorted(offer.groups, key=lambda group: (size[group], group))


_counted: dict[int, tuple[tuple[Offer, ...], Counter[str]]] = {}


def _sizes(offers: tuple[Offer, ...]) -> Counter[str]:
    """How many offers each group has, counted once for the same offers."""
    if id(offers) not in _counted:
        _counted.clear()
        _counted[id(offers)] = offers, Counter(group for offer in offers for group in offer.groups)
    return _counted[id(offers)][1]


def trios(problem: Problem, matches: Sequence[Match]) -> list[Trio]:
    trainees = {trainee.id: trainee for trainee in problem.trainees}
    offers = {offer.id: offer for offer in problem.offers}
    mentors = {mentor.id: mentor for mentor in problem.mentors}
    return [(trainees[m.trainee_id], offers[m.offer_id], mentors[m.mentor_id]) for m in matches]


def list_broken_limits(problem: Problem, placed: Sequence[Trio]) -> list[str]:
    """Return a sentence for each capacity that these matches together exceed."""
    at_offer = Counter(offer.id for _, offer, _ in placed)
    in_group = Counter(group for _, offer, _ in placed for group in groups_around(problem, offer))
    given: defaultdict[str, Fraction] = defaultdict(Fraction)
    for trainee, _, mentor in placed:
        given[mentor.id] += hours(problem, trainee)
    return [
        *("places" for offer in problem.offers if at_offer[offer.id] > max(0, offer.places)),
        *("group" for group in problem.groups if in_group[group.id] > max(0, group.places)),
        *("hours" for mentor in problem.mentors if given[mentor.id] > hours_of(mentor)),
    ]


def list_broken_rules(problem: Problem, solution: Solution) -> list[str]:
    """Return a sentence for each broken hard rule, each person missing or counted twice, and each wrong number."""
    placed = trios(problem, solution.matches)
    broken = list_broken_limits(problem, placed)
    for pair, three in zip(solution.pairs, placed, strict=True):
        if rule := wrong_with(problem, *three):
            broken.append(rule)
        if pair.travel_minutes != minutes(problem, *three[:2]) or pair.cost != cost(problem, *three):
            broken.append("numbers")
        if pair.school_urn != three[1].school_urn:
            broken.append("school")
    named = sorted(
        [pair.trainee_id for pair in solution.pairs]
        + [unplaced_trainee.trainee_id for unplaced_trainee in solution.unplaced]
    )
    if named != sorted(trainee.id for trainee in problem.trainees):
        broken.append("everyone once")
    if not set(problem.locked) <= set(solution.matches):
        broken.append("locked")
    if objective_of(problem, placed) != solution.objective:
        broken.append("objective")
    return broken


@dataclass(frozen=True, slots=True, order=True)
class Worth:
    """The parts of the objective; equal to a `model.Objective` of the same parts."""

    unplaced: tuple[int, ...]
    cost: int
    moved: int
    unevenness: int
    parted: int = 0
    left_over_again: int = 0

    def __eq__(self, other: object) -> bool:
        return all(getattr(self, part) == getattr(other, part, None) for part in self.__slots__)

    __hash__ = None  # type: ignore[assignment]  # as Python asks of a class with `__eq__`


def classes(problem: Problem) -> int:
    return 1 + max((trainee.priority for trainee in problem.trainees), default=0)


def objective_of(problem: Problem, placed: Sequence[Trio]) -> Worth:
    there = {trainee.id for trainee, _, _ in placed}
    unplaced = Counter(trainee.priority for trainee in problem.trainees if trainee.id not in there)
    stands = {Match(t.id, m.id, o.id) for t, o, m in placed}
    return Worth(
        tuple(unplaced[class_] for class_ in range(classes(problem))),
        sum(cost(problem, *three) for three in placed),
        sum(match not in stands for match in problem.standing),
        _unevenness(problem, placed),
        sum((pair.trainee_id, pair.mentor_id) not in {(t.id, m.id) for t, _, m in placed} for pair in problem.chosen),
        sum(each.left_over and each.id not in there for each in problem.trainees),
    )


def _unevenness(problem: Problem, placed: Sequence[Trio]) -> int:
    with_mentor = Counter(mentor.id for _, _, mentor in placed)
    at_school = Counter(offer.school_urn for _, offer, _ in placed)
    return uneven(with_mentor, rooms(problem)) + uneven(at_school, places_at(problem))


def places_at(problem: Problem) -> Counter[str]:
    places: Counter[str] = Counter()
    for offer in problem.offers:
        places[offer.school_urn] += max(0, offer.places)
    return places


def uneven(given: Mapping[str, int], of: Mapping[str, int]) -> int:
    return sum(1000 * n**2 // of[key] for key, n in given.items() if n)


def in_order(worth: Worth, *, moves_first: bool) -> tuple[object, ...]:
    dear = worth.cost, worth.left_over_again
    middle = (worth.moved, *dear) if moves_first else (*dear, worth.moved)
    return (worth.parted, worth.unplaced, *middle, worth.unevenness)


def best_by_search(problem: Problem, *, moves_first: bool = False) -> Worth:
    """The objective of an optimum, by trying everything."""
    room_of, places = rooms(problem), places_at(problem)
    options = [candidates(problem, trainee) for trainee in problem.trainees]
    standing, chosen = set(problem.standing), {(pair.trainee_id, pair.mentor_id) for pair in problem.chosen}

    @cache
    def best(who: int, hosted: tuple[tuple[str, str, Fraction], ...]) -> Cost:
        """Of the trainees from `who` on; `hosted` are offer, mentor and hours of those before."""
        if who == len(options):
            with_mentor = Counter(mentor for _, mentor, _ in hosted)
            at_school = Counter(school_of[offer] for offer, _, _ in hosted)
            return 0, (0,) * classes(problem), 0, 0, uneven(with_mentor, room_of) + uneven(at_school, places)
        trainee = problem.trainees[who]
        parted, missed, first, second, load = best(who + 1, hosted)
        answers: list[Cost] = [
            (parted, tuple(n + (i == trainee.priority) for i, n in enumerate(missed)), first, second, load),
        ]
        for offer, mentor in options[who]:
            more = (*hosted, (offer.id, mentor.id, hours(problem, trainee)))
            if _fits(problem, more):
                parted, missed, first, second, load = best(who + 1, tuple(sorted(more)))
                together = -((trainee.id, mentor.id) in chosen)
                spent = cost(problem, trainee, offer, mentor)
                kept = -(Match(trainee.id, mentor.id, offer.id) in standing)
                parts = (kept, spent) if moves_first else (spent, kept)
                answers.append((parted + together, missed, first + parts[0], second + parts[1], load))
        return min(answers)

    school_of = {offer.id: offer.school_urn for offer in problem.offers}
    parted, missed, first, second, load = best(0, ())
    kept, spent = (first, second) if moves_first else (second, first)
    return Worth(missed, spent, len(standing) + kept, load, len(chosen) + parted)


def _fits(problem: Problem, hosted: Sequence[tuple[str, str, Fraction]]) -> bool:
    offers = {offer.id: offer for offer in problem.offers}
    at_offer = Counter(offer for offer, _, _ in hosted)
    in_group = Counter(group for offer, _, _ in hosted for group in groups_around(problem, offers[offer]))
    given: defaultdict[str, Fraction] = defaultdict(Fraction)
    for _, mentor, taken in hosted:
        given[mentor] += taken
    return (
        all(n <= max(0, offers[offer].places) for offer, n in at_offer.items())
        and all(in_group[group.id] <= max(0, group.places) for group in problem.groups)
        and all(given[mentor.id] <= hours_of(mentor) for mentor in problem.mentors)
    )


def best_by_programme(problem: Problem, *, moves_first: bool = False) -> Worth:
    """The same by a mixed-integer programme over whole pairs, part by part, unevenness left out (as zero).

    Locked pairs are given; it raises `AssertionError` where they cannot all stay.
    """
    options = [(trainee, *pair) for trainee in problem.trainees for pair in candidates(problem, trainee)]
    if not options:
        return objective_of(problem, ())
    around = {offer.id: groups_around(problem, offer) for offer in problem.offers}
    taking = [float(hours(problem, trainee)) for trainee, _, _ in options]
    rows: list[tuple[Sequence[float], float]] = [
        *(([t is trainee for t, _, _ in options], 1) for trainee in problem.trainees),
        *(([o is offer for _, o, _ in options], max(0, offer.places)) for offer in problem.offers),
        *(([group.id in around[o.id] for _, o, _ in options], max(0, group.places)) for group in problem.groups),
        *(
            ([spent * (m is mentor) for spent, (_, _, m) in zip(taking, options, strict=True)], float(hours_of(mentor)))
            for mentor in problem.mentors
        ),
    ]
    matrix = csr_array(np.array([row for row, _ in rows], dtype=np.float64))
    limits = [LinearConstraint(matrix, ub=[most for _, most in rows])]
    standing = set(problem.standing)
    spent = np.array([cost(problem, *three) for three in options], dtype=float)
    kept = np.array([-float(Match(t.id, m.id, o.id) in standing) for t, o, m in options])
    placed = [np.array([-float(t.priority == class_) for t, _, _ in options]) for class_ in range(classes(problem))]
    chosen, locked = {(pair.trainee_id, pair.mentor_id) for pair in problem.chosen}, set(problem.locked)
    together = np.array([-float((t.id, m.id) in chosen) for t, _, m in options])
    fixed = np.array([float(Match(t.id, m.id, o.id) in locked) for t, o, m in options])
    limits.append(LinearConstraint(fixed.reshape(1, -1), lb=[len(locked)]))
    taken = np.zeros(len(options))
    again = np.array([-float(t.left_over) for t, _, _ in options])
    for prices in [together, *placed, *((kept, spent, again) if moves_first else (spent, again, kept))]:
        result = milp(
            prices,
            integrality=np.ones(len(options), dtype=np.int_),
            bounds=Bounds(0, 1),
            constraints=limits,
            options={"mip_rel_gap": 0},
        )
        assert result.success, result.message
        taken = np.round(result.x)
        limits.append(LinearConstraint(prices.reshape(1, -1), ub=[round(float(prices @ taken))]))
    worth = objective_of(problem, [options[i] for i in np.flatnonzero(taken)])
    return replace(worth, unevenness=0)
