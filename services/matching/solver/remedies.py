"""Search the smallest changes, one of each kind, that would place an unplaced trainee.

A change counts if every optimum of the changed round places the trainee and nobody else loses a place for it: some
class of priority has fewer unplaced than before and none has more. Nothing of it can be spared: with one unit less this
is not so. Source: product.md M4.

- `travel`: the fewest more minutes for this trainee (and above the programme's cap for their means of travel).
- `bar`: the nearest mentor or school that is barred to this trainee and would place them if it were not; never one that
  somebody vetoed.
- `capacity`: places at offers or groups and hours of mentors: one limit if one is enough, and the least of it.

Where the flow has every limit, its residual graph shows all of this, and nothing is solved again. A seat from which one
more finds a place, by moves of others, places whoever comes to reach it. A limit that grows lets one more in for each
unit, and `growth` knows whom.

Where limits cross, hours differ, choices are parted, or several limits are needed, the trainee's part of the round is
solved again with each change. All changes of travel and bars are searched by halves: if all of the first so many
together better nothing, none of them does. Of single limits, the `MOST_LIMITS` that are short are tried, the trainee's
own first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice

import numpy as np

from services.matching.solver import rules
from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.flow import residual_arcs, shortest_distances
from services.matching.solver.graph import offer_schools, school_points
from services.matching.solver.growth import GrownLimits
from services.matching.solver.model import Offer, Problem, Solution, Trainee
from services.matching.solver.parts import parts_of, parts_of_round
from services.matching.solver.paths import ResidualGraph
from services.matching.solver.remedy import Kind, Remedy, Step, What, apply_steps, describe_step, smaller_steps
from services.matching.solver.residual import SolvedFlow, reachable
from services.matching.solver.solving import WeighedRound, solve_weighed
from services.matching.solver.travel import limit, minutes_to
from shared.inputs.numbers import LONGEST_TRAVEL

TRIES = 6
"""Changes of several limits that are tried one by one; and that many more are added up."""
FAR = np.int64(2**61)
MOST_UNITS = 8
"""The most units that one limit grows by, for a trainee who comes after others."""
MOST_WIDENED = 4
"""The most single limits of which more than one is tried."""
MOST_PARTS = 50
"""The most parts of a round that are kept for the next trainee of the same part."""
CAPACITIES: frozenset[What] = frozenset({"offer", "group", "hours"})
MOST_LIMITS = 60
"""The most single limits that are tried one by one."""


class Remedies:
    """Finds what would place each unplaced trainee of a solved round, each when it is asked for."""

    def __init__(
        self,
        problem: Problem,
        solution: Solution,
        *,
        moves_first: bool = False,
        weighed: WeighedRound | None = None,
    ) -> None:
        self._moves_first = moves_first
        self._whole = _Search(problem, solution, moves_first=moves_first, weighed=weighed)
        self._unplaced = {one.trainee_id for one in solution.unplaced}
        self._chosen = {pair.trainee_id for pair in problem.chosen}
        self._solution = solution
        self._searches: dict[frozenset[int], _Search] = {}

    @cached_property
    def _part_of(self) -> dict[str, int]:
        return parts_of(self._whole.round)

    @property
    def is_quick(self) -> bool:
        """Whether the residual graph shows the changes, so that the round is seldom solved again."""
        return self._whole.is_exact

    def of(self, trainee_id: str) -> tuple[Remedy, ...]:
        """Return at most one change of each kind, travel first. Raises `KeyError` for a trainee who is not unplaced."""
        if trainee_id not in self._unplaced:
            raise KeyError(trainee_id)
        whole, is_chosen = self._whole, trainee_id in self._chosen
        if whole.is_exact and not is_chosen:
            found = whole.shown_for(trainee_id)
        else:
            among = self._in_parts(trainee_id, whole.fitting_offers(trainee_id))
            found = among.shown_for(trainee_id) if among.is_exact and not is_chosen else among.solved_for(trainee_id)
        if not whole.has_candidates(trainee_id):
            return found
        capacity = self._in_parts(trainee_id).capacity(trainee_id, solve_again=is_chosen)
        return (*found, *([capacity] if capacity is not None else []))

    def _in_parts(self, trainee_id: str, offers: Iterable[Offer] = ()) -> "_Search":
        """The search in the parts of the round that a trainee and these offers belong to; in the whole, where that is
        most of it.
        """
        parts = frozenset({self._part_of[f"t{trainee_id}"], *(self._part_of[f"o{offer.id}"] for offer in offers)})
        if parts not in self._searches:
            problem = parts_of_round(self._whole.problem, self._part_of, parts)
            ids = {one.id for one in problem.trainees} if problem is not None else set()
            own = replace(self._solution, pairs=tuple(pair for pair in self._solution.pairs if pair.trainee_id in ids))
            if len(self._searches) > MOST_PARTS:
                self._searches.clear()
            self._searches[parts] = (
                self._whole if problem is None else _Search(problem, own, moves_first=self._moves_first)
            )
        return self._searches[parts]


class _Search:
    """The search in one round, the whole or a part of it."""

    def __init__(
        self,
        problem: Problem,
        solution: Solution,
        *,
        moves_first: bool = False,
        weighed: WeighedRound | None = None,
    ) -> None:
        self._moves_first = moves_first
        self.round = SolvedFlow(problem, solution, moves_first=moves_first, weighed=weighed, every_limit=True)
        self.problem = self.round.problem
        placed = {pair.trainee_id for pair in solution.pairs}
        classes = 1 + max((one.priority for one in problem.trainees), default=0)
        self._unplaced = np.bincount(
            [one.priority for one in problem.trainees if one.id not in placed], minlength=classes
        )
        self._parted = len(problem.chosen) - len(
            {(pair.trainee_id, pair.mentor_id) for pair in solution.pairs}
            & {(two.trainee_id, two.mentor_id) for two in problem.chosen}
        )
        self._tried: dict[tuple[str, tuple[Step, ...]], Solution] = {}
        self._grown: dict[tuple[Step, ...], GrownLimits] = {}
        self._solve_again = False
        self._room = _Room(self.round)
        # nodes from which one more finds a place, with nobody losing theirs
        self._nodes = len(self.round.network.supply)
        self._free = reachable(self.round.steps().others(), np.array([0]), self._nodes)

    @property
    def is_exact(self) -> bool:
        return self.round.graph is not None

    def shown_for(self, trainee_id: str) -> tuple[Remedy, ...]:
        """At most one change of travel and one of bars, of those that open a seat from which one more finds a place."""
        trainee = self._trainee(trainee_id)
        changes: tuple[tuple[Kind, Iterator[Step]], ...] = (
            ("travel", self._further(trainee, self._free)),
            ("bar", self._barred(trainee, self._free)),
        )
        first = ((kind, next(steps, None)) for kind, steps in changes)
        return tuple(self._remedy(trainee, kind, (step,)) for kind, step in first if step is not None)

    def solved_for(self, trainee_id: str) -> tuple[Remedy, ...]:
        """At most one change of travel and one of bars, by solving the round again."""
        trainee = self._trainee(trainee_id)
        found = (
            self._first(trainee, "travel", list(self._further(trainee))),
            self._first(trainee, "bar", list(self._barred(trainee))),
        )
        return tuple(remedy for remedy in found if remedy is not None)

    def has_candidates(self, trainee_id: str) -> bool:
        return bool(len(self.round.candidates_of(trainee_id)))

    def fitting_offers(self, trainee_id: str) -> list[Offer]:
        return [offer for offer in self.problem.offers if self._fits(offer, self._trainee(trainee_id))]

    def _fits(self, offer: Offer, trainee: Trainee) -> bool:
        return offer.subject == trainee.subject and rules.all_hold(rules.OF_OFFERS, offer, trainee, self.problem.rules)

    def _trainee(self, trainee_id: str) -> Trainee:
        return self.problem.trainees[self.round.trainee_of[trainee_id]]

    def _first(self, trainee: Trainee, kind: Kind, changes: list[Step]) -> Remedy | None:
        """The first change that places the trainee.

        The trainee uses one seat, so a change that betters the round does so among others too, and one of those that
        better it together does so alone.
        """
        while changes and self._betters(trainee, changes):
            low, high = 0, len(changes)
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if self._betters(trainee, changes[:middle]) else (middle, high)
            if self._places(trainee, changes[low:high]):
                return self._remedy(trainee, kind, tuple(changes[low:high]))
            changes = changes[high:]
        return None

    def _betters(self, trainee: Trainee, steps: Sequence[Step]) -> bool:
        """Whether more choices are kept, or as many and more are placed by class, with all of these steps."""
        after = self._with(trainee, tuple(steps)).objective
        return (after.parted, after.unplaced) < (self._parted, tuple(self._unplaced.tolist()))

    def _places(self, trainee: Trainee, steps: Sequence[Step]) -> bool:
        """Whether every optimum places the trainee, some class has fewer unplaced than before and none has more."""
        if self.round.graph is not None and not self._solve_again and all(step.what in CAPACITIES for step in steps):
            return self._with_more(self.round.graph, tuple(steps)).place(self.round.trainee_of[trainee.id])
        after = self._with(trainee, tuple(steps))
        unplaced = np.array(after.objective.unplaced)
        return bool((unplaced <= self._unplaced).all() and (unplaced < self._unplaced).any()) and all(
            one.trainee_id != trainee.id for one in after.unplaced
        )

    def _with_more(self, graph: ResidualGraph, steps: tuple[Step, ...]) -> GrownLimits:
        if steps not in self._grown:
            growing = [(self._limits[step.what, step.of], self._units(step)) for step in steps]
            self._grown[steps] = GrownLimits(graph, growing, self.round.ways_out, self.round.question.rank.tolist())
        return self._grown[steps]

    @cached_property
    def _limits(self) -> dict[tuple[What, str], int]:
        """The arc of each limit that has a seat: a group has a node in each family of groups, and seats in one."""
        innermost = self.round.seat_node(np.arange(len(self.round.weighed.candidates.seats.mentor)))
        network, first = self.round.network, self.round.first_limit
        outer = np.zeros(len(network.supply), dtype=np.int64)
        outer[network.tail[first:]] = network.head[first:]
        used = np.zeros(len(network.supply), dtype=np.bool_)
        nodes = np.unique(innermost)
        while len(nodes := nodes[nodes > 0]):
            used[nodes] = True
            nodes = np.unique(outer[nodes])
        return {self._named(arc): arc for arc in range(first, len(network.tail)) if used[network.tail[arc]]}

    def _units(self, step: Step) -> int:
        """How many trainees more a step lets through."""
        if step.what != "hours":
            return step.amount
        had = int(self.round.question.minutes_had[self._mentor_at[step.of]])
        takes = int(self.round.question.minutes_taken[0])
        return (had + step.amount) // takes - had // takes

    @cached_property
    def _mentor_at(self) -> dict[str, int]:
        return {one.id: i for i, one in enumerate(self.problem.mentors)}

    def _with(self, trainee: Trainee, steps: tuple[Step, ...]) -> Solution:
        """The round solved with these steps, without the trainee if that is as good; the last few are kept, as a search
        asks for some twice.
        """
        if (trainee.id, steps) not in self._tried:
            if len(self._tried) > TRIES:
                self._tried.clear()
            changed = apply_steps(self.problem, trainee.id, steps)
            self._tried[trainee.id, steps] = solve_weighed(
                changed, moves_first=self._moves_first, last=trainee.id
            ).solution
        return self._tried[trainee.id, steps]

    def _open_seats(self, trainee: Trainee, free: BoolArray | None) -> tuple[IntArray, IntArray, IntArray]:
        """Seats that fit the trainee, of those at a `free` node if that is given; their schools and minutes to them."""
        problem, seats = self.problem, self.round.weighed.candidates.seats
        fit = np.array([self._fits(offer, trainee) for offer in problem.offers], dtype=np.bool_)
        if not fit.any():
            return (np.empty(0, dtype=np.int64),) * 3
        seat = np.flatnonzero(fit[seats.offer])
        if free is not None:
            seat = seat[free[self.round.seat_node(seat)]]
        school = offer_schools(problem)[seats.offer[seat]]
        urns = [problem.schools[i].urn for i in school.tolist()]
        return seat, school, minutes_to(trainee, urns, school_points(problem)[school], problem.rules.travel)

    def _further(self, trainee: Trainee, free: BoolArray | None = None) -> Iterator[Step]:
        """Travel limits that reach a seat which nothing else bars, the least first; none that nobody can give."""
        problem, seats = self.problem, self.round.weighed.candidates.seats
        seat, school, minutes = self._open_seats(trainee, free)
        schools = rules.barred_schools(trainee, problem.rules)
        seen = set[int]()
        for at in np.argsort(minutes, kind="stable").tolist():
            mentor = problem.mentors[seats.mentor[seat[at]]]
            far = int(minutes[at])
            if (
                limit(trainee, problem.rules.travel) < far <= LONGEST_TRAVEL
                and far not in seen
                and problem.schools[school[at]].urn not in schools
                and rules.all_hold(rules.OF_PAIRS, mentor, trainee, problem.rules)
            ):
                seen.add(far)
                yield Step("minutes", problem.schools[school[at]].urn, far)

    def _barred(self, trainee: Trainee, free: BoolArray | None = None) -> Iterator[Step]:
        """Mentors and schools within reach that only one bar excludes, the nearest first."""
        problem, seats = self.problem, self.round.weighed.candidates.seats
        seat, school, minutes = self._open_seats(trainee, free)
        without_veto = replace(trainee, barred_schools=frozenset())
        lasting, barred = (rules.barred_schools(one, problem.rules) for one in (without_veto, trainee))
        seen = set[Step]()
        for at in np.argsort(minutes, kind="stable").tolist():
            if minutes[at] > limit(trainee, problem.rules.travel):
                return
            mentor, urn = problem.mentors[seats.mentor[seat[at]]], problem.schools[school[at]].urn
            kept_apart = not rules.all_hold(rules.OF_PAIRS, mentor, trainee, problem.rules)
            if urn in lasting or (urn in barred) == kept_apart:
                continue
            step = Step("mentor", mentor.id) if kept_apart else Step("school", urn)
            if step not in seen and step.of not in trainee.vetoed:
                seen.add(step)
                yield step

    def capacity(self, trainee_id: str, *, solve_again: bool = False) -> Remedy | None:
        """More of one limit if that is enough; else of several, else what one seat needs after those who come first.

        With `solve_again` nothing is concluded from the residual graph.
        """
        self._solve_again = solve_again
        trainee = self._trainee(trainee_id)
        if single := self._single_limit(trainee):
            return self._remedy(trainee, "capacity", single)
        for steps in islice(self._possible_changes(trainee), 2 * TRIES):
            if self._places(trainee, steps):
                return self._remedy(trainee, "capacity", self._without_spare(trainee, steps))
        everybody = min(MOST_UNITS, len(self.problem.trainees))
        for seat in islice(self._own_seats(trainee), TRIES):
            if not self._places(trainee, self._room.lacks(seat, everybody)):
                continue
            low, high = 0, everybody
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if self._places(trainee, self._room.lacks(seat, middle)) else (middle, high)
            return self._remedy(trainee, "capacity", self._without_spare(trainee, self._room.lacks(seat, high)))
        return None

    def _possible_changes(self, trainee: Trainee) -> Iterator[tuple[Step, ...]]:
        """Several limits between the trainee and a place, fewest first."""
        found = dict.fromkeys(self._room.lacks(seat, 1) for seat in self._own_seats(trainee))
        if self.round.has_every_limit:
            ways = self._limits_on_the_way(trainee)
            found |= dict.fromkeys(tuple(self._more(arc, 1) for arc in arcs) for arcs in ways)
        yield from sorted((steps for steps in found if len(steps) > 1), key=len)

    def _single_limit(self, trainee: Trainee) -> tuple[Step, ...]:
        """The least of one limit that places the trainee; no steps if none does."""
        limits = list(self._short_limits(trainee))
        if self._is_shown:
            entrances = self._entrances(trainee)
            if alone := next((step for step in limits if self._limits[step.what, step.of] in entrances), None):
                return (alone,)
        for step in () if self._is_shown else limits:
            if self._places(trainee, (step,)):
                return self._without_spare(trainee, (step,))
        # those who come before the trainee may take what there is more of, and others move there: as much as all take
        others = min(MOST_UNITS, len(self.problem.trainees) - 1)
        enough = [replace(step, amount=step.amount + others * self._room.unit(step)) for step in limits[:MOST_WIDENED]]
        found = [self._without_spare(trainee, (step,)) for step in enough if self._places(trainee, (step,))]
        return min(found, key=lambda steps: -(-steps[0].amount // self._room.unit(steps[0])), default=())

    @property
    def _is_shown(self) -> bool:
        """Whether the residual graph shows all that limits do."""
        return self.round.graph is not None and not self._solve_again

    def _entrances(self, trainee: Trainee) -> frozenset[int]:
        """The full limits (arcs) of which one unit more lets the trainee in, and nobody else first or instead: their
        way to it is shorter than every way from another trainee without a place, and it leads to a free place.
        """
        tail, head, length = self._residual
        node, full = self.round.node(trainee.id), self.round.full_limits()
        start = np.full(self._nodes, FAR)
        start[0] = 0
        others = (tail != node) & (head != node)
        by_others = shortest_distances(tail[others], head[others], length[others], start, np.zeros(1, dtype=np.int64))
        mine = np.flatnonzero((tail == 0) & (head == node))
        start[0], start[node] = FAR, int(length[mine].min())
        onward = head != 0
        own = shortest_distances(tail[onward], head[onward], length[onward], start, np.array([node]))
        at, to = self.round.network.tail[full], self.round.network.head[full]
        return frozenset(full[(own[at] < FAR) & (own[at] < by_others[at]) & self._free[to]].tolist())

    @cached_property
    def _residual(self) -> tuple[IntArray, IntArray, IntArray]:
        assert self.round.graph is not None
        return residual_arcs(self.round.network, self.round.flow, self.round.graph.length)

    def _short_limits(self, trainee: Trainee) -> Iterator[Step]:
        """One more of each limit that may be enough alone, the trainee's own first."""
        own = dict.fromkeys(step for seat in self._own_seats(trainee) for step in self._room.lacks(seat, 1))
        if self._is_shown:
            ways = [self._more(arcs[0], 1) for arcs in self._limits_on_the_way(trainee) if len(arcs) == 1]
            alone = {(step.what, step.of) for step in ways}
            mine = {(step.what, step.of) for step in own}
            own = {step: None for step in own if (step.what, step.of) in alone}
            others = [step for step in ways if (step.what, step.of) not in mine]
        else:
            others = list(self._room.short_limits()) if own else []
        yield from islice(dict.fromkeys([*own, *others]), MOST_LIMITS)

    def _own_seats(self, trainee: Trainee) -> list[int]:
        """The seats of the trainee's candidates, first those that fewest waiting trainees would take more cheaply."""
        question, cost = self.round.question, self.round.cost
        arcs = self.round.candidates_of(trainee.id)
        waiting = np.ones(len(question.rank), dtype=np.bool_)
        waiting[question.trainee[self.round.chosen]] = False
        before = np.full(len(self.round.weighed.candidates.seats.mentor), np.iinfo(np.int64).max)
        before[question.seat[arcs]] = cost[arcs]
        others = np.flatnonzero(waiting[question.trainee])
        ahead = others[cost[others] < before[question.seat[others]]]
        many = np.bincount(question.seat[ahead], minlength=len(before))
        seats = question.seat[arcs]
        return [int(seat) for seat in seats[np.lexsort((seats, cost[arcs], many[seats]))]]

    def _limits_on_the_way(self, trainee: Trainee) -> Iterator[tuple[int, ...]]:
        """Sets of full limits (arcs) on the paths from the trainee to a free place, with as few limits as possible."""
        solved, free = self.round, self._free
        steps, full = solved.steps(), solved.full_limits()
        nodes = len(solved.network.supply)
        reached = reachable(steps, np.array([solved.node(trainee.id)]), nodes)
        tail, head = solved.network.tail, solved.network.head
        crossed = list[IntArray]()
        while True:
            here = full[reached[tail[full]] & ~reached[head[full]]]
            if not len(here):
                return
            crossed.append(here)
            if free[head[here]].any():
                break
            reached = reached | reachable(steps, head[here], nodes)
        for arc in here[free[head[here]]].tolist():
            chain = [arc]
            for before in reversed(crossed[:-1]):
                leads = reachable(steps.others(), tail[[chain[-1]]], nodes)
                chain.append(int(before[leads[head[before]]][0]))
            yield tuple(reversed(chain))

    def _named(self, arc: int) -> tuple[What, str]:
        """A limit, as a step names it."""
        kind, of = self.round.limit(arc)
        return ("hours", of) if kind == "mentor" else (kind, of)

    def _more(self, arc: int, units: int) -> Step:
        """So many trainees more at a limit."""
        what, of = self._named(arc)
        if what != "hours":
            return Step(what, of, units)
        takes = int(self.round.question.minutes_taken[0])
        had = int(self.round.question.minutes_had[self._mentor_at[of]])
        return Step(what, of, (had // takes + units) * takes - had)

    def _without_spare(self, trainee: Trainee, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """The steps without what can be spared, until no place and no minute can be."""
        while True:
            for less in smaller_steps(steps):
                if self._places(trainee, less):
                    at = next(i for i, step in enumerate(steps) if i >= len(less) or step != less[i])
                    steps = self._least(trainee, steps, at)
                    break
            else:
                return steps

    def _least(self, trainee: Trainee, steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        """The steps with the least amount of one of them, by halving; without it where none is needed."""
        others = (*steps[:at], *steps[at + 1 :])
        if others and self._places(trainee, others):
            return others
        low, high = 0, steps[at].amount - 1
        while high - low > 1:
            middle = (low + high) // 2
            tried = (*steps[:at], replace(steps[at], amount=middle), *steps[at + 1 :])
            low, high = (low, middle) if self._places(trainee, tried) else (middle, high)
        return (*steps[:at], replace(steps[at], amount=high), *steps[at + 1 :])

    def _remedy(self, trainee: Trainee, kind: Kind, steps: tuple[Step, ...]) -> Remedy:
        words = ", and ".join(describe_step(self.problem, trainee, step) for step in steps)
        return Remedy(trainee.id, kind, steps, f"{words[0].upper()}{words[1:]} would place this trainee.")


class _Room:
    """The rest of each limit in a solved round."""

    def __init__(self, solved: SolvedFlow) -> None:
        problem, question = solved.problem, solved.question
        self._problem, self._seats = problem, solved.weighed.candidates.seats
        mentor, offer = (of[question.seat[solved.chosen]] for of in (self._seats.mentor, self._seats.offer))
        used = np.bincount(mentor, question.minutes_taken[question.trainee[solved.chosen]], len(problem.mentors))
        self._minutes = (question.minutes_had - used).astype(np.int64)
        hosted = np.bincount(offer, minlength=len(problem.offers)).tolist()
        self._places = [rules.places_left(one) - times for one, times in zip(problem.offers, hosted, strict=True)]
        self._in_group = {group.id: max(0, group.places) for group in problem.groups}
        for one, times in zip(problem.offers, hosted, strict=True):
            for group in one.groups:
                self._in_group[group] -= times
        self._takes = int(question.minutes_taken.max(initial=1))

    def unit(self, step: Step) -> int:
        """What one more trainee takes of a limit."""
        return self._takes if step.what == "hours" else 1

    def short_limits(self) -> Iterator[Step]:
        """What each limit that has no room for one more lacks."""
        for offer, left in zip(self._problem.offers, self._places, strict=True):
            if left < 1:
                yield Step("offer", offer.id, 1 - left)
        for mentor, minutes in zip(self._problem.mentors, self._minutes.tolist(), strict=True):
            if minutes < self._takes:
                yield Step("hours", mentor.id, self._takes - minutes)
        for group, left in self._in_group.items():
            if left < 1:
                yield Step("group", group, 1 - left)

    def lacks(self, seat: int, many: int) -> tuple[Step, ...]:
        """What a seat would need for so many more trainees."""
        mentor, offer = int(self._seats.mentor[seat]), self._problem.offers[self._seats.offer[seat]]
        short = [
            Step("hours", self._problem.mentors[mentor].id, many * self._takes - int(self._minutes[mentor])),
            Step("offer", offer.id, many - self._places[self._seats.offer[seat]]),
            *(Step("group", group, many - self._in_group[group]) for group in offer.groups),
        ]
        return tuple(step for step in short if step.amount > 0)
