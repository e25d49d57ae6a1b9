"""Shortest paths through the residual graph of an optimal flow, one after the other.

A flow of minimum cost stays one if a unit is sent along a shortest path. Dijkstra's search needs arcs of non-negative
length: prices of the nodes, known once for the whole flow, make them so, and each search brings them up to date where
it went. A search ends at its aim, so that it sees a small part of the graph; arcs are listed when a node is first seen.
"""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush

import numpy as np

from services.matching.solver.candidates import IntArray
from services.matching.solver.flow import Network

Arc = tuple[int, int, int, int]
"""The arc, the node at its other end, its length, and how the flow on it changes: one more or one less."""


class ResidualGraph:
    """An optimal flow, and lengths of its arcs that are not negative where the flow can change.

    Arcs from `first_limit` on are limits, one at each node.
    """

    def __init__(self, network: Network, flow: IntArray, length: IntArray, first_limit: int) -> None:
        self.network, self.length = network, length
        self.flow: list[int] = flow.tolist()
        self.capacity: list[int] = network.capacity.tolist()
        self.limit_at = dict(zip(network.tail[first_limit:].tolist(), range(first_limit, len(flow)), strict=True))
        nodes = len(network.supply)
        self._at = _by_node(network.tail, nodes), _by_node(network.head, nodes)
        self._arcs: dict[int, list[Arc]] = {}

    def arcs_at(self, node: int) -> list[Arc]:
        """Return the arcs from a node, and those to it, backwards."""
        if node not in self._arcs:
            (onward, back), network = (of[first[node] : first[node + 1]] for of, first in self._at), self.network
            columns = (
                np.concatenate([onward, back]),
                np.concatenate([network.head[onward], network.tail[back]]),
                np.concatenate([self.length[onward], -self.length[back]]),
                np.repeat([1, -1], [len(onward), len(back)]),
            )
            self._arcs[node] = list(zip(*(column.tolist() for column in columns), strict=True))
        return self._arcs[node]


class ChangedFlow(dict[int, int]):
    """The flow by arc after some paths, which stores only the differences; `more` is capacity added by arc."""

    def __init__(self, graph: ResidualGraph) -> None:
        super().__init__()
        self.graph = graph
        self.more: dict[int, int] = {}
        self._prices: dict[int, int] = {}

    def __missing__(self, arc: int) -> int:
        return self.graph.flow[arc]

    def length(self, arc: int) -> int:
        """Return the length of an arc under the present prices."""
        tail, head = int(self.graph.network.tail[arc]), int(self.graph.network.head[arc])
        return int(self.graph.length[arc]) + self._prices.get(tail, 0) - self._prices.get(head, 0)

    def send(self, path: list[tuple[int, int]]) -> None:
        """Send a unit along a path."""
        for arc, step in path:
            self[arc] += step

    def shortest(
        self, start: int, end: int, *, below: float = float("inf"), closed: Callable[[int], bool] | None = None
    ) -> list[tuple[int, int]] | None:
        """Return the shortest path, as arcs and steps; None if there is none shorter than `below`. The prices are then
        those under which an arc from the end to the start, as long as `below` is short, has no negative length.

        Flow on an arc that is `closed` does not change.
        """
        found = self._search(start, end, below, closed, onward=True)
        return None if found is None else found[::-1]

    def shortest_from_end(
        self, start: int, end: int, *, below: float, shortcut: Sequence[int] = ()
    ) -> list[tuple[int, int]] | None:
        """The same, searched from the end, which few paths lead to; `shortcut` are arcs from the start to node 0."""
        return self._search(end, start, below, None, onward=False, shortcut=shortcut)

    def _search(
        self,
        start: int,
        end: int,
        below: float,
        closed: Callable[[int], bool] | None,
        *,
        onward: bool,
        shortcut: Sequence[int] = (),
    ) -> list[tuple[int, int]] | None:
        """The steps of the shortest path, the last first: from the start or, if not `onward`, to it."""
        capacity, prices, more, sign = self.graph.capacity, self._prices, self.more, 1 if onward else -1
        distance, reached_by = {start: 0}, dict[int, tuple[int, int, int]]()
        queue, settled = [(0, start)], set[int]()
        rest = sum(self.length(arc) for arc in shortcut)
        best, is_short = below, False
        while queue:
            far, node = heappop(queue)
            if node in settled:
                continue
            if far >= best:
                break
            settled.add(node)
            if node == end:
                break
            if shortcut and not node and far + rest < best:
                best, is_short = far + rest, True
            price = prices.get(node, 0)
            for arc, other, length, step in self.graph.arcs_at(node):
                reach = far + sign * (length + price - prices.get(other, 0))
                if reach >= best or reach >= distance.get(other, best):
                    continue
                full = self[arc] >= capacity[arc] + more.get(arc, 0) if step == sign else not self[arc]
                if full or (closed is not None and closed(arc)):
                    continue
                distance[other] = reach
                reached_by[other] = arc, step * sign, node
                heappush(queue, (reach, other))
                if other == end:
                    best, is_short = reach, False
        found = best < below
        path, node = list[tuple[int, int]](), end
        if found and is_short:
            node, far = 0, distance[0]
            for arc in reversed(shortcut):
                far += self.length(arc)
                tail = int(self.graph.network.tail[arc])
                if tail not in settled:
                    settled.add(tail)
                    distance[tail] = far
            path = [(arc, 1) for arc in shortcut]
        if found or below < float("inf"):
            for one in settled:
                prices[one] = prices.get(one, 0) + sign * (distance[one] - int(best))
        if not found:
            return None
        while node != start:
            arc, step, node = reached_by[node]
            path.append((arc, step))
        return path


def _by_node(ends: IntArray, nodes: int) -> tuple[IntArray, IntArray]:
    order = np.argsort(ends, kind="stable")
    return order, np.searchsorted(ends[order], np.arange(nodes + 1))
