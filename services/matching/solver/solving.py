"""Solve a problem: find candidates, compute costs, find the optimum and explain it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from services.matching.solver import rules
from services.matching.solver.candidates import BoolArray, Candidates, IntArray
from services.matching.solver.explanations import SolvedRound, why_unplaced
from services.matching.solver.graph import find_candidates, offer_schools
from services.matching.solver.model import Load, Match, Objective, Pairing, Problem, Solution
from services.matching.solver.nesting import nest
from services.matching.solver.optimiser import keeps_all_limits, optimise, unevenness
from services.matching.solver.preferences import SOFT_RULES
from services.matching.solver.question import Bound, Choice, Question, over_candidates


class LockedPairsImpossible(ValueError):
    """Locked pairs cannot all stay; the message is what is in the way, as the end of a sentence."""

    def __init__(self, because: str, matches: Sequence[Match]) -> None:
        super().__init__(because)
        self.matches = tuple(matches)


def solve(problem: Problem) -> Solution:
    """Keep as many chosen pairs as possible, then place as many as possible by class of priority, then at least cost,
    then most of those who were left over before, then moving fewest, then most evenly.

    The same problem in any order has the same solution. Raises `ValueError` on a weight for an unknown rule and
    `LockedPairsImpossible` on locked pairs that a hard rule bars or that capacity does not hold.
    """
    return solve_weighed(problem, moves_first=False).solution


def repair(problem: Problem) -> Solution:
    """Solve like `solve`, but move as few standing pairs as possible before minimising cost.

    Raises what `solve` raises.
    """
    return solve_weighed(problem, moves_first=True).solution


@dataclass(frozen=True, slots=True)
class WeighedRound:
    """A round before it is solved: its candidates, the weighted part of each soft rule by candidate, and their sum."""

    candidates: Candidates
    terms: Mapping[str, IntArray]
    cost: IntArray


@dataclass(frozen=True, slots=True)
class Answer:
    """A solved round: its candidates and their costs, for those who explain it, and the solution."""

    weighed: WeighedRound
    solution: Solution


def weigh(problem: Problem) -> WeighedRound:
    """Find the candidates of a problem and their costs. Raises `ValueError` on a weight for an unknown rule."""
    weights = problem.rules.weights
    if unknown := weights.keys() - SOFT_RULES:
        raise ValueError(f"No soft rule is called {sorted(unknown)}; there are {sorted(SOFT_RULES)}.")
    candidates = find_candidates(problem)
    terms = {name: weights[name] * rule.units(candidates) for name, rule in SOFT_RULES.items() if weights.get(name)}
    nothing = np.zeros(len(candidates.trainee), dtype=np.int64)
    return WeighedRound(candidates, terms, sum(terms.values(), start=nothing))


def build_question(
    weighed: WeighedRound,
    locked: IntArray,
    *,
    moves_first: bool,
    pinned: IntArray | None = None,
    last: str | None = None,
    every_limit: bool = False,
) -> tuple[Question, IntArray]:
    """Return the round in numbers, and the candidates (positions) that it is over.

    A trainee of a locked candidate must be placed there. A trainee of a `pinned` candidate has only such candidates.
    `last` is a trainee whose place is the last part of the objective; `every_limit` is as in `nest`.
    """
    problem, candidates = weighed.candidates.problem, weighed.candidates
    fixed = locked if pinned is None else np.union1d(locked, pinned)
    free = np.ones(len(problem.trainees), dtype=np.bool_)
    free[candidates.trainee[fixed]] = False
    open_to = free[candidates.trainee]
    open_to[fixed] = True
    kept = np.flatnonzero(open_to)
    must = np.zeros(len(problem.trainees), dtype=np.bool_)
    must[candidates.trainee[locked]] = True
    _, rank = np.unique(np.array([one.priority for one in problem.trainees], dtype=np.int64), return_inverse=True)
    taken = np.array([rules.minutes_taken(one, problem.rules) for one in problem.trainees], dtype=np.int64)
    had = np.array([rules.minutes_had(one) for one in problem.mentors], dtype=np.int64)
    parts = _parts(weighed, kept, moves_first=moves_first)
    if last is not None:
        parts["last"] = candidates.by_trainee(lambda one: int(one.id == last))[kept]
    room = _room(candidates, taken, had)
    question = Question(
        trainee=candidates.trainee[kept],
        seat=candidates.seat[kept],
        chosen=are_chosen(candidates)[kept],
        rank=rank.astype(np.int64),
        locked=must,
        parts=tuple(parts.values()),
        nesting=nest(problem, candidates.seats, room, every=every_limit),
        minutes_taken=taken,
        minutes_had=had,
    )
    return question, kept


def _parts(weighed: WeighedRound, kept: IntArray, *, moves_first: bool) -> dict[str, IntArray]:
    """The parts of the objective after places, in their order, by candidate.

    Among placements of as many, most of something is fewest of everything else: fewest new pairs means most that stand,
    fewest who are here for the first time means most of those who were left over.
    """
    problem, candidates = weighed.candidates.problem, weighed.candidates
    new = np.ones(len(weighed.cost), dtype=np.int64)
    new[list(positions(candidates, problem.standing).values())] = 0
    by_name = {
        "cost": weighed.cost,
        "first_time": candidates.by_trainee(lambda one: int(not one.left_over)),
        "new": new,
    }
    return {name: by_name[name][kept] for name in _names_of_parts(problem, moves_first=moves_first)}


def _names_of_parts(problem: Problem, *, moves_first: bool) -> list[str]:
    names = ["cost"]
    if any(one.left_over for one in problem.trainees):
        names.append("first_time")
    if problem.standing:
        names.insert(0 if moves_first else len(names), "new")
    return names


def are_chosen(candidates: Candidates) -> BoolArray:
    """Return whether the two people of each candidate chose each other."""
    problem = candidates.problem
    trainee_of = {one.id: i for i, one in enumerate(problem.trainees)}
    mentor_of = {one.id: i for i, one in enumerate(problem.mentors)}
    keys = [
        trainee_of[pair.trainee_id] << 32 | mentor_of[pair.mentor_id]
        for pair in problem.chosen
        if pair.trainee_id in trainee_of and pair.mentor_id in mentor_of
    ]
    if not keys:
        return np.zeros(len(candidates.trainee), dtype=np.bool_)
    return np.isin(candidates.trainee << 32 | candidates.mentor, keys)


def positions(candidates: Candidates, matches: Sequence[Match]) -> dict[Match, int]:
    """Return the position of each match among the candidates; a match that a hard rule bars has none."""
    problem = candidates.problem
    trainee_of = {one.id: i for i, one in enumerate(problem.trainees)}
    seats = zip(candidates.seats.mentor.tolist(), candidates.seats.offer.tolist(), strict=True)
    seat_of = {(problem.mentors[m].id, problem.offers[o].id): i for i, (m, o) in enumerate(seats)} if matches else {}
    found: dict[Match, int] = {}
    key = candidates.trainee << 32 | candidates.seat
    for match in matches:
        trainee, seat = trainee_of.get(match.trainee_id), seat_of.get((match.mentor_id, match.offer_id))
        if trainee is not None and seat is not None:
            at = int(np.searchsorted(key, trainee << 32 | seat))
            if at < len(key) and key[at] == trainee << 32 | seat:
                found[match] = at
    return found


def _room(candidates: Candidates, taken: IntArray, had: IntArray) -> IntArray:
    """The number of trainees that each mentor's minutes hold, by the least that a candidate takes; by the least of all
    trainees for a mentor without candidates, of whom a changed round may make some.
    """
    least = np.full(len(had), np.iinfo(np.int64).max)
    np.minimum.at(least, candidates.mentor, taken[candidates.trainee])
    usual = int(taken.min()) if len(taken) else rules.minutes_of(candidates.problem.rules.hours_per_trainee_week)
    return had // np.where(least == np.iinfo(np.int64).max, max(1, usual), least)


def solve_weighed(
    problem: Problem, *, moves_first: bool, last: str | None = None, weighed: WeighedRound | None = None
) -> Answer:
    """Solve like `solve` or, with `moves_first`, like `repair`; of answers that are equal in all but the evenness of
    load, choose one without the trainee `last` if there is any. `weighed` is the round of `problem`, sorted by ids, if
    it is known already.
    """
    weighed = weigh(sort_by_id(problem)) if weighed is None else weighed
    problem = weighed.candidates.problem
    locked = positions(weighed.candidates, problem.locked)
    if barred := [match for match in problem.locked if match not in locked]:
        raise LockedPairsImpossible("a hard rule bars them", barred)
    question, kept = build_question(weighed, as_array(locked), moves_first=moves_first, last=last)
    if not keeps_all_limits(question, np.searchsorted(kept, as_array(locked))):
        raise LockedPairsImpossible(
            "places or mentor hours do not hold all of them", _locked_without_room(question, kept, locked)
        )
    wanted = np.flatnonzero(question.chosen)
    everybody = np.unique(question.trainee[wanted])
    if len(wanted) and _fit_together(question, everybody):
        # all choices are kept, so that they are certain and need not be weighed against each other
        together, kept = build_question(
            weighed, as_array(locked), moves_first=moves_first, pinned=kept[wanted], last=last
        )
        must = together.locked.copy()
        must[everybody] = True
        choice = optimise(replace(together, locked=must, chosen=np.zeros_like(together.chosen)))
        choice = replace(choice, bound=replace(choice.bound, choices=len(everybody)))
        return Answer(weighed, _solution(weighed, together, choice, kept[choice.taken], moves_first=moves_first))
    choice = optimise(question)
    return Answer(weighed, _solution(weighed, question, choice, kept[choice.taken], moves_first=moves_first))


def _fit_together(question: Question, everybody: IntArray) -> bool:
    """Whether all choices of these trainees, and the locked pairs, can be kept at once."""
    mine = np.isin(question.trainee, everybody)
    alone = over_candidates(
        question, np.flatnonzero(np.where(mine, question.chosen, question.locked[question.trainee]))
    )
    return len(optimise(replace(alone, chosen=np.zeros_like(alone.chosen))).taken) == len(np.unique(alone.trainee))


def as_array(locked: Mapping[Match, int]) -> IntArray:
    """Return the positions of candidates in order."""
    return np.array(sorted(locked.values()), dtype=np.int64)


def _locked_without_room(question: Question, kept: IntArray, locked: Mapping[Match, int]) -> list[Match]:
    """The fewest locked pairs without which the others have room."""
    alone = replace(
        over_candidates(question, np.searchsorted(kept, as_array(locked))), locked=np.zeros_like(question.locked)
    )
    stay = set(as_array(locked)[optimise(alone).taken].tolist())
    return [match for match, at in locked.items() if at not in stay]


def sort_by_id(problem: Problem) -> Problem:
    """Sort the problem by ids, so that ties are broken the same way in whatever order the input came."""
    by_id = attrgetter("id")
    return replace(
        problem,
        trainees=tuple(sorted(problem.trainees, key=by_id)),
        offers=tuple(sorted(problem.offers, key=by_id)),
        mentors=tuple(sorted(problem.mentors, key=by_id)),
        schools=tuple(sorted(problem.schools, key=attrgetter("urn"))),
        groups=tuple(sorted(problem.groups, key=by_id)),
    )


def _solution(
    weighed: WeighedRound, question: Question, choice: Choice, chosen: IntArray, *, moves_first: bool
) -> Solution:
    problem = weighed.candidates.problem
    pairs = tuple(pairing(weighed, at) for at in chosen.tolist())
    placed = set(weighed.candidates.trainee[chosen].tolist())
    left_out = [one for position, one in enumerate(problem.trainees) if position not in placed]
    load, uneven = _load(weighed.candidates, question, chosen)
    classes = 1 + max((one.priority for one in problem.trainees), default=0)
    has = {pair.trainee_id: pair for pair in pairs}

    def stands(match: Match) -> bool:
        pair = has.get(match.trainee_id)
        return pair is not None and (pair.mentor_id, pair.offer_id) == (match.mentor_id, match.offer_id)

    apart = tuple(
        two for two in problem.chosen if two.trainee_id not in has or has[two.trainee_id].mentor_id != two.mentor_id
    )
    objective = Objective(
        unplaced=tuple(np.bincount([one.priority for one in left_out], minlength=classes).tolist()),
        cost=sum(pair.cost for pair in pairs),
        moved=sum(not stands(match) for match in problem.standing),
        unevenness=uneven,
        parted=len(apart),
        left_over_again=sum(one.left_over for one in left_out),
    )
    solved = SolvedRound(weighed.candidates, chosen) if left_out else None
    return Solution(
        pairs=pairs,
        unplaced=tuple(why_unplaced(one, solved) for one in left_out if solved is not None),
        solver=choice.solver,
        objective=objective,
        bound=_bound(problem, choice.bound, moves_first=moves_first),
        load=load,
        barred_choices=apart,
    )


def _bound(problem: Problem, proven: Bound, *, moves_first: bool) -> Objective:
    """What is proven of the question, as the least of each part of the objective."""
    priorities = np.array([one.priority for one in problem.trainees], dtype=np.int64)
    of_class, placed = (
        np.bincount(priorities, minlength=1),
        np.zeros(1 + int(priorities.max(initial=0)), dtype=np.int64),
    )
    placed[np.unique(priorities)] = proven.placed[: len(np.unique(priorities))]
    names = _names_of_parts(problem, moves_first=moves_first)
    # the part of a trainee who comes last has no name
    parts = dict(zip(names, proven.parts, strict=False))
    stay = sum(proven.placed) - parts["new"] if problem.standing else 0
    left_over = sum(one.left_over for one in problem.trainees)
    placed_again = sum(proven.placed) - parts["first_time"] if left_over else 0
    return Objective(
        unplaced=tuple((of_class - placed).tolist()),
        cost=parts["cost"],
        moved=len(problem.standing) - stay,
        unevenness=proven.unevenness,
        parted=len(problem.chosen) - proven.choices,
        left_over_again=left_over - placed_again,
    )


def pairing(weighed: WeighedRound, candidate: int) -> Pairing:
    """Return a candidate as a pair, with its cost by rule."""
    candidates = weighed.candidates
    problem, seat = candidates.problem, int(candidates.seat[candidate])
    offer = problem.offers[candidates.seats.offer[seat]]
    return Pairing(
        trainee_id=problem.trainees[candidates.trainee[candidate]].id,
        mentor_id=problem.mentors[candidates.seats.mentor[seat]].id,
        offer_id=offer.id,
        school_urn=offer.school_urn,
        travel_minutes=int(candidates.minutes[candidate]),
        cost=int(weighed.cost[candidate]),
        terms={name: int(term[candidate]) for name, term in weighed.terms.items()},
    )


def _load(candidates: Candidates, question: Question, chosen: IntArray) -> tuple[Load, int]:
    """The shares of capacity in use, and their unevenness."""
    problem, had = candidates.problem, question.minutes_had
    seats = candidates.seat[chosen]
    mentor, offer = candidates.seats.mentor[seats], candidates.seats.offer[seats]
    of_offer = offer_schools(problem)
    places = np.array([rules.places_left(one) for one in problem.offers], dtype=np.int64)
    hosts = np.bincount(of_offer, places, len(problem.schools)).astype(np.int64)
    used = np.bincount(mentor, question.minutes_taken[candidates.trainee[chosen]], len(had))
    hosted = np.bincount(of_offer[offer], minlength=len(hosts))
    load = Load(
        mentors={one.id: float(used[i] / had[i]) for i, one in enumerate(problem.mentors) if had[i]},
        schools={one.urn: float(hosted[i] / hosts[i]) for i, one in enumerate(problem.schools) if hosts[i]},
    )
    room = question.nesting.limits[0].capacity
    uneven = unevenness(np.bincount(mentor, minlength=len(room)), room).sum() + unevenness(hosted, hosts).sum()
    return load, int(uneven)
