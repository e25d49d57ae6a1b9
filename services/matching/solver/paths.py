"""Shortest paths through the residual graph of an optimal flow, one after the other.

A flow of minimum cost stays one if a unit is sent along a shortest path. Dijkstra's search needs arcs of non-negative
length: prices of the nodes, known once for the whole flow, make them so, and each search brings them up to date where
it went. It goes on from both ends at once, so that it sees a small part of the graph. Nearly all paths that lead far
lead through node 0, which has an arc to most limits: the two sides meet there, and neither goes on from it.
"""

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.flow import ArcsByNode, Network

Way = tuple[int, int, int, int]
"""A way from or to a node: the arc, the node at its other end, its length, and how the flow on the arc changes by it:
one more or one less.
"""
_LENGTH = itemgetter(2)
ENDLESS = float("inf")


class ResidualGraph:
    """An optimal flow, and lengths of its arcs that are not negative where the flow can change.

    It changes only on arcs that are `moving`, if these are given.
    """

    def __init__(self, network: Network, flow: IntArray, length: IntArray, moving: BoolArray | None = None) -> None:
        self.network, self.length = network, length
        self.flow: list[int] = flow.tolist()
        self.capacity: list[int] = network.capacity.tolist()
        can_change = np.ones(len(flow), dtype=np.bool_) if moving is None else moving
        more, less = np.flatnonzero(can_change & (flow < network.capacity)), np.flatnonzero(can_change & (flow > 0))
        ways = _Ways(
            np.concatenate([network.tail[more], network.head[less]]),
            np.concatenate([network.head[more], network.tail[less]]),
            np.concatenate([more, less]).astype(np.int32),
            np.concatenate([length[more], -length[less]]),
            np.repeat(np.array([1, -1], dtype=np.int8), [len(more), len(less)]),
        )
        self._onward, self._back = ways.by_node(len(network.supply)), ways.reverse().by_node(len(network.supply))

    def ways_from(self, node: int) -> list[Way]:
        """Return the ways from a node, the shortest first: arcs with room, and used arcs backwards."""
        return self._onward.at(node)

    def ways_to(self, node: int) -> list[Way]:
        """Return the ways to a node, the shortest first: arcs with room, and used arcs backwards."""
        return self._back.at(node)


@dataclass(frozen=True, slots=True)
class _Ways:
    """Ways as arrays of one length."""

    node: IntArray
    other: IntArray
    arc: npt.NDArray[np.int32]
    length: IntArray
    step: npt.NDArray[np.int8]

    def reverse(self) -> "_Ways":
        """The ways by the node to which they lead."""
        return _Ways(self.other, self.node, self.arc, self.length, self.step)

    def by_node(self, nodes: int) -> "_WaysByNode":
        return _WaysByNode(self, ArcsByNode(self.node, self.other, nodes))


class _WaysByNode:
    """Ways in the order of nodes; those of a node are listed when it is first asked for."""

    def __init__(self, ways: _Ways, order: ArcsByNode) -> None:
        self._arc, self._length, self._step = (of[order.arc] for of in (ways.arc, ways.length, ways.step))
        self._other, self._first = order.other.astype(np.int32), order.first.tolist()
        self._listed: dict[int, list[Way]] = {}

    def at(self, node: int) -> list[Way]:
        if node not in self._listed:
            here = slice(self._first[node], self._first[node + 1])
            columns = (of[here].tolist() for of in (self._arc, self._other, self._length, self._step))
            self._listed[node] = sorted(zip(*columns, strict=True), key=_LENGTH)
        return self._listed[node]


class _Side:
    """What a search knows on one side: onward from its start (`sign` 1), or back from its end (-1).

    It knows the distance of all nodes nearer than `reach`.
    """

    __slots__ = ("can_go_on", "distance", "queue", "reach", "reached_by", "settled", "sign")

    def __init__(self, node: int, sign: int) -> None:
        self.sign = sign
        self.distance = {node: 0}
        self.queue = [(0, node)] if node else []
        self.reached_by: dict[int, tuple[int, int, int]] = {}
        self.settled = set[int]()
        self.reach, self.can_go_on = 0.0, bool(node)

    def look_ahead(self) -> None:
        """Find how far the side knows all distances; it cannot go on where node 0 is nearer than any other."""
        queue, settled = self.queue, self.settled
        while queue and queue[0][1] in settled:
            heappop(queue)
        nearest, to_0 = queue[0][0] if queue else ENDLESS, self.distance.get(0, ENDLESS)
        self.reach, self.can_go_on = min(nearest, to_0), nearest < to_0

    def path_to(self, node: int) -> list[tuple[int, int]]:
        """The arcs and steps between the node where the side began and this one, this one's first."""
        path = list[tuple[int, int]]()
        while node in self.reached_by:
            arc, step, node = self.reached_by[node]
            path.append((arc, step))
        return path


class ChangedFlow(dict[int, int]):
    """The flow by arc after some paths, which stores only the differences; `more` is capacity added by arc."""

    def __init__(self, graph: ResidualGraph) -> None:
        super().__init__()
        self.graph = graph
        self.more: dict[int, int] = {}
        self._prices: dict[int, int] = {}
        self._highest, self._lowest = 0, 0
        self._changed_at: dict[int, tuple[int, ...]] = {}

    def __missing__(self, arc: int) -> int:
        return self.graph.flow[arc]

    def __setitem__(self, arc: int, flow: int) -> None:
        if arc not in self:
            for node in self._ends(arc):
                self._changed_at[node] = (*self._changed_at.get(node, ()), arc)
        super().__setitem__(arc, flow)

    def copy(self) -> "ChangedFlow":
        """Return the same flow, to be changed further."""
        copied = ChangedFlow(self.graph)
        dict.update(copied, self)
        copied.more, copied._prices = self.more.copy(), self._prices.copy()
        copied._changed_at = self._changed_at.copy()
        copied._highest, copied._lowest = self._highest, self._lowest
        return copied

    def _ends(self, arc: int) -> tuple[int, int]:
        return int(self.graph.network.tail[arc]), int(self.graph.network.head[arc])

    def has_room(self, arc: int) -> bool:
        return self[arc] < self.graph.capacity[arc] + self.more.get(arc, 0)

    def length(self, arc: int) -> int:
        """Return the length of an arc under the present prices."""
        tail, head = self._ends(arc)
        return int(self.graph.length[arc]) + self._prices.get(tail, 0) - self._prices.get(head, 0)

    def send(self, path: list[tuple[int, int]]) -> None:
        """Send a unit along a path."""
        for arc, step in path:
            self[arc] += step

    def grow(self, limit: int) -> None:
        """Let a limit grow by one unit, and change the flow to an optimum.

        Where the flow has every limit, an optimum changes along one circle through the limit that grows, and the
        cheapest circle leads to an optimum. Once no circle is worth its cost, the limit has room to spare.
        """
        circle = None
        if not self.has_room(limit):
            tail, head = self._ends(limit)
            circle = self.shortest(head, tail, below=max(0, -self.length(limit)))
        self.more[limit] = self.more.get(limit, 0) + 1
        self[limit] += 0 if circle is None else 1
        self.send(circle or [])

    def shortest(
        self, start: int, end: int, *, below: float = ENDLESS, closed: Callable[[int], bool] | None = None
    ) -> list[tuple[int, int]] | None:
        """Return the shortest path, as arcs and steps; None if there is none shorter than `below`. The prices are then
        those under which an arc from the end to the start, as long as `below` is short, has no negative length.

        Flow on an arc that is `closed` does not change.
        """
        onward, back = _Side(start, 1), _Side(end, -1)
        best, meeting = below, -1
        while onward.reach + back.reach < best:
            # node 0 is not passed: only the other side can go on from where this side has come to it
            is_onward = onward.can_go_on and (not back.can_go_on or len(onward.queue) <= len(back.queue))
            side, other = (onward, back) if is_onward else (back, onward)
            best, meeting = self._go_on(side, other, best, meeting, closed)
            side.look_ahead()
        if best < ENDLESS:
            self._bring_up_to_date(onward, back, int(best))
        return None if meeting < 0 else [*onward.path_to(meeting)[::-1], *back.path_to(meeting)]

    def _go_on(
        self, side: _Side, other: _Side, best: float, meeting: int, closed: Callable[[int], bool] | None
    ) -> tuple[float, int]:
        """Follow the ways of the nearest node of a side; return the length of the shortest path, and where it meets."""
        far, node = heappop(side.queue)
        side.settled.add(node)
        distance, prices, sign = side.distance, self._prices, side.sign
        far += sign * prices.get(node, 0)
        # the price of the node at the other end takes away no more than this
        most = self._highest if sign > 0 else -self._lowest
        for arc, to, length, step in self._ways(node, sign):
            if far + length - most >= best:
                break
            reach = far + length - sign * prices.get(to, 0)
            if reach >= best or reach >= distance.get(to, ENDLESS) or (closed is not None and closed(arc)):
                continue
            distance[to] = reach
            side.reached_by[to] = arc, step, node
            if to:
                heappush(side.queue, (reach, to))
            if to in other.distance and reach + other.distance[to] < best:
                best, meeting = reach + other.distance[to], to
        return best, meeting

    def _ways(self, node: int, sign: int) -> list[Way]:
        """The ways from a node (or to it, if the sign is -1) as the flow is now, the shortest first."""
        ways = self.graph.ways_from(node) if sign > 0 else self.graph.ways_to(node)
        if node not in self._changed_at:
            return ways
        ways = [way for way in ways if way[0] not in self]
        for arc in self._changed_at[node]:
            tail, head = self._ends(arc)
            to, step = (head, sign) if tail == node else (tail, -sign)
            if self.has_room(arc) if step > 0 else self[arc] > 0:
                insort(ways, (arc, to, step * int(self.graph.length[arc]), step), key=_LENGTH)
        return ways

    def _bring_up_to_date(self, onward: _Side, back: _Side, length: int) -> None:
        """Change the prices around both ends, so that the shortest path, as long as `length`, has no length."""
        reach = int(min(onward.reach, length))
        for side, radius in ((onward, reach), (back, length - reach)):
            for node in side.settled:
                if side.distance[node] < radius:
                    price = self._prices.get(node, 0) + side.sign * (side.distance[node] - radius)
                    self._prices[node] = price
                    self._highest, self._lowest = max(self._highest, price), min(self._lowest, price)
