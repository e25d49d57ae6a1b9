"""Shortest paths through the residual graph of a solved round, against a search that uses no prices."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.solver import Problem, solve
from services.matching.solver.flow import FAR, Network, residual_arcs, shortest_distances
from services.matching.solver.paths import ChangedFlow
from services.matching.solver.residual import SolvedFlow
from services.matching.solver.ways_in import WaysIn
from tests.unit.matching.solver.rounds import examples, nest_limits, random_round


def flow_of_solution(problem: Problem) -> SolvedFlow:
    return SolvedFlow(problem, solve(problem), every_limit=True)


def distance(solved: SolvedFlow, changed: ChangedFlow, start: int, end: int) -> int:
    """The length of the shortest path under the costs as they are, after all changes; `FAR` for none."""
    assert solved.length is not None
    flow = np.array([changed[arc] for arc in range(len(solved.flow))])
    more = np.array([changed.more.get(arc, 0) for arc in range(len(solved.flow))])
    wider = Network(solved.network.tail, solved.network.head, solved.network.capacity + more, solved.network.supply)
    begin = np.full(len(solved.network.supply), FAR)
    begin[start] = 0
    return int(shortest_distances(*residual_arcs(wider, flow, solved.length), begin, np.array([start]))[end])


@pytest.mark.covers("M4")
@examples(60)
@given(st.integers(0, 2**32))
def test_a_limit_that_grows_changes_the_flow_along_its_cheapest_circle(seed: int) -> None:
    """One after the other, so that each search begins with the prices that those before it left."""
    chance = random.Random(seed)
    problem = random_round(
        chance, chance.randint(2, 20), n_offers=chance.randint(1, 9), n_mentors=chance.randint(2, 12)
    )
    solved = flow_of_solution(nest_limits(problem))
    assert solved.length is not None
    nearer = WaysIn(solved.network, solved.flow, solved.length, len(solved.problem.trainees)).length
    changed = ChangedFlow(solved.graph_of(chance.choice((nearer, solved.length))))
    arcs = range(len(solved.flow))
    for _ in range(12):
        limit = chance.randrange(solved.first_limit, len(arcs))
        ends = int(solved.network.head[limit]), int(solved.network.tail[limit])
        circle = distance(solved, changed, *ends) + int(solved.length[limit])
        worth = 0 if changed.has_room(limit) else min(0, circle)
        before = {arc: changed[arc] for arc in arcs}

        changed.grow(limit)

        assert sum((changed[arc] - before[arc]) * int(solved.length[arc]) for arc in arcs) == worth
        assert all(changed.length(arc) >= 0 for arc in arcs if changed.has_room(arc))
        assert all(changed.length(arc) <= 0 for arc in arcs if changed[arc])


@pytest.mark.covers("M4")
@examples(60)
@given(st.integers(0, 2**32))
def test_a_path_to_another_place_is_a_shortest_one_on_which_nobody_loses_theirs(seed: int) -> None:
    chance = random.Random(seed)
    problem = random_round(
        chance, chance.randint(2, 20), n_offers=chance.randint(1, 9), n_mentors=chance.randint(2, 12)
    )
    solved = flow_of_solution(nest_limits(problem))
    graph, network = solved.graph_of_moves, solved.network
    assert graph is not None
    assert solved.length is not None
    stays = np.ones(len(solved.flow), dtype=np.bool_)
    stays[solved.ways_out : solved.first_limit] = False
    moves = Network(network.tail[stays], network.head[stays], network.capacity[stays], network.supply)
    arcs = residual_arcs(moves, solved.flow[stays], solved.length[stays])

    for had in solved.chosen.tolist():
        start, end = int(network.tail[had]), int(network.head[had])
        begin = np.full(len(network.supply), FAR)
        begin[start] = 0
        path = ChangedFlow(graph).shortest(start, end)
        shortest = int(shortest_distances(*arcs, begin, np.array([start]))[end])
        assert shortest == (FAR if path is None else sum(step * int(solved.length[arc]) for arc, step in path))


@pytest.mark.covers("M4")
@examples(60)
@given(st.integers(0, 2**32))
def test_the_only_nearest_trainee_of_a_node_is_the_one_without_whom_it_is_farther(seed: int) -> None:
    chance = random.Random(seed)
    problem = random_round(
        chance, chance.randint(2, 20), n_offers=chance.randint(1, 9), n_mentors=chance.randint(2, 12)
    )
    solved = flow_of_solution(nest_limits(problem))
    assert solved.length is not None
    trainees, nodes = len(solved.problem.trainees), len(solved.network.supply)
    ways = WaysIn(solved.network, solved.flow, solved.length, trainees)
    tail, head, cost = residual_arcs(solved.network, solved.flow, solved.length)
    start = np.full(nodes, FAR)
    start[0] = 0
    everybody = shortest_distances(tail, head, cost, start, np.zeros(1, dtype=np.int64))
    waiting = head[(tail == 0) & (head <= trainees)].tolist()

    assert (ways.distance == everybody).all()
    for one in waiting:
        others = (tail != one) & (head != one)
        without = shortest_distances(tail[others], head[others], cost[others], start, np.zeros(1, dtype=np.int64))
        farther = np.flatnonzero(without > everybody).tolist()
        assert farther == np.flatnonzero(ways.only == one).tolist()
