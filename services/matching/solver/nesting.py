"""Capacities as a forest, as far as they nest: mentor in offer in department in school in trust.

Every capacity is a limit on a set of seats. Two limits nest if one contains all seats that the two share and the other
has none outside it. A flow can have any number of limits that all nest, and no others. So limits are added in this
order, and a limit that crosses those before it is left out:

1. mentors' hours, offers' places, groups from the inside out; a limit that cannot bind is skipped;
2. limits that only matter for an even load: mentors whose offers are scarcer than their hours, schools.

A limit left out in the first step is `crossing`: a flow that happens to keep it is still optimal, a flow that breaks it
is not a solution (see `mixed_integer`). If a limit is left out in the second step, that load is not evened out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from services.matching.solver import rules
from services.matching.solver.candidates import BoolArray, IntArray, Seats
from services.matching.solver.model import Problem


@dataclass(frozen=True, slots=True)
class Family:
    """Limits of one kind, which share no seat: `of` has the limit of each seat, -1 for none; `even` evens their load.

    A limit counts trainees.
    """

    of: IntArray
    capacity: IntArray
    even: bool

    def only(self, taken: BoolArray) -> "Family":
        """Copy the family without the limits that are not in `taken`."""
        return Family(np.where((self.of >= 0) & taken[self.of], self.of, -1), self.capacity, self.even)


@dataclass(frozen=True, slots=True)
class Forest:
    """Limits that nest: their capacity, the next limit outwards (-1: none), and the innermost limit of each seat.

    `can_bind` is whether a limit could exclude anybody; the others are there for their load, and `even` is whether the
    load counts. Limits come before those that contain them.
    """

    capacity: IntArray
    outer: IntArray
    innermost: IntArray
    can_bind: BoolArray
    even: BoolArray


@dataclass(frozen=True, slots=True)
class Nesting:
    """All limits that can bind, the forest of those that nest, and those that cross it.

    `mentor` is each seat's; the first of `limits` are the mentors'. `shared` are the offers among `crossing`.
    """

    mentor: IntArray
    limits: tuple[Family, ...]
    forest: Forest
    crossing: tuple[Family, ...]
    shared: Family


def nest(problem: Problem, seats: Seats, room: IntArray, *, every: bool = False) -> Nesting:
    """Arrange the capacities of a round; `room` is the number of trainees that each mentor's hours hold.

    With `every`, also limits that cannot bind now count, as they may when another limit grows; loads are left out.
    """
    mentors = Family(seats.mentor, room, even=True)
    places = np.array([rules.places_left(offer) for offer in problem.offers], dtype=np.int64)
    binding = [mentors]
    for family in (Family(seats.offer, places, even=False), *_groups(problem, seats)):
        binding.append(family if every else family.only(family.capacity < _at_most(family, binding)))
    # mentors each of whose offers is bound by its places, which together are no more than their hours hold
    spare = room >= _sums(mentors, np.where(binding[1].of >= 0, places[seats.offer], room[seats.mentor] + 1))
    loads = [] if every else [mentors.only(spare), _schools(problem, seats, places)]
    binding[0] = mentors if every else mentors.only(~spare)

    taken: list[Family] = []
    crossing: list[Family] = []
    for family, counts in [*((one, True) for one in binding), *((one, False) for one in loads)]:
        crosses = _crossing(family, taken)
        taken.append(family.only(~crosses))
        if counts:
            crossing.append(family.only(crosses))
    return Nesting(
        mentor=seats.mentor,
        limits=(mentors, *binding[1:]),
        forest=_forest(taken, len(binding), len(seats.mentor)),
        crossing=tuple(one for one in crossing if (one.of >= 0).any()),
        shared=crossing[1],
    )


def _groups(problem: Problem, seats: Seats) -> Iterator[Family]:
    """The groups as families, inner groups first, so that no two groups of a family share a seat."""
    members: list[list[int]] = [[] for _ in problem.groups]
    position = {group.id: i for i, group in enumerate(problem.groups)}
    for i, offer in enumerate(problem.offers):
        for group_id in offer.groups:
            members[position[group_id]].append(i)
    capacity = np.array([max(0, group.places) for group in problem.groups], dtype=np.int64)
    families = np.zeros(len(problem.offers), dtype=np.int64)
    of_offers: list[IntArray] = []
    for group in sorted(range(len(members)), key=lambda group: len(members[group])):
        inside = members[group]
        if not inside:
            continue
        # the first family after those of all groups that share an offer with this one
        family = int(families[inside].max())
        if family == len(of_offers):
            of_offers.append(np.full(len(problem.offers), -1, dtype=np.int64))
        of_offers[family][inside] = group
        families[inside] = family + 1
    for of_offer in of_offers:
        yield Family(of_offer[seats.offer], capacity, even=False)


def _schools(problem: Problem, seats: Seats, places: IntArray) -> Family:
    position = {school.urn: i for i, school in enumerate(problem.schools)}
    of_offer = np.array([position[offer.school_urn] for offer in problem.offers], dtype=np.int64)
    capacity = np.bincount(of_offer, weights=places, minlength=len(problem.schools)).astype(np.int64)
    return Family(of_offer[seats.offer], capacity, even=True)


def _at_most(family: Family, binding: list[Family]) -> IntArray:
    """How many could come to each limit if only those in `binding` excluded anybody."""
    bound = np.full(len(family.capacity), np.iinfo(np.int64).max)
    for other in binding:
        bound = np.minimum(bound, _through(family, other))
    return bound


def _through(family: Family, other: Family) -> IntArray:
    """The capacities of the other family's limits that share a seat with each limit; very large where there is none."""
    shared = np.unique(np.stack([family.of, other.of])[:, family.of >= 0], axis=1)
    endless = np.int64(2**31)
    capacity = np.where(shared[1] >= 0, other.capacity[shared[1]], endless)
    return np.bincount(shared[0], weights=capacity, minlength=len(family.capacity)).astype(np.int64)


def _sums(family: Family, of_seat: IntArray) -> IntArray:
    return np.bincount(family.of, weights=of_seat, minlength=len(family.capacity)).astype(np.int64)


def _sizes(family: Family) -> IntArray:
    return np.bincount(family.of[family.of >= 0], minlength=len(family.capacity))


def _crossing(family: Family, taken: list[Family]) -> BoolArray:
    """Whether each limit shares seats with a limit of `taken` while both have other seats too."""
    crosses = np.zeros(len(family.capacity), dtype=bool)
    for other in taken:
        both = (family.of >= 0) & (other.of >= 0)
        shared, seats = np.unique(np.stack([family.of[both], other.of[both]]), axis=1, return_counts=True)
        crosses[shared[0][(seats < _sizes(family)[shared[0]]) & (seats < _sizes(other)[shared[1]])]] = True
    return crosses


def _forest(taken: list[Family], binding: int, seats: int) -> Forest:
    first = np.cumsum([0, *(len(family.capacity) for family in taken)])
    size = np.concatenate([_sizes(family) for family in taken])
    # by seat, its limits from the inside out; -1 after the last
    chain = np.stack([np.where(f.of >= 0, f.of + at, -1) for f, at in zip(taken, first, strict=False)], axis=1)
    key = np.where(chain >= 0, size[chain] * len(taken) + np.arange(len(taken)), np.iinfo(np.int64).max)
    chain = np.take_along_axis(chain, np.argsort(key, axis=1, kind="stable"), axis=1)
    outer = np.full(first[-1], -1, dtype=np.int64)
    for level in range(len(taken) - 1):
        inner = chain[:, level] >= 0
        outer[chain[inner, level]] = chain[inner, level + 1]
    kind = np.repeat(np.arange(len(taken)), np.diff(first))
    return Forest(
        capacity=np.concatenate([family.capacity for family in taken]),
        outer=outer,
        innermost=chain[:, 0] if seats else np.empty(0, dtype=np.int64),
        can_bind=kind < binding,
        even=np.array([family.even for family in taken])[kind],
    )
