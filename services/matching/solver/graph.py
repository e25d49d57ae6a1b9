"""The candidate graph: which ways lead from a trainee to an offer that has a mentor for them, by the hard rules.

Capacities are left to the optimiser, so that an offer or mentor that is full still shows here as one that would fit.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from services.matching.solver import rules
from services.matching.solver.model import Mentor, Offer, Problem, Trainee
from services.matching.solver.rules import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Candidates:
    """Ways as three arrays of one length (positions in the problem's lists, and minutes), by trainee and then offer.

    `hosts[offer]` are the mentors of the offer's school who fit it: with each of them the way is a candidate pair,
    unless the mentor is barred; at least one of them is not. `points[offer]` is where its school is.
    """

    trainee: IntArray
    offer: IntArray
    minutes: IntArray
    hosts: tuple[tuple[int, ...], ...]
    points: FloatArray


def find_candidates(problem: Problem) -> Candidates:
    """Every way that the hard rules allow; capacities apart."""
    hosts = fitting_mentors(problem)
    points = offer_points(problem)
    hosted: dict[tuple[str, str], IntArray] = {}
    trainees: list[IntArray] = []
    offers: list[IntArray] = []
    minutes: list[IntArray] = []
    for position, trainee in enumerate(problem.trainees):
        asked = (trainee.subject, trainee.phase)
        if asked not in hosted:
            hosted[asked] = np.array(
                [i for i, offer in enumerate(problem.offers) if hosts[i] and fits(offer, trainee)], dtype=np.int64
            )
        to_each = rules.travel_minutes(trainee.home, points[hosted[asked]], trainee.travel_mode, problem.rules.travel)
        near = rules.is_within_limit(to_each, trainee)
        if trainee.barred_mentors:
            near &= np.array([some_may_mentor(hosts[i], trainee, problem) for i in hosted[asked]], dtype=np.bool_)
        offers.append(hosted[asked][near])
        minutes.append(to_each[near])
        trainees.append(np.full(len(offers[-1]), position, dtype=np.int64))
    return Candidates(_joined(trainees), _joined(offers), _joined(minutes), hosts, points)


def fits(offer: Offer, trainee: Trainee) -> bool:
    return rules.is_in_subject(offer, trainee.subject) and rules.is_in_phase(offer, trainee.phase)


def some_may_mentor(mentors: tuple[int, ...], trainee: Trainee, problem: Problem) -> bool:
    return any(not rules.is_barred(problem.mentors[mentor], trainee) for mentor in mentors)


def fitting_mentors(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """For each offer the positions of its school's mentors who fit its subject and phase."""
    at_school: defaultdict[str, list[tuple[int, Mentor]]] = defaultdict(list)
    for position, mentor in enumerate(problem.mentors):
        at_school[mentor.school_urn].append((position, mentor))
    return tuple(
        tuple(
            position
            for position, mentor in at_school[offer.school_urn]
            if rules.can_mentor_subject(mentor, offer) and rules.can_mentor_phase(mentor, offer)
        )
        for offer in problem.offers
    )


def offer_points(problem: Problem) -> FloatArray:
    """Easting and northing of each offer's school, one row an offer."""
    point = {school.urn: school.point for school in problem.schools}
    rows = [(point[offer.school_urn].easting, point[offer.school_urn].northing) for offer in problem.offers]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def _joined(parts: list[IntArray]) -> IntArray:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
