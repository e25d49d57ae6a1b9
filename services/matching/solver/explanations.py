"""Why a trainee has no place: the hard rules applied in order, until one leaves nothing.

Each reason is true of the solved round as it stands. Where candidates remain, capacity binds: an optimum has no free
place with a free mentor in a trainee's reach, so each candidate's offer is full or its mentor is.

- `places_taken`: every offer in reach is full, some mentor there is not: one more place would place the trainee.
- `mentor_hours_taken`: every mentor in reach is full, some offer there is not: hours for one more would.
- `places_and_mentor_hours_taken`: neither alone says it.
"""

from collections import defaultdict

import numpy as np

from services.matching.solver import rules
from services.matching.solver.candidates import BoolArray, Candidates, IntArray
from services.matching.solver.graph import fits, offer_schools, school_points, way_minutes
from services.matching.solver.model import Offer, ReasonCode, Trainee, TravelMode, Unplaced

BY_MODE: dict[TravelMode, str] = {
    "car": "by car",
    "public_transport": "by public transport",
    "bicycle": "by bicycle",
    "walking": "on foot",
}


class SolvedRound:
    """A round with its optimum (positions of the candidates chosen), and what is looked up for who is left out."""

    def __init__(self, candidates: Candidates, chosen: IntArray) -> None:
        problem, seats = candidates.problem, candidates.seats
        self.candidates = candidates
        self.school_of_offer = offer_schools(problem)
        self.points = school_points(problem)
        self.position = {trainee.id: i for i, trainee in enumerate(problem.trainees)}
        self.offers_in: defaultdict[str, list[int]] = defaultdict(list)
        for i, offer in enumerate(problem.offers):
            self.offers_in[offer.subject].append(i)
        self.has_seat = np.bincount(seats.offer, minlength=len(problem.offers)) > 0
        taken = np.array([rules.minutes_taken(one, problem.rules) for one in problem.trainees], dtype=np.int64)
        seat = candidates.seat[chosen]
        used = np.bincount(seats.mentor[seat], taken[candidates.trainee[chosen]], len(problem.mentors))
        self.minutes_taken = taken
        self.minutes_left = np.array([rules.minutes_had(one) for one in problem.mentors], dtype=np.int64) - used
        self.full = self._full(np.bincount(seats.offer[seat], minlength=len(problem.offers)))

    def _full(self, at_offer: IntArray) -> BoolArray:
        """Whether each offer has no place left, be it its own or that of a group around it."""
        problem = self.candidates.problem
        within = {group.id: group.within for group in problem.groups}
        around: list[list[str]] = []
        for offer in problem.offers:
            group, groups = offer.group, []
            while group is not None:
                groups.append(group)
                group = within[group]
            around.append(groups)
        hosted: defaultdict[str, int] = defaultdict(int)
        for groups, times in zip(around, at_offer.tolist(), strict=True):
            for one in groups:
                hosted[one] += times
        full = {group.id for group in problem.groups if hosted[group.id] >= group.places}
        places = np.array([rules.places_left(offer) for offer in problem.offers], dtype=np.int64)
        blocked = np.array([not full.isdisjoint(groups) for groups in around], dtype=np.bool_)
        return (at_offer >= places) | blocked


def why_unplaced(trainee: Trainee, solved: SolvedRound) -> Unplaced:
    """The rule that binds for a trainee whom the optimum leaves out."""
    reason, explanation = _binding_rule(trainee, solved)
    return Unplaced(trainee.id, reason, explanation)


def _binding_rule(trainee: Trainee, solved: SolvedRound) -> tuple[ReasonCode, str]:
    problem = solved.candidates.problem
    subject = trainee.subject.replace("-", " ")
    asked = subject if subject == trainee.phase else f"{subject} at {trainee.phase}"
    within = f"within {trainee.travel_limit_minutes} minutes {BY_MODE[trainee.travel_mode]}"
    here = np.searchsorted(solved.candidates.trainee, [solved.position[trainee.id], solved.position[trainee.id] + 1])
    if here[0] < here[1]:
        return _binding_capacity(trainee, np.arange(*here), solved, f"{asked} {within}")

    offers = [i for i in solved.offers_in[trainee.subject] if fits(problem.offers[i], trainee)]
    if not offers:
        if solved.offers_in[trainee.subject]:
            return "no_offer_in_phase", f"Schools offer {subject} in this round, but none at {trainee.phase}."
        return "no_offer_in_subject", f"No school offers {subject} in this round."

    hosted = [i for i in offers if solved.has_seat[i]]
    if not hosted:
        lack = f"No school that offers {asked} has a mentor for it."
        fitting = [problem.offers[i] for i in offers]
        return ("no_mentor_in_phase" if _has_mentor_in_subject(fitting, solved) else "no_mentor_in_subject"), lack

    home = np.array([[trainee.home.easting, trainee.home.northing]])
    minutes = way_minutes(home, solved.points[solved.school_of_offer[hosted]], trainee.travel_mode, problem)
    if minutes.min() > trainee.travel_limit_minutes:
        return "beyond_travel_limit", (
            f"No school {within} offers {asked} and has a mentor for it; "
            f"the nearest that does is {minutes.min()} minutes away."
        )
    return "mentors_barred", f"Each mentor for {asked} {within} is barred to this trainee by a recorded conflict."


def _has_mentor_in_subject(offers: list[Offer], solved: SolvedRound) -> bool:
    at_school = {offer.school_urn: offer for offer in offers}
    return any(
        rules.can_mentor_subject(mentor, at_school[mentor.school_urn])
        for mentor in solved.candidates.problem.mentors
        if mentor.school_urn in at_school
    )


def _binding_capacity(
    trainee: Trainee, candidates: IntArray, solved: SolvedRound, asked: str
) -> tuple[ReasonCode, str]:
    seats = solved.candidates.seats
    seat = solved.candidates.seat[candidates]
    takes = solved.minutes_taken[solved.position[trainee.id]]
    no_places = bool(solved.full[seats.offer[seat]].all())
    no_hours = bool((solved.minutes_left[seats.mentor[seat]] < takes).all())
    if no_places and not no_hours:
        return "places_taken", f"Every place for {asked} that has a mentor for this trainee is taken."
    if no_hours and not no_places:
        return "mentor_hours_taken", f"No mentor for {asked} has hours left for this trainee, though there are places."
    return "places_and_mentor_hours_taken", (
        f"For {asked} every place is taken or has no mentor with hours left for this trainee."
    )
