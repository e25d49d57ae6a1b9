"""Explain why a trainee has no place: apply the hard rules in order until one leaves nothing.

Each reason is true of the solved round. Where candidates remain, capacity binds: an optimum has no free place with a
free mentor in a trainee's reach, so each candidate's offer is full or its mentor is.

- `places_taken`: every offer in reach is full, some mentor is not.
- `mentor_hours_taken`: every mentor in reach is full, some offer is not.
- `places_and_mentor_hours_taken`: neither alone is the reason.

What would place the trainee is not said here: `remedies` tries it.
"""

from collections import defaultdict

import numpy as np

from services.matching.solver import rules
from services.matching.solver.candidates import BoolArray, Candidates, IntArray
from services.matching.solver.graph import asked_of_offers, offer_schools, school_points
from services.matching.solver.model import Offer, ReasonCode, Trainee, Unplaced
from services.matching.solver.travel import BY_MODE, limit, minutes_to
from shared.wording import counted_noun

OffersLeft = tuple[list[int], tuple[ReasonCode, str] | None, str]


class SolvedRound:
    """A round with its optimum (positions of the chosen candidates), and look-ups for unplaced trainees."""

    def __init__(self, candidates: Candidates, chosen: IntArray) -> None:
        problem, seats = candidates.problem, candidates.seats
        self.candidates = candidates
        self.school_of_offer = offer_schools(problem)
        self.points = school_points(problem)
        self.position = {trainee.id: i for i, trainee in enumerate(problem.trainees)}
        self.offers_in: defaultdict[str, list[int]] = defaultdict(list)
        for i, offer in enumerate(problem.offers):
            self.offers_in[offer.subject].append(i)
        # by what the rules of offers read of a trainee, as many trainees are alike in it
        self.offers_left: dict[tuple[object, ...], OffersLeft] = {}
        self.mentors_at: defaultdict[str, list[int]] = defaultdict(list)
        for i, mentor in enumerate(problem.mentors):
            for urn in mentor.urns:
                self.mentors_at[urn].append(i)
        self.has_seat = np.bincount(seats.offer, minlength=len(problem.offers)) > 0
        taken = np.array([rules.minutes_taken(trainee, problem.rules) for trainee in problem.trainees], dtype=np.int64)
        seat = candidates.seat[chosen]
        used = np.bincount(seats.mentor[seat], taken[candidates.trainee[chosen]], len(problem.mentors))
        self.minutes_taken = taken
        self.minutes_left = np.array([rules.minutes_had(mentor) for mentor in problem.mentors], dtype=np.int64) - used
        self.full = self._full(np.bincount(seats.offer[seat], minlength=len(problem.offers)))

    def _full(self, at_offer: IntArray) -> BoolArray:
        """Whether each offer has no place left, of its own or of a group."""
        problem = self.candidates.problem
        hosted: defaultdict[str, int] = defaultdict(int)
        for offer, times in zip(problem.offers, at_offer.tolist(), strict=True):
            for group_id in offer.groups:
                hosted[group_id] += times
        full = {group.id for group in problem.groups if hosted[group.id] >= group.places}
        places = np.array([rules.places_left(offer) for offer in problem.offers], dtype=np.int64)
        blocked = np.array([not full.isdisjoint(offer.groups) for offer in problem.offers], dtype=np.bool_)
        return (at_offer >= places) | blocked


def why_unplaced(trainee: Trainee, solved: SolvedRound) -> Unplaced:
    """Find the rule that binds for an unplaced trainee."""
    reason, explanation = _binding_rule(trainee, solved)
    return Unplaced(trainee.id, reason, explanation)


def _binding_rule(trainee: Trainee, solved: SolvedRound) -> tuple[ReasonCode, str]:
    problem = solved.candidates.problem
    subject = rules.readable(trainee.subject)
    most = limit(trainee, problem.rules.travel)
    within = f"within {counted_noun(most, 'minute')} {BY_MODE[trainee.travel_mode]}"
    offers = solved.offers_in[trainee.subject]
    if not offers:
        return "no_offer_in_subject", f"No school offers {subject} in this round."
    alike = asked_of_offers(trainee)
    if alike not in solved.offers_left:
        solved.offers_left[alike] = _offers_left(trainee, offers, solved)
    offers, binds, asked = solved.offers_left[alike]
    if binds is not None:
        return binds
    here = np.searchsorted(solved.candidates.trainee, [solved.position[trainee.id], solved.position[trainee.id] + 1])
    if here[0] < here[1]:
        return _binding_capacity(trainee, np.arange(*here), solved, f"{asked} {within}")
    hosted = [i for i in offers if solved.has_seat[i]]
    if not hosted:
        return _binding_for_mentors([problem.offers[i] for i in offers], solved, asked)

    urns = [problem.offers[i].school_urn for i in hosted]
    minutes = minutes_to(trainee, urns, solved.points[solved.school_of_offer[hosted]], problem.rules.travel)
    if minutes.min() > most:
        return "beyond_travel_limit", (
            f"No school {within} offers {asked} and has a mentor for it; "
            f"the nearest that does is {counted_noun(int(minutes.min()), 'minute')} away."
        )
    near = {urn for urn, far in zip(urns, minutes.tolist(), strict=True) if far <= most}
    closed = near & rules.barred_schools(trainee, problem.rules)
    if near == closed:
        return (
            "schools_barred",
            f"Each school for {asked} {within} is not for this trainee: {_why_closed(trainee, closed, solved)}.",
        )
    offers_there = [problem.offers[i] for i in hosted if problem.offers[i].school_urn in near - closed]
    bars = _what_bars(trainee, offers_there, solved)
    if not closed:
        return "mentors_barred", f"Each mentor for {asked} {within} is barred to this trainee by {bars}."
    return "mentors_barred", (
        f"Each school for {asked} {within} is not for this trainee ({_why_closed(trainee, closed, solved)}), "
        f"or each of its mentors is barred to them by {bars}."
    )


def _offers_left(trainee: Trainee, offers: list[int], solved: SolvedRound) -> OffersLeft:
    """The offers that satisfy the rules of offers, or the first rule that leaves none, and what is asked of offers."""
    problem = solved.candidates.problem
    subject = rules.readable(trainee.subject)
    asked = subject if subject == trainee.phase else f"{subject} at {trainee.phase}"
    days = counted_noun(problem.rules.offer_stale_days or 0, "day")
    which = "none" if trainee.send_placement else "only"
    binding: dict[str, tuple[ReasonCode, str]] = {
        "phase": (
            "no_offer_in_phase",
            f"Schools offer {subject} in this round, but none at {trainee.phase}.",
        ),
        "year_groups": (
            "no_offer_in_phase",
            f"Schools offer {asked} in this round, but none in the year groups of this trainee's course.",
        ),
        "send_placement": (
            "no_offer_in_phase",
            f"Schools offer {asked} in this round, but {which} in special educational needs provision.",
        ),
        "route": (
            "no_offer_for_route",
            f"Schools offer {asked} in this round, but none to the route {rules.readable(trainee.route)}.",
        ),
        "trainee_dates": (
            "no_offer_in_dates",
            f"Schools offer {asked} in this round, but none within the days that this trainee is there.",
        ),
        "confirmed_offer": (
            "offers_not_confirmed",
            f"Schools offered {asked}, but none of them confirmed it within {days}.",
        ),
    }
    named = {
        "year_groups": "in the year groups of this trainee's course",
        "send_placement": f"{'' if trainee.send_placement else 'not '}in special educational needs provision",
        "route": f"open to the route {rules.readable(trainee.route)}",
        "trainee_dates": "within the days that this trainee is there",
        "confirmed_offer": f"confirmed within {days}",
    }
    for rule in rules.OF_OFFERS:
        left = [i for i in offers if rule.holds(problem.offers[i], trainee, problem.rules)]
        if not left:
            return left, binding[rule.name], asked
        if len(left) < len(offers) and rule.name in named:
            asked = f"{asked.removesuffix(',')}, {named[rule.name]},"
        offers = left
    return offers, None, asked


def _binding_for_mentors(offers: list[Offer], solved: SolvedRound, asked: str) -> tuple[ReasonCode, str]:
    """The first rule of seats that leaves none of the mentors at the schools of these offers."""
    problem = solved.candidates.problem
    lack = f"No school that offers {asked} has a mentor for it"
    binding: dict[str, tuple[ReasonCode, str]] = {
        "mentor_subject": ("no_mentor_in_subject", f"{lack}."),
        "mentor_phase": ("no_mentor_in_phase", f"{lack}."),
        "mentor_dates": ("no_mentor_in_dates", f"{lack} who is there for the whole placement."),
        "mentor_school": ("no_mentor_in_dates", f"{lack} who is at the school for the whole placement."),
        "mentor_ready": ("no_mentor_ready", f"{lack} with the training or status that the programme asks for."),
    }
    met = [(problem.mentors[m], offer) for offer in offers for m in solved.mentors_at[offer.school_urn]]
    for rule in rules.OF_SEATS:
        met = [(mentor, offer) for mentor, offer in met if rule.holds(mentor, offer, problem.rules)]
        if not met:
            return binding[rule.name]
    raise AssertionError("These offers have a mentor.")


def _what_bars(trainee: Trainee, offers: list[Offer], solved: SolvedRound) -> str:
    """What bars the mentors of these offers; a veto and a refusal read the same, so that nobody learns of a veto."""
    problem = solved.candidates.problem
    words = {"open_pair": "something recorded about the two", "no_conflict": "a recorded conflict"}
    broken = {
        rule.name
        for offer in offers
        for mentor in (problem.mentors[m] for m in solved.mentors_at[offer.school_urn])
        if rules.all_hold(rules.OF_SEATS, mentor, offer, problem.rules)
        for rule in rules.OF_PAIRS
        if not rule.holds(mentor, trainee, problem.rules)
    }
    return " or ".join(words[rule.name] for rule in rules.OF_PAIRS if rule.name in broken)


def _why_closed(trainee: Trainee, urns: set[str], solved: SolvedRound) -> str:
    by = solved.candidates.problem.rules
    broken = {rule.name for rule in rules.OF_SCHOOLS for urn in urns if not rule.holds(urn, trainee, by)}
    words = {
        "open_school": "it is not open to them",
        "own_former_school": "they went there themselves",
        "another_school": "they had an earlier placement there",
        "schools_at_least": f"they would not see {counted_noun(by.schools_at_least, 'school')}",
    }
    return ", or ".join(words[rule.name] for rule in rules.OF_SCHOOLS if rule.name in broken)


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
