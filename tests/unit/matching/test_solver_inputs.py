"""Every field that the solver reads is set by some event, and each changes an outcome.

A field of the solver's model without a case fails here, and so does a case that changes nothing.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from services.matching.solver.contrast import Factors
from services.matching.solver.model import (
    ChosenPair,
    Group,
    Match,
    Mentor,
    MentorSchool,
    Offer,
    Point,
    Problem,
    Rules,
    School,
    Trainee,
    Travel,
)
from tests.unit.matching.in_memory import input_of, result_of
from tests.unit.matching.solver_inputs import CASES, Case, Known

READ = (Trainee, Mentor, MentorSchool, Offer, Group, School, Point, Factors, Travel, Rules, ChosenPair, Match, Problem)
NAMED = [(name, nth) for name, cases in CASES.items() for nth in range(len(cases))]


def test_every_field_that_the_solver_reads_has_a_case() -> None:
    assert set(CASES) == {f"{row_class.__name__}.{field.name}" for row_class in READ for field in fields(row_class)}
    assert all(CASES.values())


def test_no_part_of_a_problem_is_left_out_of_this_table() -> None:
    known = Known(next(iter(CASES["Problem.groups"])).after.events)
    assert {type(part) for part in _parts(input_of(known).problem)} <= set(READ)


@pytest.mark.covers("M1", "M2", "M3", "M5", "M6", "M8", "M10")
@pytest.mark.parametrize(("name", "nth"), NAMED, ids=[f"{name} {nth}" for name, nth in NAMED])
def test_the_event_sets_the_field_and_the_field_changes_a_result(name: str, nth: int) -> None:
    case = CASES[name][nth]
    assert _differing_types(case) == case.by
    before, after = input_of(case.before), input_of(case.after)
    assert _values(name, before.problem) != _values(name, after.problem)
    results = [result_of(made, repair=case.after.repair) for made in (before, after)]
    assert results[0] != results[1]


def _differing_types(case: Case) -> set[type[Any]]:
    events = [{repr(event): type(event) for event in known.events} for known in (case.before, case.after)]
    types = {type_ for some, other in (events, events[::-1]) for text, type_ in some.items() if text not in other}
    return types if case.before.on == case.after.on else types | case.by


def _values(name: str, problem: Problem) -> list[object]:
    of, field = name.split(".")
    return [getattr(part, field) for part in _parts(problem) if type(part).__name__ == of]


def _parts(value: object) -> Iterator[object]:
    """All dataclasses in a value, itself among them."""
    if is_dataclass(value):
        yield value
        for field in fields(value):
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, dict):
        for part in value.values():
            yield from _parts(part)
    elif isinstance(value, tuple | frozenset):
        for part in value:
            yield from _parts(part)
