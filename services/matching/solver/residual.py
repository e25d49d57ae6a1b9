"""Search a solved round for a place for one more trainee: the residual graph of its flow, and searches in it.

See `optimiser` for the network. Arcs that would leave a placed trainee without a place are not part of the graph. Each
search visits the graph in waves of nodes, all arcs of a wave at once.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.flow import Network
from services.matching.solver.model import Match, Problem, Solution
from services.matching.solver.optimiser import bare_network, flow_of, pack_objective
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


@dataclass(frozen=True, slots=True)
class Steps:
    """Arcs along which the flow can change by one unit, also backwards along an arc that already carries some."""

    tail: IntArray
    head: IntArray
    cost: IntArray
    arc: IntArray

    def others(self) -> "Steps":
        """Return the same arcs backwards."""
        return Steps(self.head, self.tail, self.cost, self.arc)


class SolvedFlow:
    """A solved round as a flow: `kept` are the candidates' positions, the first arcs of the network.

    Chosen pairs that the solution keeps stay together: their trainees have no candidates with another mentor.
    """

    def __init__(self, problem: Problem, solution: Solution, *, moves_first: bool = False) -> None:
        self.problem = problem = sort_by_id(problem)
        self.weighed: WeighedRound = weigh(problem)
        candidates = self.weighed.candidates
        locked = as_array(positions(candidates, problem.locked))
        taken = as_array(positions(candidates, solution.matches))
        chosen = are_chosen(candidates)
        kept_choices = np.flatnonzero(chosen & np.isin(candidates.trainee, candidates.trainee[taken[chosen[taken]]]))
        self.question, self.kept = build_question(self.weighed, locked, moves_first=moves_first, pinned=kept_choices)
        self.chosen = np.searchsorted(self.kept, taken)
        self.trainee_of = {one.id: i for i, one in enumerate(problem.trainees)}
        self.network: Network = bare_network(self.question, ways_out=True)
        self.flow = flow_of(self.question, self.network, self.chosen)
        self.cost = np.zeros(len(self.network.tail), dtype=np.int64)
        self.cost[: len(self.kept)] = pack_objective(self.question).parts

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

    def steps(self, without: int | None = None) -> Steps:
        """Return the arcs along which the flow can change by one unit; `without` leaves out one arc."""
        flow = self.flow
        usable = np.ones(len(flow), dtype=np.bool_)
        usable[len(self.kept) : self.first_limit] = False
        if without is not None:
            usable[without] = False
        onward = np.flatnonzero(usable & (flow < self.network.capacity))
        back = np.flatnonzero(usable & (flow > 0))
        return Steps(
            np.concatenate([self.network.tail[onward], self.network.head[back]]),
            np.concatenate([self.network.head[onward], self.network.tail[back]]),
            np.concatenate([self.cost[onward], -self.cost[back]]),
            np.concatenate([onward, back]),
        )

    def full_limits(self) -> IntArray:
        """Return the full limits, as arcs."""
        limits = np.arange(self.first_limit, len(self.flow))
        return limits[self.flow[limits] >= self.network.capacity[limits]]

    def chosen_of(self, trainee_id: str) -> int:
        """Return the arc of a placed trainee's candidate."""
        (had,) = np.intersect1d(self.candidates_of(trainee_id), self.chosen).tolist()
        return int(had)

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


def reachable(steps: Steps, start: IntArray, nodes: int) -> BoolArray:
    """Return the nodes that can be reached, including those of the start."""
    order, first = _by_tail(steps, nodes)
    head = steps.head[order]
    reached = np.zeros(nodes, dtype=np.bool_)
    reached[start] = True
    wave = np.unique(start)
    while len(wave):
        found = head[_arcs_from(wave, first)]
        wave = np.unique(found[~reached[found]])
        reached[wave] = True
    return reached


def cheapest_way(steps: Steps, start: int, end: int, nodes: int) -> list[int] | None:
    """Return the arcs of the cheapest path from one node to another (Bellman and Ford), None if there is none.

    The graph has no cycle of negative cost, because the flow is an optimum.
    """
    order, first = _by_tail(steps, nodes)
    far = np.int64(2**62)
    distance = np.full(nodes, far)
    distance[start] = 0
    came_by = np.full(nodes, -1, dtype=np.int64)
    wave = np.array([start], dtype=np.int64)
    while len(wave):
        here = _arcs_from(wave, first)
        taken = order[here]
        reached = distance[steps.tail[taken]] + steps.cost[taken]
        nearer = reached < distance[steps.head[taken]]
        taken, reached = taken[nearer], reached[nearer]
        # the least last, so that it is what stays
        by_length = np.argsort(-reached, kind="stable")
        taken, reached = taken[by_length], reached[by_length]
        distance[steps.head[taken]] = reached
        came_by[steps.head[taken]] = taken
        wave = np.unique(steps.head[taken])
    if distance[end] == far:
        return None
    way, node = list[int](), end
    while node != start:
        step = int(came_by[node])
        way.append(int(steps.arc[step]))
        node = int(steps.tail[step])
    return way[::-1]


def _by_tail(steps: Steps, nodes: int) -> tuple[IntArray, IntArray]:
    order = np.argsort(steps.tail, kind="stable")
    return order, np.searchsorted(steps.tail[order], np.arange(nodes + 1))


def _arcs_from(wave: IntArray, first: IntArray) -> IntArray:
    lengths = first[wave + 1] - first[wave]
    begins = first[wave] - (np.cumsum(lengths) - lengths)
    return np.repeat(begins, lengths) + np.arange(int(lengths.sum()))
