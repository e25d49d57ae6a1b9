"""How things stand with a variant's changes: what a scenario asks, or what is left when somebody leaves. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from services.matching.domain.scenarios import Variant
from services.matching.rounds.inputs import Standing
from services.matching.solver import Group, Match, Offer, Rules
from shared.kernel.decider import Invalid

P = TypeVar("P", Offer, Group)


def varied(standing: Standing, variant: Variant) -> Standing:
    """The round with these changes; raises `Invalid` where one names a school, mentor or offer that is not in it."""
    problem = standing.problem
    offer_of = {one.id: UUID(str(standing.offers[one.id]["offer_id"])) for one in problem.offers}
    schools, mentors = frozenset(variant.schools_left_out), frozenset(map(str, variant.mentors_left_out))
    _refuse_unknown(set(variant.places) - set(offer_of.values()), "offer", "places")
    _refuse_unknown(schools - {one.school_urn for one in problem.offers}, "school with an offer", "schools_left_out")
    _refuse_unknown(mentors - {one.id for one in problem.mentors}, "mentor", "mentors_left_out")
    # an offer whose places are all given out may still have its pairs stand; one of no places in all is not there
    gone = {one.id for one in problem.offers if one.school_urn in schools or variant.places.get(offer_of[one.id]) == 0}
    more = {
        one.id: variant.places[offer_of[one.id]] - standing.offers[one.id]["places"]
        for one in problem.offers
        if offer_of[one.id] in variant.places
    }
    around = {one.group: more[one.id] for one in problem.offers if one.group is not None and one.id in more}

    def stays(match: Match) -> bool:
        return match.offer_id not in gone and match.mentor_id not in mentors

    changed = replace(
        problem,
        offers=tuple(_with_places(one, more.get(one.id, 0)) for one in problem.offers if one.id not in gone),
        groups=tuple(_with_places(one, around.get(one.id, 0)) for one in problem.groups),
        mentors=tuple(one for one in problem.mentors if one.id not in mentors),
        locked=tuple(filter(stays, problem.locked)),
        chosen=tuple(filter(stays, problem.chosen)),
        rules=_rules(problem.rules, variant),
    )
    return replace(standing, problem=changed)


def _with_places(one: P, more: int) -> P:
    return replace(one, places=max(0, one.places + more)) if more else one


def _rules(rules: Rules, variant: Variant) -> Rules:
    def or_else(changed: float | None, usual: float) -> float:
        return usual if changed is None else changed

    return replace(
        rules,
        weights={**rules.weights, **variant.weights},
        travel=replace(rules.travel, caps={**rules.travel.caps, **variant.travel_caps}),
        hours_per_trainee_week=or_else(variant.hours_per_trainee_week, rules.hours_per_trainee_week),
        leave_stale_offers_out=bool(or_else(variant.leave_stale_offers_out, rules.leave_stale_offers_out)),
        offer_stale_days=variant.offer_stale_days or rules.offer_stale_days,
        asks_training=bool(or_else(variant.asks_training, rules.asks_training)),
        same_school_again=bool(or_else(variant.same_school_again, rules.same_school_again)),
        schools_at_least=variant.schools_at_least or rules.schools_at_least,
    )


def _refuse_unknown(unknown: Iterable[object], what: str, where: str) -> None:
    if named := sorted(map(str, unknown)):
        raise Invalid(f"This round has no such {what}: {', '.join(named)}.", pointer=f"/variant/{where}")
