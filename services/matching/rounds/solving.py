"""Solve the input of a round; a refusal of the solver becomes a domain error."""

from services.matching.rounds.inputs import RoundInput
from services.matching.solver import LockedPairsImpossible
from services.matching.solver.solving import Answer, WeighedRound, solve_weighed, sort_by_id, weigh
from shared.kernel.decider import DomainError
from shared.wording import counted_noun


class LockedPairsInTheWay(DomainError):
    """Pairs that are locked cannot stay as they are."""


def weigh_round(round_input: RoundInput) -> WeighedRound:
    """Find the candidates of a round and their costs, as `solve_round` does."""
    return weigh(sort_by_id(round_input.problem))


def solve_round(round_input: RoundInput, *, moves_first: bool = False, weighed: WeighedRound | None = None) -> Answer:
    """Solve the problem, as a repair with `moves_first`; raises `LockedPairsInTheWay`, with the ids of the pairs.

    `weighed` is what `weigh_round` made of this input, if it is known already.
    """
    try:
        return solve_weighed(round_input.problem, moves_first=moves_first, weighed=weighed)
    except LockedPairsImpossible as apart:
        pairs = sorted(
            str(round_input.placed[match.trainee_id].pair_id)
            for match in apart.matches
            if match.trainee_id in round_input.placed
        )
        count = counted_noun(len(pairs), "locked pair cannot stay", "locked pairs cannot stay")
        raise LockedPairsInTheWay(
            f"{count}, because {apart}. Unlock what may change, or change what is in the way.", pairs=pairs
        ) from None
