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

import numpy as np

from services.matching.solver.flow import lengths_to_end
from services.matching.solver.graph import offer_schools
from services.matching.solver.model import Match, Problem
from services.matching.solver.optimiser import arc_costs, bare_network, flow_of, pack_objective
from services.matching.solver.paths import ChangedFlow, ResidualGraph
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
        self.network, self.flow = network, flow
        first_limit = candidates + trainees
        self.graph = ResidualGraph(network, flow, lengths_to_end(network, flow, cost)) if self.by_flow else None
        self.limit_at = dict(zip(network.tail[first_limit:].tolist(), range(first_limit, len(flow)), strict=True))
        self.wide = self._full_limits_of_several_schools()

    def _full_limits_of_several_schools(self) -> frozenset[int]:
        """Find the limits (as arcs) that are used up and hold for seats of more than one school."""
        schools: dict[int, set[int]] = {}
        candidates = self.network.head[: len(self.school)].tolist()
        for node, school in set(zip(candidates, self.school, strict=True)):
            for arc in self._limits_above(node):
                schools.setdefault(arc, set()).add(school)
        full = self.flow >= self.network.capacity
        return frozenset(arc for arc, held in schools.items() if len(held) > 1 and full[arc])

    def _limits_above(self, node: int) -> Iterator[int]:
        while node:
            arc = self.limit_at[node]
            yield arc
            node = int(self.network.head[arc])

    def without(self, school: int) -> Departure | None:
        """The departure of a school, by position; None where the flow cannot compute it."""
        broken = self.stands_at[school]
        limits = [arc for candidate in broken for arc in self._limits_above(int(self.network.head[candidate]))]
        if self.graph is None or school in self.locked or not self.wide.isdisjoint(limits):
            return None
        flow = ChangedFlow(self.graph)
        for arc in broken + limits:
            flow[arc] -= 1

        def is_closed(arc: int) -> bool:
            return arc < self.ways_out.start and self.school[arc] == school

        for candidate in broken:
            # to a free place, by moves of others, or out
            path = flow.shortest(int(self.network.tail[candidate]), 0, closed=is_closed)
            assert path is not None, "there is a way out"
            flow.send(path)
        lost = sum(flow[arc] - int(self.flow[arc]) for arc in flow if arc in self.ways_out)
        moved = sum(arc < self.ways_out.start and int(self.flow[arc]) > flow[arc] for arc in flow) - len(broken)
        return Departure(self.urns[school], len(broken), lost, moved)
