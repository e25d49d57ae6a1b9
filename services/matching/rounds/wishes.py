"""Convert wishes, vetoes and choices for the solver.

Source: product.md M5. A veto bars a mentor or a school as a refusal does: nothing shows whose veto it is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matching.rounds.rows import Rows
from services.matching.solver import ChosenPair, Mentor, Offer, Problem, Trainee
from services.matching.solver.rules import OF_OFFERS, OF_SEATS, all_hold


@dataclass(frozen=True, slots=True)
class Wishes:
    """By person's id: the people or schools they wish for, the dearest first; whom they chose; who is barred to them.

    `barred` has both people, whichever of them stated the veto.
    """

    wished: Mapping[str, tuple[str, ...]]
    chosen: Mapping[str, tuple[str, ...]]
    barred: Mapping[str, frozenset[str]]
    barred_schools: Mapping[str, frozenset[str]]


def wishes_of(rows: Rows) -> Wishes:
    """Collect what people stated, under the ids of kept records and current schools."""
    wished: dict[str, tuple[str, ...]] = {}
    chosen: dict[str, tuple[str, ...]] = {}
    barred: dict[str, set[str]] = defaultdict(set)
    barred_schools: dict[str, set[str]] = defaultdict(set)
    urns = {school.urn for school in rows.schools}

    def current(*names: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(rows.identities.name(name) for name in names))

    for row in rows.wishes:
        person = str(row.person_id)
        wished[person] = current(*wished.get(person, ()), *_own_first(row.wishes, row.wishes_passed_on))
        chosen[person] = current(*chosen.get(person, ()), *_own_first(row.choices, row.choices_passed_on))
        for name in current(*(row.vetoes or ()), *(row.vetoes_passed_on or ())):
            if name in urns:
                barred_schools[person].add(name)
            else:
                barred[person].add(name)
                barred[name].add(person)
    return Wishes(wished, chosen, _frozen(barred), _frozen(barred_schools))


def _own_first(own: Sequence[str] | None, passed_on: Sequence[str] | None) -> Sequence[str]:
    """What people state themselves takes precedence over what a lead passed on for them."""
    names = own if own is not None else passed_on
    return names or ()


def _frozen(sets: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    return {person: frozenset(names) for person, names in sets.items()}


def mutual_choices(problem: Problem, wishes: Wishes) -> tuple[ChosenPair, ...]:
    """List the pairs that chose each other: of each trainee one, with a mentor who has an offer that fits, if any has.

    If none has, the pair is listed all the same, so that the round reports that a rule bars it. A trainee who is placed
    already keeps the pair that they have, chosen or not.
    """
    mentors = {mentor.id: mentor for mentor in problem.mentors}
    offers_at: dict[str, list[Offer]] = {}
    for offer in problem.offers:
        offers_at.setdefault(offer.school_urn, []).append(offer)
    standing = {match.trainee_id: match.mentor_id for match in problem.standing}

    def fits(trainee: Trainee, mentor: Mentor) -> bool:
        return any(
            all_hold(OF_OFFERS, offer, trainee, problem.rules) and all_hold(OF_SEATS, mentor, offer, problem.rules)
            for urn in mentor.urns
            for offer in offers_at.get(urn, ())
        )

    pairs = []
    for trainee in problem.trainees:
        mutual = [
            mentors[name]
            for name in wishes.chosen.get(trainee.id, ())
            if name in mentors and trainee.id in wishes.chosen.get(name, ()) and standing.get(trainee.id, name) == name
        ]
        if mutual:
            mentor = next((choice for choice in mutual if fits(trainee, choice)), mutual[0])
            pairs.append(ChosenPair(trainee.id, mentor.id))
    return tuple(pairs)
