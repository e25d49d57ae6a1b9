"""Split a round into parts that share no candidate and no limit: a change in one leaves the others as they are."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import scipy

from services.matching.solver.model import Match, Problem
from services.matching.solver.residual import SolvedFlow


def parts_of(solved: SolvedFlow) -> dict[str, int]:
    """Return the part of the round that each trainee, mentor, offer and group belongs to.

    Keys are prefixed by their kind, since ids of two kinds may be the same.
    """
    problem, candidates = solved.problem, solved.weighed.candidates
    trainees, mentors, offers = len(problem.trainees), len(problem.mentors), len(problem.offers)
    group = {one.id: trainees + mentors + offers + i for i, one in enumerate(problem.groups)}
    at_offer = trainees + mentors
    inside = [(at_offer + i, group[id_]) for i, offer in enumerate(problem.offers) for id_ in offer.groups]
    links = np.array(inside, dtype=np.int64).reshape(-1, 2)
    tail = np.concatenate([candidates.trainee, trainees + candidates.seats.mentor, links[:, 0]])
    head = np.concatenate([at_offer + candidates.offer, at_offer + candidates.seats.offer, links[:, 1]])
    size = trainees + mentors + offers + len(group)
    _, part = scipy.sparse.csgraph.connected_components(
        scipy.sparse.csr_array((np.ones(len(tail)), (tail, head)), shape=(size, size)), directed=False
    )
    names = [
        *(f"t{one.id}" for one in problem.trainees),
        *(f"m{one.id}" for one in problem.mentors),
        *(f"o{one.id}" for one in problem.offers),
        *(f"g{one.id}" for one in problem.groups),
    ]
    return dict(zip(names, part.tolist(), strict=True))


def parts_of_round(problem: Problem, part_of: dict[str, int], parts: Collection[int]) -> Problem | None:
    """Return the round of some parts; None where that is most of the round."""
    trainees = tuple(one for one in problem.trainees if part_of[f"t{one.id}"] in parts)
    if 2 * len(trainees) > len(problem.trainees):
        return None
    ids = {one.id for one in trainees}

    def of_these(matches: tuple[Match, ...]) -> tuple[Match, ...]:
        return tuple(match for match in matches if match.trainee_id in ids)

    return replace(
        problem,
        trainees=trainees,
        mentors=tuple(one for one in problem.mentors if part_of[f"m{one.id}"] in parts),
        offers=tuple(one for one in problem.offers if part_of[f"o{one.id}"] in parts),
        groups=tuple(one for one in problem.groups if part_of[f"g{one.id}"] in parts),
        locked=of_these(problem.locked),
        chosen=tuple(pair for pair in problem.chosen if pair.trainee_id in ids),
        standing=of_these(problem.standing),
    )
