"""A change to a round that would place a trainee: its steps, the changed round, and the change in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.matching.solver import rules
from services.matching.solver.model import Mentor, Problem, Trainee
from services.matching.solver.travel import BY_MODE, limit
from shared.wording import counted_noun

Kind = Literal["travel", "bar", "capacity"]
What = Literal["minutes", "mentor", "school", "offer", "group", "hours"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to change, and by how much.

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

    def apply_to(self, problem: Problem) -> Problem:
        """Return the round with the change."""
        return apply_steps(problem, self.trainee_id, self.steps)


def apply_steps(problem: Problem, trainee_id: str, steps: Sequence[Step]) -> Problem:
    """Apply steps to a round for a trainee."""
    for step in steps:
        problem = _changed(problem, trainee_id, step)
    return problem


def _changed(problem: Problem, trainee_id: str, step: Step) -> Problem:
    trainee = next(one for one in problem.trainees if one.id == trainee_id)
    match step.what:
        case "minutes":
            return _with_trainee(
                _above_cap(problem, trainee, step.amount), replace(trainee, travel_limit_minutes=step.amount)
            )
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


def _above_cap(problem: Problem, trainee: Trainee, minutes: int) -> Problem:
    """The round with the programme's cap no lower than this for the trainee; it stays as it is for everybody else."""
    travel, mode = problem.rules.travel, trainee.travel_mode
    if mode not in travel.caps or travel.caps[mode] >= minutes:
        return problem
    others = tuple(
        replace(one, travel_limit_minutes=limit(one, travel)) if one.travel_mode == mode else one
        for one in problem.trainees
    )
    wider = replace(travel, caps={**travel.caps, mode: minutes})
    return replace(problem, trainees=others, rules=replace(problem.rules, travel=wider))


def _with_trainee(problem: Problem, trainee: Trainee) -> Problem:
    return replace(problem, trainees=tuple(trainee if one.id == trainee.id else one for one in problem.trainees))


def smaller_steps(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Return the steps with one of them a unit smaller, or without it where that is all of it."""
    for at, step in enumerate(steps):
        left = (replace(step, amount=step.amount - 1),) if step.amount > 1 else ()
        if less := (*steps[:at], *left, *steps[at + 1 :]):
            yield less


class StepsInWords:
    """Puts steps for the trainees of a round into words."""

    def __init__(self, problem: Problem) -> None:
        self._travel = problem.rules.travel
        self._mentors = {one.id: one for one in problem.mentors}
        self._offers = {one.id: one for one in problem.offers}
        self._groups = {one.id: one for one in problem.groups}

    def describe(self, trainee: Trainee, steps: Sequence[Step]) -> str:
        """Return a sentence."""
        words = ", and ".join(self._words(trainee, step) for step in steps)
        return f"{words[0].upper()}{words[1:]} would place this trainee."

    def _words(self, trainee: Trainee, step: Step) -> str:
        match step.what:
            case "minutes":
                usual = limit(trainee, self._travel)
                cap = "" if usual == trainee.travel_limit_minutes else ", above the programme's cap,"
                return (
                    f"{counted_noun(step.amount - usual, 'more minute')} of travel {BY_MODE[trainee.travel_mode]} "
                    f"({step.amount} in place of {usual}){cap} to school {step.of}"
                )
            case "mentor":
                return f"allowing a mentor at {_schools(self._mentors[step.of])} who is barred to them"
            case "school":
                return f"allowing school {step.of}, which is barred to them"
            case "hours":
                hours = counted_noun(step.amount / 60, "more hour")
                return f"{hours} a week of a mentor at {_schools(self._mentors[step.of])}"
            case "offer" | "group":
                places = "one more place" if step.amount == 1 else counted_noun(step.amount, "more place")
                if step.what == "group":
                    return f"{places} within {self._groups[step.of].words}"
                offer = self._offers[step.of]
                return f"{places} in {rules.readable(offer.subject)} at school {offer.school_urn}"


def _schools(mentor: Mentor) -> str:
    return " or ".join(f"school {urn}" for urn in mentor.urns)
