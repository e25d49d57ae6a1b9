"""Limits that cross and hours that differ, which a flow cannot have, as a program that HiGHS solves.

Each part of the objective is minimised with the parts before it held at their optimum. A part is first solved as a
linear program over the candidates that the last one used; the prices of its limits then show every other candidate that
could improve it (with a negative reduced cost), these are added, and so on until there is none. The solution is nearly
always whole. If it is not, a mixed-integer program is solved over all candidates whose reduced cost is no more than the
gap between the linear bound and the best whole solution: no other can be in a better one.

A round may contest so much that the search for whole numbers does not end. So all programs of a round together have
`SECONDS`; a part that is not proven by then keeps the best whole solution so far, and the bound says how far it may be
from the optimum.
"""

from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
import scipy

from services.matching.solver.candidates import FloatArray, IntArray
from services.matching.solver.question import Bound, Question

SECONDS = 60.0
"""How long the programs of one round may search for whole numbers."""
FEW = 8
"""Candidates of each trainee to begin with."""
NEARLY = 1e-6


@dataclass(frozen=True, slots=True)
class Rows:
    """Limits as rows over all candidates: no more than `at_most`."""

    matrix: "scipy.sparse.csc_array"
    at_most: FloatArray


def solve_program(question: Question, near: IntArray, *, as_many: bool) -> tuple[IntArray, Bound]:
    """Return the candidates of an optimum, as positions in order, and what the programs prove.

    `near` are those of a solution that may break a limit or not be optimal; `as_many`: it places as many of every class
    as possible.
    """
    until = monotonic() + SECONDS
    rows = _limits(question)
    active = _to_begin_with(question, near)
    rank = question.rank[question.trainee]
    taken = np.zeros(len(rank), dtype=np.int64)
    classes = [-(rank == one).astype(np.int64) for one in range(int(question.rank.max()) + 1)]
    locked = -question.locked[question.trainee].astype(np.int64)
    if locked.any():
        rows = _held(rows, locked, -int(question.locked.sum()))
    if as_many:
        taken[near] = 1
    elif locked.any():
        # those who must be placed, and nobody else: whole, and within all limits
        alone, _ = _whole(np.zeros_like(taken), rows, np.flatnonzero(locked), np.inf)
        assert alone is not None, "locked pairs have room"
        taken = alone
    proven: list[int] = []
    for nth, part in enumerate((-question.chosen.astype(np.int64), *classes, *question.parts)):
        least = int(part[near].sum())
        if part.any() and not (as_many and nth <= len(classes)):
            taken, active, least = _least_part(question, part, rows, active, _Search(taken, until))
        proven.append(least)
        if part.any():
            rows = _held(rows, part, int(part @ taken))
    choices, placed, parts = proven[0], proven[1 : 1 + len(classes)], proven[1 + len(classes) :]
    return np.flatnonzero(taken), Bound(-choices, tuple(-count for count in placed), tuple(parts))


def _limits(question: Question) -> Rows:
    """Everybody placed at most once, every limit kept, mentors' by the minutes."""
    candidates = np.arange(len(question.trainee))

    def rows(of: IntArray, height: int, each: IntArray | int = 1) -> "scipy.sparse.csr_array":
        there = of >= 0
        weights = (each * np.ones(len(of), dtype=np.int64))[there]
        return scipy.sparse.csr_array((weights.astype(float), (of[there], candidates[there])), shape=(height, len(of)))

    matrices = [
        rows(question.trainee, len(question.rank)),
        rows(
            question.nesting.mentor[question.seat],
            len(question.minutes_had),
            question.minutes_taken[question.trainee],
        ),
    ]
    most: list[IntArray] = [np.ones(len(question.rank), dtype=np.int64), question.minutes_had]
    # of those who take more than one part in n + 1 of a mentor's minutes, no more than n: what the minutes alone say of
    # whole trainees, and the linear programme would not see
    mentor = question.nesting.mentor[question.seat]
    taken, had = question.minutes_taken[question.trainee], question.minutes_had[mentor]
    for n in range(int((had // taken).max(initial=0)) if len(np.unique(taken)) > 1 else 0):
        matrices.append(rows(np.where(taken * (n + 1) > had, mentor, -1), len(question.minutes_had)))
        most.append(np.full(len(question.minutes_had), n, dtype=np.int64))
    for family in question.nesting.limits[1:]:
        matrices.append(rows(family.of[question.seat], len(family.capacity)))
        most.append(family.capacity)
    return Rows(scipy.sparse.csc_array(scipy.sparse.vstack(matrices)), np.concatenate(most).astype(float))


def _held(rows: Rows, part: IntArray, value: int) -> Rows:
    """The rows with one more: the part stays at its optimum."""
    row = scipy.sparse.csr_array(part.astype(float).reshape(1, -1))
    return Rows(
        scipy.sparse.csc_array(scipy.sparse.vstack([scipy.sparse.csr_array(rows.matrix), row])),
        np.append(rows.at_most, float(value)),
    )


def _to_begin_with(question: Question, near: IntArray) -> IntArray:
    cost = sum((part for part in question.parts), np.zeros(len(question.trainee), dtype=np.int64))
    order = np.lexsort((cost, question.trainee))
    first = np.searchsorted(question.trainee[order], question.trainee[order])
    wanted = np.flatnonzero(question.chosen | question.locked[question.trainee])
    return np.union1d(order[np.arange(len(order)) - first < FEW], np.union1d(near, wanted))


@dataclass(frozen=True, slots=True)
class _Search:
    """A whole solution to fall back on, and when the search for a better one ends."""

    known: IntArray
    until: float


def _least_part(
    question: Question, part: IntArray, rows: Rows, active: IntArray, search: _Search
) -> tuple[IntArray, IntArray, int]:
    """The optimal whole number by candidate, the candidates that were considered, and the bound of the part."""
    everybody = np.arange(len(part))
    margin = NEARLY
    while True:
        columns: Any = rows.matrix[:, active]
        answer: Any = scipy.optimize.linprog(
            part[active], A_ub=columns, b_ub=rows.at_most, bounds=(0, None), method="highs"
        )
        if answer.status == 2 and len(active) < len(part):
            active = everybody  # a part that is held asks for candidates that were not looked at yet
            continue
        if not answer.success:
            raise RuntimeError(f"The program was not solved: {answer.message}")
        reduced = part - rows.matrix.T @ answer.ineqlin.marginals
        # nobody takes more than one candidate, so no more than this is to be gained
        gain = np.zeros(len(question.rank))
        np.minimum.at(gain, question.trainee, reduced)
        bound = float(np.ceil(answer.fun + gain.sum() - NEARLY))  # costs are whole
        worth = np.setdiff1d(np.flatnonzero(reduced < -NEARLY), active)
        if bound >= answer.fun - NEARLY or not len(worth):
            break
        active = np.union1d(active, np.flatnonzero(reduced < margin))
        margin = max(2.0, 4 * margin)  # more each time, so that a long tail of small gains is short
    taken = np.zeros(len(part), dtype=np.int64)
    taken[active] = np.round(answer.x)
    if np.allclose(answer.x, taken[active], rtol=0, atol=NEARLY):
        return taken, active, int(bound)
    # dearer by more than the gap is what no better whole answer than the best of those looked at can have
    whole, least = _whole(part, rows, active, search.until)
    best = search.known if whole is None or part @ search.known < part @ whole else whole
    gap = float(part @ best) - bound
    if gap < 1:
        return best, active, int(bound)
    close = np.union1d(active, np.flatnonzero(reduced <= gap + NEARLY))
    if len(close) > len(active) or whole is None:
        whole, least = _whole(part, rows, close, search.until)
        best = best if whole is None or part @ best < part @ whole else whole
    return best, close, max(int(bound), min(least, int(part @ best)))


def _whole(part: IntArray, rows: Rows, columns: IntArray, until: float) -> tuple[IntArray | None, int]:
    """The best whole solution over some candidates (None if none is found in time), and the bound of the search."""
    answer = scipy.optimize.milp(
        part[columns],
        integrality=np.ones(len(columns), dtype=np.int64),
        bounds=scipy.optimize.Bounds(0, 1),
        constraints=scipy.optimize.LinearConstraint(rows.matrix[:, columns], ub=rows.at_most),
        options={"mip_rel_gap": 0, "time_limit": max(0.1, until - monotonic())},
    )
    out_of_time, infeasible = answer.status == 1, answer.status == 2
    if not (answer.success or out_of_time or infeasible):
        raise RuntimeError(f"The program was not solved: {answer.message}")
    proven = answer.mip_dual_bound
    least = int(np.ceil(proven - NEARLY)) if proven is not None and np.isfinite(proven) else int(np.iinfo(np.int64).min)
    if answer.x is None:
        return None, least
    taken = np.zeros(len(part), dtype=np.int64)
    taken[columns] = np.round(answer.x)
    return taken, least
