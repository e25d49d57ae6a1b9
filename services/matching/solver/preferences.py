"""The soft rules of a match, in whole units that the programme weighs; fewer is better.

Each reads the candidates as arrays, and puts the units of one candidate into words. Source: product.md M2, M8, M10.
What is not known counts neither for nor against anybody, and the explanation says so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from services.matching.solver import contrast as register
from services.matching.solver.candidates import Candidates, IntArray
from services.matching.solver.model import Mentor, Offer, Problem, Trainee
from services.matching.solver.travel import Journey
from shared.wording import counted_noun

TENTHS = 10


@dataclass(frozen=True, slots=True)
class CandidatePair:
    """One candidate, as a soft rule puts it into words."""

    problem: Problem
    trainee: Trainee
    mentor: Mentor
    offer: Offer
    way: Journey


@dataclass(frozen=True, slots=True)
class SoftRule:
    """A soft rule: `units` are zero or more by candidate, `words` explains those of one candidate.

    `reads` names the facts that it reads.
    """

    name: str
    reads: str
    units: Callable[[Candidates], IntArray]
    words: Callable[[CandidatePair], str]


def travel(candidates: Candidates) -> IntArray:
    """Count the minutes of travel, one way."""
    return candidates.minutes


def volunteers_first(candidates: Candidates) -> IntArray:
    """Count 1 for a mentor who was directed to the role, 0 for a mentor who volunteered."""
    return candidates.by_mentor(lambda mentor: 0 if mentor.volunteer else 1)


def contrast(candidates: Candidates) -> IntArray:
    """Measure the likeness, of a hundred, to the earlier placement that the school is most like; 0 without one."""
    problem = candidates.problem
    urns = sorted({urn for trainee in problem.trainees for urn in trainee.earlier_schools})
    number = {urn: i for i, urn in enumerate(urns)}
    earlier = [problem.factors.get(urn, register.NOTHING_KNOWN) for urn in urns]
    schools = [problem.factors.get(school.urn, register.NOTHING_KNOWN) for school in problem.schools]
    position = {school.urn: i for i, school in enumerate(problem.schools)}
    school = candidates.by_offer(lambda offer: position[offer.school_urn])
    units = np.zeros(len(school), dtype=np.int64)
    for turn in range(max((len(trainee.earlier_schools) for trainee in problem.trainees), default=0)):
        before = candidates.by_trainee(partial(_visit, number, turn))
        there = np.flatnonzero(before >= 0)
        alike = register.likeness_by_visit(schools, school[there], earlier, before[there], problem.rules.contrast)
        units[there] = np.maximum(units[there], alike)
    return units


def _visit(number: Mapping[str, int], turn: int, trainee: Trainee) -> int:
    """The number of the school that a trainee visited at this turn; -1 for none."""
    urns = trainee.earlier_schools
    return number[urns[turn]] if turn < len(urns) else -1


def strengths(candidates: Candidates) -> IntArray:
    """Count the trainee's needs that are not among the mentor's known strengths."""
    return _lacking(candidates, lambda trainee: trainee.needs, lambda mentor: mentor.facets or ())


def likeness(candidates: Candidates) -> IntArray:
    """Count what the trainee would like to share with a mentor and does not share with this mentor."""
    return _lacking(candidates, lambda trainee: trainee.situation, lambda mentor: mentor.situation)


def spread(candidates: Candidates) -> IntArray:
    """Count the tenths of the mentor's time for mentoring that are given already."""
    return candidates.by_mentor(_tenths_given)


def continuity(candidates: Candidates) -> IntArray:
    """Count 1 for a new mentor if the trainee had another mentor before."""
    held = _ranks(candidates.trainee, candidates.mentor, _earlier_mentors(candidates.problem))
    had_one = candidates.by_trainee(lambda trainee: int(bool(trainee.earlier_mentors)))
    return np.where(held >= 0, 0, had_one)


def wishes(candidates: Candidates) -> IntArray:
    """Add the ranks of the pair on both sides' lists of wishes; a person without a list counts 0."""
    problem = candidates.problem
    mentor_of = {mentor.id: i for i, mentor in enumerate(problem.mentors)}
    school_of = {school.urn: i for i, school in enumerate(problem.schools)}
    trainee_of = {trainee.id: i for i, trainee in enumerate(problem.trainees)}
    of_trainees = [
        (t, wish, rank) for t, trainee in enumerate(problem.trainees) for rank, wish in enumerate(trainee.wishes)
    ]
    school = candidates.by_offer(lambda offer: school_of[offer.school_urn])
    listed = candidates.by_trainee(lambda one: len(one.wishes))
    by_mentor, by_school = (
        _ranks(candidates.trainee, met, [(t, number[wish], rank) for t, wish, rank in of_trainees if wish in number])
        for met, number in ((candidates.mentor, mentor_of), (school, school_of))
    )
    for ranks in (by_mentor, by_school):
        listed = np.where(ranks >= 0, np.minimum(listed, ranks), listed)
    of_mentors = [
        (trainee_of[wish], m, rank)
        for m, mentor in enumerate(problem.mentors)
        for rank, wish in enumerate(mentor.wishes)
        if wish in trainee_of
    ]
    ranks = _ranks(candidates.trainee, candidates.mentor, of_mentors)
    return listed + np.where(ranks >= 0, ranks, candidates.by_mentor(lambda one: len(one.wishes)))


def _tenths_given(mentor: Mentor) -> int:
    whole = mentor.load_hours + max(0.0, mentor.capacity_hours)
    return round(TENTHS * mentor.load_hours / whole) if whole > 0 else 0


def _earlier_mentors(problem: Problem) -> list[tuple[int, int, int]]:
    number = {mentor.id: i for i, mentor in enumerate(problem.mentors)}
    return [
        (t, number[mentor], 0)
        for t, trainee in enumerate(problem.trainees)
        for mentor in trainee.earlier_mentors
        if mentor in number
    ]


def _ranks(trainee: IntArray, other: IntArray, ranked: Iterable[tuple[int, int, int]]) -> IntArray:
    """The rank (third) of trainee and other (positions), by candidate; -1 where there is none."""
    rows = np.array(sorted(ranked, reverse=True), dtype=np.int64).reshape(-1, 3)
    # of what is said twice the least counts: it comes last, and the last wins
    ranks = dict(zip((rows[:, 0] << 32 | rows[:, 1]).tolist(), rows[:, 2].tolist(), strict=True))
    keys = np.array(sorted(ranks), dtype=np.int64)
    rank = np.full(len(trainee), -1, dtype=np.int64)
    if len(keys):
        asked = trainee << 32 | other
        at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        values = np.array([ranks[key] for key in keys.tolist()], dtype=np.int64)
        rank = np.where(keys[at] == asked, values[at], rank)
    return rank


P = TypeVar("P", Trainee, Mentor)


def _names(words_of: Callable[[P], Iterable[str]], word: str, person: P) -> int:
    return int(word in words_of(person))


def _lacking(
    candidates: Candidates, wanted: Callable[[Trainee], Iterable[str]], had: Callable[[Mentor], Iterable[str]]
) -> IntArray:
    """How many of the words that a trainee wants a mentor does not have."""
    words = sorted({word for trainee in candidates.problem.trainees for word in wanted(trainee)})
    lacking = np.zeros(len(candidates.trainee), dtype=np.int64)
    for word in words:
        wants = candidates.by_trainee(partial(_names, wanted, word))
        has = candidates.by_mentor(partial(_names, had, word))
        lacking += wants & (1 - has)
    return lacking


# Words


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(word.replace("_", " ").replace("-", " ") for word in words))


def _says_contrast(seen: CandidatePair) -> str:
    if not seen.trainee.earlier_schools:
        return "there is no earlier placement to contrast with"
    here = seen.problem.factors.get(seen.offer.school_urn, register.NOTHING_KNOWN)
    compared = [
        register.likeness(here, seen.problem.factors.get(urn, register.NOTHING_KNOWN), seen.problem.rules.contrast)
        for urn in seen.trainee.earlier_schools
    ]
    parts = max(compared, key=lambda ones: sum(part.units for part in ones))
    words = "; ".join(f"{part.words} ({part.units})" for part in parts)
    return f"{sum(part.units for part in parts)} of 100 like the earlier placement: {words}"


def _says_strengths(seen: CandidatePair) -> str:
    if not seen.trainee.needs:
        return "the trainee named no needs"
    if seen.mentor.facets is None:
        return f"nothing is recorded of the mentor's strengths; the trainee needs {_listed(seen.trainee.needs)}"
    lacking = seen.trainee.needs - seen.mentor.facets
    met = seen.trainee.needs & seen.mentor.facets
    return "; ".join(
        [*([f"the mentor is strong in {_listed(met)}"] * bool(met)), *([f"not in {_listed(lacking)}"] * bool(lacking))]
    )


def _says_likeness(seen: CandidatePair) -> str:
    if not seen.trainee.situation:
        return "the trainee named nothing that they would like to share"
    shared = seen.trainee.situation & seen.mentor.situation
    return (
        f"they share {len(shared)} of the {counted_noun(len(seen.trainee.situation), 'thing')} that the trainee named"
    )


def _says_spread(seen: CandidatePair) -> str:
    whole = seen.mentor.load_hours + max(0.0, seen.mentor.capacity_hours)
    return f"the mentor gives {seen.mentor.load_hours:g} of {counted_noun(whole, 'hour')} a week already"


def _says_continuity(seen: CandidatePair) -> str:
    if not seen.trainee.earlier_mentors:
        return "the trainee had no mentor before"
    known = seen.mentor.id in seen.trainee.earlier_mentors
    return "the trainee had this mentor before" if known else "the trainee had another mentor before"


def _says_wishes(seen: CandidatePair) -> str:
    wished = [rank for rank, wish in enumerate(seen.trainee.wishes) if wish in (seen.mentor.id, seen.offer.school_urn)]
    back = [rank for rank, wish in enumerate(seen.mentor.wishes) if wish == seen.trainee.id]
    sides = (("trainee", len(seen.trainee.wishes), wished), ("mentor", len(seen.mentor.wishes), back))
    return "; ".join(
        f"the {side} named no wishes"
        if not listed
        else f"wish {min(ranks) + 1} of the {side}'s {listed}"
        if ranks
        else f"none of the {side}'s {listed} wishes"
        for side, listed, ranks in sides
    )


SOFT_RULES: Mapping[str, SoftRule] = {
    rule.name: rule
    for rule in (
        SoftRule(
            "travel",
            "the trainee's home and means of travel, the school's position, the table of times",
            travel,
            lambda seen: seen.way.words(seen.trainee.travel_mode, seen.problem.rules.travel),
        ),
        SoftRule(
            "volunteers_first",
            "how the mentor came to the role",
            volunteers_first,
            lambda seen: "the mentor volunteered" if seen.mentor.volunteer else "the mentor was directed to the role",
        ),
        SoftRule("contrast", "what the register says of this school and the earlier ones", contrast, _says_contrast),
        SoftRule("strengths", "the trainee's needs, the mentor's strengths", strengths, _says_strengths),
        SoftRule("likeness", "what the trainee would like to share with a mentor", likeness, _says_likeness),
        SoftRule("spread", "the hours that the mentor gives already", spread, _says_spread),
        SoftRule("continuity", "whom the trainee had as a mentor before", continuity, _says_continuity),
        SoftRule("wishes", "the ranked wishes of both", wishes, _says_wishes),
    )
}
