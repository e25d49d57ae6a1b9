"""A proof that a solution is an optimum, without asking the solver: no circle in the residual graph makes it better.

For rounds whose limits nest: every mentor fits one offer, all trainees take the same hours. The graph is made anew
from the rules as written (see `checker`), one lexicographic cost an arc, and Bellman and Ford look for the circle.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.matching.solver import Match, Mentor, Offer, Problem, Solution, Trainee
from tests.unit.matching.solver.checker import KMH, classes, groups_around, rooms, wrong_with

IntArray = NDArray[np.int64]
AllowedPair = tuple[Match, int]
OUT = "out"


def cheaper_circle(
    problem: Problem,
    solution: Solution,
    *,
    moves_first: bool = False,
    allowed: Sequence[AllowedPair] | None = None,
) -> bool:
    """Whether the solution could be made better in classes placed, cost and moves (in this order, or moves first).

    `allowed` are the allowed pairs, if they are listed already.
    """
    trainees, standing = {trainee.id for trainee in problem.trainees}, set(problem.standing)
    pairs = list(find_allowed_pairs(problem)) if allowed is None else allowed
    many = len(trainees) + 1
    dearest = 1 + max((spent for _, spent in pairs), default=0)
    has = {match.trainee_id: match for match in solution.matches}

    def worth(match: Match, spent: int) -> int:
        new = match not in standing
        return new * many * dearest + spent if moves_first else spent * many + new

    whole = many * many * dearest
    arcs: list[tuple[str, str, int]] = []
    for match, spent in pairs:
        ends, price = (f"t{match.trainee_id}", f"m{match.mentor_id}"), worth(match, spent)
        arcs.append((ends[1], ends[0], -price) if has.get(match.trainee_id) == match else (*ends, price))
    last = classes(problem) - 1
    for trainee in problem.trainees:
        prize = whole * many ** (last - trainee.priority)
        arcs.append((f"t{trainee.id}", OUT, prize) if trainee.id in has else (OUT, f"t{trainee.id}", -prize))
    arcs += _limits(problem, solution)
    return _has_negative_circle(arcs)


def find_allowed_pairs(problem: Problem) -> Iterator[AllowedPair]:
    """Yield every pair that the hard rules allow, with its cost."""
    hosts = _hosts(problem)
    offers: defaultdict[tuple[str, str], list[Offer]] = defaultdict(list)
    for offer in problem.offers:
        offers[offer.subject, offer.phase].append(offer)
    points = {school.urn: (school.point.easting, school.point.northing) for school in problem.schools}
    where = {need: np.array([points[each.school_urn] for each in ones]) for need, ones in offers.items()}
    weights = problem.rules.weights
    for trainee in problem.trainees:
        need = trainee.subject, trainee.phase
        if need not in offers:
            continue
        away = _minutes(trainee, where[need])
        for i in np.flatnonzero(away <= trainee.travel_limit_minutes).tolist():
            offer = offers[need][i]
            for mentor in hosts[offer.school_urn]:
                if trainee.subject in mentor.subjects and wrong_with(problem, trainee, offer, mentor) is None:
                    spent = weights["travel"] * int(away[i]) + weights["volunteers_first"] * (not mentor.volunteer)
                    yield Match(trainee.id, mentor.id, offer.id), spent


def _minutes(trainee: Trainee, where: NDArray[np.float64]) -> IntArray:
    home = np.array([trainee.home.easting, trainee.home.northing])
    straight = np.sqrt(((where - home) ** 2).sum(axis=1))
    minutes: IntArray = np.ceil(np.round(1.3 * straight / 1000 / KMH[trainee.travel_mode] * 60, 6)).astype(np.int64)
    return minutes


def _limits(problem: Problem, solution: Solution) -> Iterator[tuple[str, str, int]]:
    """From each limit to the next one outwards where it has room, and back where it carries somebody."""
    offer_of = _offer_of_mentor(problem)
    chains: dict[str, list[str]] = {}
    limit: dict[str, int] = {f"g{group.id}": max(0, group.places) for group in problem.groups}
    limit |= {f"o{offer.id}": max(0, offer.places) for offer in problem.offers}
    limit |= {f"m{mentor_id}": room for mentor_id, room in rooms(problem).items()}
    for mentor, offer in offer_of.items():
        around = [f"g{group}" for group in groups_around(problem, offer)]
        chains[mentor] = [f"m{mentor}", f"o{offer.id}", *around, OUT]
    carried: defaultdict[str, int] = defaultdict(int)
    for match in solution.matches:
        for node in chains[match.mentor_id][:-1]:
            carried[node] += 1
    for inner, outer in {step for chain in chains.values() for step in pairwise(chain)}:
        if carried[inner] < limit[inner]:
            yield inner, outer, 0
        if carried[inner]:
            yield outer, inner, 0


def _offer_of_mentor(problem: Problem) -> dict[str, Offer]:
    assert len({trainee.hours_a_week for trainee in problem.trainees}) < 2, "hours differ"
    hosts, found = _hosts(problem), dict[str, Offer]()
    for offer in problem.offers:
        for mentor in hosts[offer.school_urn]:
            if offer.subject in mentor.subjects and offer.phase in mentor.phases:
                assert found.setdefault(mentor.id, offer) is offer, "a mentor of two offers"
    return found


def _hosts(problem: Problem) -> defaultdict[str, list[Mentor]]:
    hosts: defaultdict[str, list[Mentor]] = defaultdict(list)
    for mentor in problem.mentors:
        for urn in mentor.urns:
            hosts[urn].append(mentor)
    return hosts


def _has_negative_circle(arcs: list[tuple[str, str, int]]) -> bool:
    number: dict[str, int] = {}
    ends = [(number.setdefault(tail, len(number)), number.setdefault(head, len(number))) for tail, head, _ in arcs]
    tail, head = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    cost = np.array([price for _, _, price in arcs], dtype=object if _is_large(arcs) else np.int64)
    by_head = np.argsort(head, kind="stable")
    tail, head, cost = tail[by_head], head[by_head], cost[by_head]
    heads, first = np.unique(head, return_index=True)
    distance = np.zeros(len(number), dtype=cost.dtype)
    for _ in range(len(number) + 1):
        nearest = np.minimum.reduceat(distance[tail] + cost, first) if len(first) else distance[heads]
        better = nearest < distance[heads]
        if not better.any():
            return False
        distance[heads[better]] = nearest[better]
    return True


def _is_large(arcs: list[tuple[str, str, int]]) -> bool:
    """Whether a way of one arc after the other could leave 64 bits."""
    return max((abs(price) for _, _, price in arcs), default=0) * len(arcs) > 2**62
