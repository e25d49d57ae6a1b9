"""Find the hard rules that a proposed pair does not satisfy any more. Pure.

The input is that of a repair whose only candidate is the trainee of the pair: so the rules, and what is subtracted from
capacity, are those of a round. Only confirmed pairs and supports count against the pair: of two proposals that share
the last hours or the last place, the first that both sides accept is confirmed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from services.matching.domain.broken_rules import BrokenRule
from services.matching.rounds.inputs import RoundInput
from services.matching.rounds.rows import Candidate, RoundPair, Rows
from services.matching.rounds.schools import Schools
from services.matching.solver import Match, Mentor, Offer, Problem, Trainee
from services.matching.solver.rules import (
    OF_OFFERS,
    OF_PAIRS,
    OF_SCHOOLS,
    OF_SEATS,
    HardRule,
    minutes_had,
    minutes_taken,
)
from services.matching.solver.travel import journey, limit
from shared.wording import counted_noun

T = TypeVar("T", Trainee, Mentor, Offer)


def rows_against(rows: Rows, pair_id: UUID, referral_id: UUID) -> Rows:
    """Keep of the candidates the one of this pair, and of other proposals none: only confirmed ones count."""
    return replace(
        rows,
        candidates=[candidate for candidate in rows.candidates if candidate.referral_id == referral_id],
        pairs=[pair for pair in rows.pairs if pair.pair_id == pair_id or pair.status != "proposed"],
        supports=[support for support in rows.supports if support.status != "proposed"],
    )


def broken_rules(pair: RoundPair, rows: Rows, made: RoundInput) -> list[BrokenRule]:
    """List the hard rules that a proposed pair breaks.

    `made` is the round input made of `rows_against`, in which the pair's offer is the only one.
    """
    match = next((match for match in made.problem.standing if match.trainee_id == str(pair.trainee_id)), None)
    if match is None:
        return [_why_not_a_candidate(next(iter(rows.candidates), None))]
    return list(_broken(pair, match, rows, made.problem))


def unmet_rules(match: Match, problem: Problem) -> list[BrokenRule]:
    """List the hard rules that a pair of a round does not satisfy, whatever else takes places and hours."""
    trainee, mentor = _named(problem.trainees, match.trainee_id), _named(problem.mentors, match.mentor_id)
    offer = _named(problem.offers, match.offer_id)
    if trainee is None or mentor is None or offer is None:
        return []
    return [
        *_broken_by_offer(offer, trainee, problem),
        *_unmet(OF_PAIRS, mentor, trainee, problem),
        *_unmet(OF_SEATS, mentor, offer, problem),
    ]


def _why_not_a_candidate(candidate: Candidate | None) -> BrokenRule:
    if candidate is None:
        return BrokenRule(rule="referral")
    if candidate.record is None:
        return BrokenRule(rule="trainee_record")
    return BrokenRule(rule="trainee_status" if candidate.is_away else "over")


def _broken(pair: RoundPair, match: Match, rows: Rows, problem: Problem) -> Iterator[BrokenRule]:
    trainee, mentor = _named(problem.trainees, match.trainee_id), _named(problem.mentors, match.mentor_id)
    offer = _named(problem.offers, match.offer_id)
    assert trainee is not None
    if mentor is None:
        yield BrokenRule(rule="mentor_record")
    if offer is None:
        yield _why_no_offer(pair, rows)
    else:
        if offer.places < 1:
            yield BrokenRule(rule="places" if any(row.places for row in rows.offers) else "offer")
        yield from _broken_by_offer(offer, trainee, problem)
    if mentor is not None:
        yield from _unmet(OF_PAIRS, mentor, trainee, problem)
    if mentor is not None and offer is not None:
        yield from _unmet(OF_SEATS, mentor, offer, problem)
        taken, had = minutes_taken(trainee, problem.rules), minutes_had(mentor)
        if taken > had:
            details = f"The pair takes {counted_noun(taken / 60, 'hour')} a week, the mentor has {had / 60:g} left."
            yield BrokenRule(rule="mentor_hours", details=details)


def _named(those: Iterable[T], id_: str) -> T | None:
    return next((one for one in those if one.id == id_), None)


def _why_no_offer(pair: RoundPair, rows: Rows) -> BrokenRule:
    recorded = any(offer.offer_id == pair.offer_id for offer in rows.offers)
    schools = Schools.of(rows)
    closed = recorded and schools.hosting_point(schools.current(pair.school_urn)) is None
    return BrokenRule(rule="school" if closed else "offer")


def _broken_by_offer(offer: Offer, trainee: Trainee, problem: Problem) -> Iterator[BrokenRule]:
    full = [group.id for group in problem.groups if group.id in offer.groups and group.places < 1]
    if full:
        yield BrokenRule(rule="hosting_limit", details=f"No place is left in {', '.join(full)}.")
    yield from _unmet(OF_OFFERS, offer, trainee, problem)
    yield from _unmet(OF_SCHOOLS, offer.school_urn, trainee, problem)
    point = next(school.point for school in problem.schools if school.urn == offer.school_urn)
    way, most = journey(trainee, offer.school_urn, point, problem.rules.travel), limit(trainee, problem.rules.travel)
    if way.minutes > most:
        words = way.words(trainee.travel_mode, problem.rules.travel)
        yield BrokenRule(rule="travel_limit", details=f"It takes {words}; the limit is {counted_noun(most, 'minute')}.")


def _unmet(rules: Iterable[HardRule[Any, Any]], one: Any, other: Any, problem: Problem) -> Iterator[BrokenRule]:
    for rule in rules:
        if not rule.holds(one, other, problem.rules):
            yield BrokenRule(rule=rule.name, details=rule.words(one, other, problem.rules))
