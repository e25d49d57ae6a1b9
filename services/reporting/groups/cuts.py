"""Light cuts between two kinds of nodes: sums over edges that follow from the sums at the nodes.

Whoever knows, for each node, the sum over its edges knows for each set of nodes what its places have more than its
courses. That is a sum over edges alone where every edge that leaves the set leaves it from a place: a cut. The lightest
cut that an edge is in weighs as much as can flow over the edges from its place to its course, where nothing limits what
flows back (Ford and Fulkerson 1956).
"""

from collections import defaultdict, deque
from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)


class Overlaps(Generic[N]):
    """The weights of the edges between places and courses. A node can be merged into another one of its kind."""

    def __init__(self) -> None:
        """Make a graph without edges."""
        self.courses_at: dict[N, dict[N, int]] = defaultdict(lambda: defaultdict(int))
        self.places_of: dict[N, dict[N, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, place: N, course: N, weight: int) -> None:
        """Make the edge between a place and a course heavier."""
        self.courses_at[place][course] += weight
        self.places_of[course][place] += weight

    def merge(self, node: N, into: N) -> None:
        """Let the edges of a node be those of another one; nothing happens where it has none."""
        for course, weight in self.courses_at.pop(node, {}).items():
            del self.places_of[course][node]
            self.add(into, course, weight)
        for place, weight in self.places_of.pop(node, {}).items():
            del self.courses_at[place][node]
            self.add(place, into, weight)

    def weights(self) -> Iterator[tuple[N, int]]:
        """Yield every node that has edges with what they weigh."""
        for nodes in (self.courses_at, self.places_of):
            yield from ((node, sum(edges.values())) for node, edges in nodes.items())

    def light_cut(self, place: N, course: N, limit: int) -> Collection[N]:
        """Return the nodes at the edges of a cut, with that between these two in it, that weighs less than `limit`.

        Empty where every such cut weighs as much or more.
        """
        flow: dict[tuple[N, N], int] = defaultdict(int)
        total = 0
        while total < limit:
            came_from = self._reach(flow, place, course)
            if course not in came_from:
                return self._edges_out_of(came_from)
            steps = list(_way(came_from, course))
            forward = [(before, after) for before, after in steps if before in self.courses_at]
            least = min(self.courses_at[before][after] - flow[before, after] for before, after in forward)
            for before, after in steps:
                if before in self.courses_at:
                    flow[before, after] += least
                else:
                    flow[after, before] -= least
            total += least
        return ()

    def _reach(self, flow: Mapping[tuple[N, N], int], source: N, sink: N) -> Mapping[N, N | None]:
        """Return every node that more can flow to, with the node before it on the way; no more than up to the sink."""
        came_from: dict[N, N | None] = {source: None}
        places = deque([source])
        while places:
            place = places.popleft()
            for course, weight in self.courses_at[place].items():
                if course in came_from or flow[place, course] >= weight:
                    continue
                came_from[course] = place
                if course == sink:
                    return came_from
                for other in self.places_of[course]:
                    if other not in came_from:
                        came_from[other] = course
                        if flow[other, sink] < self.courses_at[other].get(sink, 0):
                            came_from[sink] = other
                            return came_from
                        places.append(other)
        return came_from

    def _edges_out_of(self, nodes: Collection[N]) -> Collection[N]:
        """Return the nodes at both ends of the edges that leave a set of nodes from its places."""
        return {
            end
            for place in nodes
            if place in self.courses_at
            for course in self.courses_at[place]
            if course not in nodes
            for end in (place, course)
        }


def _way(came_from: Mapping[N, N | None], node: N) -> Iterator[tuple[N, N]]:
    """Yield the steps on the way to a node, the last one first."""
    while (before := came_from[node]) is not None:
        yield before, node
        node = before
