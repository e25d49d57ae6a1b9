"""Groups are shown only where nothing of fewer people can be worked out: an attacker with all figures tries."""

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.groups.disclosure import EVERYBODY, Group, Unit, groups_to_show

SMALLEST = 3


def unit(person: int, school: str, route: str, subject: str) -> Unit:
    return Unit(
        person,
        (Group("trust", school[0]), Group("school", school)),
        (Group("training_route", route), Group("subject", f"{route} {subject}")),
    )


units_of_people = st.lists(
    st.builds(
        unit,
        st.integers(1, 9),
        st.sampled_from(["a1", "a2", "b1", "c1", "c2"]),
        st.sampled_from(["pgce", "salaried"]),
        st.sampled_from(["physics", "maths"]),
    ),
    max_size=12,
    unique=True,
)


def unseen(units: Sequence[Unit], shown: Collection[Group]) -> list[list[Fraction]]:
    """Return a basis of the changes to people's figures that leave the figures of all groups shown as they are."""
    rows = [[Fraction(group in each.groups) for each in units] for group in shown]
    pivots: list[int] = []
    for column in range(len(units)):
        found = next((row for row in rows[len(pivots) :] if row[column]), None)
        if found is None:
            continue
        rows.remove(found)
        found = [value / found[column] for value in found]
        rows = [[a - row[column] * b for a, b in zip(row, found, strict=True)] for row in rows]
        rows.insert(len(pivots), found)
        pivots.append(column)
    basis: list[list[Fraction]] = []
    for free in set(range(len(units))) - set(pivots):
        change = [Fraction(column == free) for column in range(len(units))]
        for row, pivot in zip(rows, pivots, strict=False):
            change[pivot] = -row[free]
        basis.append(change)
    return basis


def small_sets_that_follow(units: Sequence[Unit], shown: Collection[Group]) -> Iterator[list[Unit]]:
    """Return every set of units of fewer people than the smallest group whose figure follows from those shown."""
    basis = unseen(units, shown)
    people = {each.person for each in units}
    for known in combinations(people, min(SMALLEST - 1, len(people))):
        theirs = [nth for nth, each in enumerate(units) if each.person in known]
        for number in range(1, len(theirs) + 1):
            for chosen in combinations(theirs, number):
                if all(sum(change[each] for each in chosen) == 0 for change in basis):
                    yield [units[each] for each in chosen]


@given(units_of_people)
@settings(deadline=None)
def test_nothing_of_fewer_people_can_be_worked_out(units: list[Unit]) -> None:
    assert not list(small_sets_that_follow(units, groups_to_show(units, SMALLEST)))


@given(units_of_people)
@settings(deadline=None)
def test_everybody_is_shown_exactly_where_there_are_enough_people(units: list[Unit]) -> None:
    one_each = list({each.person: each for each in units}.values())
    assert (EVERYBODY in groups_to_show(one_each, SMALLEST)) == (len(one_each) >= SMALLEST)


def units_of(**numbers: int) -> list[Unit]:
    """Units of different people: `a1_pgce_physics=3` are three of them."""
    return [
        unit(1000 * nth + number, *key.split("_"))
        for nth, (key, many) in enumerate(numbers.items())
        for number in range(many)
    ]


def test_the_attacker_finds_what_a_careless_report_shows() -> None:
    units = units_of(a1_pgce_physics=4, b1_pgce_physics=1)
    everything = {group for each in units for group in each.groups}
    assert list(small_sets_that_follow(units, everything))


@pytest.mark.parametrize(
    ("units", "hidden"),
    [
        pytest.param(
            units_of(a1_pgce_physics=4, b1_pgce_physics=2), {"a", "b"}, id="a small school, and the only other"
        ),
        pytest.param(units_of(a1_pgce_physics=4, a2_pgce_physics=2, b1_pgce_physics=3), {"a1", "a2"}, id="in a trust"),
        pytest.param(
            units_of(a1_pgce_physics=4, b1_pgce_physics=2, b1_salaried_physics=4),
            {"b", "pgce"},
            id="a route less a school",
        ),
    ],
)
def test_what_would_give_a_small_group_away_is_hidden(units: list[Unit], hidden: set[str]) -> None:
    shown = {group.value for group in groups_to_show(units, SMALLEST)}
    assert not shown >= hidden


def test_large_groups_are_all_shown() -> None:
    units = units_of(a1_pgce_physics=5, a1_salaried_maths=5, b1_pgce_physics=5, b1_salaried_maths=5)
    assert groups_to_show(units, SMALLEST) == {group for each in units for group in each.groups}


def test_somebody_in_two_schools_is_one_person() -> None:
    units = [unit(person, school, "pgce", "physics") for person in (1, 2) for school in ("a1", "b1")]
    assert not groups_to_show(units, SMALLEST)
