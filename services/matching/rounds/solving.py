"""The solver asked, and what it refuses said in a sentence."""

from collections.abc import Callable

from services.matching.rounds.inputs import Standing
from services.matching.solver import LockedApart, Problem, Solution, solve
from shared.kernel.decider import DomainError


class LockedPairsInTheWay(DomainError):
    """Pairs that are locked cannot stay as they are."""


def solved(standing: Standing, by: Callable[[Problem], Solution] = solve) -> Solution:
    """The optimum of how things stand, by `solve` or `repair`; raises `LockedPairsInTheWay`, with their ids."""
    try:
        return by(standing.problem)
    except LockedApart as apart:
        pairs = sorted(
            str(standing.placed[match.trainee_id]["pair_id"])
            for match in apart.matches
            if match.trainee_id in standing.placed
        )
        many = "A locked pair cannot stay as it is" if len(pairs) == 1 else f"{len(pairs)} locked pairs cannot stay"
        raise LockedPairsInTheWay(
            f"{many}, since {apart}. Unlock what may change, or change what is in the way.", pairs=pairs
        ) from None
