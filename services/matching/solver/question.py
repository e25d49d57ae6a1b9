"""A round in numbers, and the candidates that solve it."""

from dataclasses import dataclass

from services.matching.solver.candidates import IntArray
from services.matching.solver.model import Solver
from services.matching.solver.nesting import Nesting


@dataclass(frozen=True, slots=True)
class Question:
    """The problem to optimise, in numbers.

    `trainee` and `seat` by candidate; `rank` of class by trainee, from 0; `parts` of the objective in their order, each
    a cost of zero or more by candidate; minutes a week that each trainee takes and each mentor has.
    """

    trainee: IntArray
    seat: IntArray
    rank: IntArray
    parts: tuple[IntArray, ...]
    nesting: Nesting
    minutes_taken: IntArray
    minutes_had: IntArray


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen candidates (positions, in order), the solver that proved them, and a lower bound of unevenness."""

    chosen: IntArray
    solver: Solver
    least_unevenness: int
