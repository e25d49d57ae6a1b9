"""The hard rules of a match. Source: product.md M1.

Each rule is one small pure function; the tables at the end name it, say what it reads, and put it into words with the
numbers of the case. What is not known bars nobody: the rule then holds, and its words say so. Capacities are in the
optimiser, travel in `travel`, soft rules in `preferences`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from services.matching.solver.model import Mentor, Offer, Rules, Trainee
from shared.wording import counted_noun

A = TypeVar("A")
B = TypeVar("B")

_ANY_YEAR = "mixed_year_groups"

# An offer, for a trainee


def is_in_subject(offer: Offer, trainee: Trainee, rules: Rules) -> bool:
    del rules
    return offer.subject == trainee.subject


def is_in_phase(offer: Offer, trainee: Trainee, rules: Rules) -> bool:
    del rules
    return offer.phase == trainee.phase


def is_in_year_groups(offer: Offer, trainee: Trainee, rules: Rules) -> bool:
    """Whether the offer is in some of the year groups that the trainee's course is for."""
    del rules
    if not offer.year_groups or not trainee.year_groups or _ANY_YEAR in offer.year_groups | trainee.year_groups:
        return True
    return not offer.year_groups.isdisjoint(trainee.year_groups)


def is_in_provision(offer: Offer, trainee: Trainee, rules: Rules) -> bool:
    """Whether the offer is in special educational needs provision if the trainee needs that, and only then."""
    del rules
    return offer.send_placement == trainee.send_placement


def accepts_route(offer: Offer, trainee: Trainee, rules: Rules) -> bool:
    del rules
    return not offer.routes or not trainee.route or trainee.route in offer.routes


def is_free_for(offer: Offer, trainee: Trainee, rules: Rules) -> bool:
    """Whether the placement lies within the days on which the trainee is available."""
    del rules
    return _lies_within(offer, trainee.available_from, trainee.available_until)


def is_fresh(offer: Offer, trainee: Trainee, rules: Rules) -> bool:
    """Whether the school confirmed the offer lately, where the programme asks for that."""
    del trainee
    return not is_left_out_as_stale(offer, rules)


def is_left_out_as_stale(offer: Offer, rules: Rules) -> bool:
    """Whether the offer was last confirmed longer ago than the programme allows."""
    age = _days_unconfirmed(offer, rules)
    if not rules.leave_stale_offers_out or rules.offer_stale_days is None or age is None:
        return False
    return age > rules.offer_stale_days


def _days_unconfirmed(offer: Offer, rules: Rules) -> int | None:
    return None if rules.on is None or offer.last_confirmed_on is None else (rules.on - offer.last_confirmed_on).days


# A mentor, for an offer at one of their schools


def can_mentor_subject(mentor: Mentor, offer: Offer, rules: Rules) -> bool:
    del rules
    return offer.subject in mentor.subjects


def can_mentor_phase(mentor: Mentor, offer: Offer, rules: Rules) -> bool:
    del rules
    return offer.phase in mentor.phases


def can_mentor_then(mentor: Mentor, offer: Offer, rules: Rules) -> bool:
    """Whether the placement lies within the days on which the mentor is available."""
    del rules
    return _lies_within(offer, mentor.available_from, mentor.available_until)


def is_at_school_then(mentor: Mentor, offer: Offer, rules: Rules) -> bool:
    """Whether the placement lies within the days that the mentor is at its school."""
    del rules
    for school in mentor.schools:
        if school.urn == offer.school_urn and _lies_within(offer, school.starts_on, school.ends_on):
            return True
    return False


def is_ready(mentor: Mentor, offer: Offer, rules: Rules) -> bool:
    """Whether the mentor has the training and the status that the programme asks for."""
    del offer
    lacks_training = rules.asks_training and mentor.trained is False
    lacks_status = rules.asks_qts and mentor.has_qts is False
    return not lacks_training and not lacks_status


def _lies_within(offer: Offer, first: date | None, last: date | None) -> bool:
    early = first is not None and offer.starts_on is not None and offer.starts_on < first
    late = last is not None and offer.ends_on is not None and offer.ends_on > last
    return not early and not late


# A school, for a trainee


def is_open_to(urn: str, trainee: Trainee, rules: Rules) -> bool:
    del rules
    return urn not in trainee.barred_schools


def was_not_their_own(urn: str, trainee: Trainee, rules: Rules) -> bool:
    return "former_school" not in rules.conflicts or urn not in trainee.former_schools


def is_not_had_before(urn: str, trainee: Trainee, rules: Rules) -> bool:
    return rules.same_school_again or urn not in trainee.earlier_schools


def leaves_enough_schools(urn: str, trainee: Trainee, rules: Rules) -> bool:
    """Whether the trainee can still be placed at as many schools as the programme asks."""
    if trainee.placements_left is None or urn not in trainee.earlier_schools:
        return True
    return len(set(trainee.earlier_schools)) + trainee.placements_left - 1 >= rules.schools_at_least


# A mentor, for a trainee


def is_not_barred(mentor: Mentor, trainee: Trainee, rules: Rules) -> bool:
    del rules
    return mentor.id not in trainee.barred_mentors


def is_not_in_conflict(mentor: Mentor, trainee: Trainee, rules: Rules) -> bool:
    return not any((trainee.id, kind) in mentor.relations for kind in rules.conflicts)


# Capacities, in units that no floating point can lose


def places_left(offer: Offer) -> int:
    return max(0, offer.places)


def minutes_taken(trainee: Trainee, rules: Rules) -> int:
    """Return the minutes a week that the trainee needs of their mentor."""
    return max(1, minutes_of(trainee.hours_a_week or rules.hours_per_trainee_week))


def minutes_had(mentor: Mentor) -> int:
    """Return the minutes a week that the mentor has left."""
    return max(0, minutes_of(mentor.capacity_hours))


def minutes_of(hours: float) -> int:
    """Convert hours to whole minutes, so that 0.3 hours hold three trainees of 0.1 hours and not 2.9999999999999996."""
    return round(hours * 60)


# The rules by what they are about


def always_known(first: object, second: object, rules: Rules) -> bool:
    """Return the `unknown` of a rule whose facts are always known."""
    del first, second, rules
    return False


@dataclass(frozen=True, slots=True)
class HardRule(Generic[A, B]):
    """A hard rule: whether it holds, and in words why or why not; `reads` names the facts that it reads.

    `unknown` is whether it holds only because something is not known.
    """

    name: str
    reads: str
    holds: Callable[[A, B, Rules], bool]
    words: Callable[[A, B, Rules], str]
    unknown: Callable[[A, B, Rules], bool] = always_known


def all_hold(hard_rules: tuple[HardRule[A, B], ...], first: A, second: B, rules: Rules) -> bool:
    """Whether all of the rules hold."""
    for rule in hard_rules:  # noqa: SIM110  (a generator would cost more than the rules do)
        if not rule.holds(first, second, rules):
            return False
    return True


def barred_schools(trainee: Trainee, rules: Rules) -> frozenset[str]:
    """Return the schools that a rule of `OF_SCHOOLS` bars to a trainee."""
    named = {*trainee.barred_schools, *trainee.former_schools, *trainee.earlier_schools}
    return frozenset(urn for urn in named if not all_hold(OF_SCHOOLS, urn, trainee, rules))


def readable(word: str) -> str:
    """Turn a code into words."""
    return word.replace("-", " ").replace("_", " ")


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(readable(word) for word in words)) or "nothing"


def _dates(offer: Offer) -> str:
    return f"from {offer.starts_on or 'a day not known'} to {offer.ends_on or 'a day not known'}"


def _there(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return "at any time"
    return " ".join([*([f"from {first}"] if first else []), *([f"until {last}"] if last else [])])


def _days_at_school(mentor: Mentor, offer: Offer) -> str:
    days = [_there(school.starts_on, school.ends_on) for school in mentor.schools if school.urn == offer.school_urn]
    return " and ".join(days) or "on no day"


def _dates_unknown(offer: Offer, first: date | None, last: date | None) -> bool:
    return (first is not None and offer.starts_on is None) or (last is not None and offer.ends_on is None)


def _readiness(mentor: Mentor, offer: Offer, rules: Rules) -> str:
    del offer
    words = {True: "has it", False: "does not have it", None: "may have it: nothing is recorded"}
    asked = [
        *([f"The programme asks for mentor training; the mentor {words[mentor.trained]}."] * rules.asks_training),
        *([f"The programme asks for qualified teacher status; the mentor {words[mentor.has_qts]}."] * rules.asks_qts),
    ]
    return " ".join(asked) or "The programme asks for no training or status."


def _conflict(mentor: Mentor, trainee: Trainee, rules: Rules) -> str:
    kinds = frozenset(kind for kind in rules.conflicts if (trainee.id, kind) in mentor.relations)
    if kinds:
        return f"A relation of the two is recorded that bars the pair: {_listed(kinds)}."
    return "No relation that would bar the pair is recorded."


def _freshness(offer: Offer, trainee: Trainee, rules: Rules) -> str:
    del trainee
    age = _days_unconfirmed(offer, rules)
    since = (
        "It is not known when the offer was last confirmed"
        if age is None
        else f"Confirmed {counted_noun(age, 'day')} ago"
    )
    if rules.offer_stale_days is None or not rules.leave_stale_offers_out:
        return f"{since}; the programme does not leave stale offers out."
    return f"{since}; the programme leaves offers out after {counted_noun(rules.offer_stale_days, 'day')}."


OF_OFFERS: tuple[HardRule[Offer, Trainee], ...] = (
    HardRule(
        "subject",
        "the subjects of offer and trainee",
        is_in_subject,
        lambda o, t, _: f"The offer is in {readable(o.subject)}, the trainee needs {readable(t.subject)}.",
    ),
    HardRule(
        "phase",
        "the phases of offer and trainee",
        is_in_phase,
        lambda o, t, _: f"The offer is at {readable(o.phase)}, the trainee needs {readable(t.phase)}.",
    ),
    HardRule(
        "year_groups",
        "the year groups of the offer, those of the trainee's course",
        is_in_year_groups,
        lambda o, t, _: (
            f"The offer is in {_listed(o.year_groups) if o.year_groups else 'any year group'}, "
            f"the trainee's course is for {_listed(t.year_groups) if t.year_groups else 'any'}."
        ),
    ),
    HardRule(
        "send_placement",
        "whether the offer is in special educational needs provision, and whether the trainee was referred for one",
        is_in_provision,
        lambda o, t, _: (
            f"The offer is {'' if o.send_placement else 'not '}in special educational needs provision, "
            f"the trainee was {'' if t.send_placement else 'not '}referred for that."
        ),
    ),
    HardRule(
        "route",
        "the routes that the offer is open to, the trainee's",
        accepts_route,
        lambda o, t, _: (
            f"The offer is open to {_listed(o.routes) if o.routes else 'any route'}, "
            f"the trainee's route is {readable(t.route) if t.route else 'not known'}."
        ),
        lambda o, t, _: bool(o.routes) and not t.route,
    ),
    HardRule(
        "trainee_dates",
        "the dates of the offer, the days that the trainee is there",
        is_free_for,
        lambda o, t, _: (
            f"The placement is {_dates(o)}, the trainee is there {_there(t.available_from, t.available_until)}."
        ),
        lambda o, t, _: _dates_unknown(o, t.available_from, t.available_until),
    ),
    HardRule(
        "confirmed_offer",
        "when the school last confirmed the offer",
        is_fresh,
        _freshness,
        lambda o, _, r: r.leave_stale_offers_out and r.offer_stale_days is not None and _days_unconfirmed(o, r) is None,
    ),
)
OF_SEATS: tuple[HardRule[Mentor, Offer], ...] = (
    HardRule(
        "mentor_subject",
        "the mentor's subjects",
        can_mentor_subject,
        lambda m, o, _: f"The mentor has {_listed(m.subjects)}, the offer is in {readable(o.subject)}.",
    ),
    HardRule(
        "mentor_phase",
        "the mentor's phases",
        can_mentor_phase,
        lambda m, o, _: f"The mentor has {_listed(m.phases)}, the offer is at {readable(o.phase)}.",
    ),
    HardRule(
        "mentor_dates",
        "the dates of the offer, the days that the mentor is there",
        can_mentor_then,
        lambda m, o, _: (
            f"The placement is {_dates(o)}, the mentor is there {_there(m.available_from, m.available_until)}."
        ),
        lambda m, o, _: _dates_unknown(o, m.available_from, m.available_until),
    ),
    HardRule(
        "mentor_school",
        "the dates of the offer, the days that the mentor is at its school",
        is_at_school_then,
        lambda m, o, _: f"The placement is {_dates(o)}, the mentor is at the school {_days_at_school(m, o)}.",
        lambda m, o, _: all(_dates_unknown(o, s.starts_on, s.ends_on) for s in m.schools if s.urn == o.school_urn),
    ),
    HardRule(
        "mentor_ready",
        "the mentor's training and status",
        is_ready,
        _readiness,
        lambda m, _, r: (r.asks_training and m.trained is None) or (r.asks_qts and m.has_qts is None),
    ),
)
OF_SCHOOLS: tuple[HardRule[str, Trainee], ...] = (
    HardRule(
        "open_school",
        "schools that are not for the trainee",
        is_open_to,
        lambda urn, t, _: (
            "This school is not open to the trainee." if urn in t.barred_schools else "Nothing bars this school."
        ),
    ),
    HardRule(
        "own_former_school",
        "the schools that the trainee went to",
        was_not_their_own,
        lambda urn, t, r: (
            f"The trainee {'went' if urn in t.former_schools else 'is not known to have gone'} to this school"
            + ("." if "former_school" in r.conflicts else ", which the programme does not mind.")
        ),
    ),
    HardRule(
        "another_school",
        "the schools of earlier placements",
        is_not_had_before,
        lambda urn, t, _: (
            "The trainee had an earlier placement at this school."
            if urn in t.earlier_schools
            else f"None of {counted_noun(len(t.earlier_schools), 'earlier placement')} was at this school."
        ),
    ),
    HardRule(
        "schools_at_least",
        "how many schools the trainee has seen, how many placements are left",
        leaves_enough_schools,
        lambda urn, t, r: (
            f"The programme asks for at least {counted_noun(r.schools_at_least, 'school')}; with this one "
            f"the trainee has seen {len({*t.earlier_schools, urn})}"
            + (
                ", and it is not known how many placements follow."
                if t.placements_left is None
                else f", and {counted_noun(t.placements_left - 1, 'placement follows', 'placements follow')}."
            )
        ),
        lambda urn, t, _: t.placements_left is None and urn in t.earlier_schools,
    ),
)
OF_PAIRS: tuple[HardRule[Mentor, Trainee], ...] = (
    HardRule(
        "open_pair",
        "vetoes and refusals between the two",
        is_not_barred,
        lambda m, t, _: (
            "Something recorded bars the two from each other."
            if m.id in t.barred_mentors
            else "Nothing bars the two from each other."
        ),
    ),
    HardRule("no_conflict", "how the mentor stands to the trainee", is_not_in_conflict, _conflict),
)
