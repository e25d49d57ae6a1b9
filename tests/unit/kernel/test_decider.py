"""Events and other models that are built from the fields that they share with a value."""

from datetime import date
from typing import ClassVar

import pytest
from pydantic import ValidationError

from shared.kernel.decider import Event, Value, build_from


class Details(Value):
    length: int
    place: str | None = None


class Walked(Details, Event):
    type: ClassVar[str] = "test.walked"

    walker: str


class NewWalk(Details):
    on: date
    companions: tuple[str, ...] = ()


MONDAY = date(2026, 9, 21)


def test_an_event_takes_the_fields_that_it_shares_with_a_request_and_no_others() -> None:
    request = NewWalk(length=3, place="moor", on=MONDAY, companions=("Ada",))
    walked = build_from(Walked, request, happened_on=request.on, walker="Bob")
    assert walked == Walked(length=3, place="moor", happened_on=MONDAY, walker="Bob")


def test_a_field_that_is_named_wins_over_that_of_the_source() -> None:
    assert build_from(Details, NewWalk(length=3, on=MONDAY), length=4) == Details(length=4)


def test_a_field_that_nobody_gives_is_missing() -> None:
    with pytest.raises(ValidationError, match="walker"):
        build_from(Walked, Details(length=3), happened_on=MONDAY)
