"""Which groups of people can be shown, so that no figure of fewer people can be worked out from those that are.

People are grouped in two ways at once: by place (a trust, and the schools in it) and by course (a training route, and
the subjects in it). The figures of all groups that are shown are sums over their people, so whoever reads them knows
every sum and difference of them. Two things must not come out of that:

- what remains of a group when the groups inside it are taken away, if that is fewer people than the smallest group;
- what remains when groups of courses are taken away from groups of places that they all lie in, or the other way about.

The second is a light cut (`cuts.py`) between what remains of places and what remains of courses, where those who are
in both are an edge. A group is hidden for each that is too light, until there is none: who was in it is then in what
remains of the group around it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from services.reporting.groups.cuts import Overlaps

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

Remainder = tuple[str, Group]
"""What remains of a group without those inside it: of places or of courses, since everybody is both."""


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
    fewer people than that in all. Each group lies in one other, for all units.
    """
    hiding = _Hiding(units, smallest * WHOLE)
    hiding.hide_small_groups()
    hiding.hide_small_remainders()
    hiding.hide_light_cuts()
    return frozenset(hiding.shown)


class _Hiding:
    """The groups that are still shown, and how those who remain in each overlap."""

    def __init__(self, units: Collection[Unit], limit: int) -> None:
        self.limit = limit
        self.sizes: dict[Group, int] = defaultdict(int)
        self.around: dict[Remainder, Remainder] = {}
        self.overlaps: Overlaps[Remainder] = Overlaps()
        for unit, weight in _weights(units).items():
            for group in unit.groups:
                self.sizes[group] += weight
            self.overlaps.add(self._walk("place", unit.place), self._walk("course", unit.course), weight)
        self.shown = set(self.sizes)

    def _walk(self, kind: str, path: tuple[Group, ...]) -> Remainder:
        """Note which group lies around which on a path, and return its end."""
        remainders = [(kind, group) for group in (EVERYBODY, *path)]
        self.around.update(zip(remainders[1:], remainders, strict=False))
        return remainders[-1]

    def hide_small_groups(self) -> None:
        """Hide every group that is too small itself."""
        small = {group for group in self.shown if self.sizes[group] < self.limit}
        for remainder in list(self.around):
            if remainder[1] in small:
                self._hide(remainder)
        self.shown -= small  # everybody, too

    def hide_small_remainders(self) -> None:
        """Hide groups until nothing too small remains of any without those inside it."""
        while small := min(self._small_remainders(), default=None):
            self._hide_lightest({small})

    def hide_light_cuts(self) -> None:
        """Hide groups until no light cut is left: to merge what remains of two makes no cut that was not there."""
        edges = [(place, course) for place, courses in self.overlaps.courses_at.items() for course in courses]
        for edge in edges:
            while self.shown:
                place, course = map(self._shown_around, edge)
                if self.overlaps.courses_at[place][course] >= self.limit:
                    break
                cut = self.overlaps.light_cut(place, course, self.limit)
                if not cut:
                    break
                self._hide_lightest(cut)
                self.hide_small_remainders()

    def _small_remainders(self) -> Collection[Remainder]:
        return [remainder for remainder, weight in self.overlaps.weights() if weight < self.limit and self.shown]

    def _hide_lightest(self, remainders: Collection[Remainder]) -> None:
        """Hide the smallest of these groups and of those right inside them: to hide any adds to what remains."""
        inside = {
            narrower for narrower in self.around if narrower[1] in self.shown and self._outside(narrower) in remainders
        }
        choice = {each for each in (*remainders, *inside) if each[1] != EVERYBODY}
        if choice:
            self._hide(min(choice, key=lambda each: (self.sizes[each[1]], each)))
        else:
            self.shown.clear()

    def _hide(self, remainder: Remainder) -> None:
        self.shown.discard(remainder[1])
        self.overlaps.merge(remainder, self._outside(remainder))

    def _outside(self, remainder: Remainder) -> Remainder:
        """Return the narrowest group around another that is shown."""
        return self._shown_around(self.around[remainder])

    def _shown_around(self, remainder: Remainder) -> Remainder:
        """Return a group if it is shown, or the narrowest one around it that is."""
        while remainder[1] not in self.shown and remainder in self.around:
            remainder = self.around[remainder]
        return remainder


def _weights(units: Collection[Unit]) -> Mapping[Unit, int]:
    """What each unit weighs: so little that any units together weigh no more than their people."""
    numbers = Counter(unit.person for unit in units)
    return {unit: WHOLE // numbers[unit.person] for unit in units}
