"""Explain a pair rule by rule, and compare it with the best alternative. Source: product.md M4.

Two alternatives are searched: the best other pair for the trainee if all other pairs stay, and the best if others may
move to make room (nobody loses their place), by the cheapest path through the residual graph. Where limits cross or
hours differ the flow does not have every limit, and only the first is searched.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from services.matching.solver import rules
from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.departures import Change
from services.matching.solver.model import Match, Pairing, Problem, Rules, Solution, Trainee
from services.matching.solver.paths import ChangedFlow
from services.matching.solver.preferences import SOFT_RULES, CandidatePair
from services.matching.solver.residual import SolvedFlow
from services.matching.solver.rules import HardRule
from services.matching.solver.solving import WeighedRound, pairing
from services.matching.solver.travel import journey, limit
from shared.wording import counted_noun

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a pair's cost that a soft rule adds: its weight times its units."""

    rule: str
    weight: int
    units: int
    cost: int
    words: str


@dataclass(frozen=True, slots=True)
class SatisfiedRule:
    """A hard rule that a pair satisfies; `known` is false if it holds only because something is not known."""

    rule: str
    known: bool
    words: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another pair for the trainee, and what it would add to the cost of the whole round.

    `moves` are the other trainees who would have to move for it.
    """

    pairing: Pairing
    added: int
    moves: tuple[Change, ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class PairExplained:
    """The explanation of a pair: `parts` add up to the pairing's cost."""

    pairing: Pairing
    parts: tuple[Part, ...]
    satisfied: tuple[SatisfiedRule, ...]
    others_stay: Alternative | None
    others_move: Alternative | None


class Comparisons:
    """Explains the pairs of a solved round, each when it is asked for."""

    def __init__(
        self,
        problem: Problem,
        solution: Solution,
        *,
        moves_first: bool = False,
        weighed: WeighedRound | None = None,
    ) -> None:
        self._round = SolvedFlow(problem, solution, moves_first=moves_first, weighed=weighed)
        self._problem = self._round.problem
        self._solution = solution
        self._before = {match.trainee_id: match for match in solution.matches}
        self._locked = {match.trainee_id for match in self._problem.locked}
        self._pairs = {pair.trainee_id: pair for pair in solution.pairs}
        self._mentor = {one.id: one for one in problem.mentors}
        self._offer = {one.id: one for one in problem.offers}
        self._school = {one.urn: one for one in problem.schools}
        self._places = {group.id: group.places for group in problem.groups}
        self._at_offer = Counter(pair.offer_id for pair in solution.pairs)
        self._in_group = Counter(group for pair in solution.pairs for group in self._offer[pair.offer_id].groups)
        self._given: Counter[str] = Counter()
        for pair in solution.pairs:
            self._given[pair.mentor_id] += rules.minutes_taken(self.trainee(pair), problem.rules)

    def explain(self, trainee_id: str) -> PairExplained:
        """Explain the pair of a trainee. Raises `KeyError` for a trainee without a pair."""
        pair = self._pairs[trainee_id]
        seen = self._seen(pair)
        return PairExplained(
            pair,
            self._parts(pair, seen),
            self._satisfied_rules(pair, seen),
            None if trainee_id in self._locked else self._others_stay(pair),
            None if trainee_id in self._locked else self._others_move(pair),
        )

    def trainee(self, pair: Pairing) -> Trainee:
        return self._problem.trainees[self._round.trainee_of[pair.trainee_id]]

    def _parts(self, pair: Pairing, seen: CandidatePair) -> tuple[Part, ...]:
        """What each soft rule adds to the cost, in the order of the rules."""
        weights = self._problem.rules.weights
        return tuple(
            Part(name, weights[name], term // weights[name], term, SOFT_RULES[name].words(seen))
            for name, term in pair.terms.items()
        )

    def _satisfied_rules(self, pair: Pairing, seen: CandidatePair) -> tuple[SatisfiedRule, ...]:
        """The hard rules in words, without capacities."""
        by = self._problem.rules
        trainee, mentor, offer = seen.trainee, seen.mentor, seen.offer
        most = limit(trainee, by.travel)
        whose = (
            "the trainee's own" if most == trainee.travel_limit_minutes else "the programme's for this way to travel"
        )
        urn = pair.school_urn
        return (
            *(_satisfied(rule, offer, trainee, by) for rule in rules.OF_OFFERS),
            *(_satisfied(rule, mentor, offer, by) for rule in rules.OF_SEATS),
            SatisfiedRule(
                "travel_limit",
                True,
                f"{counted_noun(pair.travel_minutes, 'minute is', 'minutes are')} within {most}, {whose} limit.",
            ),
            *(_satisfied(rule, urn, trainee, by) for rule in rules.OF_SCHOOLS),
            *(_satisfied(rule, mentor, trainee, by) for rule in rules.OF_PAIRS),
        )

    def _seen(self, pair: Pairing) -> CandidatePair:
        trainee = self.trainee(pair)
        there = journey(trainee, pair.school_urn, self._school[pair.school_urn].point, self._problem.rules.travel)
        return CandidatePair(self._problem, trainee, self._mentor[pair.mentor_id], self._offer[pair.offer_id], there)

    def _others_stay(self, pair: Pairing) -> Alternative | None:
        takes = rules.minutes_taken(self.trainee(pair), self._problem.rules)
        left = set(self._offer[pair.offer_id].groups)

        def has_room(other: Match) -> bool:
            offer, mentor = self._offer[other.offer_id], self._mentor[other.mentor_id]
            given = self._given[mentor.id] - takes * (mentor.id == pair.mentor_id)
            return (
                self._at_offer[offer.id] - (offer.id == pair.offer_id) < rules.places_left(offer)
                and all(self._in_group[group] - (group in left) < self._places[group] for group in offer.groups)
                and given + takes <= rules.minutes_had(mentor)
            )

        arcs = self._round.candidates_of(pair.trainee_id)
        arcs = arcs[self._may_have_room(pair, arcs)]
        for arc in arcs[np.argsort(self._round.cost[arcs], kind="stable")].tolist():
            other = self._round.match(arc)
            if (other.mentor_id, other.offer_id) != (pair.mentor_id, pair.offer_id) and has_room(other):
                return self._alternative(pair, arc, ())
        return None

    def _may_have_room(self, pair: Pairing, arcs: IntArray) -> BoolArray:
        """Whether each candidate (as an arc) has room as the round is, or may have once the pair is not there."""
        seats, had = self._round.weighed.candidates.seats, self._round.chosen_of(pair.trainee_id)
        seat = self._round.question.seat
        mentor, offer = seats.mentor[seat[arcs]], seats.offer[seat[arcs]]
        left = (mentor == seats.mentor[seat[had]]) | (offer == seats.offer[seat[had]])
        may_have: BoolArray = left | (self._has_time[mentor] & self._has_place[offer])
        return may_have

    @cached_property
    def _has_time(self) -> BoolArray:
        """Whether each mentor has any time left."""
        given = (self._given[one.id] < rules.minutes_had(one) for one in self._problem.mentors)
        return np.fromiter(given, np.bool_, len(self._problem.mentors))

    @cached_property
    def _has_place(self) -> BoolArray:
        """Whether each offer has a place left, or is in a group, in which the pair's own place may be the last."""
        left = (bool(one.groups) or self._at_offer[one.id] < rules.places_left(one) for one in self._problem.offers)
        return np.fromiter(left, np.bool_, len(self._problem.offers))

    def _others_move(self, pair: Pairing) -> Alternative | None:
        graph = self._round.graph_of_moves
        if graph is None:
            return None
        # the unit that flows along the pair's arc has to find another way from its one end to the other
        had = self._round.chosen_of(pair.trainee_id)
        path = ChangedFlow(graph).shortest(int(graph.network.tail[had]), int(graph.network.head[had]))
        if path is None:
            return None
        found = [arc for arc, _ in path]
        taken = [arc for arc in found if arc < len(self._round.kept) and not self._round.flow[arc]]
        after = {match.trainee_id: match for match in map(self._round.match, taken)}
        before = self._before
        moves = tuple(Change(one, before[one], match) for one, match in sorted(after.items()) if one != pair.trainee_id)
        (arc,) = (arc for arc in taken if self._round.match(arc).trainee_id == pair.trainee_id)
        costs = {self._round.match(one).trainee_id: self._at(one).cost for one in taken}
        return self._alternative(
            pair, arc, moves, sum(costs[one.trainee_id] - self._pairs[one.trainee_id].cost for one in moves)
        )

    def _at(self, arc: int) -> Pairing:
        return pairing(self._round.weighed, int(self._round.kept[arc]))

    def _alternative(self, pair: Pairing, arc: int, moves: tuple[Change, ...], by_moves: int = 0) -> Alternative:
        other = self._at(arc)
        added = other.cost - pair.cost + by_moves
        reasons = [
            f"{name} {term - pair.terms[name]:+d}" for name, term in other.terms.items() if term != pair.terms[name]
        ]
        if moves:
            reasons.append(f"{counted_noun(len(moves), 'other')} who would move {by_moves:+d}")
        where = "the same school" if other.school_urn == pair.school_urn else f"school {other.school_urn}"
        who = "the same mentor" if other.mentor_id == pair.mentor_id else "another mentor"
        price = (
            f"It would cost the round {added} more"
            if added > 0
            else "It would cost the round as much"
            if added == 0
            else f"It would cost {-added} less, but not stand as it did"
        )
        detail = f" ({', '.join(reasons)})" if reasons else ""
        return Alternative(other, added, moves, f"The next best is {who} at {where}. {price}{detail}.")


def _satisfied(rule: HardRule[A, B], one: A, other: B, by: Rules) -> SatisfiedRule:
    return SatisfiedRule(rule.name, not rule.unknown(one, other, by), rule.words(one, other, by))
