"""Who gets a place as limits of a solved round grow: one shortest path through the residual graph for each unit.

The changed round is not solved again. Where the flow has every limit, a unit more of one of them changes an optimum
along one circle through that limit, and the cheapest circle leads to an optimum of the changed round. Once no circle is
worth its cost, the limit has room to spare, and the next one can grow.
"""

from collections.abc import Sequence

from services.matching.solver.paths import ChangedFlow, ResidualGraph


class GrownLimits:
    """An optimum in which limits (arcs) have grown by so many units.

    `ways_out` is the first arc for no place, `rank` the class of each trainee.
    """

    def __init__(
        self, graph: ResidualGraph, growing: Sequence[tuple[int, int]], ways_out: int, rank: Sequence[int]
    ) -> None:
        self._changed = changed = ChangedFlow(graph)
        self._ways_out = ways_out
        for limit, units in growing:
            tail, head = int(graph.network.tail[limit]), int(graph.network.head[limit])
            changed.more[limit] = units
            while changed[limit] < graph.capacity[limit] + units:
                below = max(0, -changed.length(limit))
                circle = changed.shortest_from_end(head, tail, below=below, shortcut=_with_room(changed, head))
                if circle is None:
                    break
                changed.send([*circle, (limit, 1)])
        waiting = [0] * (1 + max(rank, default=0))
        for arc in changed:
            if ways_out <= arc < ways_out + len(rank):
                waiting[rank[arc - ways_out]] += changed[arc] - graph.flow[arc]
        self._is_for_all = max(waiting) <= 0

    def place(self, trainee: int) -> bool:
        """Whether every optimum places the trainee (by position), who waits now, and no class has more waiting."""
        way_out = self._ways_out + trainee
        if not self._is_for_all or self._changed[way_out]:
            return False
        # another optimum would leave the trainee out, if a circle through their way out costs nothing
        return bool(self._changed.length(way_out)) or self._changed.shortest(0, 1 + trainee, below=1) is None


def _with_room(changed: ChangedFlow, node: int) -> list[int]:
    """The limits around a node, outwards; none if one of them is full."""
    graph, around = changed.graph, list[int]()
    while node:
        arc = graph.limit_at[node]
        if changed[arc] >= graph.capacity[arc] + changed.more.get(arc, 0):
            return []
        around.append(arc)
        node = int(graph.network.head[arc])
    return around
