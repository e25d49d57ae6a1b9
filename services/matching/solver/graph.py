"""The candidate graph: which seats are open to a trainee by the hard rules.

Capacities are left to the optimiser, so that an offer or mentor that is full still shows here as one that would fit.
Trainees who ask for the same are looked at together: a tree over the schools that have it finds those in reach.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from scipy.spatial import cKDTree

from services.matching.solver import rules
from services.matching.solver.candidates import BoolArray, Candidates, FloatArray, IntArray, Seats
from services.matching.solver.model import Offer, Problem, Trainee, TravelMode


def find_candidates(problem: Problem) -> Candidates:
    """Every candidate that the hard rules allow; capacities apart."""
    grounds = _Grounds(problem)
    parts = [_of_alike(grounds, alike) for alike in _alike(problem)]
    trainee, seat, minutes = (
        np.concatenate([part[column] for part in parts]) if parts else np.empty(0, dtype=np.int64)
        for column in range(3)
    )
    order = np.lexsort((seat, trainee))
    trainee, seat, minutes = trainee[order], seat[order], minutes[order]
    allowed = ~_barred(grounds, trainee, seat)
    return Candidates(problem, grounds.seats, trainee[allowed], seat[allowed], minutes[allowed])


class _Grounds:
    """What there is to choose from, looked up once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.seats = find_seats(problem)
        self.school_of_offer = offer_schools(problem)
        self.points = school_points(problem)
        self.offers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for position, offer in enumerate(problem.offers):
            self.offers[offer.subject, offer.phase].append(position)


def find_seats(problem: Problem) -> Seats:
    """The mentors of each offer's school who fit it, by offer."""
    at_school: defaultdict[str, list[int]] = defaultdict(list)
    for position, mentor in enumerate(problem.mentors):
        at_school[mentor.school_urn].append(position)
    fitting = [
        (mentor, position)
        for position, offer in enumerate(problem.offers)
        for mentor in at_school[offer.school_urn]
        if rules.can_mentor_subject(problem.mentors[mentor], offer)
        and rules.can_mentor_phase(problem.mentors[mentor], offer)
        and rules.can_mentor_then(problem.mentors[mentor], offer)
    ]
    both = np.array(fitting, dtype=np.int64).reshape(-1, 2)
    return Seats(both[:, 0], both[:, 1])


def fits(offer: Offer, trainee: Trainee) -> bool:
    """Whether an offer is what the trainee needs, wherever it is."""
    return (
        rules.is_in_subject(offer, trainee.subject)
        and rules.is_in_phase(offer, trainee.phase)
        and rules.accepts_route(offer, trainee.route)
        and rules.is_free_for(offer, trainee)
    )


def _alike(problem: Problem) -> Iterator[list[int]]:
    """The trainees by what `fits` and travel read of them."""
    alike: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for position, one in enumerate(problem.trainees):
        asked = (one.subject, one.phase, one.route, one.available_from, one.available_until, one.travel_mode)
        alike[asked].append(position)
    yield from alike.values()


def _of_alike(grounds: _Grounds, alike: list[int]) -> tuple[IntArray, IntArray, IntArray]:
    """Trainee, seat and minutes of every candidate of trainees who ask for the same and travel the same way."""
    problem, seats = grounds.problem, grounds.seats
    trainees = [problem.trainees[position] for position in alike]
    fitting = np.zeros(len(problem.offers), dtype=np.bool_)
    asked = trainees[0].subject, trainees[0].phase
    fitting[[i for i in grounds.offers.get(asked, ()) if fits(problem.offers[i], trainees[0])]] = True
    open_seats = np.flatnonzero(fitting[seats.offer])
    if not len(open_seats):
        return open_seats, open_seats, open_seats
    schools, school = np.unique(grounds.school_of_offer[seats.offer[open_seats]], return_inverse=True)
    by_school = np.argsort(school, kind="stable")
    first = np.searchsorted(school[by_school], np.arange(len(schools) + 1))

    who, where, minutes = _ways(problem, trainees, grounds.points[schools])
    seats_there = first[where + 1] - first[where]
    begins = first[where] - (np.cumsum(seats_there) - seats_there)
    turn = np.repeat(begins, seats_there) + np.arange(int(seats_there.sum()))
    return (
        np.array(alike, dtype=np.int64)[np.repeat(who, seats_there)],
        open_seats[by_school[turn]],
        np.repeat(minutes, seats_there),
    )


def _ways(problem: Problem, trainees: Sequence[Trainee], schools: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
    """Trainee, school and minutes of every way within its trainee's limit."""
    travel, mode = problem.rules.travel, trainees[0].travel_mode
    homes = np.array([(one.home.easting, one.home.northing) for one in trainees], dtype=np.float64)
    limits = np.array([one.travel_limit_minutes for one in trainees], dtype=np.int64)
    # a metre more than the limit's, as the minutes below decide
    near = cKDTree(schools).query_ball_point(homes, np.array([rules.reach(one, travel) for one in trainees]) + 1)
    found = np.array([len(one) for one in near], dtype=np.int64)
    who = np.repeat(np.arange(len(trainees)), found)
    where = np.fromiter(chain.from_iterable(near), dtype=np.int64, count=int(found.sum()))
    minutes = way_minutes(homes[who], schools[where], mode, problem)
    within = minutes <= limits[who]
    return who[within], where[within], minutes[within]


def way_minutes(homes: FloatArray, schools: FloatArray, mode: TravelMode, problem: Problem) -> IntArray:
    """Minutes from homes to schools: rows of easting and northing, as many of one as of the other or one of one."""
    apart = homes - schools
    return rules.travel_minutes(np.hypot(apart[:, 0], apart[:, 1]), mode, problem.rules.travel)


def _barred(grounds: _Grounds, trainee: IntArray, seat: IntArray) -> BoolArray:
    """Whether a conflict, a veto or an earlier time at the school bars each candidate."""
    problem, seats = grounds.problem, grounds.seats
    of_mentor = {mentor.id: i for i, mentor in enumerate(problem.mentors)}
    of_school = {school.urn: i for i, school in enumerate(problem.schools)}
    mentors = [(t, of_mentor.get(m, -1)) for t, one in enumerate(problem.trainees) for m in one.barred_mentors]
    schools = [(t, of_school.get(s, -1)) for t, one in enumerate(problem.trainees) for s in one.barred_schools]
    barred = np.zeros(len(trainee), dtype=np.bool_)
    for two, met in ((mentors, seats.mentor[seat]), (schools, grounds.school_of_offer[seats.offer[seat]])):
        known = [t << 32 | other for t, other in two if other >= 0]
        if known:
            barred |= np.isin(trainee << 32 | met, known)
    return barred


def offer_schools(problem: Problem) -> IntArray:
    """Each offer's school, by position."""
    position = {school.urn: i for i, school in enumerate(problem.schools)}
    return np.array([position[offer.school_urn] for offer in problem.offers], dtype=np.int64)


def school_points(problem: Problem) -> FloatArray:
    """Easting and northing of each school."""
    points = [(school.point.easting, school.point.northing) for school in problem.schools]
    return np.array(points, dtype=np.float64).reshape(-1, 2)
