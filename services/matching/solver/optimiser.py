"""Place as many as possible by class of priority, then minimise each part of the objective in turn, with proof.

The network is trainee → innermost limit of the seat → the limit around it → ... → node 0. A barred pair has no arc.
Where all limits nest the network has every rule, and the flow is the solution.

Whoever has no place takes an arc straight to node 0, unless their pair is locked. A pair that chose each other saves
more than the classes and the costs together can change along one cycle of the flow, so that as many choices as possible
are kept before anything else counts: which of them is decided together with everybody else.

Classes of priority need no numbers of different size: trainees who can be placed together form a matroid, in which the
best for the first class, then the second, is also the most that can be placed at all, and weights in that order,
however close, find it. So a class adds its rank times more than all costs together to each of its arcs.

Where limits cross (a mentor of two subjects, each with places that others share) or trainees take different hours of
one mentor, the flow is a bound: those limits are left out of it. If its solution keeps them all the same, it is
optimal. If not, a flow through the shared offers first is tried (see `shared_offers`), and only if that is no proof
either, a mixed-integer program is solved (see `mixed_integer`).

The proof is the dual: prices of the nodes, by which no flow costs less than so much. An answer that costs as much is an
optimum in every part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.matching.solver import mixed_integer as programme
from services.matching.solver import shared_offers as series
from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.flow import (
    Network,
    largest_cost,
    max_flow_at_min_cost,
    min_cost_on_face,
    prove_cost,
)
from services.matching.solver.nesting import Forest
from services.matching.solver.question import Bound, Choice, Question, over_candidates, value_of


@dataclass(frozen=True, slots=True)
class PackedCosts:
    """The objective as one cost: of each candidate, and of no place (`out`).

    `parts` is what the parts of the objective add to it; `waiting` are the parts that do not fit.
    """

    cost: IntArray
    out: int
    parts: IntArray
    waiting: Sequence[IntArray]


def optimise(question: Question) -> Choice:
    """Find an optimum. Raises `OverflowError` on costs too large for 64 bits."""
    usable = _usable(question)
    choice = _optimise(over_candidates(question, usable))
    return replace(choice, taken=usable[choice.taken])


def _usable(question: Question) -> IntArray:
    """The candidates that could be chosen if nobody else were: their mentor has hours for the trainee, and no limit
    around their seat is used up.

    In usual rounds this leaves out about half of the candidates, those whose mentor has no hours left.
    """
    mentor = question.nesting.mentor[question.seat]
    has_room = question.minutes_taken[question.trainee] <= question.minutes_had[mentor]
    for family in question.nesting.limits:
        at = family.of[question.seat]
        has_room &= (at < 0) | (family.capacity[at] > 0)
    return np.flatnonzero(has_room)


def _optimise(question: Question) -> Choice:
    if not len(question.trainee):
        nobody = np.empty(0, dtype=np.int64)
        return Choice(nobody, "min_cost_flow", value_of(question, nobody))
    flow = _by_flow(question)
    if flow.answer is not None:
        return Choice(flow.answer, "min_cost_flow", flow.bound)
    if (question.nesting.shared.of >= 0).any():
        return _in_series(question)
    answer, bound = programme.solve_program(question, flow.taken, as_many=False)
    return Choice(answer, "mixed_integer", bound)


def _in_series(question: Question) -> Choice:
    """Solve a flow through shared offers first (see `shared_offers`), and a program over what could improve it."""
    packed = pack_objective(question)
    after_seat = _nodes(question)[_first_binding(question.nesting.forest)]
    ways_out = needs_ways_out(question)
    limits = bare_network(over_candidates(question, np.empty(0, dtype=np.int64)), ways_out=ways_out)
    flow = series.offers_first(question, packed.cost, after_seat, limits, packed.out, ways_out=ways_out)
    kept = flow.chosen_candidates()
    placed = len(np.unique(question.trainee[kept]))
    close, near, as_many = np.arange(len(packed.cost)), kept, False
    inside = _by_flow(over_candidates(question, kept)).answer if len(kept) else kept
    if inside is not None and len(inside) == placed and not packed.waiting:
        answer = kept[inside]
        total = int(packed.cost[answer].sum()) + packed.out * (len(question.rank) - len(answer))
        if total <= flow.bound:
            return Choice(answer, "min_cost_flow", value_of(question, answer))
        close = np.union1d(answer, flow.at_most(total))
        near, as_many = answer, not question.chosen.any()
    best, bound = programme.solve_program(
        over_candidates(question, close), np.searchsorted(close, near), as_many=as_many
    )
    return Choice(close[best], "mixed_integer", bound)


def keeps_all_limits(question: Question, chosen: IntArray) -> bool:
    """Whether the chosen candidates keep all limits, also those that a flow may have left out."""
    seats = question.seat[chosen]
    for family in question.nesting.limits[1:]:
        at = family.of[seats]
        if (np.bincount(at[at >= 0], minlength=len(family.capacity)) > family.capacity).any():
            return False
    minutes = question.minutes_taken[question.trainee[chosen]]
    mentors = question.nesting.mentor[seats]
    return bool((np.bincount(mentors, minutes, len(question.minutes_had)) <= question.minutes_had).all())


@dataclass(frozen=True, slots=True)
class _FlowAnswer:
    """The candidates that a flow takes, the same as an answer (None if it breaks a limit left out), what is proven."""

    taken: IntArray
    answer: IntArray | None
    bound: Bound


def _by_flow(question: Question) -> _FlowAnswer:
    """Find an optimal flow, of least unevenness if that keeps all limits."""
    packed = pack_objective(question)
    candidates = len(question.trainee)
    ways_out = needs_ways_out(question)
    bare = bare_network(question, ways_out=ways_out)
    arrived = max_flow_at_min_cost(bare, arc_costs(question, bare, packed, ways_out=ways_out))
    taken = np.flatnonzero(arrived[:candidates])
    if (_through(question.nesting.forest, question.seat[taken]) > question.nesting.forest.capacity).any():
        # more than all limits of a mentor or school together let through: one that was left out is broken
        return _FlowAnswer(taken, None, value_of(question, taken))
    network, steps = _full_network(question)
    flow = flow_of(question, network, taken)
    arcs = arc_costs(question, network, packed, ways_out=True)
    reduced, dual = prove_cost(network, flow, arcs)
    face, proven = reduced == 0, dual == int(flow @ arcs)
    for part in packed.waiting:
        arcs = np.zeros(len(network.tail), dtype=np.int64)
        arcs[:candidates] = part
        flow = min_cost_on_face(network, flow, face, arcs)
        inside = _only(network, flow, face)
        reduced, dual = prove_cost(inside, flow[face], arcs[face])
        proven = proven and dual == int(flow[face] @ arcs[face])
        face[face] = reduced == 0
    if not proven:
        raise RuntimeError("The round was solved, but the dual does not prove that it is an optimum.")
    taken = np.flatnonzero(flow[:candidates])
    flow = min_cost_on_face(network, flow, face, steps)
    even = np.flatnonzero(flow[:candidates])
    answer = next((one for one in (even, taken) if keeps_all_limits(question, one)), None)
    return _FlowAnswer(taken, answer, value_of(question, taken, int(flow @ steps)))


def needs_ways_out(question: Question) -> bool:
    """Whether something comes before placing as many as possible; a flow without ways out is faster."""
    return bool(question.chosen.any() or question.locked.any())


def pack_objective(question: Question) -> PackedCosts:
    """Pack as many parts of the objective as fit into one cost."""
    trainees, classes = len(question.rank), int(question.rank.max(initial=0)) + 1
    any_chosen = bool(question.chosen.any())
    limit = largest_cost(trainees + len(question.nesting.forest.outer) + 1) // (classes + 1 + any_chosen)
    parts, prize, waiting = np.zeros(len(question.trainee), dtype=np.int64), 1, question.parts
    for done, part in enumerate(question.parts):
        highest, most = int(part.max(initial=0)), trainees * int(part.max(initial=0))
        # a cost of the parts so far, times what this one can come to, times as many trainees
        if trainees * (int(parts.max(initial=0)) * (most + 1) + highest) + 1 > limit:
            break
        parts = parts * (most + 1) + part
        prize = trainees * int(parts.max(initial=0)) + 1
        waiting = question.parts[done + 1 :]
    # along one cycle of the flow one trainee may lose their place or change it with another, and costs may change by
    # less than a prize: a choice is worth more than both
    kept_choice = (classes + 1) * prize
    cost = parts + question.rank[question.trainee] * prize - question.chosen * kept_choice
    return PackedCosts(cost, classes * prize, parts, waiting)


def arc_costs(question: Question, network: Network, packed: PackedCosts, *, ways_out: bool) -> IntArray:
    """Return the packed costs by arc of a network of this question."""
    candidates = len(question.trainee)
    costs = np.zeros(len(network.tail), dtype=np.int64)
    costs[:candidates] = packed.cost
    if ways_out:
        costs[candidates : candidates + len(question.rank)] = packed.out
    return costs


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
    ones = np.ones(len(question.trainee), dtype=np.int64)
    # a locked pair is never without a place
    out = np.where(question.locked, 0, 1)[: len(everyone)]
    supply = np.zeros(1 + trainees + len(question.nesting.forest.outer), dtype=np.int64)
    supply[1 : 1 + trainees] = 1
    return Network(tail, head, np.concatenate([ones, out, capacity]), supply)


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


def _only(network: Network, flow: IntArray, arcs: BoolArray) -> Network:
    """The network of some arcs, with the flow on the others fixed."""
    nodes = len(network.supply)
    supply = np.bincount(network.tail[arcs], flow[arcs], nodes) - np.bincount(network.head[arcs], flow[arcs], nodes)
    supply[0] = 0
    return Network(network.tail[arcs], network.head[arcs], network.capacity[arcs], supply.astype(np.int64))
