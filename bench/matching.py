"""`python -m bench.matching`: how long the optimum of a round takes, what it is worth, and what others reach.

Rounds are drawn from a seed over a square whose area grows with the round, so that a trainee has about fifty candidates
whatever its size. Each size is solved in a process of its own, whose peak memory is its figure. Beside ours stands a
greedy choice of the cheapest pair first. `scipy.sparse.csgraph.min_weight_full_bipartite_matching`, OR-Tools' linear
assignment and, at 200 trainees, the `munkres` package cannot say that an offer's places hold over several mentors; so
the same round is solved once more without limits on places, by them (a mentor being as many columns as their hours
hold) and by ours, and all of them come to the same cost.
"""

import argparse
import json
import multiprocessing
import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from munkres import Munkres
from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment
from rich.console import Console
from rich.table import Table
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from bench.children import peak_memory
from bench.figures import Rate, Watch
from services.matching.solver import (
    Mentor,
    MentorSchool,
    Offer,
    Point,
    Problem,
    Rules,
    School,
    Trainee,
    departures,
    repair,
    solve,
    without_school,
)
from services.matching.solver.candidates import IntArray
from services.matching.solver.model import TravelMode
from services.matching.solver.optimiser import optimise
from services.matching.solver.question import Question
from services.matching.solver.solving import WeighedRound, as_array, build_question, sort_by_id, weigh
from services.referral.domain.profiles import HOME_GRID, near_home

Row = dict[str, str | int | float]
R = TypeVar("R")
SMALL = 200
SIZES = (500, 2_000, 5_000, 10_000, 30_000)
SUBJECTS = (
    "primary",
    "english",
    "mathematics",
    "science",
    "modern-languages",
    "history",
    "art-and-design",
    "physical-education",
)
MODES: tuple[TravelMode, ...] = ("car", "car", "car", "public_transport", "public_transport", "bicycle")


def a_round(trainees: int, seed: int = 1, *, barred: float = 0.05, versatile: float = 0.0) -> Problem:
    """A round with one and a half mentors a trainee and a school for each five; places are as exact as in records.

    Of the trainees a share bars a mentor, of the mentors a share is of two subjects (then limits cross).
    """
    chance = random.Random(seed)
    side = 1_000 * (trainees * 7.5) ** 0.5
    schools = [School(f"{100000 + i}", _somewhere(chance, side)) for i in range(trainees // 5)]
    mentors = [_mentor(i, chance.choice(schools).urn, chance, versatile) for i in range(trainees * 3 // 2)]
    taught: dict[tuple[str, str], int] = {}
    for mentor in mentors:
        for subject in sorted(mentor.subjects):
            taught[mentor.urns[0], subject] = taught.get((mentor.urns[0], subject), 0) + 1
    offers = [
        Offer(f"o{i}", urn, subject, _phase(subject), chance.randint(max(1, times // 2), times + 1))
        for i, ((urn, subject), times) in enumerate(taught.items())
    ]
    return Problem(
        tuple(_trainee(i, side, chance, mentors, barred) for i in range(trainees)),
        tuple(offers),
        tuple(mentors),
        tuple(schools),
        Rules(1.5, {"travel": 1, "volunteers_first": 10}),
    )


def _mentor(number: int, urn: str, chance: random.Random, versatile: float) -> Mentor:
    subject = chance.choice(SUBJECTS)
    subjects = {subject, chance.choice(SUBJECTS)} if chance.random() < versatile else {subject}
    phases = frozenset(_phase(one) for one in subjects)
    hours = chance.choice((0.0, 0.0, 1.5, 1.5, 3.0))
    schools = (MentorSchool(urn),)
    return Mentor(f"m{number}", schools, frozenset(subjects), phases, hours, chance.random() < 0.7)


def _trainee(number: int, side: float, chance: random.Random, mentors: list[Mentor], barred: float) -> Trainee:
    subject = chance.choice(SUBJECTS)
    bars = frozenset(chance.choice(mentors).id for _ in range(20 if chance.random() < barred else 0))
    home = Point(*(near_home(round(chance.uniform(HOME_GRID / 2, side))) for _ in range(2)))
    return Trainee(
        f"t{number}", subject, _phase(subject), home, chance.choice(MODES), chance.choice((45, 60, 90)), bars
    )


def _phase(subject: str) -> str:
    return "primary" if subject == "primary" else "secondary"


def _somewhere(chance: random.Random, side: float) -> Point:
    return Point(round(chance.uniform(1, side)), round(chance.uniform(1, side)))


def in_new_process(what: Callable[..., R], *arguments: object) -> R:
    """Call a function of a module in a new process, whose memory nothing else has used."""
    with multiprocessing.get_context("spawn").Pool(1) as alone:
        return alone.apply(what, arguments)


class SolverAlone(NamedTuple):
    """The solver on a round of `a_round` without bars, in turns, and the most memory (bytes) that its process had."""

    rates: list[Rate]
    placed: int
    cost: int
    peak: int


def solve_alone(trainees: int, turns: int) -> SolverAlone:
    """Solve a round, from the problem to its solution."""
    problem = a_round(trainees, barred=0)
    rates = []
    for _ in range(turns):
        with Watch() as watch:
            solution = solve(problem)
        rates.append(watch.rate(trainees))
    return SolverAlone(rates, solution.placed, solution.total_cost, peak_memory(os.getpid()))


class Optima(NamedTuple):
    """How fast an optimum is reached, in turns: as it is, with even load, and by scipy without limits on places."""

    optimum: list[Rate]
    even: list[Rate]
    scipy: list[Rate]


def find_optima(trainees: int, turns: int) -> Optima:
    """Find the optimum of a round whose candidates are known already."""
    problem = a_round(trainees)
    found = Optima([], [], [])
    weighed = weigh(sort_by_id(problem))
    open_places = tuple(replace(offer, places=trainees) for offer in problem.offers)
    without_places = weigh(sort_by_id(replace(problem, offers=open_places)))
    asked, _ = build_question(without_places, as_array({}), moves_first=False)
    for _ in range(turns):
        with Watch() as watch:
            optimise(_without_load(build_question(weighed, as_array({}), moves_first=False)[0]))
        found.optimum.append(watch.rate(trainees))
        with Watch() as watch:
            optimise(build_question(weighed, as_array({}), moves_first=False)[0])
        found.even.append(watch.rate(trainees))
        with Watch() as watch:
            by_scipy(without_places, asked)
        found.scipy.append(watch.rate(trainees))
    return found


def _without_load(question: Question) -> Question:
    """The question with no limit whose load counts."""
    forest = question.nesting.forest
    uneven = replace(forest, even=np.zeros_like(forest.even))
    return replace(question, nesting=replace(question.nesting, forest=uneven))


def ours(problem: Problem) -> tuple[Row, WeighedRound, Question]:
    """Seconds for the candidate graph with all costs, for the optimum, and for everything from problem to solution."""
    begun = time.perf_counter()
    weighed = weigh(sort_by_id(problem))
    graph = time.perf_counter()
    question, _ = build_question(weighed, as_array({}), moves_first=False)
    choice = optimise(question)
    optimum = time.perf_counter()
    solution = solve(problem)
    ended = time.perf_counter()
    assert len(choice.taken) == solution.placed
    row: Row = {
        "solver": solution.solver,
        "graph_s": graph - begun,
        "optimum_s": optimum - graph,
        "end_to_end_s": ended - optimum,
        "placed": solution.placed,
        "cost": solution.total_cost,
        "peak_mb": peak_memory(os.getpid()) / 2**20,
    }
    return row, weighed, question


def greedy(weighed: WeighedRound, question: Question) -> IntArray:
    """The cheapest pair first, as long as there is a place, an hour and the trainee."""
    seats = weighed.candidates.seats
    mentor, offer = seats.mentor[question.seat].tolist(), seats.offer[question.seat].tolist()
    trainee = question.trainee.tolist()
    room = question.nesting.limits[0].capacity.tolist()
    places = [one.places for one in weighed.candidates.problem.offers]
    waiting = [True] * len(question.rank)
    chosen = []
    for at in np.argsort(weighed.cost, kind="stable").tolist():
        if waiting[trainee[at]] and room[mentor[at]] and places[offer[at]]:
            waiting[trainee[at]] = False
            room[mentor[at]] -= 1
            places[offer[at]] -= 1
            chosen.append(at)
    return np.array(chosen, dtype=np.int64)


def _columns(weighed: WeighedRound, question: Question) -> tuple[IntArray, IntArray, IntArray, int]:
    """Candidate, row and column of each cell, a mentor being as many columns as their hours hold; and their number."""
    room = question.nesting.limits[0].capacity
    first = np.cumsum(room) - room
    mentor = weighed.candidates.mentor
    times = room[mentor]
    cell = np.repeat(np.arange(len(mentor)), times)
    turn = np.arange(len(cell)) - np.repeat(np.cumsum(times) - times, times)
    return cell, question.trainee[cell], first[mentor[cell]] + turn, int(room.sum())


def _prize(weighed: WeighedRound, question: Question) -> int:
    return len(question.rank) * int(weighed.cost.max()) + 1


def by_scipy(weighed: WeighedRound, question: Question) -> IntArray:
    """Every trainee a row, with a column of their own for no place."""
    cell, row, column, seats = _columns(weighed, question)
    trainees = np.arange(len(question.rank))
    # a weight of zero would be no cell
    weights = np.concatenate([1.0 + weighed.cost[cell], np.full(len(trainees), 1.0 + _prize(weighed, question))])
    rows, columns = np.concatenate([row, trainees]), np.concatenate([column, seats + trainees])
    shape = (len(trainees), seats + len(trainees))
    found = min_weight_full_bipartite_matching(csr_array((weights, (rows, columns)), shape=shape))
    at = csr_array((np.arange(1, len(cell) + 1), (row, column)), shape=shape)
    taken = np.asarray(at[found[0], found[1]]).ravel()
    return cell[taken[taken > 0] - 1]


def by_assignment(weighed: WeighedRound, question: Question) -> IntArray:
    """A square of trainees and columns against columns and trainees, so that nobody has to be placed."""
    cell, row, column, seats = _columns(weighed, question)
    trainees = np.arange(len(question.rank))
    everywhere = np.arange(seats)
    left = np.concatenate([row, trainees, len(trainees) + everywhere, len(trainees) + column])
    right = np.concatenate([column, seats + trainees, everywhere, seats + row])
    nothing = np.zeros(seats + len(cell), dtype=np.int64)
    costs = np.concatenate([weighed.cost[cell], np.full(len(trainees), _prize(weighed, question)), nothing])
    solver = SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(left.astype(np.int32), right.astype(np.int32), costs)
    assert solver.solve() == solver.OPTIMAL
    at = {(t, c): i for i, (t, c) in enumerate(zip(row.tolist(), column.tolist(), strict=True))}
    mates = ((t, solver.right_mate(t)) for t in trainees.tolist())
    return cell[[at[mate] for mate in mates if mate[1] < seats]]


def by_munkres(weighed: WeighedRound, question: Question) -> IntArray:
    """The naive peer: a full matrix, in which what is barred is only dear."""
    cell, row, column, seats = _columns(weighed, question)
    trainees, prize = len(question.rank), _prize(weighed, question)
    matrix = np.full((trainees, seats + trainees), prize, dtype=np.int64)
    matrix[:, :seats] = 2 * prize
    matrix[row, column] = weighed.cost[cell]
    at = {(t, c): i for i, (t, c) in enumerate(zip(row.tolist(), column.tolist(), strict=True))}
    return cell[[at[mate] for mate in Munkres().compute(matrix.tolist()) if mate in at]]


ASSIGNMENTS: Mapping[str, Callable[[WeighedRound, Question], IntArray]] = {
    "scipy min_weight_full_bipartite_matching": by_scipy,
    "OR-Tools assignment": by_assignment,
}


def peer(name: str, by: Callable[[WeighedRound, Question], IntArray], weighed: WeighedRound, question: Question) -> Row:
    """What a peer takes and reaches."""
    begun = time.perf_counter()
    chosen = by(weighed, question)
    seconds = time.perf_counter() - begun
    return {
        "solver": name,
        "optimum_s": seconds,
        "placed": len(chosen),
        "cost": int(weighed.cost[chosen].sum()),
    }


def at_size(trainees: int) -> list[Row]:
    """Ours and the peers on one round, as it is and without limits on places."""
    problem = a_round(trainees)
    row, weighed, question = ours(problem)
    rows: list[Row] = [{"round": "as it is", **one} for one in (row, peer("greedy", greedy, weighed, question))]
    each = len(weighed.cost) / trainees
    problem = replace(problem, offers=tuple(replace(offer, places=trainees) for offer in problem.offers))
    row, weighed, question = ours(problem)
    peers = dict(ASSIGNMENTS) | ({"munkres": by_munkres} if trainees <= SMALL else {})
    found = [row, *(peer(name, by, weighed, question) for name, by in peers.items())]
    rows += [{"round": "without places", **one} for one in found]
    return [{"trainees": trainees, "candidates_each": each, **one} for one in rows]


def repairs(trainees: int) -> list[Row]:
    """One drop-out school repaired; what breaks, for every school at once; a round whose limits cross."""
    problem = a_round(trainees)
    problem = replace(problem, standing=solve(problem).matches)
    begun = time.perf_counter()
    solution = repair(without_school(problem, problem.schools[0].urn))
    repaired = time.perf_counter()
    found = departures(problem)
    ended = time.perf_counter()
    crossing = solve(a_round(trainees, versatile=0.2))
    return [
        {
            "what": "repair of one school",
            "trainees": trainees,
            "s": repaired - begun,
            "moved": solution.objective.moved,
        },
        {"what": f"what breaks, {len(found)} schools", "trainees": trainees, "s": ended - repaired},
        {
            "what": f"a fifth of the mentors in two subjects ({crossing.solver})",
            "trainees": trainees,
            "s": time.perf_counter() - ended,
            "placed": crossing.placed,
        },
    ]


def measure(sizes: tuple[int, ...] = (SMALL, *SIZES), repaired_at: int = 5_000) -> dict[str, list[Row]]:
    """Every row, each size in a process of its own."""
    found: dict[str, list[Row]] = {"rounds": [], "repairs": []}
    for name, what, size in [*(("rounds", at_size, size) for size in sizes), ("repairs", repairs, repaired_at)]:
        found[name] += in_new_process(what, size)
    return found


def show(found: Mapping[str, list[Row]]) -> None:
    """The rows as tables."""
    for title, rows in found.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        table = Table(*columns, title=title)
        for row in rows:
            table.add_row(*(_said(row.get(column, "")) for column in columns))
        Console(width=180).print(table)


def _said(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(prog="bench.matching", description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=[SMALL, *SIZES])
    parser.add_argument("--repaired-at", type=int, default=5_000)
    parser.add_argument("--json", type=Path, default=Path("bench-matching.json"), help="where the figures are saved")
    chosen = parser.parse_args()
    found = measure(tuple(chosen.sizes), chosen.repaired_at)
    chosen.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    show(found)


if __name__ == "__main__":
    main()
