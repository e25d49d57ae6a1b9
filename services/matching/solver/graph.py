"""The candidate graph: which seats the hard rules open to a trainee.

Capacities are left to the optimiser, so that a full offer or mentor is still a candidate. Trainees with the same needs
are handled together: a tree over the schools that host them finds those in reach.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from services.matching.solver import rules
from services.matching.solver.candidates import BoolArray, Candidates, FloatArray, IntArray, Seats
from services.matching.solver.model import Problem, Trainee
from services.matching.solver.travel import journeys_within


def find_candidates(problem: Problem) -> Candidates:
    """Find every candidate that the hard rules allow, without capacities."""
    lookup = _Lookup(problem)
    parts = [_of_alike(lookup, alike) for alike in _alike(problem)]
    trainee, seat, minutes = (
        np.concatenate([part[column] for part in parts]) if parts else np.empty(0, dtype=np.int64)
        for column in range(3)
    )
    order = np.argsort(trainee << 32 | seat)
    trainee, seat, minutes = trainee[order], seat[order], minutes[order]
    allowed = ~_barred(lookup, trainee, seat)
    return Candidates(problem, lookup.seats, trainee[allowed], seat[allowed], minutes[allowed])


class _Lookup:
    """The seats, schools and offers of a problem, looked up once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.seats = find_seats(problem)
        self.school_of_offer = offer_schools(problem)
        self.points = school_points(problem)
        self.offers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for position, offer in enumerate(problem.offers):
            self.offers[offer.subject, offer.phase].append(position)
        self._open_seats: dict[tuple[object, ...], IntArray] = {}

    def open_seats(self, trainee: Trainee) -> IntArray:
        """The seats of the offers that fit a trainee, looked up once for all who ask for the same."""
        asked = asked_of_offers(trainee)
        if asked not in self._open_seats:
            problem, fitting = self.problem, np.zeros(len(self.problem.offers), dtype=np.bool_)
            offers = self.offers.get((trainee.subject, trainee.phase), ())
            fit = [i for i in offers if rules.all_hold(rules.OF_OFFERS, problem.offers[i], trainee, problem.rules)]
            fitting[fit] = True
            self._open_seats[asked] = np.flatnonzero(fitting[self.seats.offer])
        return self._open_seats[asked]


def find_seats(problem: Problem) -> Seats:
    """Find the mentors at each offer's school who fit it, by offer."""
    teaching: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for position, mentor in enumerate(problem.mentors):
        for urn in mentor.urns:
            for subject in mentor.subjects:
                teaching[urn, subject].append(position)
    fitting = [
        (mentor, position)
        for position, offer in enumerate(problem.offers)
        for mentor in teaching[offer.school_urn, offer.subject]
        if rules.all_hold(rules.OF_SEATS, problem.mentors[mentor], offer, problem.rules)
    ]
    both = np.array(fitting, dtype=np.int64).reshape(-1, 2)
    return Seats(both[:, 0], both[:, 1])


def _alike(problem: Problem) -> Iterator[list[int]]:
    """Groups of trainees who are equal in what the rules of offers and of travel read."""
    alike: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for position, one in enumerate(problem.trainees):
        alike[*asked_of_offers(one), one.travel_mode].append(position)
    yield from alike.values()


def asked_of_offers(one: Trainee) -> tuple[object, ...]:
    """Return what the rules of offers read of a trainee."""
    return (
        one.subject,
        one.phase,
        one.year_groups,
        one.send_placement,
        one.route,
        one.available_from,
        one.available_until,
    )


def _of_alike(lookup: _Lookup, alike: list[int]) -> tuple[IntArray, IntArray, IntArray]:
    """Trainee, seat and minutes of every candidate of trainees with equal needs who travel the same way."""
    problem, seats = lookup.problem, lookup.seats
    trainees = [problem.trainees[position] for position in alike]
    open_seats = lookup.open_seats(trainees[0])
    if not len(open_seats):
        return open_seats, open_seats, open_seats
    schools, school = np.unique(lookup.school_of_offer[seats.offer[open_seats]], return_inverse=True)
    by_school = np.argsort(school, kind="stable")
    first = np.searchsorted(school[by_school], np.arange(len(schools) + 1))

    urns = [problem.schools[i].urn for i in schools.tolist()]
    who, where, minutes = journeys_within(trainees, urns, lookup.points[schools], problem.rules.travel)
    seats_there = first[where + 1] - first[where]
    begins = first[where] - (np.cumsum(seats_there) - seats_there)
    turn = np.repeat(begins, seats_there) + np.arange(int(seats_there.sum()))
    return (
        np.array(alike, dtype=np.int64)[np.repeat(who, seats_there)],
        open_seats[by_school[turn]],
        np.repeat(minutes, seats_there),
    )


def _barred(lookup: _Lookup, trainee: IntArray, seat: IntArray) -> BoolArray:
    """Whether a conflict, a veto or an earlier placement bars each candidate."""
    problem, seats = lookup.problem, lookup.seats
    of_mentor = {mentor.id: i for i, mentor in enumerate(problem.mentors)}
    of_school = {school.urn: i for i, school in enumerate(problem.schools)}
    of_trainee = {one.id: i for i, one in enumerate(problem.trainees)}
    mentors = [(t, of_mentor.get(m, -1)) for t, one in enumerate(problem.trainees) for m in one.barred_mentors]
    for m, mentor in enumerate(problem.mentors):
        mentors += [(of_trainee.get(t, -1), m) for t, kind in mentor.relations if kind in problem.rules.conflicts]
    schools = [
        (t, of_school.get(urn, -1))
        for t, one in enumerate(problem.trainees)
        for urn in rules.barred_schools(one, problem.rules)
    ]
    barred = np.zeros(len(trainee), dtype=np.bool_)
    for two, met in ((mentors, seats.mentor[seat]), (schools, lookup.school_of_offer[seats.offer[seat]])):
        known = np.array([(t, other) for t, other in two if t >= 0 and other >= 0], dtype=np.int64).reshape(-1, 2)
        concerned = np.zeros(len(problem.trainees), dtype=np.bool_)
        concerned[known[:, 0]] = True
        at = np.flatnonzero(concerned[trainee])
        barred[at] |= np.isin(trainee[at] << 32 | met[at], known[:, 0] << 32 | known[:, 1])
    return barred


def offer_schools(problem: Problem) -> IntArray:
    """Return each offer's school, by position."""
    position = {school.urn: i for i, school in enumerate(problem.schools)}
    return np.array([position[offer.school_urn] for offer in problem.offers], dtype=np.int64)


def school_points(problem: Problem) -> FloatArray:
    """Return the easting and northing of each school."""
    points = [(school.point.easting, school.point.northing) for school in problem.schools]
    return np.array(points, dtype=np.float64).reshape(-1, 2)
