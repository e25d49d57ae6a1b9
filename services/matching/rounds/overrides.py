"""Apply a scenario's overrides to the input of a round, or remove what leaves in a repair. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from services.matching.domain.scenarios import Overrides
from services.matching.rounds.inputs import RoundInput
from services.matching.rounds.places import sharing_group
from services.matching.solver import Group, Match, Offer, Rules
from shared.kernel.decider import Invalid

P = TypeVar("P", Offer, Group)


def apply_overrides(round_input: RoundInput, overrides: Overrides) -> RoundInput:
    """Return the input with these overrides; raises `Invalid` for a school, mentor or offer that is not part of the
    round.
    """
    problem, offer_of = round_input.problem, {id_: row.offer_id for id_, row in round_input.offers.items()}
    schools, mentors = frozenset(overrides.schools_left_out), frozenset(map(str, overrides.mentors_left_out))
    _refuse_unknown(set(overrides.places) - set(offer_of.values()), "offer", "places")
    _refuse_unknown(
        schools - {offer.school_urn for offer in problem.offers}, "school with an offer", "schools_left_out"
    )
    _refuse_unknown(mentors - {mentor.id for mentor in problem.mentors}, "mentor", "mentors_left_out")
    # the pairs of an offer stay where all its places are taken; an offer of no places at all is removed with its pairs
    gone = {
        offer.id
        for offer in problem.offers
        if offer.school_urn in schools or overrides.places.get(offer_of[offer.id]) == 0
    }
    more = {
        id_: overrides.places[row.offer_id] - row.places
        for id_, row in round_input.offers.items()
        if row.offer_id in overrides.places
    }
    more_in_group = {sharing_group(offer_of[id_]): count for id_, count in more.items()}

    def stays(match: Match) -> bool:
        return match.offer_id not in gone and match.mentor_id not in mentors

    changed = replace(
        problem,
        offers=tuple(_with_places(offer, more.get(offer.id, 0)) for offer in problem.offers if offer.id not in gone),
        groups=tuple(_with_places(group, more_in_group.get(group.id, 0)) for group in problem.groups),
        mentors=tuple(mentor for mentor in problem.mentors if mentor.id not in mentors),
        locked=tuple(filter(stays, problem.locked)),
        chosen=tuple(pair for pair in problem.chosen if pair.mentor_id not in mentors),
        rules=_rules(problem.rules, overrides),
    )
    return replace(round_input, problem=changed)


def _with_places(limited: P, more: int) -> P:
    return replace(limited, places=max(0, limited.places + more)) if more else limited


def _rules(rules: Rules, overrides: Overrides) -> Rules:
    def unless_set(override: float | None, value: float) -> float:
        return value if override is None else override

    return replace(
        rules,
        weights={**rules.weights, **overrides.weights},
        travel=replace(rules.travel, caps={**rules.travel.caps, **overrides.travel_caps}),
        hours_per_trainee_week=unless_set(overrides.hours_per_trainee_week, rules.hours_per_trainee_week),
        leave_stale_offers_out=bool(unless_set(overrides.leave_stale_offers_out, rules.leave_stale_offers_out)),
        offer_stale_days=overrides.offer_stale_days or rules.offer_stale_days,
        asks_training=bool(unless_set(overrides.asks_training, rules.asks_training)),
        same_school_again=bool(unless_set(overrides.same_school_again, rules.same_school_again)),
        schools_at_least=overrides.schools_at_least or rules.schools_at_least,
    )


def _refuse_unknown(unknown: Iterable[object], what: str, where: str) -> None:
    if names := sorted(map(str, unknown)):
        raise Invalid(f"This round has no such {what}: {', '.join(names)}.", pointer=f"/variant/{where}")
