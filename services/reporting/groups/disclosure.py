"""Which groups of people can be shown, so that no figure of fewer people can be worked out from those that are.

People are grouped in two ways at once: by place (a trust, and the schools in it) and by course (a training route, and
the subjects in it). The figures of all groups that are shown are sums over their people, so whoever reads them knows
every sum and difference of them. Two things must not come out of that:

- what remains of a group when the groups inside it are taken away, if that is fewer people than the smallest group;
- what remains when groups of courses are taken away from groups of places that they all lie in, or the other way about.

The second is found as a cut. Let each remainder of a place and each remainder of a course be a node, with an edge from
a place to a course for the people who are in both. What can be worked out is the sum over the edges between a set of
nodes and the others, where all of them go one way; the lightest of these through an edge is a minimum cut, by the
theorem of Ford and Fulkerson (1956). A group is hidden for each that is too light, until there is none.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeVar

WHOLE = 2520
"""What a person weighs: it is divided without a rest between up to ten units."""


SMALL_GROUPS_HIDDEN = (
    "A group of fewer people than the programme's smallest group has no figure, and neither has a group from which the "
    "figure of such a group could be worked out."
)
"""How answers explain that a group has no figure."""


class Group(NamedTuple):
    """A group of people: by what they are grouped, and the value that they share."""

    by: str
    value: str


EVERYBODY = Group("everybody", "")
"""The group of all: every other lies in it."""

Edges = Mapping[tuple[Group, Group], int]
"""What the people weigh who are both in what remains of a place and in what remains of a course."""
Node = tuple[Group, bool]
"""What remains of a group, and whether it is one of places."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Unit:
    """Somebody at a place and on a course, each as the groups that they are in, the widest first.

    Somebody who is at two places in the time that is counted has two units.
    """

    person: Hashable
    place: tuple[Group, ...]
    course: tuple[Group, ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        """Every group that the unit is in."""
        return (EVERYBODY, *self.place, *self.course)


def groups_to_show(units: Collection[Unit], smallest: int) -> frozenset[Group]:
    """Return the groups whose figures can be shown without those of fewer than `smallest` people coming out.

    It is the same for whoever asks: a reader who sees some of these groups only learns less. Empty where there are
    fewer people than that in all.
    """
    weights, limit = _weights(units), smallest * WHOLE
    shown = {group for unit in units for group in unit.groups}
    sizes = _sum((group, weights[unit]) for unit in units for group in unit.groups)
    shown -= {group for group in shown if sizes[group] < limit}
    while shown:
        too_small = _too_small(units, weights, shown, limit)
        if not too_small:
            return frozenset(shown)
        shown.remove(min(too_small, key=lambda group: (sizes[group], group)))
    return frozenset()


def _weights(units: Collection[Unit]) -> Mapping[Unit, int]:
    """What each unit weighs: so little that any units together weigh no more than their people."""
    numbers = _sum((unit.person, 1) for unit in units)
    return {unit: WHOLE // numbers[unit.person] for unit in units}


def _sum(parts: Iterable[tuple[K, int]]) -> dict[K, int]:
    sums: dict[K, int] = defaultdict(int)
    for key, number in parts:
        sums[key] += number
    return sums


def _too_small(
    units: Collection[Unit], weights: Mapping[Unit, int], shown: Collection[Group], limit: int
) -> Collection[Group]:
    """Return the groups of which hiding one helps; none where nothing too small comes out."""
    places = {unit: _narrowest(unit.place, shown) for unit in units}
    courses = {unit: _narrowest(unit.course, shown) for unit in units}
    for remainders in (places, courses):
        sizes = _sum((remainders[unit], weights[unit]) for unit in units)
        small = [group for group in sizes if sizes[group] < limit]
        if small:
            return _of_or_in(small[:1], units, shown)
    edges = _sum(((places[unit], courses[unit]), weights[unit]) for unit in units)
    for (place, course), weight in edges.items():
        if weight < limit and (cut := _light_cut(edges, place, course, limit)):
            return _of_or_in(cut, units, shown)
    return ()


def _of_or_in(groups: Collection[Group], units: Collection[Unit], shown: Collection[Group]) -> Collection[Group]:
    """Return groups, and those right inside them: to hide any of these makes what remains of them larger."""
    steps = {step for unit in units for path in (unit.place, unit.course) for step in _steps(path, shown)}
    return {*groups, *(narrower for wider, narrower in steps if wider in groups)} - {EVERYBODY} or {EVERYBODY}


def _narrowest(path: tuple[Group, ...], shown: Collection[Group]) -> Group:
    """Return the narrowest of the groups on a path that is shown."""
    return next((group for group in reversed(path) if group in shown), EVERYBODY)


def _steps(path: tuple[Group, ...], shown: Collection[Group]) -> Iterable[tuple[Group, Group]]:
    """Return each group on a path that is shown with the next narrower one."""
    return pairwise((EVERYBODY, *(group for group in path if group in shown)))


def _light_cut(edges: Edges, source: Group, sink: Group, limit: int) -> Collection[Group]:
    """Return the groups at the edges of a cut between a place and a course that weighs less than `limit`.

    Its edges all lead from the side of the place `source` to the side of the course `sink`. None where every such cut
    weighs more. The flow over an edge is at most its weight, and nothing limits what flows back.
    """
    towards, backwards = defaultdict(list), defaultdict(list)
    for place, course in edges:
        towards[place].append(course)
        backwards[course].append(place)
    flow: dict[tuple[Group, Group], int] = defaultdict(int)
    total = 0
    while total < limit:
        came_from = _reach(edges, flow, towards, backwards, source)
        if (sink, False) not in came_from:
            reached = {group for group, is_place in came_from if is_place}
            return {
                group
                for place, course in edges
                if place in reached and (course, False) not in came_from
                for group in (place, course)
            }
        path = _path(came_from, (sink, False))
        least = min(edges[edge] - flow[edge] for edge, is_forward in path if is_forward)
        for edge, is_forward in path:
            flow[edge] += least if is_forward else -least
        total += least
    return ()


def _reach(
    edges: Edges,
    flow: Mapping[tuple[Group, Group], int],
    towards: Mapping[Group, Sequence[Group]],
    backwards: Mapping[Group, Sequence[Group]],
    source: Group,
) -> Mapping[Node, Node | None]:
    """Return every node that more can flow to, with the node before it on the shortest way."""
    came_from: dict[Node, Node | None] = {(source, True): None}
    waiting: deque[Node] = deque(came_from)
    while waiting:
        node = waiting.popleft()
        group, is_place = node
        if is_place:
            following = [(course, False) for course in towards[group] if flow[group, course] < edges[group, course]]
        else:
            following = [(place, True) for place in backwards[group]]
        for each in following:
            if each not in came_from:
                came_from[each] = node
                waiting.append(each)
    return came_from


def _path(came_from: Mapping[Node, Node | None], node: Node) -> list[tuple[tuple[Group, Group], bool]]:
    """Return the edges on the way to a node, each with whether it is walked from its place to its course."""
    path = []
    while (before := came_from[node]) is not None:
        place, course = (before[0], node[0]) if before[1] else (node[0], before[0])
        path.append(((place, course), before[1]))
        node = before
    return path
