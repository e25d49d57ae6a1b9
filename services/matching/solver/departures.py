"""Compute what breaks if a school leaves, for every school at once, in the residual graph of the standing pairs.

The standing pairs are an optimum of their own round, so a repair with every school still there would move nobody. If a
school leaves, they are still optimal for the trainees who keep their place. So the repair is one shortest path through
the residual graph for each trainee who lost a place. Each search ends as soon as it reaches a free place, or the arc
for a trainee without a place. Dijkstra's search needs arcs of non-negative length; prices from Bellman and Ford,
computed once for all schools, make them so.

Three cases are repaired like any other round: a full limit around several schools that is full no longer, because other
trainees could enter as well; pairs locked at the school, whose trainees have more candidates then; and limits that
cross, which a flow does not have.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush

import numpy as np

from services.matching.solver.candidates import IntArray
from services.matching.solver.flow import lengths_to_end
from services.matching.solver.graph import offer_schools
from services.matching.solver.model import Match, Problem
from services.matching.solver.optimiser import arc_costs, bare_network, flow_of, pack_objective
from services.matching.solver.solving import as_array, build_question, positions, repair, sort_by_id, weigh


@dataclass(frozen=True, slots=True)
class Change:
    """The pair of a trainee before and after; None for no place."""

    trainee_id: str
    before: Match | None
    after: Match | None


@dataclass(frozen=True, slots=True)
class Departure:
    """The effect of a repair if a school leaves.

    `broken` counts the pairs at the school, `lost` the trainees without a place afterwards among these and those who
    move for them, and `moved` the pairs at other schools that are withdrawn.
    """

    school_urn: str
    broken: int
    lost: int
    moved: int


def without_school(problem: Problem, urn: str) -> Problem:
    """Return the problem without a school's offers and without the pairs that were locked there."""
    gone = {offer.id for offer in problem.offers if offer.school_urn == urn}
    return replace(
        problem,
        offers=tuple(offer for offer in problem.offers if offer.id not in gone),
        locked=tuple(match for match in problem.locked if match.offer_id not in gone),
    )


def changes(before: Sequence[Match], after: Sequence[Match]) -> tuple[Change, ...]:
    """Return the trainees whose pair differs, sorted by id, with both pairs."""
    had = {match.trainee_id: match for match in before}
    has = {match.trainee_id: match for match in after}
    return tuple(
        Change(trainee, had.get(trainee), has.get(trainee))
        for trainee in sorted(had.keys() | has.keys())
        if had.get(trainee) != has.get(trainee)
    )


def departures(problem: Problem) -> tuple[Departure, ...]:
    """Compute the effect of leaving for each school with pairs in `problem.standing`, by URN.

    If the standing pairs are not an optimum (somebody waits for whom there is a place), they are repaired first. Raises
    what `repair` raises.
    """
    problem = sort_by_id(replace(problem, standing=repair(problem).matches))
    if not problem.standing:
        return ()
    standing = _StandingFlow(problem)
    return tuple(
        standing.without(school) or _repaired(problem, problem.schools[school].urn) for school in standing.schools
    )


def _repaired(problem: Problem, urn: str) -> Departure:
    left = without_school(problem, urn)
    offers = {offer.id for offer in left.offers}
    solution = repair(left)
    broken = sum(match.offer_id not in offers for match in problem.standing)
    return Departure(urn, broken, len(problem.standing) - solution.placed, solution.objective.moved - broken)


class _StandingFlow:
    """The standing pairs as a flow, with prices under which no arc of its residual graph has a negative length."""

    def __init__(self, problem: Problem) -> None:
        weighed = weigh(problem)
        locked = as_array(positions(weighed.candidates, problem.locked))
        question, kept = build_question(weighed, locked, moves_first=True)
        chosen = np.searchsorted(kept, as_array(positions(weighed.candidates, problem.standing)))
        packed = pack_objective(question)
        network = bare_network(question, ways_out=True)
        candidates, trainees = len(kept), len(question.rank)
        cost = arc_costs(question, network, packed, ways_out=True)
        flow = flow_of(question, network, chosen)
        school = offer_schools(problem)[weighed.candidates.offer[kept]]

        self.urns = [school.urn for school in problem.schools]
        self.by_flow = (
            not packed.waiting and not question.nesting.crossing and len(np.unique(question.minutes_taken)) < 2
        )
        self.locked = frozenset(school[np.searchsorted(kept, locked)].tolist())
        self.schools = np.unique(school[chosen]).tolist()
        self.stands_at = {one: chosen[school[chosen] == one].tolist() for one in self.schools}
        self.school = school.tolist()
        self.ways_out = range(candidates, candidates + trainees)
        self.tail, self.head = network.tail.tolist(), network.head.tolist()
        self.capacity, self.flow = network.capacity.tolist(), flow.tolist()
        self.length = lengths_to_end(network, flow, cost).tolist() if self.by_flow else []
        self.onward, self.back = (_by_node(ends, len(network.supply)) for ends in (network.tail, network.head))
        self.wide = self._around_several_schools()

    def _around_several_schools(self) -> frozenset[int]:
        """Full limits (as arcs) around seats of more than one school."""
        schools: dict[int, set[int]] = {}
        for candidate, school in {(self.head[i], school): i for i, school in enumerate(self.school)}.items():
            for arc in self._limits_above(candidate[0]):
                schools.setdefault(arc, set()).add(candidate[1])
            del school
        return frozenset(arc for arc, held in schools.items() if len(held) > 1 and self.flow[arc] == self.capacity[arc])

    def _limits_above(self, node: int) -> Iterator[int]:
        while node:
            (arc,) = self.onward[node]
            yield arc
            node = self.head[arc]

    def without(self, school: int) -> Departure | None:
        """The departure of a school, by position; None where the flow cannot compute it."""
        broken = self.stands_at[school]
        limits = [arc for candidate in broken for arc in self._limits_above(self.head[candidate])]
        if not self.by_flow or school in self.locked or not self.wide.isdisjoint(limits):
            return None
        flow = _Changed(self.flow)
        for arc in broken + limits:
            flow[arc] -= 1
        prices: dict[int, int] = {}
        for candidate in broken:
            self._place(self.tail[candidate], school, flow, prices)
        lost = sum(flow[arc] - self.flow[arc] for arc in flow if arc in self.ways_out)
        moved = sum(arc < self.ways_out.start and self.flow[arc] > flow[arc] for arc in flow) - len(broken)
        return Departure(self.urns[school], len(broken), lost, moved)

    def _place(self, trainee: int, school: int, flow: "_Changed", prices: dict[int, int]) -> None:
        """Send one trainee along the shortest path to node 0: to a free place, by moves of others, or out."""
        distance, reached_by = {trainee: 0}, dict[int, tuple[int, int]]()
        queue, settled, best = [(0, trainee)], set[int](), float("inf")
        while queue:
            far, node = heappop(queue)
            if node in settled:
                continue
            settled.add(node)
            if not node:
                break
            price = far + prices.get(node, 0)
            for arc, other, length, step in self._arcs_from(node, school, flow):
                reach = price + length - prices.get(other, 0)
                if reach < best and reach < distance.get(other, best):
                    distance[other] = reach
                    reached_by[other] = arc, step
                    heappush(queue, (reach, other))
                    if not other:
                        best = reach
        for node in settled:
            prices[node] = prices.get(node, 0) + distance[node] - distance[0]
        node = 0
        while node != trainee:
            arc, step = reached_by[node]
            flow[arc] += step
            node = self.tail[arc] if step > 0 else self.head[arc]

    def _arcs_from(self, node: int, school: int, flow: "_Changed") -> Iterator[tuple[int, int, int, int]]:
        """Arc, other end, length and change of flow of each arc of the residual graph from a node."""
        for arc in self.onward[node]:
            if flow[arc] < self.capacity[arc] and not (arc < self.ways_out.start and self.school[arc] == school):
                yield arc, self.head[arc], self.length[arc], 1
        for arc in self.back[node]:
            if flow[arc]:
                yield arc, self.tail[arc], -self.length[arc], -1


class _Changed(dict[int, int]):
    """A flow by arc that stores only the differences."""

    def __init__(self, flow: list[int]) -> None:
        self.flow = flow

    def __missing__(self, arc: int) -> int:
        return self.flow[arc]


def _by_node(ends: IntArray, nodes: int) -> list[list[int]]:
    """The arcs that end at each node."""
    order = np.argsort(ends, kind="stable")
    return [arcs.tolist() for arcs in np.split(order, np.searchsorted(ends[order], np.arange(1, nodes)))]
