"""The optimiser: most placed first, then least total cost, proven.

The network is source → trainee → offer → mentor → sink: the way's cost on trainee → offer, the mentor's on
offer → mentor, an offer's places as the capacity of its node, a mentor's hours as that of mentor → sink. It is exact
because an offer has one subject and phase: whoever reaches it fits whoever mentors there, so flow need not remember
where it came from.

A barred mentor is the one thing that such a flow cannot say. The flow is therefore solved without bars, which can only
look better than the truth; if the mentors it took at each offer can be dealt out so that nobody gets one barred to
them, the result is as good as that bound, hence optimal. Only if they cannot is the round solved as a programme in
which an offer has one node for each set of mentors that its trainees may have, and its places bind over all of them: a
linear one first, whose answer stands if it is whole, as it nearly always is; then a mixed-integer one.

Among equal optima the answer is the one these solvers reach from input sorted by id, so the input's order is no matter.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from services.matching.solver.model import Solver
from services.matching.solver.rules import IntArray

Choice = tuple[int, int]  # a way and a mentor, by position


@dataclass(frozen=True, slots=True)
class Network:
    """The round in numbers: ways (arrays of one length), mentors of each offer, capacities, costs in whole units."""

    way_trainee: IntArray
    way_offer: IntArray
    way_cost: IntArray
    hosts: Sequence[tuple[int, ...]]
    mentor_cost: IntArray
    trainees: int
    places: IntArray
    room: IntArray
    barred: Callable[[int, int], bool]


def optimise(network: Network) -> tuple[list[Choice], Solver]:
    """The choices of an optimum and the solver that proved it."""
    if not len(network.way_trainee):
        return [], "min_cost_flow"
    choices = _deal(network, *_flow(network))
    if choices is not None:
        return choices, "min_cost_flow"
    choices = _deal(network, *_programme(network))
    if choices is None:
        raise RuntimeError("The programme took mentors that cannot be dealt out.")
    return choices, "mixed_integer"


def _flow(network: Network) -> tuple[list[int], dict[int, list[int]]]:
    """The ways taken, and at each offer the mentors taken (once for each trainee)."""
    offers, mentors = len(network.places), len(network.room)
    source, sink = 0, 1
    trainee = 2 + np.arange(network.trainees)
    arriving = 2 + network.trainees + np.arange(offers)
    hosted = arriving + offers
    mentor = 2 + network.trainees + 2 * offers + np.arange(mentors)
    host_offer = np.repeat(np.arange(offers), [len(hosts) for hosts in network.hosts])
    host_mentor = np.array([m for hosts in network.hosts for m in hosts], dtype=np.int64)

    flow = SimpleMinCostFlow()

    def connect(tails: IntArray, heads: IntArray, capacity: IntArray | int, cost: IntArray | int) -> IntArray:
        """Adds one arc for each tail and answers the arcs' numbers."""
        each = np.ones(len(tails), dtype=np.int64)
        arcs = flow.add_arcs_with_capacity_and_unit_cost(
            tails.astype(np.int32), heads.astype(np.int32), capacity * each, cost * each
        )
        return np.asarray(arcs, dtype=np.int32)

    connect(np.full(network.trainees, source), trainee, 1, 0)
    way_arcs = connect(trainee[network.way_trainee], arriving[network.way_offer], 1, network.way_cost)
    connect(arriving, hosted, network.places, 0)
    host_arcs = connect(hosted[host_offer], mentor[host_mentor], network.trainees, network.mentor_cost[host_mentor])
    connect(mentor, np.full(mentors, sink), network.room, 0)
    flow.set_node_supply(source, network.trainees)
    flow.set_node_supply(sink, -network.trainees)
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"The flow was not solved: {status}.")

    mentors_at: defaultdict[int, list[int]] = defaultdict(list)
    for arc, times in enumerate(np.asarray(flow.flows(host_arcs)).tolist()):
        mentors_at[int(host_offer[arc])].extend([int(host_mentor[arc])] * times)
    return np.flatnonzero(flow.flows(way_arcs)).tolist(), mentors_at


def _deal(network: Network, ways: list[int], mentors_at: dict[int, list[int]]) -> list[Choice] | None:
    """Deals the mentors taken at each offer to its trainees, none barred; None if that cannot be."""
    arrived: defaultdict[int, list[int]] = defaultdict(list)
    for way in ways:
        arrived[int(network.way_offer[way])].append(way)
    choices: list[Choice] = []
    for offer, ways_in in arrived.items():
        allowed = np.array(
            [[not network.barred(int(network.way_trainee[way]), m) for m in mentors_at[offer]] for way in ways_in]
        )
        if allowed.all():
            dealt = list(range(len(ways_in)))
        else:
            dealt = maximum_bipartite_matching(csr_array(allowed), perm_type="column").tolist()
        if -1 in dealt:
            return None
        choices.extend((way, mentors_at[offer][turn]) for way, turn in zip(ways_in, dealt, strict=True))
    return choices


def _programme(network: Network) -> tuple[list[int], dict[int, list[int]]]:
    """What `_flow` answers, with bars; the variables are the ways, then the arcs from an offer's nodes to mentors."""
    nodes: dict[tuple[int, tuple[int, ...]], int] = {}
    way_node = np.empty(len(network.way_trainee), dtype=np.int64)
    for way, (trainee, offer) in enumerate(zip(network.way_trainee.tolist(), network.way_offer.tolist(), strict=True)):
        allowed = tuple(mentor for mentor in network.hosts[offer] if not network.barred(trainee, mentor))
        way_node[way] = nodes.setdefault((offer, allowed), len(nodes))
    arcs = [(node, offer, mentor) for (offer, allowed), node in nodes.items() for mentor in allowed]
    arc_node, _, arc_mentor = np.array(arcs, dtype=np.int64).T
    ways = len(way_node)
    width = ways + len(arcs)

    def total(rows: IntArray, height: int, first: int) -> csr_array:
        """Sums the variables from `first` on into the rows given for them."""
        return csr_array((np.ones(len(rows)), (rows, first + np.arange(len(rows)))), shape=(height, width))

    limits = [
        LinearConstraint(total(network.way_trainee, network.trainees, 0), ub=1),
        LinearConstraint(total(network.way_offer, len(network.places), 0), ub=network.places),
        LinearConstraint(total(way_node, len(nodes), 0) - total(arc_node, len(nodes), ways), lb=0, ub=0),
        LinearConstraint(total(arc_mentor, len(network.room), ways), ub=network.room),
    ]
    most = np.concatenate([np.ones(ways), np.full(len(arcs), network.trainees)])
    # one more placed outweighs whatever all placements together can cost
    prize = 1 + network.trainees * (network.way_cost.max() + network.mentor_cost.max())
    cost = np.concatenate([network.way_cost - prize, network.mentor_cost[arc_mentor]])
    taken = _least(cost, Bounds(0, most), limits)

    mentors_at: defaultdict[int, list[int]] = defaultdict(list)
    for (_, offer, mentor), times in zip(arcs, taken[ways:].tolist(), strict=True):
        mentors_at[offer].extend([mentor] * times)
    return np.flatnonzero(taken[:ways]).tolist(), mentors_at


def _least(cost: IntArray, bounds: Bounds, limits: list[LinearConstraint]) -> IntArray:
    """The whole numbers of least cost, with no gap left between the answer and its bound."""
    for whole in (0, 1):
        result = milp(
            cost, integrality=np.full(len(cost), whole), bounds=bounds, constraints=limits, options={"mip_rel_gap": 0}
        )
        if not result.success:
            raise RuntimeError(f"The programme was not solved: {result.message}")
        rounded = np.round(result.x)
        if np.allclose(result.x, rounded, rtol=0, atol=1e-6):
            break
    return rounded.astype(np.int64)
