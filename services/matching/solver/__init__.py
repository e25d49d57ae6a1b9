"""The optimiser of a matching round, pure: a problem in, a proven optimum with its reasons out.

Read `model` for what goes in and out, `rules` for the rules, `graph` for who could go where, `optimiser` for the proof.
"""

from collections import Counter
from dataclasses import replace
from operator import attrgetter

import numpy as np

from services.matching.solver import rules
from services.matching.solver.explanations import SolvedRound, why_unplaced
from services.matching.solver.graph import Candidates, find_candidates
from services.matching.solver.model import (
    Group,
    Load,
    Match,
    Mentor,
    Objective,
    Offer,
    Pairing,
    Point,
    Problem,
    Rules,
    School,
    Solution,
    Trainee,
    Travel,
    Unplaced,
)
from services.matching.solver.optimiser import Choice, Network, optimise
from services.matching.solver.rules import IntArray

__all__ = [
    "Group",
    "Load",
    "Match",
    "Mentor",
    "Objective",
    "Offer",
    "Pairing",
    "Point",
    "Problem",
    "Rules",
    "School",
    "Solution",
    "Trainee",
    "Travel",
    "Unplaced",
    "solve",
]


def solve(problem: Problem) -> Solution:
    """Places as many trainees as can be, at the least total cost among such placements.

    The same problem in any order gives the same answer. Raises `ValueError` on a weight for a rule that is not there.
    """
    if unknown := problem.rules.weights.keys() - rules.SOFT_RULES:
        raise ValueError(f"No soft rule is called {sorted(unknown)}; there are {sorted(rules.SOFT_RULES)}.")
    problem = _in_order(problem)
    candidates = find_candidates(problem)
    way_terms, mentor_terms = _terms(problem, candidates)
    network = _network(problem, candidates, _sum(way_terms), _sum(mentor_terms))
    choices, solver = optimise(network)

    def pairing(way: int, mentor: int) -> Pairing:
        offer = problem.offers[candidates.offer[way]]
        terms = {name: int(term[way]) for name, term in way_terms.items()}
        terms |= {name: int(term[mentor]) for name, term in mentor_terms.items()}
        return Pairing(
            trainee_id=problem.trainees[candidates.trainee[way]].id,
            mentor_id=problem.mentors[mentor].id,
            offer_id=offer.id,
            school_urn=offer.school_urn,
            travel_minutes=int(candidates.minutes[way]),
            cost=sum(terms.values()),
            terms=terms,
        )

    solved = _solved(problem, candidates, network, choices)
    placed = {int(candidates.trainee[way]) for way, _ in choices}
    left_out = (trainee for position, trainee in enumerate(problem.trainees) if position not in placed)
    pairs = tuple(sorted((pairing(*choice) for choice in choices), key=attrgetter("trainee_id")))
    unplaced = tuple(why_unplaced(trainee, solved) for trainee in left_out)
    objective = Objective((len(unplaced),), sum(pair.cost for pair in pairs), moved=0, unevenness=0)
    return Solution(pairs, unplaced, solver, objective, bound=objective, load=Load({}, {}))


def _in_order(problem: Problem) -> Problem:
    """The same problem sorted by id: what makes ties fall the same way whatever order the input came in."""
    by_id = attrgetter("id")
    return replace(
        problem,
        trainees=tuple(sorted(problem.trainees, key=by_id)),
        offers=tuple(sorted(problem.offers, key=by_id)),
        mentors=tuple(sorted(problem.mentors, key=by_id)),
    )


def _terms(problem: Problem, candidates: Candidates) -> tuple[dict[str, IntArray], dict[str, IntArray]]:
    """The weighted part of each soft rule, by way and by mentor."""
    weights = problem.rules.weights
    of_ways = {name: weights.get(name, 0) * rule(candidates.minutes) for name, rule in rules.OF_THE_WAY.items()}
    of_mentors = {
        name: weights.get(name, 0) * np.array([rule(mentor) for mentor in problem.mentors], dtype=np.int64)
        for name, rule in rules.OF_THE_MENTOR.items()
    }
    return of_ways, of_mentors


def _sum(terms: dict[str, IntArray]) -> IntArray:
    total: IntArray = np.sum(list(terms.values()), axis=0)
    return total


def _network(problem: Problem, candidates: Candidates, way_cost: IntArray, mentor_cost: IntArray) -> Network:
    return Network(
        way_trainee=candidates.trainee,
        way_offer=candidates.offer,
        way_cost=way_cost,
        hosts=candidates.hosts,
        mentor_cost=mentor_cost,
        trainees=len(problem.trainees),
        places=np.array([rules.places_left(offer) for offer in problem.offers], dtype=np.int64),
        room=np.array([rules.trainees_within_hours(m, problem.rules) for m in problem.mentors], dtype=np.int64),
        barred=lambda trainee, mentor: rules.is_barred(problem.mentors[mentor], problem.trainees[trainee]),
    )


def _solved(problem: Problem, candidates: Candidates, network: Network, choices: list[Choice]) -> SolvedRound:
    at_offer = Counter(int(candidates.offer[way]) for way, _ in choices)
    with_mentor = Counter(mentor for _, mentor in choices)
    return SolvedRound(
        problem,
        candidates,
        full_offers=frozenset(offer for offer, places in enumerate(network.places) if at_offer[offer] >= places),
        full_mentors=frozenset(mentor for mentor, room in enumerate(network.room) if with_mentor[mentor] >= room),
    )
