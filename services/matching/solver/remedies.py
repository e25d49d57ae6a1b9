"""Search the smallest changes, one of each kind, that would place an unplaced trainee.

The residual graph shows which limits stand between the trainee and a free place, and which schools have a free place
but are just out of reach or barred. Whether other trainees would take that place first shows when the changed round is
solved. A change counts if the trainee is then placed, and nobody else loses a place for it: some class of priority has
fewer unplaced than before and none has more. Nothing of it can be spared: with one unit less the trainee is not placed.
Source: product.md M4.

- `travel`: the fewest more minutes for this trainee (and above the programme's cap for their means of travel).
- `bar`: the nearest mentor or school that is barred to this trainee and would place them if it were not; never one that
  somebody vetoed.
- `capacity`: places at offers or groups and hours of mentors: one limit if one is enough, and the least of it.

Where limits cross, hours differ or people chose each other, the residual graph does not show everything. Then all
changes of travel and bars are searched by halves: if all of the first so many together better nothing, none of them
does. Of single limits, the `MOST_LIMITS` that are short are tried, the trainee's own first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from services.matching.solver import rules
from services.matching.solver.candidates import IntArray
from services.matching.solver.graph import offer_schools, school_points
from services.matching.solver.model import Problem, Solution, Trainee
from services.matching.solver.parts import part_of_round, parts_of
from services.matching.solver.remedy import Kind, Remedy, Step, apply_steps, describe_step, smaller_steps
from services.matching.solver.residual import SolvedFlow, reachable
from services.matching.solver.solving import repair, solve
from services.matching.solver.travel import limit, minutes_to

TRIES = 6
"""Changes of several limits that are tried one by one; and that many more are added up."""
MOST_LIMITS = 60
"""The most single limits that are tried one by one."""


class Remedies:
    """Finds what would place each unplaced trainee of a solved round, each when it is asked for.

    The search solves only the trainee's part of the round. A change of capacity is tried on the whole round too: among
    equals the whole may choose otherwise, and then it is searched itself.
    """

    def __init__(self, problem: Problem, solution: Solution, *, moves_first: bool = False) -> None:
        self._solve = repair if moves_first else solve
        self._moves_first = moves_first
        self._whole = _Search(problem, solution, moves_first=moves_first)
        self._unplaced = {one.trainee_id for one in solution.unplaced}
        self._part_of = parts_of(self._whole.round)

    def of(self, trainee_id: str) -> tuple[Remedy, ...]:
        """Return at most one change of each kind, travel first. Raises `KeyError` for a trainee who is not unplaced."""
        if trainee_id not in self._unplaced:
            raise KeyError(trainee_id)
        problem = self._whole.problem
        part = part_of_round(problem, self._part_of, trainee_id)
        if part is None:
            return self._whole.of(trainee_id)
        trainee = next(one for one in problem.trainees if one.id == trainee_id)
        solution = self._solve(part)
        found = self._whole.pairwise(trainee)
        if all(one.trainee_id != trainee_id for one in solution.unplaced):
            capacity = self._whole.capacity(trainee)
        else:
            capacity = _Search(part, solution, moves_first=self._moves_first).capacity(trainee)
            if capacity is not None and not self._whole.is_exact(trainee, capacity.steps):
                capacity = self._whole.capacity(trainee)
        return (*found, *([capacity] if capacity is not None else []))


class _Search:
    """The search in one round, the whole or a part of it."""

    def __init__(self, problem: Problem, solution: Solution, *, moves_first: bool = False) -> None:
        self._moves_first = moves_first
        self._solution = solution
        self._tried: dict[tuple[str, tuple[Step, ...]], Solution] = {}
        self.round = SolvedFlow(problem, solution, moves_first=moves_first)
        self.problem = self.round.problem
        steps = self.round.steps()
        self._room = _Room(self.round)
        # nodes from which one more finds a place, with nobody losing theirs
        self._nodes = len(self.round.network.supply)
        self._free = reachable(steps.others(), np.array([0]), self._nodes)
        self._exact = self.round.has_every_limit and not problem.chosen

    def of(self, trainee_id: str) -> tuple[Remedy, ...]:
        """At most one change of each kind."""
        trainee = self.problem.trainees[self.round.trainee_of[trainee_id]]
        capacity = self.capacity(trainee)
        return (*self.pairwise(trainee), *([capacity] if capacity is not None else []))

    def pairwise(self, trainee: Trainee) -> tuple[Remedy, ...]:
        """Changes that concern only the trainee: travel, and a mentor or school that is barred to them."""
        found = (
            self._first(trainee, "travel", list(self._further(trainee))),
            self._first(trainee, "bar", list(self._barred(trainee))),
        )
        return tuple(remedy for remedy in found if remedy is not None)

    def is_exact(self, trainee: Trainee, steps: tuple[Step, ...]) -> bool:
        """Whether the change places the trainee, and one unit less of it does not."""
        return self._places(trainee, steps) and not any(self._places(trainee, less) for less in smaller_steps(steps))

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
        before, after = (
            (one.parted, one.unplaced)
            for one in (self._solution.objective, self._with(trainee, tuple(steps)).objective)
        )
        return after < before

    def _places(self, trainee: Trainee, steps: Sequence[Step]) -> bool:
        return self._in(self._with(trainee, tuple(steps)), trainee)

    def _with(self, trainee: Trainee, steps: tuple[Step, ...]) -> Solution:
        """The round solved with these steps; the last few are kept, as a search asks for some twice."""
        if (trainee.id, steps) not in self._tried:
            if len(self._tried) > TRIES:
                self._tried.clear()
            self._tried[trainee.id, steps] = self._solved(apply_steps(self.problem, trainee.id, steps))
        return self._tried[trainee.id, steps]

    def _solved(self, problem: Problem) -> Solution:
        return (repair if self._moves_first else solve)(problem)

    def _in(self, after: Solution, trainee: Trainee) -> bool:
        """Whether the trainee is placed, some class has fewer unplaced than before and none has more."""
        before = self._solution.objective.unplaced
        no_more = all(a <= b for a, b in zip(after.objective.unplaced, before, strict=True))
        return (
            no_more
            and after.objective.unplaced != before
            and all(one.trainee_id != trainee.id for one in after.unplaced)
        )

    def _open_seats(self, trainee: Trainee) -> tuple[IntArray, IntArray, IntArray]:
        """Seats that fit the trainee and may have a place for one more; their schools and minutes to them."""
        problem, seats = self.problem, self.round.weighed.candidates.seats
        fit = np.array(
            [rules.all_hold(rules.OF_OFFERS, offer, trainee, problem.rules) for offer in problem.offers], dtype=np.bool_
        )
        if not fit.any():
            return (np.empty(0, dtype=np.int64),) * 3
        seat = np.flatnonzero(fit[seats.offer])
        if self._exact:
            seat = seat[self._free[self.round.seat_node(seat)]]
        school = offer_schools(problem)[seats.offer[seat]]
        urns = [problem.schools[i].urn for i in school.tolist()]
        return seat, school, minutes_to(trainee, urns, school_points(problem)[school], problem.rules.travel)

    def _further(self, trainee: Trainee) -> Iterator[Step]:
        """Travel limits that reach a seat which nothing else bars, the least first."""
        problem, seats = self.problem, self.round.weighed.candidates.seats
        seat, school, minutes = self._open_seats(trainee)
        schools = rules.barred_schools(trainee, problem.rules)
        seen = set[int]()
        for at in np.argsort(minutes, kind="stable").tolist():
            mentor = problem.mentors[seats.mentor[seat[at]]]
            far = int(minutes[at])
            if (
                far > limit(trainee, problem.rules.travel)
                and far not in seen
                and problem.schools[school[at]].urn not in schools
                and rules.all_hold(rules.OF_PAIRS, mentor, trainee, problem.rules)
            ):
                seen.add(far)
                yield Step("minutes", problem.schools[school[at]].urn, far)

    def _barred(self, trainee: Trainee) -> Iterator[Step]:
        """Mentors and schools within reach that only one bar excludes, the nearest first."""
        problem, seats = self.problem, self.round.weighed.candidates.seats
        seat, school, minutes = self._open_seats(trainee)
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

    def capacity(self, trainee: Trainee) -> Remedy | None:
        """More of one limit if that is enough; else of several, else what one seat needs after those who come first."""
        if single := self._single_limit(trainee):
            return self._remedy(trainee, "capacity", single)
        for steps in islice(self._possible_changes(trainee), 2 * TRIES):
            if self._places(trainee, steps):
                return self._remedy(trainee, "capacity", self._without_spare(trainee, steps))
        own = self._own_seats(trainee)
        if not own:
            return None
        low, high = 0, 1
        while not self._places(trainee, self._room.lacks(own[0], high)):
            low, high = high, 2 * high
            if low > len(self.problem.trainees):
                return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._places(trainee, self._room.lacks(own[0], middle)) else (middle, high)
        return self._remedy(trainee, "capacity", self._without_spare(trainee, self._room.lacks(own[0], high)))

    def _possible_changes(self, trainee: Trainee) -> Iterator[tuple[Step, ...]]:
        """Several limits between the trainee and a place, fewest first."""
        found = dict.fromkeys(self._room.lacks(seat, 1) for seat in self._own_seats(trainee))
        if self.round.has_every_limit:
            found |= dict.fromkeys(self._limits_on_the_way(trainee))
        yield from sorted((steps for steps in found if len(steps) > 1), key=len)

    def _single_limit(self, trainee: Trainee) -> tuple[Step, ...]:
        """The least of one limit that places the trainee; no steps if none does."""
        limits = list(self._short_limits(trainee))
        for step in limits:
            if self._places(trainee, (step,)):
                return self._without_spare(trainee, (step,))
        # those who come before the trainee may take what there is more of, and others move there: as much as all take
        others = len(self.problem.trainees) - 1
        enough = [replace(step, amount=step.amount + others * self._room.unit(step)) for step in limits]
        found = [self._without_spare(trainee, (step,)) for step in enough if self._places(trainee, (step,))]
        return min(found, key=lambda steps: -(-steps[0].amount // self._room.unit(steps[0])), default=())

    def _short_limits(self, trainee: Trainee) -> Iterator[Step]:
        """One more of each limit that may be enough alone, the trainee's own first."""
        own = dict.fromkeys(step for seat in self._own_seats(trainee) for step in self._room.lacks(seat, 1))
        if self._exact:
            ways = [steps[0] for steps in self._limits_on_the_way(trainee) if len(steps) == 1]
            alone = {(step.what, step.of) for step in ways}
            own = {step: None for step in own if (step.what, step.of) in alone}
            mine = {(step.what, step.of) for step in own}
            yield from own
            yield from (step for step in ways if (step.what, step.of) not in mine)
        elif own:
            yield from islice(dict.fromkeys([*own, *self._room.short_limits()]), MOST_LIMITS)

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

    def _limits_on_the_way(self, trainee: Trainee) -> Iterator[tuple[Step, ...]]:
        """Sets of full limits on the paths from the trainee to a free place, with as few limits as possible."""
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
            yield tuple(self._one_more(solved, *solved.limit(one)) for one in reversed(chain))

    def _one_more(self, solved: SolvedFlow, kind: str, of: str) -> Step:
        if kind == "mentor":
            at = next(i for i, one in enumerate(solved.problem.mentors) if one.id == of)
            takes = int(solved.question.minutes_taken[0])
            had = int(solved.question.minutes_had[at])
            return Step("hours", of, (had // takes + 1) * takes - had)
        return Step("offer" if kind == "offer" else "group", of)

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
