"""Wishes, vetoes and choices, as the solver is asked of them.

Source: product.md M5. A veto is only a mentor or a school that is barred, as by a refusal: nothing says whose it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.matching.rounds.places import Schools
from services.matching.rounds.rows import Row
from services.matching.solver import Match, Mentor, Offer, Problem, Trainee
from services.matching.solver.rules import OF_OFFERS, OF_SEATS, all_hold


@dataclass(frozen=True, slots=True)
class Said:
    """By person's id: whom or which schools they wish for, the dearest first; whom they chose; who is not for them.

    `barred` holds for both, whoever of the two said it.
    """

    wished: Mapping[str, tuple[str, ...]]
    chose: Mapping[str, tuple[str, ...]]
    barred: Mapping[str, frozenset[str]]
    barred_schools: Mapping[str, frozenset[str]]

    def wishes(self, person: str) -> tuple[str, ...]:
        """The person's wishes."""
        return self.wished.get(person, ())


def said(rows: Iterable[Row], merged: Mapping[str, str], schools: Schools) -> Said:
    """What people said, under the ids of the records and schools that stand for those they named."""
    wished: dict[str, tuple[str, ...]] = {}
    chose: dict[str, tuple[str, ...]] = {}
    barred: dict[str, set[str]] = defaultdict(set)
    barred_schools: dict[str, set[str]] = defaultdict(set)

    def meant(*names: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(schools.now(merged.get(name, name)) for name in names))

    for row in rows:
        person = str(row["person_id"])
        wished[person] = meant(*wished.get(person, ()), *_own_first(row, "wishes"))
        chose[person] = meant(*chose.get(person, ()), *_own_first(row, "choices"))
        for name in meant(*(row["vetoes"] or ()), *(row["vetoes_passed_on"] or ())):
            if name in schools.by_urn:
                barred_schools[person].add(name)
            else:
                barred[person].add(name)
                barred[name].add(person)
    return Said(wished, chose, _frozen(barred), _frozen(barred_schools))


def _own_first(row: Row, kind: str) -> Sequence[str]:
    """What people say themselves goes before what was passed on for them."""
    names: Sequence[str] | None = row[kind] if row[kind] is not None else row[f"{kind}_passed_on"]
    return names or ()


def _frozen(found: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    return {person: frozenset(names) for person, names in found.items()}


def chosen(problem: Problem, found: Said) -> tuple[Match, ...]:
    """The pairs that chose each other, each at the offer of the mentor's school that fits them best.

    Where none fits, the first one stands for them, so that the round says that a rule bars the pair.
    """
    mentors = {one.id: one for one in problem.mentors}
    at: dict[str, list[Offer]] = {}
    for offer in problem.offers:
        at.setdefault(offer.school_urn, []).append(offer)
    standing = {match.trainee_id: match for match in problem.standing}
    matches = []
    for trainee in problem.trainees:
        mutual = [name for name in found.chose.get(trainee.id, ()) if trainee.id in found.chose.get(name, ())]
        stands = standing.get(trainee.id)
        if stands is not None:
            matches += [stands] if stands.mentor_id in mutual else []
            continue
        for mentor in (mentors[name] for name in mutual if name in mentors):
            if offers := at.get(mentor.school_urn):
                matches.append(Match(trainee.id, mentor.id, _fitting(offers, trainee, mentor, problem).id))
                break
    return tuple(matches)


def _fitting(offers: Sequence[Offer], trainee: Trainee, mentor: Mentor, problem: Problem) -> Offer:
    def misfit(offer: Offer) -> tuple[bool, bool, str]:
        fits = all_hold(OF_OFFERS, offer, trainee, problem.rules) and all_hold(OF_SEATS, mentor, offer, problem.rules)
        return not fits, not offer.places, offer.id

    return min(offers, key=misfit)
