"""The rules written a second time, independently of the solver, and two other ways to the optimum."""

import math
from collections import Counter
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from services.matching.solver import Mentor, Offer, Problem, Solution, Trainee

KMH = {"car": 40, "public_transport": 20, "bicycle": 15, "walking": 4.8}


def minutes(problem: Problem, trainee: Trainee, offer: Offer) -> int:
    there = next(school.point for school in problem.schools if school.urn == offer.school_urn)
    straight = math.dist((trainee.home.easting, trainee.home.northing), (there.easting, there.northing))
    return math.ceil(round(1.3 * straight / 1000 / KMH[trainee.travel_mode] * 60, 6))


def room(problem: Problem, mentor: Mentor) -> int:
    return Fraction(str(mentor.capacity_hours)) // Fraction(str(problem.rules.hours_per_trainee_week))


def wrong_with(problem: Problem, trainee: Trainee, offer: Offer, mentor: Mentor) -> str | None:
    """The first hard rule that this pair breaks, capacities apart."""
    if (offer.subject, offer.phase) != (trainee.subject, trainee.phase):
        return "offer"
    if mentor.school_urn != offer.school_urn:
        return "school"
    if trainee.subject not in mentor.subjects or trainee.phase not in mentor.phases:
        return "mentor"
    if minutes(problem, trainee, offer) > trainee.travel_limit_minutes:
        return "travel"
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


def broken_rules(problem: Problem, solution: Solution) -> list[str]:
    """Every hard rule that the solution breaks, everyone forgotten or counted twice, every number that is wrong."""
    trainees = {one.id: one for one in problem.trainees}
    offers = {one.id: one for one in problem.offers}
    mentors = {one.id: one for one in problem.mentors}
    broken = []
    for pair in solution.pairs:
        three = trainees[pair.trainee_id], offers[pair.offer_id], mentors[pair.mentor_id]
        if rule := wrong_with(problem, *three):
            broken.append(rule)
        if pair.travel_minutes != minutes(problem, *three[:2]) or pair.cost != cost(problem, *three):
            broken.append("numbers")
        if pair.school_urn != three[1].school_urn:
            broken.append("school")
    at_offer = Counter(pair.offer_id for pair in solution.pairs)
    with_mentor = Counter(pair.mentor_id for pair in solution.pairs)
    broken += ["places" for offer in problem.offers if at_offer[offer.id] > offer.places]
    broken += ["hours" for mentor in problem.mentors if with_mentor[mentor.id] > room(problem, mentor)]
    named = sorted([pair.trainee_id for pair in solution.pairs] + [one.trainee_id for one in solution.unplaced])
    if named != sorted(trainees):
        broken.append("everyone once")
    return broken


def best_by_search(problem: Problem) -> tuple[int, int]:
    """Number placed and cost of an optimum, by trying everything."""
    options = [
        [
            (problem.offers.index(offer), problem.mentors.index(mentor), cost(problem, trainee, offer, mentor))
            for offer, mentor in candidates(problem, trainee)
        ]
        for trainee in problem.trainees
    ]

    @cache
    def best(who: int, places: tuple[int, ...], rooms: tuple[int, ...]) -> tuple[int, int]:
        """Of the trainees from `who` on: number not placed and cost, the less the better."""
        if who == len(options):
            return 0, 0
        missed, spent = best(who + 1, places, rooms)
        answers = [(missed + 1, spent)]
        for offer, mentor, price in options[who]:
            if places[offer] and rooms[mentor]:
                missed, spent = best(who + 1, _less(places, offer), _less(rooms, mentor))
                answers.append((missed, spent + price))
        return min(answers)

    missed, spent = best(
        0, tuple(offer.places for offer in problem.offers), tuple(room(problem, mentor) for mentor in problem.mentors)
    )
    return len(problem.trainees) - missed, spent


def _less(left: tuple[int, ...], position: int) -> tuple[int, ...]:
    return (*left[:position], left[position] - 1, *left[position + 1 :])


def best_by_programme(problem: Problem) -> tuple[int, int]:
    """The same by a mixed-integer programme over whole pairs, most placed first and then least cost."""
    pairs = [(trainee, *pair) for trainee in problem.trainees for pair in candidates(problem, trainee)]
    if not pairs:
        return 0, 0
    limits = []
    for column, ones, limit in (
        (0, problem.trainees, lambda _: 1),
        (1, problem.offers, lambda one: one.places),
        (2, problem.mentors, lambda one: room(problem, one)),
    ):
        rows = np.array([[pair[column].id == one.id for pair in pairs] for one in ones], dtype=float)
        limits.append(LinearConstraint(rows, ub=[limit(one) for one in ones]))

    def least(prices: NDArray[np.float64], constraints: list[LinearConstraint]) -> int:
        result = milp(
            prices,
            integrality=np.ones(len(pairs), dtype=np.int_),
            bounds=Bounds(0, 1),
            constraints=constraints,
            options={"mip_rel_gap": 0},
        )
        assert result.success, result.message
        return round(result.fun)

    every = np.ones(len(pairs))
    placed = -least(-every, limits)
    spent = least(
        np.array([cost(problem, *pair) for pair in pairs], dtype=float),
        [*limits, LinearConstraint(every, lb=placed, ub=placed)],
    )
    return placed, spent
