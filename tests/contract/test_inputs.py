"""Every input of every route: strict days, numbers and texts, with limits that mean something.

The leaves of all bodies and parameters are found from the types of the routes, so a new route is held to it too.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.inputs.days import KINDS, Of
from shared.kernel.http.context import Caller
from shared.kernel.http.routes import Route
from tools.reference.sources import services

NO_DAYS = (0, 1792972800, 1.5, True, "1792972800", "2026-10-05T00:00:00", "20261005", "2026-02-30", "0001-01-01")
NO_DAYS_EITHER = ("9999-12-31", datetime(2026, 10, 5, 9, 0))  # noqa: DTZ001  # as it would be parsed
NO_NUMBERS = (True, "30", 10**9, 1e308, -(10**9), 1e-300, float("nan"), float("inf"))
NO_BOOLS = (0, 1, "yes", "true")


@dataclass(frozen=True)
class Leaf:
    """A field of a body, or a parameter: where it is, its whole type, and the plain type in it."""

    where: str
    hint: Any
    plain: type
    in_body: bool


def _leaves(where: str, hint: Any, whole: Any, *, in_body: bool) -> Iterator[Leaf]:
    match get_origin(hint):
        case None if isinstance(hint, type) and issubclass(hint, BaseModel):
            for name, field in hint.model_fields.items():
                inner = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
                yield from _leaves(f"{where}/{name}", inner, inner, in_body=True)
        case None if hint in (date, int, float, bool, str):
            yield Leaf(where, whole, hint, in_body)
        case origin if origin is Annotated:
            yield from _leaves(where, get_args(hint)[0], whole, in_body=in_body)
        case origin if origin in (Union, UnionType):
            for part in get_args(hint):
                yield from _leaves(where, part, whole if _is_optional(hint) else part, in_body=in_body)
        case origin if origin in (tuple, list):
            yield from _leaves(f"{where}/0", get_args(hint)[0], get_args(hint)[0], in_body=in_body)
        case origin if get_args(hint) and len(get_args(hint)) == 2:
            yield from _leaves(f"{where}/*", get_args(hint)[1], get_args(hint)[1], in_body=in_body)


def _is_optional(hint: Any) -> bool:
    return len(get_args(hint)) == 2 and type(None) in get_args(hint)


def _routes() -> Iterator[tuple[str, Route]]:
    for service in services():
        for router in service.routers:
            for route in router.routes:
                assert isinstance(route, Route), f"{route} does not normalise what is sent"
                yield f"{service.name} {min(route.methods or ())} {route.path}", route


def _hints(route: Route) -> list[Any]:
    return [parameter.annotation for parameter in inspect.signature(route.endpoint).parameters.values()]


def _all_leaves() -> list[Leaf]:
    leaves: dict[str, Leaf] = {}
    for name, route in _routes():
        for parameter in inspect.signature(route.endpoint).parameters.values():
            for leaf in _leaves(f"{name} {parameter.name}", parameter.annotation, parameter.annotation, in_body=False):
                leaves[leaf.where] = leaf
    return list(leaves.values())


LEAVES = _all_leaves()


def _of(*plain: type, in_body: bool = True) -> list[Any]:
    chosen = [leaf for leaf in LEAVES if leaf.plain in plain and (leaf.in_body or not in_body)]
    return [pytest.param(leaf, id=leaf.where) for leaf in chosen]


def accepts(hint: Any, value: object) -> bool:
    try:
        TypeAdapter(hint).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("leaf", _of(date, in_body=False))
def test_a_day_has_one_form_and_outer_bounds(leaf: Leaf) -> None:
    assert [value for value in (*NO_DAYS, *NO_DAYS_EITHER) if accepts(leaf.hint, value)] == []
    assert accepts(leaf.hint, "2026-10-05")


@pytest.mark.parametrize("leaf", _of(date))
def test_a_day_of_a_body_is_of_a_kind_in_the_table(leaf: Leaf) -> None:
    assert [kind for kind in KINDS if f"{Of(kind)!r}" in f"{leaf.hint!r}"] != []


def test_a_route_with_a_day_in_its_body_has_the_caller_who_brings_the_clock() -> None:
    without = [
        name
        for name, route in _routes()
        if any(leaf.where.startswith(f"{name} ") and leaf.in_body and leaf.plain is date for leaf in LEAVES)
        and not any(
            Caller in get_args(each.annotation) for each in inspect.signature(route.endpoint).parameters.values()
        )
    ]
    assert without == []


@pytest.mark.parametrize("leaf", _of(int, float))
def test_a_number_of_a_body_is_strict_and_has_limits(leaf: Leaf) -> None:
    assert [value for value in NO_NUMBERS if accepts(leaf.hint, value)] == []
    assert accepts(leaf.hint, 1)


@pytest.mark.parametrize("leaf", _of(bool))
def test_a_yes_or_no_of_a_body_is_nothing_else(leaf: Leaf) -> None:
    assert [value for value in NO_BOOLS if accepts(leaf.hint, value)] == []
    assert accepts(leaf.hint, True)


@pytest.mark.parametrize("leaf", _of(str))
def test_a_text_of_a_body_has_a_limit(leaf: Leaf) -> None:
    assert not accepts(leaf.hint, "x" * 20_000)


def test_every_kind_of_input_is_found() -> None:
    assert {leaf.plain for leaf in LEAVES} == {date, int, float, bool, str}
    assert len(_of(date)) > 40
    assert UUID not in {leaf.plain for leaf in LEAVES}
