"""The smallest change that would place a trainee whom the optimum leaves out, of each kind that would.

Found by search, never by template: the residual graph says which limits stand between the trainee and a free place,
and which schools just out of reach or barred have one; what others would take first shows when the changed round is
solved. A change counts if the trainee is then placed and no class of priority has more unplaced than before; less of
it does not do. Source: product.md M4.

- `travel`: so many more minutes for this trainee (and above the programme's cap for their means of travel).
- `bar`: a mentor or a school that is barred to this trainee is allowed.
- `capacity`: places at offers or groups and hours of mentors, of which none can be spared.

Where limits cross or hours differ, no flow says everything: then the trainee's own offers and mentors are tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

import numpy as np

from services.matching.solver import rules
from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.graph import offer_schools, school_points
from services.matching.solver.model import Problem, Solution, Trainee
from services.matching.solver.residual import SolvedFlow, reachable
from services.matching.solver.solving import repair, solve
from services.matching.solver.travel import BY_MODE, limit, minutes_to

Kind = Literal["travel", "bar", "capacity"]
What = Literal["minutes", "mentor", "school", "offer", "group", "hours"]

TRIES = 6
"""Changes of a kind that are tried one by one; and that many more are added up."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to change: of whom or of what, and by how much.

    `minutes`: the trainee's limit becomes `amount`; `mentor`, `school`: allowed to the trainee; `offer`, `group`: so
    many more places; `hours`: so many more minutes a week of a mentor.
    """

    what: What
    of: str
    amount: int = 1


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that would place a trainee, in steps and in plain English."""

    trainee_id: str
    kind: Kind
    steps: tuple[Step, ...]
    explanation: str

    def applied(self, problem: Problem) -> Problem:
        """The round with the change."""
        return changed(problem, self.trainee_id, self.steps)


def changed(problem: Problem, trainee_id: str, steps: Sequence[Step]) -> Problem:
    """The round with these things changed for a trainee."""
    for step in steps:
        problem = _changed(problem, trainee_id, step)
    return problem


def _changed(problem: Problem, trainee_id: str, step: Step) -> Problem:
    trainee = next(one for one in problem.trainees if one.id == trainee_id)
    match step.what:
        case "minutes":
            travel = problem.rules.travel
            caps = {mode: max(m, step.amount) if mode == trainee.travel_mode else m for mode, m in travel.caps.items()}
            wider = replace(problem, rules=replace(problem.rules, travel=replace(travel, caps=caps)))
            return _with_trainee(wider, replace(trainee, travel_limit_minutes=step.amount))
        case "school":
            return _with_trainee(problem, replace(trainee, barred_schools=trainee.barred_schools - {step.of}))
        case "mentor":
            free = replace(trainee, barred_mentors=trainee.barred_mentors - {step.of})
            mentors = tuple(
                replace(one, relations=frozenset(r for r in one.relations if r[0] != trainee_id))
                if one.id == step.of
                else one
                for one in problem.mentors
            )
            return _with_trainee(replace(problem, mentors=mentors), free)
        case "offer":
            more = (
                replace(one, places=max(0, one.places) + step.amount) if one.id == step.of else one
                for one in problem.offers
            )
            return replace(problem, offers=tuple(more))
        case "group":
            roomier = (
                replace(one, places=max(0, one.places) + step.amount) if one.id == step.of else one
                for one in problem.groups
            )
            return replace(problem, groups=tuple(roomier))
        case "hours":
            freer = (
                replace(one, capacity_hours=(rules.minutes_had(one) + step.amount) / 60) if one.id == step.of else one
                for one in problem.mentors
            )
            return replace(problem, mentors=tuple(freer))


def _with_trainee(problem: Problem, trainee: Trainee) -> Problem:
    return replace(problem, trainees=tuple(trainee if one.id == trainee.id else one for one in problem.trainees))


class Remedies:
    """What would place each unplaced trainee of a solved round; asked one by one, since each takes some solving."""

    def __init__(self, problem: Problem, solution: Solution, *, moves_first: bool = False) -> None:
        self._moves_first = moves_first
        self._solution = solution
        self._round = SolvedFlow(problem, solution, moves_first=moves_first)
        self._problem = self._round.problem
        steps = self._round.steps(self._round.flow)
        # nodes from which one more finds a place, with nobody losing theirs
        self._nodes = len(self._round.network.supply)
        self._free = reachable(steps.others(), np.array([0]), self._nodes)

    def of(self, trainee_id: str) -> tuple[Remedy, ...]:
        """At most one change of each kind, the one of travel first. Raises `KeyError` for who is not unplaced."""
        if trainee_id not in {one.trainee_id for one in self._solution.unplaced}:
            raise KeyError(trainee_id)
        trainee = self._problem.trainees[self._round.trainee_of[trainee_id]]
        found = (
            self._first(trainee, "travel", self._further(trainee)),
            self._first(trainee, "bar", self._barred(trainee)),
            self._capacity(trainee),
        )
        return tuple(remedy for remedy in found if remedy is not None)

    def _first(self, trainee: Trainee, kind: Kind, changes: Iterator[tuple[Step, ...]]) -> Remedy | None:
        for steps in islice(changes, None if self._round.says_all else TRIES):
            if self._places(trainee, steps):
                return self._remedy(trainee, kind, steps)
        return None

    def _places(self, trainee: Trainee, steps: Sequence[Step]) -> bool:
        return self._in(self._solved(changed(self._problem, trainee.id, steps)), trainee)

    def _solved(self, problem: Problem) -> Solution:
        return (repair if self._moves_first else solve)(problem)

    def _in(self, after: Solution, trainee: Trainee) -> bool:
        """Whether the trainee is placed and no class has more unplaced than before."""
        before = self._solution.objective.unplaced
        fewer = all(a <= b for a, b in zip(after.objective.unplaced, before, strict=True))
        return fewer and all(one.trainee_id != trainee.id for one in after.unplaced)

    def _open_seats(self, trainee: Trainee) -> tuple[IntArray, IntArray, IntArray]:
        """Seats that fit the trainee and from which one more finds a place; their schools, minutes to them."""
        problem, seats = self._problem, self._round.weighed.candidates.seats
        fit = np.array(
            [rules.all_hold(rules.OF_OFFERS, offer, trainee, problem.rules) for offer in problem.offers], dtype=np.bool_
        )
        if not fit.any():
            return (np.empty(0, dtype=np.int64),) * 3
        seat = np.flatnonzero(fit[seats.offer])
        seat = seat[self._free[self._round.seat_node(seat)]]
        school = offer_schools(problem)[seats.offer[seat]]
        urns = [problem.schools[i].urn for i in school.tolist()]
        return seat, school, minutes_to(trainee, urns, school_points(problem)[school], problem.rules.travel)

    def _further(self, trainee: Trainee) -> Iterator[tuple[Step, ...]]:
        """Limits of travel that reach a seat which nothing else bars, the least first."""
        problem, seats = self._problem, self._round.weighed.candidates.seats
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
                yield (Step("minutes", problem.schools[school[at]].urn, far),)

    def _barred(self, trainee: Trainee) -> Iterator[tuple[Step, ...]]:
        """Mentors and schools within reach that nothing but one bar keeps from the trainee, the nearest first."""
        problem, seats = self._problem, self._round.weighed.candidates.seats
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
            if step not in seen:
                seen.add(step)
                yield (step,)

    def _capacity(self, trainee: Trainee) -> Remedy | None:
        """Single limits first; then limits one after the other, and as many of each as others take first."""
        for steps in islice(self._chains(self._round, self._free, trainee), TRIES):
            if self._places(trainee, steps):
                return self._remedy(trainee, "capacity", self._spared(trainee, steps))
        problem, solution, added = self._problem, self._solution, tuple[Step, ...]()
        for _ in range(TRIES + len(self._solution.unplaced)):
            solved = SolvedFlow(problem, solution, moves_first=self._moves_first)
            free = reachable(solved.steps(solved.flow).others(), np.array([0]), len(solved.network.supply))
            chain = next(self._chains(solved, free, trainee), None)
            if chain is None:
                return None
            added = _added_up((*added, *chain))
            problem = changed(self._problem, trainee.id, added)
            solution = self._solved(problem)
            if self._in(solution, trainee):
                return self._remedy(trainee, "capacity", self._spared(trainee, added))
        return None

    def _chains(self, solved: SolvedFlow, free: BoolArray, trainee: Trainee) -> Iterator[tuple[Step, ...]]:
        """Sets of full limits that stand between the trainee and a free place, as few limits as can be."""
        if solved.says_all:
            yield from self._limits_on_the_way(solved, free, trainee)
        yield from self._own_limits(solved, trainee)

    def _limits_on_the_way(self, solved: SolvedFlow, free: BoolArray, trainee: Trainee) -> Iterator[tuple[Step, ...]]:
        steps, full = solved.steps(solved.flow), solved.full_limits()
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

    def _own_limits(self, solved: SolvedFlow, trainee: Trainee) -> Iterator[tuple[Step, ...]]:
        """What each of the trainee's own candidates lacks, those that lack least first."""
        problem, question = solved.problem, solved.question
        seats = solved.weighed.candidates.seats
        chosen = seats.mentor[question.seat[solved.chosen]], seats.offer[question.seat[solved.chosen]]
        used = np.bincount(chosen[0], question.minutes_taken[question.trainee[solved.chosen]], len(problem.mentors))
        hosted = np.bincount(chosen[1], minlength=len(problem.offers))
        within = {group.id: group.within for group in problem.groups}
        in_group = dict.fromkeys(within, 0)
        for offer, times in zip(problem.offers, hosted.tolist(), strict=True):
            for group in _around(offer.group, within):
                in_group[group] += times
        places = {group.id: group.places for group in problem.groups}
        takes = rules.minutes_taken(trainee, problem.rules)
        lacking = set[tuple[Step, ...]]()
        for seat in question.seat[solved.candidates_of(trainee.id)].tolist():
            mentor, offer = problem.mentors[seats.mentor[seat]], problem.offers[seats.offer[seat]]
            short = takes - (rules.minutes_had(mentor) - int(used[seats.mentor[seat]]))
            full = hosted[seats.offer[seat]] >= rules.places_left(offer)
            groups = [one for one in _around(offer.group, within) if in_group[one] >= places[one]]
            lacks = [*([Step("hours", mentor.id, short)] * (short > 0)), *([Step("offer", offer.id)] * bool(full))]
            lacking.add((*lacks, *(Step("group", one) for one in groups)))
        yield from sorted(lacking - {()}, key=lambda steps: (len(steps), [(s.amount, s.what, s.of) for s in steps]))

    def _spared(self, trainee: Trainee, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """The steps with whatever can be spared taken away, place by place and minute by minute."""
        at = 0
        while at < len(steps):
            step = steps[at]
            less = (*steps[:at], *([replace(step, amount=step.amount - 1)] * (step.amount > 1)), *steps[at + 1 :])
            if less and self._places(trainee, less):
                steps = self._least(trainee, steps, at)
                at = 0 if step not in steps else at + 1
            else:
                at += 1
        return steps

    def _least(self, trainee: Trainee, steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        """The steps with the least amount of one of them, by halving; left out where none is needed."""
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
        words = ", and ".join(_words(self._problem, trainee, step) for step in steps)
        return Remedy(trainee.id, kind, steps, f"{words[0].upper()}{words[1:]} would place this trainee.")


def _around(group: str | None, within: dict[str, str | None]) -> Iterator[str]:
    while group is not None:
        yield group
        group = within[group]


def _added_up(steps: Sequence[Step]) -> tuple[Step, ...]:
    total: dict[tuple[What, str], int] = {}
    for step in steps:
        total[step.what, step.of] = total.get((step.what, step.of), 0) + step.amount
    return tuple(Step(what, of, amount) for (what, of), amount in total.items())


def _words(problem: Problem, trainee: Trainee, step: Step) -> str:
    match step.what:
        case "minutes":
            usual = limit(trainee, problem.rules.travel)
            cap = "" if usual == trainee.travel_limit_minutes else ", above the programme's cap,"
            return (
                f"{step.amount - usual} more minutes of travel {BY_MODE[trainee.travel_mode]} "
                f"({step.amount} in place of {usual}){cap} to school {step.of}"
            )
        case "mentor":
            mentor = next(one for one in problem.mentors if one.id == step.of)
            return f"allowing a mentor at school {mentor.school_urn} who is barred to them"
        case "school":
            return f"allowing school {step.of}, which is barred to them"
        case "hours":
            mentor = next(one for one in problem.mentors if one.id == step.of)
            return f"{step.amount / 60:g} more hours a week of a mentor at school {mentor.school_urn}"
        case "offer" | "group":
            places = "one more place" if step.amount == 1 else f"{step.amount} more places"
            if step.what == "group":
                return f"{places} in all of {step.of}"
            offer = next(one for one in problem.offers if one.id == step.of)
            return f"{places} in {rules.shown(offer.subject)} at school {offer.school_urn}"
