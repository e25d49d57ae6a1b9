"""Solve a round and explain the result. Pure and long: run it in a thread.

Every pair of a round of up to `MOST_IN_WORDS` pairs is put into words, with the best alternative, and for every trainee
without a place the smallest changes that would place them are searched for. Only where limits cross or hours differ,
so that the round has to be solved again for each change, are there fewer: in the order of the trainees' ids, up to a
number that is recorded with the round, a small one where the caller waits, ten times as many where the worker solves.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

from services.matching.domain import explanations as recorded
from services.matching.rounds.inputs import RoundInput
from services.matching.rounds.solving import solve_round
from services.matching.solver import Change, Match, Pairing, Problem, Solution, changes
from services.matching.solver.comparisons import Alternative, Comparisons, SatisfiedRule
from services.matching.solver.load import Evenness, Share, load_report
from services.matching.solver.remedies import Remedies
from services.matching.solver.remedy import Remedy
from services.matching.solver.solving import Answer, WeighedRound
from services.matching.solver.titles import TITLES
from shared.events.words import WithdrawalReason

MOST_IN_WORDS = 10_000
"""The most pairs whose rules are put into words."""
REMEDIES, TRAINEES = 40, 5_000
"""For how many unplaced trainees a remedy is searched where the round is solved again for each: at most the first
number, and at most the second divided by the number of trainees of the round.
"""
DEFERRED_FACTOR = 10
"""How many times more searches a deferred round makes."""
_LEFT_OVER = recorded.CostTerm(
    rule="left_over",
    title=TITLES["left_over"],
    weight=0,
    units=0,
    cost=0,
    words="An earlier round had no place for this trainee, so they go first where the cost of the round is the same.",
)
MOST_SHARES = 200
"""The most schools, and mentors, whose share of capacity is recorded."""


@dataclass(frozen=True, slots=True)
class RoundResult:
    """A solved round, explained: `explanations` and `remedies` are by trainee, `moves` are those whose pair changes."""

    problem: Problem
    solution: Solution
    moves: tuple[Change, ...]
    explanations: Mapping[str, recorded.PairExplanation]
    remedies: Mapping[str, tuple[recorded.Remedy, ...]]
    load: recorded.Load

    @property
    def explained(self) -> recorded.Explained:
        """How much of the result is explained."""
        return recorded.Explained(
            pairs=len(self.explanations),
            alternatives=sum(explanation.sought for explanation in self.explanations.values()),
            unplaced=len(self.remedies),
        )


def solve_and_explain(
    round_input: RoundInput, *, moves_first: bool, deferred: bool = False, weighed: WeighedRound | None = None
) -> RoundResult:
    """Solve a round and explain its result; `moves_first` is for a repair, `deferred` makes more searches, `weighed` is
    as in `solve_round`.

    Raises what `solve_round` raises.
    """
    problem = round_input.problem
    answer = solve_round(round_input, moves_first=moves_first, weighed=weighed)
    solution = answer.solution
    return RoundResult(
        problem,
        solution,
        (
            *changes(_standing(problem), solution.matches),
            *(Change(match.trainee_id, match, None) for match in round_input.leaving),
        ),
        _explain_pairs(round_input, answer, moves_first=moves_first),
        _find_remedies(round_input, answer, moves_first=moves_first, deferred=deferred),
        _measure_load(problem, solution),
    )


def withdrawal_reason(problem: Problem, match: Match, urn: str, left_out: Collection[str]) -> WithdrawalReason:
    """Return why a pair at this school is withdrawn: its school, offer or mentor is not in the problem, or it is
    moved.
    """
    if urn in left_out:
        return "school_left"
    if all(offer.id != match.offer_id for offer in problem.offers):
        return "offer_withdrawn"
    return "mentor_left" if all(mentor.id != match.mentor_id for mentor in problem.mentors) else "moved_in_repair"


def _standing(problem: Problem) -> tuple[Match, ...]:
    """The standing pairs of trainees who are in the round."""
    trainees = {trainee.id for trainee in problem.trainees}
    return tuple(match for match in problem.standing if match.trainee_id in trainees)


def _explain_pairs(
    round_input: RoundInput, answer: Answer, *, moves_first: bool
) -> dict[str, recorded.PairExplanation]:
    solution = answer.solution
    if not solution.pairs or len(solution.pairs) > MOST_IN_WORDS:
        return {}
    comparisons = Comparisons(round_input.problem, solution, moves_first=moves_first, weighed=answer.weighed)
    return {pair.trainee_id: _explain_pair(comparisons, pair, round_input) for pair in solution.pairs}


def _explain_pair(comparisons: Comparisons, pair: Pairing, round_input: RoundInput) -> recorded.PairExplanation:
    explained = comparisons.explain(pair.trainee_id)
    others_stay, others_move = explained.others_stay, explained.others_move
    return recorded.PairExplanation(
        terms=(
            *(
                recorded.CostTerm(
                    rule=part.rule,
                    title=TITLES[part.rule],
                    weight=part.weight,
                    units=part.units,
                    cost=part.cost,
                    words=_sentence(part.words),
                )
                for part in explained.parts
            ),
            *([_LEFT_OVER] if comparisons.trainee(pair).left_over else []),
        ),
        rules=tuple(_satisfied_rule(rule) for rule in explained.satisfied),
        others_stay=_recorded_alternative(others_stay, round_input) if others_stay else None,
        others_move=_recorded_alternative(others_move, round_input) if others_move else None,
    )


@lru_cache(maxsize=10_000)
def _satisfied_rule(rule: SatisfiedRule) -> recorded.SatisfiedRule:
    """The rule as it is recorded: the same for the many pairs that satisfy it in the same words."""
    return recorded.SatisfiedRule(rule=rule.rule, title=TITLES[rule.rule], known=rule.known, words=rule.words)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _recorded_alternative(alternative: Alternative, round_input: RoundInput) -> recorded.Alternative:
    other = alternative.pairing
    return recorded.Alternative.model_validate(
        {
            "mentor_id": other.mentor_id,
            "offer_id": round_input.offers[other.offer_id].offer_id,
            "school_urn": other.school_urn,
            "travel_minutes": other.travel_minutes,
            "added": alternative.added,
            "moves": len(alternative.moves),
            "words": alternative.explanation,
        }
    )


def _find_remedies(
    round_input: RoundInput, answer: Answer, *, moves_first: bool, deferred: bool
) -> dict[str, tuple[recorded.Remedy, ...]]:
    problem, solution = round_input.problem, answer.solution
    if not solution.unplaced:
        return {}
    search = Remedies(problem, solution, moves_first=moves_first, weighed=answer.weighed)
    most = len(solution.unplaced) if search.is_quick else _most_remedies(problem, deferred=deferred)
    return {
        unplaced.trainee_id: tuple(_recorded_remedy(remedy, round_input) for remedy in search.of(unplaced.trainee_id))
        for unplaced in solution.unplaced[:most]
    }


def _recorded_remedy(remedy: Remedy, round_input: RoundInput) -> recorded.Remedy:
    steps = remedy.steps
    only_places = all(step.what == "offer" for step in steps)
    more_places: Counter[UUID] = Counter()
    for step in steps if only_places else ():
        more_places[round_input.offers[step.of].offer_id] += step.amount
    return recorded.Remedy(kind=remedy.kind, words=remedy.explanation, more_places=dict(more_places))


def _most_remedies(problem: Problem, *, deferred: bool) -> int:
    times = DEFERRED_FACTOR if deferred else 1
    return times * min(REMEDIES, TRAINEES // max(1, len(problem.trainees)))


def _measure_load(problem: Problem, solution: Solution) -> recorded.Load:
    school_of = {offer.id: offer.school_urn for offer in problem.offers}
    standing = tuple(
        Pairing(match.trainee_id, match.mentor_id, match.offer_id, school_of[match.offer_id], 0, 0, {})
        for match in _standing(problem)
        if match.offer_id in school_of
    )
    before, after = load_report(problem, replace(solution, pairs=standing)), load_report(problem, solution)
    return recorded.Load(
        schools=_load_of(before.schools, after.schools), mentors=_load_of(before.mentors, after.mentors)
    )


def _load_of(before: Evenness, after: Evenness) -> recorded.LoadOfKind:
    used = {share.id: share.used for share in before.shares}
    in_use = [share for share in after.shares if share.used or used[share.id]]
    return recorded.LoadOfKind(
        before=_evenness(before),
        after=_evenness(after),
        shares=tuple(_share(share, used[share.id]) for share in in_use[:MOST_SHARES]),
        left_out=max(0, len(in_use) - MOST_SHARES),
    )


def _share(share: Share, before: int) -> recorded.Share:
    return recorded.Share(id=share.id, has=share.has, before=before, after=share.used)


def _evenness(evenness: Evenness) -> recorded.Evenness:
    return recorded.Evenness(
        many=len(evenness.shares),
        overall=evenness.overall,
        largest=evenness.largest,
        smallest=evenness.smallest,
        above=evenness.above,
        free=evenness.free,
    )
