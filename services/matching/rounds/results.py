"""A round worked out: the optimum, and as much of the reasons as its size allows. Pure, and long: run it in a thread.

Every pair of a round of up to `IN_WORDS` is put into words. Alternatives and remedies take a search each, longer the
larger the round. So they are looked for in the order of the trainees' ids, up to a number that the round says with
them: fewer where somebody waits for the answer, ten times as many where the worker solves it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from services.matching.domain.explanations import (
    Alternative,
    Evenness,
    Explained,
    Kept,
    Load,
    Remedy,
    Share,
    Side,
    Term,
    Why,
)
from services.matching.rounds.inputs import Standing
from services.matching.rounds.solving import solved
from services.matching.solver import Change, Match, Pairing, Problem, Solution, changes, repair, solve
from services.matching.solver.comparisons import Alternative as Compared
from services.matching.solver.comparisons import Comparisons
from services.matching.solver.load import Evenness as Measured
from services.matching.solver.load import Share as Carried
from services.matching.solver.load import load_report
from services.matching.solver.remedies import Remedies
from services.matching.solver.titles import TITLES
from shared.events.words import WithdrawalReason

IN_WORDS = 2_000
"""Pairs whose rules are put into words."""
ALTERNATIVES, REMEDIED = (200, 100_000), (40, 5_000)
"""Pairs whose next best is looked for, and unplaced trainees for whom the smallest change is: at most the first
number, and at most the second shared out over the round's trainees."""
PATIENCE = 10
"""So many times as many where nobody waits."""
SHARES = 200
"""Schools, and mentors, whose share of capacity is kept."""


@dataclass(frozen=True, slots=True)
class Worked:
    """A solved round: by trainee, why their pair, or what would place them; `moves` are who has what they had not."""

    problem: Problem
    solution: Solution
    moves: tuple[Change, ...]
    whys: Mapping[str, Why]
    remedies: Mapping[str, tuple[Remedy, ...]]
    load: Load

    @property
    def explained(self) -> Explained:
        """How much of it is explained."""
        return Explained(
            pairs=len(self.whys),
            alternatives=sum(why.sought for why in self.whys.values()),
            unplaced=len(self.remedies),
        )


def work_out(standing: Standing, *, moves_first: bool, patient: bool = False) -> Worked:
    """The optimum with its reasons; `moves_first` is for a repair, `patient` where nobody waits for it.

    Raises what `solved` raises.
    """
    problem, solution = standing.problem, solved(standing, repair if moves_first else solve)
    return Worked(
        problem,
        solution,
        changes(_present(problem), solution.matches),
        _whys(standing, solution, _many(ALTERNATIVES, problem, patient), moves_first=moves_first),
        _remedies(problem, solution, _many(REMEDIED, problem, patient), moves_first=moves_first),
        _load(problem, solution),
    )


def _many(limits: tuple[int, int], problem: Problem, patient: bool) -> int:
    most, shared = limits
    times = PATIENCE if patient else 1
    return times * min(most, shared // max(1, len(problem.trainees)))


def why_parted(problem: Problem, match: Match, urn: str, left_out: Collection[str]) -> WithdrawalReason:
    """Why a pair at this school does not stand any more: what it rested on is not in the problem, or it made room."""
    if urn in left_out:
        return "school_left"
    if all(one.id != match.offer_id for one in problem.offers):
        return "offer_withdrawn"
    return "mentor_left" if all(one.id != match.mentor_id for one in problem.mentors) else "moved_in_repair"


def _present(problem: Problem) -> tuple[Match, ...]:
    """What stands, of trainees who are in the round."""
    trainees = {one.id for one in problem.trainees}
    return tuple(match for match in problem.standing if match.trainee_id in trainees)


def _whys(standing: Standing, solution: Solution, many: int, *, moves_first: bool) -> dict[str, Why]:
    if not solution.pairs or len(solution.pairs) > IN_WORDS:
        return {}
    compared = Comparisons(standing.problem, solution, moves_first=moves_first)
    return {
        pair.trainee_id: _why(compared, pair, standing, sought=nth < many) for nth, pair in enumerate(solution.pairs)
    }


def _why(compared: Comparisons, pair: Pairing, standing: Standing, *, sought: bool) -> Why:
    found = compared.of(pair.trainee_id) if sought else None
    return Why(
        terms=tuple(
            Term(
                rule=one.rule,
                title=TITLES[one.rule],
                weight=one.weight,
                units=one.units,
                cost=one.cost,
                words=_sentence(one.words),
            )
            for one in (found.parts if found else compared.parts(pair))
        ),
        rules=tuple(
            Kept(rule=one.rule, title=TITLES[one.rule], known=one.known, words=one.words)
            for one in (found.kept if found else compared.kept(pair))
        ),
        others_stay=_alternative(found.others_stay, standing) if found else None,
        others_move=_alternative(found.others_move, standing) if found else None,
        sought=sought,
    )


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _alternative(found: Compared | None, standing: Standing) -> Alternative | None:
    if found is None:
        return None
    other = found.pairing
    return Alternative.model_validate(
        {
            "mentor_id": other.mentor_id,
            "offer_id": standing.offers[other.offer_id]["offer_id"],
            "school_urn": other.school_urn,
            "travel_minutes": other.travel_minutes,
            "added": found.added,
            "moves": len(found.moves),
            "words": found.explanation,
        }
    )


def _remedies(problem: Problem, solution: Solution, many: int, *, moves_first: bool) -> dict[str, tuple[Remedy, ...]]:
    if not solution.unplaced:
        return {}
    search = Remedies(problem, solution, moves_first=moves_first)
    return {
        one.trainee_id: tuple(Remedy(kind=found.kind, words=found.explanation) for found in search.of(one.trainee_id))
        for one in solution.unplaced[:many]
    }


def _load(problem: Problem, solution: Solution) -> Load:
    school_of = {one.id: one.school_urn for one in problem.offers}
    stood = tuple(
        Pairing(match.trainee_id, match.mentor_id, match.offer_id, school_of[match.offer_id], 0, 0, {})
        for match in _present(problem)
        if match.offer_id in school_of
    )
    before, after = load_report(problem, replace(solution, pairs=stood)), load_report(problem, solution)
    return Load(schools=_side(before.schools, after.schools), mentors=_side(before.mentors, after.mentors))


def _side(before: Measured, after: Measured) -> Side:
    used = {one.id: one.used for one in before.shares}
    carrying = [one for one in after.shares if one.used or used[one.id]]
    return Side(
        before=_evenness(before),
        after=_evenness(after),
        shares=tuple(_share(one, used[one.id]) for one in carrying[:SHARES]),
        left_out=max(0, len(carrying) - SHARES),
    )


def _share(one: Carried, before: int) -> Share:
    return Share(id=one.id, has=one.has, before=before, after=one.used)


def _evenness(found: Measured) -> Evenness:
    return Evenness(
        many=len(found.shares),
        overall=found.overall,
        largest=found.largest,
        smallest=found.smallest,
        above=found.above,
        free=found.free,
    )
