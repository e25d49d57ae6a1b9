"""A solved round as a flow, and what can be reached in its residual graph.

See `optimiser` for the network and `paths` for shortest paths. `Steps` leave out the arcs that would leave a placed
trainee without a place; they are followed in waves of nodes, all arcs of a wave at once.
"""

from dataclasses import replace
from functools import cached_property
from typing import Literal

import numpy as np
import scipy

from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.flow import FAR, ArcsByNode, Network, distances_from_end, prove_cost, residual_arcs
from services.matching.solver.model import Match, Problem, Solution
from services.matching.solver.optimiser import arc_costs, bare_network, flow_of, pack_objective
from services.matching.solver.paths import ResidualGraph
from services.matching.solver.solving import (
    WeighedRound,
    are_chosen,
    as_array,
    build_question,
    positions,
    sort_by_id,
    weigh,
)

Limited = Literal["mentor", "offer", "group"]


class Steps:
    """Arcs along which the flow can change by one unit, also backwards along an arc that already carries some.

    Nodes that reach one another are one part: what one of them reaches, all do.
    """

    def __init__(self, tail: IntArray, head: IntArray, nodes: int) -> None:
        links = scipy.sparse.csr_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(nodes, nodes))
        self._parts, part = scipy.sparse.csgraph.connected_components(links, connection="strong")
        self._part = part.astype(np.int64)
        inner, outer = self._part[tail], self._part[head]
        between = np.unique((inner * self._parts + outer)[inner != outer])
        inner, outer = between // self._parts, between % self._parts
        self._onward = ArcsByNode(inner, outer, self._parts)
        self._back = ArcsByNode(outer, inner, self._parts)

    def reach(self, start: IntArray) -> BoolArray:
        """Return the nodes that can be reached, including those of the start."""
        return self._follow(start, self._onward)

    def lead_to(self, end: IntArray) -> BoolArray:
        """Return the nodes from which one of these can be reached, including these."""
        return self._follow(end, self._back)

    def _follow(self, nodes: IntArray, between: ArcsByNode) -> BoolArray:
        reached = np.zeros(self._parts, dtype=np.bool_)
        wave = np.unique(self._part[nodes])
        while len(wave):
            reached[wave] = True
            found = between.other[between.at(wave)[0]]
            wave = np.unique(found[~reached[found]])
        return reached[self._part]


class SolvedFlow:
    """A solved round as a flow: `kept` are the candidates' positions, the first arcs of the network.

    Chosen pairs that the solution keeps stay together: their trainees have no candidates with another mentor.
    """

    def __init__(
        self,
        problem: Problem,
        solution: Solution,
        *,
        moves_first: bool = False,
        weighed: WeighedRound | None = None,
        every_limit: bool = False,
    ) -> None:
        """`weighed` is the round of `problem`, if it is known already; `every_limit` is as in `nest`."""
        self.weighed = weighed = weigh(sort_by_id(problem)) if weighed is None else weighed
        candidates = weighed.candidates
        self.problem = problem = candidates.problem
        locked = as_array(positions(candidates, problem.locked))
        taken = as_array(positions(candidates, solution.matches))
        chosen = are_chosen(candidates)
        kept_choices = np.flatnonzero(chosen & np.isin(candidates.trainee, candidates.trainee[taken[chosen[taken]]]))
        question, self.kept = build_question(
            weighed, locked, moves_first=moves_first, pinned=kept_choices, every_limit=every_limit
        )
        self.keeps_all_choices = len(np.unique(candidates.trainee[chosen])) == len(
            np.unique(candidates.trainee[kept_choices])
        )
        certain = question.locked.copy()
        certain[candidates.trainee[kept_choices]] = True
        self.question = question = replace(question, locked=certain, chosen=np.zeros_like(question.chosen))
        self.chosen = np.searchsorted(self.kept, taken)
        self.trainee_of = {one.id: i for i, one in enumerate(problem.trainees)}
        self.network: Network = bare_network(question, ways_out=True)
        self.flow = flow_of(question, self.network, self.chosen)
        self.packed = pack_objective(question)
        self.cost = np.zeros(len(self.network.tail), dtype=np.int64)
        self.cost[: len(self.kept)] = self.packed.parts

    @cached_property
    def length(self) -> IntArray | None:
        """The reduced cost of each arc, with all parts of the objective; None where the flow does not have every limit
        or not every part, so that it is no optimum by its costs.
        """
        if not self.has_every_limit or not self.keeps_all_choices or self.packed.waiting:
            return None
        costs = arc_costs(self.question, self.network, self.packed, ways_out=True)
        return prove_cost(self.network, self.flow, costs)[0]

    def graph_of(self, length: IntArray) -> ResidualGraph:
        """Return the residual graph with lengths of the arcs, in which more paths lead to further optima."""
        return ResidualGraph(self.network, self.flow, length)

    @cached_property
    def graph_of_moves(self) -> ResidualGraph | None:
        """The residual graph in which nobody loses their place; None where there is no `length`.

        It leaves out the arcs for no place, and arcs to full limits that nobody uses, from which nothing leads on: in
        usual rounds a third of all.
        """
        if self.length is None:
            return None
        network, flow = self.network, self.flow
        moving = np.ones(len(flow), dtype=np.bool_)
        moving[self.ways_out : self.first_limit] = False
        leads_on = np.zeros(len(network.supply), dtype=np.bool_)
        leads_on[0] = True
        leads_on[network.tail[moving & (flow < network.capacity)]] = True
        leads_on[network.head[moving & (flow > 0)]] = True
        moving &= leads_on[network.head]
        return ResidualGraph(network, flow, self._lengths_of_moves(moving, self.length), moving)

    def _lengths_of_moves(self, moving: BoolArray, length: IntArray) -> IntArray:
        """Lengths under other prices, by which a search for another place sees half as much of the graph.

        The distances from node 0 and those to it are both prices, and so is their sum, for costs twice as high: it
        evens lengths out over the two sides of a search. A trainee's price is then the one by which their nearest other
        place has length 0.
        """
        network, kept = self.network, len(self.kept)
        inside = Network(network.tail[moving], network.head[moving], network.capacity[moving], network.supply)
        tail, head, cost = residual_arcs(inside, self.flow[moving], length[moving])
        come, go = (
            np.minimum(distance, distance[distance < FAR].max())
            for distance in (
                distances_from_end(tail, head, cost, len(network.supply)),
                distances_from_end(head, tail, cost, len(network.supply)),
            )
        )
        lengths: IntArray = 2 * length + (come - go)[network.tail] - (come - go)[network.head]
        other = np.flatnonzero(moving[:kept] & (self.flow[:kept] == 0))
        nearest = np.full(len(network.supply), FAR)
        np.minimum.at(nearest, network.tail[other], lengths[other])
        lengths[:kept] -= np.where(nearest < FAR, nearest, 0)[network.tail[:kept]]
        return lengths

    @property
    def has_every_limit(self) -> bool:
        """Whether the flow has every limit: none crosses another, and everybody takes the same hours."""
        return not self.question.nesting.crossing and len(np.unique(self.question.minutes_taken)) < 2

    def node(self, trainee_id: str) -> int:
        return 1 + self.trainee_of[trainee_id]

    def candidates_of(self, trainee_id: str) -> IntArray:
        """Return the arcs of a trainee's candidates."""
        first, last = np.searchsorted(
            self.question.trainee, [self.trainee_of[trainee_id], self.trainee_of[trainee_id] + 1]
        )
        return np.arange(first, last)

    @property
    def ways_out(self) -> int:
        """The first arc of those for no place, which are in the order of trainees."""
        return len(self.kept)

    @property
    def first_limit(self) -> int:
        """The first arc that is a limit."""
        return len(self.kept) + len(self.problem.trainees)

    def limit(self, arc: int) -> tuple[Limited, str]:
        """Return the capacity that an arc stands for: a mentor's hours, or an offer's or a group's places."""
        at = int(self.network.tail[arc]) - 1 - len(self.problem.trainees)
        mentors, offers = len(self.problem.mentors), len(self.problem.offers)
        if at < mentors:
            return "mentor", self.problem.mentors[at].id
        if at < mentors + offers:
            return "offer", self.problem.offers[at - mentors].id
        return "group", self.problem.groups[(at - mentors - offers) % len(self.problem.groups)].id

    def seat_node(self, seat: IntArray) -> IntArray:
        """Return the node where each seat's innermost limit that can bind begins; 0 where none can."""
        forest = self.question.nesting.forest
        at = forest.innermost[seat].copy()
        while (passed := (at >= 0) & ~forest.can_bind[at]).any():
            at[passed] = forest.outer[at[passed]]
        return np.where(at >= 0, 1 + len(self.problem.trainees) + at, 0)

    @cached_property
    def steps(self) -> Steps:
        """The arcs along which the flow can change by one unit with nobody losing a place."""
        flow, network = self.flow, self.network
        usable = np.ones(len(flow), dtype=np.bool_)
        usable[len(self.kept) : self.first_limit] = False
        onward = np.flatnonzero(usable & (flow < network.capacity))
        back = np.flatnonzero(usable & (flow > 0))
        return Steps(
            np.concatenate([network.tail[onward], network.head[back]]),
            np.concatenate([network.head[onward], network.tail[back]]),
            len(network.supply),
        )

    def full_limits(self) -> IntArray:
        """Return the full limits, as arcs."""
        limits = np.arange(self.first_limit, len(self.flow))
        return limits[self.flow[limits] >= self.network.capacity[limits]]

    def chosen_of(self, trainee_id: str) -> int:
        """Return the arc of a placed trainee's candidate."""
        return int(self._chosen_by_trainee[self.trainee_of[trainee_id]])

    @cached_property
    def _chosen_by_trainee(self) -> IntArray:
        arcs = np.full(len(self.problem.trainees), -1)
        arcs[self.question.trainee[self.chosen]] = self.chosen
        return arcs

    def match(self, arc: int) -> Match:
        """Return the candidate that an arc stands for."""
        candidates = self.weighed.candidates
        at, problem = self.kept[arc], self.problem
        seat = candidates.seat[at]
        return Match(
            problem.trainees[candidates.trainee[at]].id,
            problem.mentors[candidates.seats.mentor[seat]].id,
            problem.offers[candidates.seats.offer[seat]].id,
        )
