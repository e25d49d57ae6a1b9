"""Choose as many options as limits allow, then at least cost: an integer program, proven optimal by HiGHS."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from services.matching.solver.candidates import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Packing:
    """The cost of each option, and the limits: rows over the options, each with its maximum."""

    cost: IntArray
    limits: tuple[tuple["scipy.sparse.csr_array", FloatArray], ...]


def largest_cheapest(packing: Packing) -> list[int]:
    """Return the chosen options of an optimum, in order: as many as possible, and of these at least cost."""
    choices = len(packing.cost)
    if not choices:
        return []
    limits = [scipy.optimize.LinearConstraint(rows, ub=most) for rows, most in packing.limits]
    every = np.ones(choices)
    taken = _least(-every, limits)
    most = int(taken.sum())
    limits.append(scipy.optimize.LinearConstraint(scipy.sparse.csr_array(every.reshape(1, -1)), lb=most, ub=most))
    return [int(one) for one in np.flatnonzero(_least(packing.cost.astype(np.float64), limits))]


def _least(prices: FloatArray, limits: list["scipy.optimize.LinearConstraint"]) -> npt.NDArray[np.int64]:
    answer = scipy.optimize.milp(
        prices,
        integrality=np.ones(len(prices), dtype=np.int64),
        bounds=scipy.optimize.Bounds(0, 1),
        constraints=limits,
        options={"mip_rel_gap": 0},
    )
    if not answer.success:
        raise RuntimeError(f"The program was not solved: {answer.message}")
    return np.asarray(np.round(answer.x), dtype=np.int64)
