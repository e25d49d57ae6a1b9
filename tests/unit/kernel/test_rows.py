"""A row made of an event's fields, a key by their names, and a row that is gone."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from shared.kernel.readmodel import (
    ReadModel,
    Step,
    fold_in_place,
    key_from,
    remove_row,
    replace_fields,
    row_of,
    set_fields,
)


class Lent(BaseModel):
    type: ClassVar[str] = "library.lent"

    book: str
    copy_number: int
    reader: str


class Returned(BaseModel):
    type: ClassVar[str] = "library.returned"

    book: str
    copy_number: int


@dataclass(frozen=True, slots=True)
class Loan:
    book: str
    copy_number: int
    status: str
    reader: str | None = None


LENT = Lent(book="Emma", copy_number=2, reader="r1")


def test_a_row_takes_the_fields_that_the_event_has_under_the_same_names() -> None:
    assert row_of(Loan, LENT, status="out") == Loan("Emma", 2, "out", "r1")


def test_a_value_that_is_given_replaces_that_of_the_event() -> None:
    assert row_of(Loan, LENT, status="out", reader="r2").reader == "r2"


def test_a_field_that_is_not_given_keeps_its_default() -> None:
    assert row_of(Loan, Returned(book="Emma", copy_number=2), status="in") == Loan("Emma", 2, "in", None)


def test_a_field_without_a_default_must_be_given() -> None:
    with pytest.raises(TypeError, match="status"):
        row_of(Loan, LENT)


def test_a_value_for_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="shelf"):
        row_of(Loan, LENT, status="out", shelf="B")


@pytest.mark.parametrize("others", [{}, {"status": "back"}, {"status": "back", "reader": None, "book": "Persuasion"}])
def test_a_changed_row_is_the_one_that_the_standard_library_makes(others: dict[str, Any]) -> None:
    row = Loan("Emma", 2, "out", "r1")

    made = replace_fields(row, **others)

    assert made == replace(row, **others)
    assert type(made) is Loan
    assert hash(made) == hash(replace(row, **others))
    assert row == Loan("Emma", 2, "out", "r1")


@pytest.mark.parametrize("row", [None, Loan("Emma", 2, "in"), Loan("Emma", 7, "lost", "r9")])
def test_a_fold_that_sets_fields_does_what_making_and_changing_a_row_do(row: Loan | None) -> None:
    before = replace(row) if row else None

    made = set_fields(Loan, Lent, status="book", reader="reader")(row, LENT)

    others = {"status": "Emma", "reader": "r1"}
    assert made == (row_of(Loan, LENT, **others) if row is None else replace_fields(row, **others))
    assert type(made) is Loan
    assert row == before


@pytest.mark.parametrize("row", [None, Loan("Emma", 2, "in"), Loan("Emma", 7, "lost", "r9")])
def test_a_fold_in_place_gives_the_same_row(row: Loan | None) -> None:
    fold = set_fields(Loan, Lent, status="book", reader="reader")
    wanted = fold(row, LENT)

    made = fold_in_place(fold)(row, LENT)

    assert made == wanted
    assert row is None or made is row


def test_any_other_fold_makes_a_row_anew_for_whoever_asks() -> None:
    assert fold_in_place(remove_row) is remove_row


def test_a_fold_leaves_fields_that_are_not_given_at_their_default() -> None:
    fold = set_fields(Loan, Returned, status="book")
    assert fold(None, Returned(book="Emma", copy_number=2)) == Loan("Emma", 2, "Emma", None)


@pytest.mark.parametrize(
    ("sources", "said"), [({"shelf": "book"}, "shelf"), ({"status": "shelf"}, "status"), ({}, "status")]
)
def test_a_fold_that_cannot_set_its_fields_is_not_made(sources: dict[str, str], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        set_fields(Loan, Returned, **sources)


def test_a_field_that_the_row_has_not_cannot_be_changed() -> None:
    with pytest.raises(TypeError, match="shelf"):
        replace_fields(Loan("Emma", 2, "out"), status="back", shelf="B")


def test_a_key_of_one_name_is_a_tuple_of_one() -> None:
    assert key_from("book")(LENT) == ("Emma",)


def test_a_key_has_the_order_of_its_names() -> None:
    assert key_from("copy_number", "book")(LENT) == (2, "Emma")


def test_a_key_has_at_least_one_name() -> None:
    with pytest.raises(TypeError):
        key_from()


def test_an_event_that_ends_a_row_removes_it() -> None:
    key = key_from("book", "copy_number")
    loans = ReadModel(
        name="loans",
        row=Loan,
        key=("book", "copy_number"),
        on={Lent: Step(key, lambda _, event: row_of(Loan, event, status="out")), Returned: Step(key, remove_row)},
    )
    rows: dict[tuple[object, ...], Loan | None] = {}
    loans.fold(rows, [("north-star", LENT), ("north-star", Returned(book="Emma", copy_number=2))])
    assert rows == {("north-star", "Emma", 2): None}
