"""A round in numbers, and the candidates that solve it."""

from dataclasses import dataclass, replace

import numpy as np

from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.model import Solver
from services.matching.solver.nesting import Nesting


@dataclass(frozen=True, slots=True)
class Question:
    """The problem to optimise, in numbers.

    `trainee`, `seat` and whether the two people chose each other, by candidate; `rank` of class, from 0, and whether
    they must be placed (locked), by trainee; `parts` of the objective in their order, each a cost of zero or more by
    candidate; minutes a week that each trainee takes and each mentor has.
    """

    trainee: IntArray
    seat: IntArray
    chosen: BoolArray
    rank: IntArray
    locked: BoolArray
    parts: tuple[IntArray, ...]
    nesting: Nesting
    minutes_taken: IntArray
    minutes_had: IntArray


@dataclass(frozen=True, slots=True)
class Bound:
    """What is proven of any answer: at most so many choices kept, at most so many placed of each class while as many
    choices are kept, at least so much of each part while the parts before it are as small; at least this unevenness.
    """

    choices: int
    placed: tuple[int, ...]
    parts: tuple[int, ...]
    unevenness: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidates of an answer (positions, in order), the solver that found them, and what is proven."""

    taken: IntArray
    solver: Solver
    bound: Bound


def value_of(question: Question, taken: IntArray, unevenness: int = 0) -> Bound:
    """Return what an answer comes to: the bound, if it is an optimum."""
    classes = int(question.rank.max(initial=0)) + 1
    return Bound(
        int(question.chosen[taken].sum()),
        tuple(np.bincount(question.rank[question.trainee[taken]], minlength=classes).tolist()),
        tuple(int(part[taken].sum()) for part in question.parts),
        unevenness,
    )


def over_candidates(question: Question, candidates: IntArray) -> Question:
    """Return the question over some of its candidates."""
    return replace(
        question,
        trainee=question.trainee[candidates],
        seat=question.seat[candidates],
        chosen=question.chosen[candidates],
        parts=tuple(part[candidates] for part in question.parts),
    )
