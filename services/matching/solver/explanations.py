"""Why a trainee has no place: the hard rules applied in order, until one leaves nothing.

Each reason is true of the solved round as it stands. Where candidates remain, capacity binds: an optimum has no free
place with a free mentor in a trainee's reach, so each candidate's offer is full or its mentor is.

- `places_taken`: every offer in reach is full, some mentor there is not: one more place would place the trainee.
- `mentor_hours_taken`: every mentor in reach is full, some offer there is not: hours for one more would.
- `places_and_mentor_hours_taken`: neither alone says it.
"""

from dataclasses import dataclass

import numpy as np

from services.matching.solver import rules
from services.matching.solver.graph import Candidates, fits, some_may_mentor
from services.matching.solver.model import Problem, ReasonCode, Trainee, TravelMode, Unplaced

BY_MODE: dict[TravelMode, str] = {
    "car": "by car",
    "public_transport": "by public transport",
    "bicycle": "by bicycle",
    "walking": "on foot",
}


@dataclass(frozen=True, slots=True)
class SolvedRound:
    """A round with its optimum: positions of the offers without a place left and of the mentors without hours left."""

    problem: Problem
    candidates: Candidates
    full_offers: frozenset[int]
    full_mentors: frozenset[int]


def why_unplaced(trainee: Trainee, solved: SolvedRound) -> Unplaced:
    """The rule that binds for a trainee whom the optimum leaves out."""
    reason, explanation = _binding_rule(trainee, solved)
    return Unplaced(trainee.id, reason, explanation)


def _binding_rule(trainee: Trainee, solved: SolvedRound) -> tuple[ReasonCode, str]:
    problem, hosts = solved.problem, solved.candidates.hosts
    subject = trainee.subject.replace("-", " ")
    asked = subject if subject == trainee.phase else f"{subject} at {trainee.phase}"
    offers = [i for i, offer in enumerate(problem.offers) if fits(offer, trainee)]
    if not offers:
        if any(rules.is_in_subject(offer, trainee.subject) for offer in problem.offers):
            return "no_offer_in_phase", f"Schools offer {subject} in this round, but none at {trainee.phase}."
        return "no_offer_in_subject", f"No school offers {subject} in this round."

    hosted = [i for i in offers if hosts[i]]
    if not hosted:
        lack = f"No school that offers {asked} has a mentor for it."
        return ("no_mentor_in_phase" if _has_mentor_in_subject(offers, problem) else "no_mentor_in_subject"), lack

    places = solved.candidates.points[hosted]
    minutes = rules.travel_minutes(trainee.home, places, trainee.travel_mode, problem.rules.travel)
    within = f"within {trainee.travel_limit_minutes} minutes {BY_MODE[trainee.travel_mode]}"
    near = [hosted[i] for i in np.flatnonzero(rules.is_within_limit(minutes, trainee))]
    if not near:
        return "beyond_travel_limit", (
            f"No school {within} offers {asked} and has a mentor for it; "
            f"the nearest that does is {minutes.min()} minutes away."
        )

    candidates = [i for i in near if some_may_mentor(hosts[i], trainee, problem)]
    if not candidates:
        return "mentors_barred", f"Each mentor for {asked} {within} is barred to this trainee by a recorded conflict."
    return _binding_capacity(trainee, candidates, solved, f"{asked} {within}")


def _has_mentor_in_subject(offers: list[int], problem: Problem) -> bool:
    at_school = {problem.offers[i].school_urn: problem.offers[i] for i in offers}
    return any(
        rules.can_mentor_subject(mentor, at_school[mentor.school_urn])
        for mentor in problem.mentors
        if mentor.school_urn in at_school
    )


def _binding_capacity(
    trainee: Trainee, candidates: list[int], solved: SolvedRound, asked: str
) -> tuple[ReasonCode, str]:
    mentors = {
        mentor
        for offer in candidates
        for mentor in solved.candidates.hosts[offer]
        if not rules.is_barred(solved.problem.mentors[mentor], trainee)
    }
    no_places, no_hours = solved.full_offers.issuperset(candidates), solved.full_mentors.issuperset(mentors)
    if no_places and not no_hours:
        return "places_taken", f"Every place for {asked} that has a mentor for this trainee is taken."
    if no_hours and not no_places:
        return "mentor_hours_taken", f"No mentor for {asked} has hours left for this trainee, though there are places."
    return "places_and_mentor_hours_taken", (
        f"For {asked} every place is taken or has no mentor with hours left for this trainee."
    )
