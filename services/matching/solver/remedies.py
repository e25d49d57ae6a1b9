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

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import islice

import numpy as np

from services.matching.solver import rules
from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.growth import Growing, Growth
from services.matching.solver.model import Offer, Problem, Solution, Trainee
from services.matching.solver.openings import Openings
from services.matching.solver.parts import parts_of, parts_of_round
from services.matching.solver.remedy import Kind, Remedy, Step, StepsInWords, What, apply_steps, smaller_steps
from services.matching.solver.residual import SolvedFlow
from services.matching.solver.solving import WeighedRound, solve_weighed
from services.matching.solver.ways_in import WaysIn

TRIES = 6
"""Changes of several limits that are tried one by one; and that many more are added up."""
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
        among = whole if whole.is_exact and not is_chosen else self._in_parts(trainee_id)
        capacity = among.capacity(trainee_id, solve_again=is_chosen)
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
        self._solve_again = False
        self._room = _Room(self.round)
        self._words = StepsInWords(self.problem)
        # nodes from which one more finds a place, with nobody losing theirs
        self._free = self.round.steps.lead_to(np.zeros(1, dtype=np.int64))
        seats = self.round.weighed.candidates.seats
        at = self.round.seat_node(np.arange(len(seats.mentor)))
        self._openings = Openings(self.problem, seats, self._free[at])

    @property
    def is_exact(self) -> bool:
        return self.round.length is not None

    def shown_for(self, trainee_id: str) -> tuple[Remedy, ...]:
        """At most one change of travel and one of bars, of those that open a seat from which one more finds a place."""
        trainee = self._trainee(trainee_id)
        changes: tuple[tuple[Kind, Iterator[Step]], ...] = (
            ("travel", self._openings.longer_journeys(trainee, only_free=True)),
            ("bar", self._openings.bars(trainee, only_free=True)),
        )
        first = ((kind, next(steps, None)) for kind, steps in changes)
        return tuple(self._remedy(trainee, kind, (step,)) for kind, step in first if step is not None)

    def solved_for(self, trainee_id: str) -> tuple[Remedy, ...]:
        """At most one change of travel and one of bars, by solving the round again."""
        trainee = self._trainee(trainee_id)
        found = (
            self._first(trainee, "travel", list(self._openings.longer_journeys(trainee, only_free=False))),
            self._first(trainee, "bar", list(self._openings.bars(trainee, only_free=False))),
        )
        return tuple(remedy for remedy in found if remedy is not None)

    def has_candidates(self, trainee_id: str) -> bool:
        return bool(len(self.round.candidates_of(trainee_id)))

    def fitting_offers(self, trainee_id: str) -> list[Offer]:
        trainee = self._trainee(trainee_id)
        return [offer for offer in self.problem.offers if self._openings.fits(offer, trainee)]

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
        if self._is_shown and all(step.what in CAPACITIES for step in steps):
            return self._growth.places(self.round.trainee_of[trainee.id], self._growing(steps))
        after = self._with(trainee, tuple(steps))
        unplaced = np.array(after.objective.unplaced)
        return bool((unplaced <= self._unplaced).all() and (unplaced < self._unplaced).any()) and all(
            one.trainee_id != trainee.id for one in after.unplaced
        )

    def _growing(self, steps: Sequence[Step]) -> Growing:
        """The limits that grow, in turns of a unit: what takes a unit more or less is found from what is known then.

        Those nearest to a free place are first, so that what grows after them leads there.
        """
        units = [(self._limits[step.what, step.of], self._units(step)) for step in reversed(steps)]
        units.sort(key=lambda one: self._limits_around(one[0]))
        turns = max((many for _, many in units), default=0)
        return tuple(limit for turn in range(turns) for limit, many in units if turn < many)

    def _limits_around(self, arc: int) -> int:
        """How many limits there are around a limit."""
        head, at, many = self.round.network.head, self._limit_at, 0
        while node := int(head[arc]):
            arc, many = at[node], many + 1
        return many

    @cached_property
    def _limit_at(self) -> dict[int, int]:
        first = self.round.first_limit
        return {node: first + i for i, node in enumerate(self.round.network.tail[first:].tolist())}

    @cached_property
    def _growth(self) -> Growth:
        graph = self.round.graph_of(self._ways_in.length)
        return Growth(graph, self.round.ways_out, self.round.question.rank.tolist())

    @cached_property
    def _ways_in(self) -> WaysIn:
        assert self.round.length is not None
        return WaysIn(self.round.network, self.round.flow, self.round.length, len(self.problem.trainees))

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
        for seat in islice(self._own_seats(trainee), TRIES):
            if steps := self._fewest(trainee, partial(self._room.lacks, seat), MOST_UNITS):
                return self._remedy(trainee, "capacity", self._without_spare(trainee, steps))
        return None

    def _fewest(self, trainee: Trainee, steps_for: Callable[[int], tuple[Step, ...]], most: int) -> tuple[Step, ...]:
        """The steps for the fewest trainees more that place this one; no steps if those for `most` do not.

        The residual graph shows unit by unit whom a limit lets in. Where the round is solved again, the number is
        halved: if one is enough, so are all above it.
        """
        most = min(most, len(self.problem.trainees))
        if self._is_shown:
            tried = (steps_for(many) for many in range(1, most + 1))
            return next((steps for steps in tried if self._places(trainee, steps)), ())
        if not self._places(trainee, steps_for(most)):
            return ()
        low, high = 0, most
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._places(trainee, steps_for(middle)) else (middle, high)
        return steps_for(high)

    def _possible_changes(self, trainee: Trainee) -> Iterator[tuple[Step, ...]]:
        """Several limits between the trainee and a place, fewest first."""
        found = dict.fromkeys(self._room.lacks(seat, 1) for seat in self._own_seats(trainee))
        if self.round.has_every_limit:
            ways = islice(self._limits_on_the_way(trainee), 2 * TRIES)
            found |= dict.fromkeys(tuple(self._more(arc, 1) for arc in arcs) for arcs in ways)
        yield from sorted((steps for steps in found if len(steps) > 1), key=len)

    def _single_limit(self, trainee: Trainee) -> tuple[Step, ...]:
        """The least of one limit that places the trainee; no steps if none does."""
        own = list(dict.fromkeys(step for seat in self._own_seats(trainee) for step in self._room.lacks(seat, 1)))
        if self._is_shown:
            alone = self._entrance(trainee, own)
            return (alone,) if alone is not None else self._widened(trainee, self._limits_alone(trainee, own))
        others = self._room.short_limits() if own else ()
        limits = list(islice(dict.fromkeys([*own, *others]), MOST_LIMITS))
        for step in limits:
            if self._places(trainee, (step,)):
                return self._without_spare(trainee, (step,))
        return self._widened(trainee, limits)

    def _widened(self, trainee: Trainee, limits: Iterable[Step]) -> tuple[Step, ...]:
        """More than one unit of a limit, the fewest that place the trainee; no steps if none of the first limits does.

        Those who come before the trainee may take what there is more of, and others move there.
        """
        least, most = tuple[Step, ...](), MOST_UNITS + 1
        for step in islice(limits, MOST_WIDENED):
            if most and (fewest := self._fewest(trainee, partial(self._room.widen, step), most)):
                least, most = fewest, (fewest[0].amount - step.amount) // self._room.unit(step)
        return self._without_spare(trainee, least)

    @property
    def _is_shown(self) -> bool:
        """Whether the residual graph shows all that limits do."""
        return self.is_exact and not self._solve_again

    def _entrance(self, trainee: Trainee, own: list[Step]) -> Step | None:
        """One more of a limit that lets the trainee in, and nobody else first or instead; of their `own` limits if that
        is enough.
        """
        arcs = self._entrances.get(self.round.node(trainee.id), [])
        mine = (step for step in own if self._limits[step.what, step.of] in arcs)
        return next(mine, self._more(arcs[0], 1) if arcs else None)

    @cached_property
    def _entrances(self) -> dict[int, list[int]]:
        """By the node of a trainee, the full limits (arcs) of which one unit more lets in nobody but them."""
        full, only = self._full_before_a_place, self._ways_in.only[self.round.network.tail[self._full_before_a_place]]
        entrances = defaultdict[int, list[int]](list)
        for arc, node in zip(full[only > 0].tolist(), only[only > 0].tolist(), strict=True):
            entrances[node].append(arc)
        return entrances

    @cached_property
    def _full_before_a_place(self) -> IntArray:
        """The full limits (arcs) that alone lie between some nodes and a free place."""
        full, network = self.round.full_limits(), self.round.network
        return full[self._free[network.head[full]] & ~self._free[network.tail[full]]]

    def _limits_alone(self, trainee: Trainee, own: list[Step]) -> Iterator[Step]:
        """One more of each limit that alone lies between the trainee and a free place, their `own` first."""
        full = self._full_before_a_place
        alone = full[self._reached_by(trainee)[self.round.network.tail[full]]]
        mine = {self._limits[step.what, step.of]: step for step in own}
        is_mine = np.isin(alone, list(mine))
        together = set(alone[is_mine].tolist())
        yield from (step for arc, step in mine.items() if arc in together)
        yield from (self._more(arc, 1) for arc in alone[~is_mine].tolist())

    def _reached_by(self, trainee: Trainee) -> BoolArray:
        """The nodes that the trainee comes to while others move, with nobody losing their place."""
        return self.round.steps.reach(np.array([self.round.node(trainee.id)]))

    def _own_seats(self, trainee: Trainee) -> list[int]:
        """The seats of the trainee's candidates, first those that fewest waiting trainees would take more cheaply."""
        arcs = self.round.candidates_of(trainee.id)
        seats = self.round.question.seat[arcs]
        order = np.lexsort((seats, self.round.cost[arcs], self._ahead[arcs]))
        return [int(seat) for seat in seats[order]]

    @cached_property
    def _ahead(self) -> IntArray:
        """By candidate of a waiting trainee, how many others who wait would take the seat more cheaply."""
        question = self.round.question
        waiting = np.ones(len(question.rank), dtype=np.bool_)
        waiting[question.trainee[self.round.chosen]] = False
        at = np.flatnonzero(waiting[question.trainee])
        at = at[np.lexsort((self.round.cost[at], question.seat[at]))]
        seat, cost = question.seat[at], self.round.cost[at]
        new_seat = np.diff(seat, prepend=-1) != 0
        new_cost = new_seat | (np.diff(cost, prepend=-1) != 0)
        place = np.arange(len(at))
        first = (np.maximum.accumulate(np.where(new, place, 0)) for new in (new_cost, new_seat))
        ahead = np.zeros(len(question.trainee), dtype=np.int64)
        ahead[at] = next(first) - next(first)
        return ahead

    def _limits_on_the_way(self, trainee: Trainee) -> Iterator[tuple[int, ...]]:
        """Sets of full limits (arcs) on the paths from the trainee to a free place, with as few limits as possible."""
        solved, free = self.round, self._free
        full, tail, head = solved.full_limits(), solved.network.tail, solved.network.head
        reached = self._reached_by(trainee)
        crossed = list[IntArray]()
        while True:
            here = full[reached[tail[full]] & ~reached[head[full]]]
            if not len(here):
                return
            crossed.append(here)
            if free[head[here]].any():
                break
            reached = reached | solved.steps.reach(head[here])
        for arc in here[free[head[here]]].tolist():
            chain = [arc]
            for before in reversed(crossed[:-1]):
                leads = solved.steps.lead_to(tail[[chain[-1]]])
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
        return Remedy(trainee.id, kind, steps, self._words.describe(trainee, steps))


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

    def widen(self, step: Step, many: int) -> tuple[Step, ...]:
        """Return what a limit that lacks this for one more trainee lacks for so many more."""
        return (replace(step, amount=step.amount + (many - 1) * self.unit(step)),)

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
