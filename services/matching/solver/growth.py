"""Who gets a place as limits of a solved round grow: one shortest path through the residual graph for each unit.

The changed round is not solved again. Each optimum is found from the one with a unit less, and kept for all trainees
who ask what that limit would do.
"""

from collections import defaultdict
from collections.abc import Sequence

from services.matching.solver.paths import ChangedFlow, ResidualGraph

Growing = tuple[int, ...]
"""The limits (arcs) that grow, each as often as it grows by a unit, in this order."""
MOST_KEPT = 2_000
"""The most optima that are kept."""


class Growth:
    """Finds optima in which limits have grown.

    `ways_out` is the first arc for no place, `rank` the class of each trainee.
    """

    def __init__(self, graph: ResidualGraph, ways_out: int, rank: Sequence[int]) -> None:
        self._ways_out, self._rank = ways_out, rank
        self._solved = ChangedFlow(graph)
        self._grown: dict[Growing, ChangedFlow] = {}

    def places(self, trainee: int, growing: Growing) -> bool:
        """Whether every optimum with these limits grown places the trainee (by position), who waits now, and no class
        has more waiting.
        """
        changed, way_out = self._changed(growing), self._ways_out + trainee
        if changed[way_out] or not self._is_for_all(changed):
            return False
        # another optimum would leave the trainee out, if a circle through their way out costs nothing
        return bool(changed.length(way_out)) or changed.shortest(0, 1 + trainee, below=1) is None

    def _changed(self, growing: Growing) -> ChangedFlow:
        if not growing:
            return self._solved
        if growing not in self._grown:
            changed = self._changed(growing[:-1]).copy()
            changed.grow(growing[-1])
            if len(self._grown) >= MOST_KEPT:
                self._grown.clear()
            self._grown[growing] = changed
        return self._grown[growing]

    def _is_for_all(self, changed: ChangedFlow) -> bool:
        """Whether no class has more trainees waiting than before."""
        waiting = defaultdict[int, int](int)
        for arc, flow in changed.items():
            if self._ways_out <= arc < self._ways_out + len(self._rank):
                waiting[self._rank[arc - self._ways_out]] += flow - changed.graph.flow[arc]
        return all(more <= 0 for more in waiting.values())
