"""The candidate graph as arrays, and how a rule reads it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.matching.solver.model import Mentor, Offer, Problem, School, Trainee

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of a round: each is a mentor in an offer that they can mentor in.

    Two arrays of one length: positions in the problem's lists.
    """

    mentor: IntArray
    offer: IntArray


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates: every trainee with a seat (mentor and offer) that the hard rules allow, whatever its capacity.

    Sorted by trainee, then seat. Arrays of one length: positions in the problem's lists, in `seats`, and whole minutes
    of travel one way.
    """

    problem: Problem
    seats: Seats
    trainee: IntArray
    seat: IntArray
    minutes: IntArray

    @property
    def mentor(self) -> IntArray:
        return self.seats.mentor[self.seat]

    @property
    def offer(self) -> IntArray:
        return self.seats.offer[self.seat]

    def by_trainee(self, of: Callable[[Trainee], int]) -> IntArray:
        """Apply `of` to the trainee of each candidate; return the numbers by candidate."""
        return _each(of, self.problem.trainees)[self.trainee]

    def by_mentor(self, of: Callable[[Mentor], int]) -> IntArray:
        """Apply `of` to the mentor of each candidate; return the numbers by candidate."""
        return _each(of, self.problem.mentors)[self.mentor]

    def by_offer(self, of: Callable[[Offer], int]) -> IntArray:
        """Apply `of` to the offer of each candidate; return the numbers by candidate."""
        return _each(of, self.problem.offers)[self.offer]

    def by_visit(self, of: Callable[[Trainee, School], int]) -> IntArray:
        """Apply `of` to the trainee and school of each candidate, once for each such pair; return the numbers by
        candidate.
        """
        position = {school.urn: i for i, school in enumerate(self.problem.schools)}
        school = self.by_offer(lambda offer: position[offer.school_urn])
        return self._of_two(school, lambda t, s: of(self.problem.trainees[t], self.problem.schools[s]))

    def by_pair(self, of: Callable[[Trainee, Mentor], int]) -> IntArray:
        """Apply `of` to the trainee and mentor of each candidate, once for each such pair; return the numbers by
        candidate.
        """
        return self._of_two(self.mentor, lambda t, m: of(self.problem.trainees[t], self.problem.mentors[m]))

    def _of_two(self, other: IntArray, of: Callable[[int, int], int]) -> IntArray:
        pairs, where = np.unique(self.trainee << 32 | other, return_inverse=True)
        answers = [of(key >> 32, key & 0xFFFFFFFF) for key in pairs.tolist()]
        return np.array(answers, dtype=np.int64)[where]


def _each(of: Callable[..., int], items: tuple[object, ...]) -> IntArray:
    return np.array([of(item) for item in items], dtype=np.int64)
