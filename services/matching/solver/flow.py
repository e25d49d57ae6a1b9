"""Minimum-cost flows: OR-Tools solves them part by part, the residual graph shows which others are equally good.

A flow has minimum cost exactly if it differs from another of minimum cost only on arcs of reduced cost zero
(complementary slackness). These arcs are the *face* of the optimum: the next part of the objective is minimised there,
with everything else unchanged. So a lexicographic objective needs no product of big numbers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from services.matching.solver.candidates import BoolArray, IntArray

FAR = np.int64(2**61)
EXACT = 2.0**53
"""Up to here a floating point number holds every whole number."""


@dataclass(frozen=True, slots=True)
class Network:
    """Arcs as arrays of one length. Node 0 is the sink; `supply` is by node, none at node 0."""

    tail: IntArray
    head: IntArray
    capacity: IntArray
    supply: IntArray


def largest_cost(nodes: int) -> int:
    """Return the largest cost of an arc: OR-Tools multiplies it by the number of nodes and sums along paths, in 64
    bits.
    """
    return int(2**60 // (nodes + 1))


def max_flow_at_min_cost(network: Network, cost: IntArray) -> IntArray:
    """Return a flow of minimum cost among those that bring as much as possible to node 0, by arc.

    Parts of the network that meet only in node 0 are solved one by one, each with its nodes in an order that keeps
    neighbours close in memory: at 30,000 trainees this is twice as fast as all in one.
    """
    flow = np.zeros(len(cost), dtype=np.int64)
    nodes = len(network.supply)
    within = network.head > 0
    links = scipy.sparse.csr_array(
        (np.ones(int(within.sum()), dtype=np.int8), (network.tail[within], network.head[within])), shape=(nodes, nodes)
    )
    place = np.empty(nodes, dtype=np.int64)
    place[scipy.sparse.csgraph.reverse_cuthill_mckee(links + links.T, symmetric_mode=True)] = np.arange(nodes)
    parts, part = scipy.sparse.csgraph.connected_components(links, directed=False)
    of_arc = part[network.tail]
    has_supply = np.bincount(part, network.supply, parts) > 0
    order = np.argsort(of_arc, kind="stable")
    order = order[has_supply[of_arc[order]]]
    for arcs in np.split(order, np.flatnonzero(np.diff(of_arc[order])) + 1):
        if len(arcs):
            flow[arcs] = _part(network, cost, place, arcs)
    return flow


def _part(network: Network, cost: IntArray, place: IntArray, arcs: IntArray) -> IntArray:
    tail, head = network.tail[arcs], network.head[arcs]
    here = np.unique(np.concatenate([tail, head]))
    here = np.concatenate([[0], here[here > 0][np.argsort(place[here[here > 0]])]])
    number = np.empty(len(network.supply), dtype=np.int32)
    number[here] = np.arange(len(here))
    supply = network.supply[here]
    return _solve(number[tail], number[head], network.capacity[arcs], cost[arcs], supply, must=False)


def min_cost_on_face(network: Network, flow: IntArray, face: BoolArray, cost: IntArray) -> IntArray:
    """Return the flow of minimum cost that differs from `flow` only on arcs of the face.

    A flow changes along circles of its residual graph, so only arcs that are on a circle of the face are solved anew.
    """
    onward, back = face & (flow < network.capacity), face & (flow > 0)
    tail = np.concatenate([network.tail[onward], network.head[back]])
    head = np.concatenate([network.head[onward], network.tail[back]])
    nodes = len(network.supply)
    links = scipy.sparse.csr_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(nodes, nodes))
    _, part = scipy.sparse.csgraph.connected_components(links, connection="strong")
    circles = np.flatnonzero(face & (part[network.tail] == part[network.head]))
    if not cost[circles].any():
        return flow
    tail, head = network.tail[circles], network.head[circles]
    number = np.zeros(nodes, dtype=np.int32)
    here = np.unique(np.concatenate([[0], tail, head]))
    number[here] = np.arange(len(here))
    out = np.bincount(number[tail], weights=flow[circles], minlength=len(here))
    arriving = np.bincount(number[head], weights=flow[circles], minlength=len(here))
    better = flow.copy()
    better[circles] = _solve(
        number[tail],
        number[head],
        network.capacity[circles],
        cost[circles],
        (out - arriving).astype(np.int64),
        must=True,
    )
    return better


def _solve(
    tail: npt.NDArray[np.int32],
    head: npt.NDArray[np.int32],
    capacity: IntArray,
    cost: IntArray,
    supply: IntArray,
    *,
    must: bool,
) -> IntArray:
    if len(cost) and int(np.abs(cost).max()) > largest_cost(len(supply)):
        raise OverflowError("The costs of this round are too large for 64 bits: lower the weights.")
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415 - see the package

    solver = SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, cost)
    balanced = supply.copy()
    balanced[0] = -supply[1:].sum()
    solver.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), balanced)
    status = solver.solve() if must else solver.solve_max_flow_with_min_cost()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"The flow was not solved: {status}.")
    return np.asarray(solver.flows(arcs), dtype=np.int64)


def prove_cost(network: Network, flow: IntArray, cost: IntArray) -> tuple[IntArray, int]:
    """Return the reduced cost of each arc, and the dual value: no flow that brings everything to node 0 costs less.

    A reduced cost is at least 0 where a minimum-cost flow can carry more, at most 0 where it flows. Raises
    `RuntimeError` if the flow could be made cheaper.
    """
    arcs = residual_arcs(network, flow, cost)
    begins = np.arange(len(network.supply))
    distance = shortest_distances(*arcs, np.zeros(len(begins), dtype=np.int64), begins)
    reduced = cost + distance[network.tail] - distance[network.head]
    sources, full = np.flatnonzero(network.supply), np.flatnonzero(reduced < 0)
    # in Python's numbers, which do not overflow
    supplied = zip(network.supply[sources].tolist(), (distance[0] - distance[sources]).tolist(), strict=True)
    saved = zip(network.capacity[full].tolist(), reduced[full].tolist(), strict=True)
    return reduced, sum(n * price for n, price in supplied) + sum(n * price for n, price in saved)


def lengths_to_end(network: Network, flow: IntArray, cost: IntArray) -> IntArray:
    """Return the reduced costs under other prices: zero on every arc of a shortest path to node 0."""
    tail, head, length = residual_arcs(network, flow, cost)
    far = np.full(len(network.supply), int(np.abs(cost).max(initial=0)) * len(network.supply), dtype=np.int64)
    far[0] = 0
    distance = shortest_distances(head, tail, length, far, np.zeros(1, dtype=np.int64))
    return cost + distance[network.head] - distance[network.tail]


def residual_arcs(network: Network, flow: IntArray, cost: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return tail, head and cost of every change of a flow: more on an arc, or less."""
    onward, back = flow < network.capacity, flow > 0
    return (
        np.concatenate([network.tail[onward], network.head[back]]),
        np.concatenate([network.head[onward], network.tail[back]]),
        np.concatenate([cost[onward], -cost[back]]),
    )


class ArcsByNode:
    """Arcs in the order of the node at one end: `arc` are the arcs, `other` is the node at the other end of each.

    Those of a node begin at `first` of it and end before `first` of the next.
    """

    def __init__(self, node: IntArray, other: IntArray, nodes: int) -> None:
        self.arc = np.argsort(node, kind="stable")
        self.other = other[self.arc]
        self.first = np.searchsorted(node[self.arc], np.arange(nodes + 1))

    def at(self, nodes: IntArray) -> tuple[IntArray, IntArray]:
        """Return which arcs nodes have, as positions in this order, and how many each has."""
        many = self.first[nodes + 1] - self.first[nodes]
        begins = self.first[nodes] - (np.cumsum(many) - many)
        return np.repeat(begins, many) + np.arange(int(many.sum())), many


def shortest_distances(tail: IntArray, head: IntArray, cost: IntArray, start: IntArray, wave: IntArray) -> IntArray:
    """Return the least cost of a path to each node, from the first wave of nodes on (Bellman and Ford, by waves)."""
    arcs, distance = ArcsByNode(tail, head, len(start)), start.copy()
    cost = cost[arcs.arc]
    for _ in range(len(start) + 1):
        onward, many = arcs.at(wave)
        reached = np.repeat(distance[wave], many) + cost[onward]
        nearer = reached < distance[arcs.other[onward]]
        if not nearer.any():
            return distance
        found = arcs.other[onward[nearer]]
        np.minimum.at(distance, found, reached[nearer])
        wave = np.unique(found)
    raise RuntimeError("The flow was not of minimum cost: a cycle in its residual graph makes it cheaper.")


def distances_from_end(tail: IntArray, head: IntArray, length: IntArray, nodes: int) -> IntArray:
    """Return the distance from node 0 to each node, `FAR` where no path leads; no arc has a negative length."""
    arcs = ArcsByNode(tail, head, nodes)
    lengths = length[arcs.arc].astype(np.float64)
    links: scipy.sparse.csr_array[np.float64, tuple[int, int]] = scipy.sparse.csr_array(
        (lengths, arcs.other, arcs.first), shape=(nodes, nodes)
    )
    distance = scipy.sparse.csgraph.dijkstra(links, indices=[0])[0]
    reached = np.isfinite(distance)
    if float(distance[reached].max()) < EXACT:
        return np.where(reached, distance, 0).astype(np.int64) + np.where(reached, 0, FAR)
    start = np.full(nodes, FAR)
    start[0] = 0
    return shortest_distances(tail, head, length, start, np.zeros(1, dtype=np.int64))
