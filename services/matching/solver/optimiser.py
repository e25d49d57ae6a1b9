"""Place as many as possible by class of priority, then minimise each part of the objective in turn, with proof.

The network is trainee → innermost limit of the seat → the limit around it → ... → node 0. A barred pair has no arc.
Where all limits nest the network has every rule, and the flow is the solution.

Classes of priority need no numbers of different size: trainees who can be placed together form a matroid, in which the
best for the first class, then the second, is also the most that can be placed at all, and weights in that order,
however close, find it. So a class adds its rank times more than all costs together to each of its arcs.

Where limits cross (a mentor of two subjects, each with places that others share) or trainees take different hours of
one mentor, the flow is a bound: those limits are left out of it. If its solution keeps them all the same, it is
optimal. If not, a flow through the shared offers first is tried (see `shared_offers`), and only if that is no proof
either, a mixed-integer program is solved (see `mixed_integer`).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from services.matching.solver import mixed_integer as programme
from services.matching.solver import shared_offers as series
from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.flow import (
    Network,
    largest_cost,
    max_flow_at_min_cost,
    min_cost_on_face,
    reduced_costs,
)
from services.matching.solver.nesting import Forest
from services.matching.solver.question import Choice, Question


def optimise(question: Question) -> Choice:
    """Find an optimum. Raises `OverflowError` on costs too large for 64 bits."""
    if not len(question.trainee):
        return Choice(np.empty(0, dtype=np.int64), "min_cost_flow", 0)
    chosen, even, unevenness = _by_flow(question)
    for answer in (even, chosen):
        if keeps_all_limits(question, answer):
            return Choice(answer, "min_cost_flow", unevenness)
    if (question.nesting.shared.of >= 0).any():
        return _in_series(question)
    return Choice(programme.solve_program(question, chosen, as_many=False), "mixed_integer", 0)


def _in_series(question: Question) -> Choice:
    """Solve a flow through shared offers first (see `shared_offers`), and a program over what could improve it."""
    packed, prize, waiting = pack_objective(question)
    cost = packed + question.rank[question.trainee] * prize
    after_seat = _nodes(question)[_first_binding(question.nesting.forest)]
    nobody = _over(question, np.empty(0, dtype=np.int64))
    flow = series.offers_first(question, cost, after_seat, bare_network(nobody, ways_out=False))
    kept = flow.chosen_candidates()
    if not len(kept):
        return Choice(kept, "min_cost_flow", 0)
    chosen, even, _ = _by_flow(_over(question, kept))
    placed = len(np.unique(question.trainee[kept]))
    close, near, as_many = np.arange(len(cost)), kept, False
    for answer in (kept[even], kept[chosen]):
        if waiting or len(answer) < placed or not keeps_all_limits(question, answer):
            continue
        total = int(cost[answer].sum())
        if total <= flow.bound:
            return Choice(answer, "min_cost_flow", 0)
        close = np.union1d(answer, flow.at_most(total, out=(int(question.rank.max()) + 1) * prize))
        near, as_many = answer, True
    best = programme.solve_program(_over(question, close), np.searchsorted(close, near), as_many=as_many)
    return Choice(close[best], "mixed_integer", 0)


def _over(question: Question, candidates: IntArray) -> Question:
    """The question over some of its candidates."""
    return replace(
        question,
        trainee=question.trainee[candidates],
        seat=question.seat[candidates],
        parts=tuple(part[candidates] for part in question.parts),
    )


def keeps_all_limits(question: Question, chosen: IntArray) -> bool:
    """Whether the chosen candidates keep the limits that a flow may have left out."""
    seats = question.seat[chosen]
    for family in question.nesting.crossing:
        at = family.of[seats]
        if (np.bincount(at[at >= 0], minlength=len(family.capacity)) > family.capacity).any():
            return False
    minutes = question.minutes_taken[question.trainee[chosen]]
    mentors = question.nesting.mentor[seats]
    return bool((np.bincount(mentors, minutes, len(question.minutes_had)) <= question.minutes_had).all())


def _by_flow(question: Question) -> tuple[IntArray, IntArray, int]:
    """The candidates of an optimal flow, those of an optimal flow of least unevenness, and its unevenness."""
    packed, prize, waiting = pack_objective(question)
    cost = packed + question.rank[question.trainee] * prize
    bare = bare_network(question, ways_out=False)
    candidates = len(question.trainee)
    taken = max_flow_at_min_cost(bare, np.concatenate([cost, np.zeros(len(bare.tail) - candidates, dtype=np.int64)]))
    chosen = np.flatnonzero(taken[:candidates])

    network, steps = _full_network(question)
    flow = flow_of(question, network, chosen)
    arcs = np.zeros(len(network.tail), dtype=np.int64)
    arcs[:candidates] = cost
    arcs[candidates : candidates + len(question.rank)] = (question.rank.max() + 1) * prize
    face = reduced_costs(network, flow, arcs) == 0
    for part in waiting:
        arcs = np.zeros(len(network.tail), dtype=np.int64)
        arcs[:candidates] = part
        flow = min_cost_on_face(network, flow, face, arcs)
        face[face] = reduced_costs(_only(network, face), flow[face], arcs[face]) == 0
    chosen = np.flatnonzero(flow[:candidates])
    flow = min_cost_on_face(network, flow, face, steps)
    return chosen, np.flatnonzero(flow[:candidates]), int(flow @ steps)


def pack_objective(question: Question) -> tuple[IntArray, int, Sequence[IntArray]]:
    """Pack as many parts as fit into one cost; return it, the value of a placement, and the parts that do not fit."""
    trainees, classes = len(question.rank), int(question.rank.max()) + 1
    limit = largest_cost(trainees + len(question.nesting.forest.outer) + 1) // (classes + 1)
    packed, prize = np.zeros(len(question.trainee), dtype=np.int64), 1
    for done, part in enumerate(question.parts):
        most = trainees * int(part.max())
        # a cost of the parts so far, times what this one can come to, times as many trainees
        if trainees * (int(packed.max()) * (most + 1) + int(part.max())) + 1 > limit:
            return packed, prize, question.parts[done:]
        packed = packed * (most + 1) + part
        prize = trainees * int(packed.max()) + 1
    return packed, prize, ()


def bare_network(question: Question, *, ways_out: bool) -> Network:
    """Make the network of the candidates and of the limits that can bind: it decides who is placed and at what cost."""
    forest = question.nesting.forest
    limits = np.flatnonzero(forest.can_bind)
    outer = _next_binding(forest)[limits]
    return _network(question, _first_binding(forest), limits, outer, forest.capacity[limits], ways_out=ways_out)


def _first_binding(forest: Forest) -> IntArray:
    """The innermost limit of each seat that can bind; -1 for none."""
    # the last is for a seat without any limit, whose innermost is -1
    outer, can_bind = np.append(_next_binding(forest), -1), np.append(forest.can_bind, False)
    return np.where(can_bind[forest.innermost], forest.innermost, outer[forest.innermost])


def _next_binding(forest: Forest) -> IntArray:
    """The next limit outwards that can bind, of each limit; -1 for none."""
    outer = forest.outer.copy()
    while (passed := (outer >= 0) & ~forest.can_bind[outer]).any():
        outer[passed] = forest.outer[outer[passed]]
    return outer


def _full_network(question: Question) -> tuple[Network, IntArray]:
    """All limits, a way out for unplaced trainees, and what each arc adds to unevenness.

    A limit whose load counts has one arc for each trainee, each dearer than the one before it.
    """
    forest = question.nesting.forest
    times = np.where(forest.even, _at_most(question), 1)
    limits = np.repeat(np.arange(len(times)), times)
    turn = np.arange(len(limits)) - np.repeat(np.cumsum(times) - times, times)
    even = forest.even[limits]
    capacity = np.where(even, 1, forest.capacity[limits])
    network = _network(question, forest.innermost, limits, forest.outer[limits], capacity, ways_out=True)
    room = forest.capacity[limits]
    added = np.where(even, unevenness(turn + 1, room) - unevenness(turn, room), 0)
    return network, np.concatenate([np.zeros(len(network.tail) - len(added), dtype=np.int64), added])


def _at_most(question: Question) -> IntArray:
    """An upper bound of the flow to each limit: its capacity, its candidates, what the limits inside it let through."""
    forest = question.nesting.forest
    come = _through(forest, question.seat)
    most = np.minimum(forest.capacity, come)
    inner = forest.outer >= 0
    from_limits = np.bincount(forest.outer[inner], most[inner], len(most)).astype(np.int64)
    here = forest.innermost[question.seat]
    from_seats = np.bincount(here[here >= 0], minlength=len(most))
    at_most: IntArray = np.minimum(most, from_limits + from_seats)
    return at_most


def _through(forest: Forest, seats: IntArray) -> IntArray:
    """How many of these seats (which may repeat) are in each limit."""
    through = np.zeros(len(forest.outer), dtype=np.int64)
    limit = forest.innermost[seats]
    while len(limit := limit[limit >= 0]):
        through += np.bincount(limit, minlength=len(through))
        limit = forest.outer[limit]
    return through


def unevenness(given: IntArray, room: IntArray) -> IntArray:
    """Return what a load adds to the unevenness of a round; see `model.Objective`."""
    return 1000 * given * given // np.maximum(room, 1)


def _network(
    question: Question, innermost: IntArray, limits: IntArray, outer: IntArray, capacity: IntArray, *, ways_out: bool
) -> Network:
    """Arcs: candidates, ways out if wanted, limits. Nodes: 0, trainees, limits."""
    trainees = len(question.rank)
    everyone = 1 + np.arange(trainees if ways_out else 0)
    node = _nodes(question)
    tail = np.concatenate([1 + question.trainee, everyone, node[limits]])
    head = np.concatenate([node[innermost[question.seat]], 0 * everyone, node[outer]])
    ones = np.ones(len(question.trainee) + len(everyone), dtype=np.int64)
    supply = np.zeros(1 + trainees + len(question.nesting.forest.outer), dtype=np.int64)
    supply[1 : 1 + trainees] = 1
    return Network(tail, head, np.concatenate([ones, capacity]), supply)


def _nodes(question: Question) -> IntArray:
    """The node of each limit; the last, which is that of limit -1, is node 0."""
    return np.append(1 + len(question.rank) + np.arange(len(question.nesting.forest.outer)), 0)


def flow_of(question: Question, network: Network, chosen: IntArray) -> IntArray:
    """Return the flow by arc of a network with ways out in which these candidates are chosen."""
    forest, trainees = question.nesting.forest, len(question.rank)
    flow = np.zeros(len(network.tail), dtype=np.int64)
    flow[chosen] = 1
    out = np.ones(trainees, dtype=np.int64)
    out[question.trainee[chosen]] = 0
    flow[len(question.trainee) : len(question.trainee) + trainees] = out
    through = _through(forest, question.seat[chosen])
    first = len(question.trainee) + trainees
    limits = network.tail[first:] - 1 - trainees
    before = np.concatenate([[0], np.cumsum(network.capacity[first:])[:-1]])
    starts = np.searchsorted(limits, np.arange(len(through)))
    within = before - before[np.minimum(starts, len(before) - 1)][limits]
    flow[first:] = np.clip(through[limits] - within, 0, network.capacity[first:])
    return flow


def _only(network: Network, arcs: BoolArray) -> Network:
    return Network(network.tail[arcs], network.head[arcs], network.capacity[arcs], network.supply)
