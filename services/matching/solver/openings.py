"""What would open a seat to a trainee: more minutes of travel, or one bar removed; the nearest first.

What trainees who ask for the same have in common (the seats that fit, and where these are) is looked up once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from services.matching.solver import rules
from services.matching.solver.candidates import BoolArray, FloatArray, IntArray, Seats
from services.matching.solver.graph import asked_of_offers, offer_schools, school_points
from services.matching.solver.model import Offer, Problem, Trainee
from services.matching.solver.remedy import Step
from services.matching.solver.travel import limit, minutes_to
from shared.inputs.numbers import LONGEST_TRAVEL

FEW = 50
"""About how many seats are put in order at a time."""


@dataclass(frozen=True, slots=True)
class _Fitting:
    """Seats that fit, the URN of each one's school, and its easting and northing."""

    seat: IntArray
    urns: list[str]
    points: FloatArray


class Openings:
    """Lists the steps, each of which opens a seat to a trainee.

    `free` are seats from which one more finds a place, with nobody losing theirs.
    """

    def __init__(self, problem: Problem, seats: Seats, free: BoolArray) -> None:
        self._problem, self._seats, self._free = problem, seats, free
        self._school, self._points = offer_schools(problem), school_points(problem)
        self._fitting: dict[tuple[object, ...], _Fitting] = {}

    def fits(self, offer: Offer, trainee: Trainee) -> bool:
        return offer.subject == trainee.subject and rules.all_hold(rules.OF_OFFERS, offer, trainee, self._problem.rules)

    def longer_journeys(self, trainee: Trainee, *, only_free: bool) -> Iterator[Step]:
        """Travel limits that reach a seat which nothing else bars, the least first; none that nobody can give."""
        problem, most = self._problem, limit(trainee, self._problem.rules.travel)
        fitting, minutes = self._minutes_to_seats(trainee, only_free=only_free)
        schools = rules.barred_schools(trainee, problem.rules)
        seen = set[int]()
        for at in _in_order(minutes, (minutes > most) & (minutes <= LONGEST_TRAVEL)):
            mentor, far = problem.mentors[self._seats.mentor[fitting.seat[at]]], int(minutes[at])
            if (
                far not in seen
                and fitting.urns[at] not in schools
                and rules.all_hold(rules.OF_PAIRS, mentor, trainee, problem.rules)
            ):
                seen.add(far)
                yield Step("minutes", fitting.urns[at], far)

    def bars(self, trainee: Trainee, *, only_free: bool) -> Iterator[Step]:
        """Mentors and schools within reach that only one bar excludes, the nearest first."""
        problem, most = self._problem, limit(trainee, self._problem.rules.travel)
        fitting, minutes = self._minutes_to_seats(trainee, only_free=only_free)
        without_veto = replace(trainee, barred_schools=frozenset())
        lasting, barred = (rules.barred_schools(one, problem.rules) for one in (without_veto, trainee))
        seen = set[Step]()
        for at in _in_order(minutes, minutes <= most):
            mentor, urn = problem.mentors[self._seats.mentor[fitting.seat[at]]], fitting.urns[at]
            kept_apart = not rules.all_hold(rules.OF_PAIRS, mentor, trainee, problem.rules)
            if urn in lasting or (urn in barred) == kept_apart:
                continue
            step = Step("mentor", mentor.id) if kept_apart else Step("school", urn)
            if step not in seen and step.of not in trainee.vetoed:
                seen.add(step)
                yield step

    def _minutes_to_seats(self, trainee: Trainee, *, only_free: bool) -> tuple[_Fitting, IntArray]:
        """The seats that fit, and the minutes to each."""
        asked = (only_free, *asked_of_offers(trainee))
        if asked not in self._fitting:
            self._fitting[asked] = self._seats_that_fit(trainee, only_free=only_free)
        fitting = self._fitting[asked]
        return fitting, minutes_to(trainee, fitting.urns, fitting.points, self._problem.rules.travel)

    def _seats_that_fit(self, trainee: Trainee, *, only_free: bool) -> _Fitting:
        fit = np.array([self.fits(offer, trainee) for offer in self._problem.offers], dtype=np.bool_)
        open_now = fit[self._seats.offer] & (self._free if only_free else True)
        seat = np.flatnonzero(open_now)
        school = self._school[self._seats.offer[seat]]
        return _Fitting(seat, [self._problem.schools[i].urn for i in school.tolist()], self._points[school])


def _in_order(minutes: IntArray, chosen: BoolArray) -> Iterator[int]:
    """The chosen positions, the nearest first: a few at a time, as the first are mostly all that is asked for."""
    at = np.flatnonzero(chosen)
    while len(at):
        farthest = np.partition(minutes[at], min(FEW, len(at)) - 1)[min(FEW, len(at)) - 1]
        near = at[minutes[at] <= farthest]
        yield from near[np.argsort(minutes[near], kind="stable")].tolist()
        at = at[minutes[at] > farthest]
