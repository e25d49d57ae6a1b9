"""Imports that are recorded, whole or in batches, and undone."""

from datetime import date
from uuid import UUID

import pytest

from services.referral.domain.imports import (
    IMPORT,
    Effect,
    ImportConfirmed,
    ImportUndone,
    RowsTakenBack,
    RowsTakenIn,
    TakeBack,
    TakeIn,
    Undone,
)
from shared.kernel.decider import NotFound
from tests.support.given import given

pytestmark = pytest.mark.covers("R3")

FILE = UUID("00000000-0000-4000-8000-00000000000f")
DAY = date(2026, 7, 1)


def take_in(through: int, *streams: str, last: bool = False, new: int = 1) -> TakeIn:
    return TakeIn(
        import_id=FILE, kind="offers", effect=Effect(new=new), through_line=through, streams=streams, last=last, on=DAY
    )


def rows_taken_in(through: int, *streams: str) -> RowsTakenIn:
    effect = Effect(new=1)
    return RowsTakenIn(
        happened_on=DAY, import_id=FILE, kind="offers", effect=effect, through_line=through, streams=streams
    )


def import_confirmed(new: int, *streams: str) -> ImportConfirmed:
    return ImportConfirmed(happened_on=DAY, import_id=FILE, kind="offers", effect=Effect(new=new), streams=streams)


def take_back(*streams: str, last: bool = True) -> TakeBack:
    return TakeBack(import_id=FILE, streams=streams, last=last, on=DAY)


UNDONE = ImportUndone(happened_on=DAY, import_id=FILE)


def test_a_small_file_goes_in_at_once() -> None:
    given(IMPORT).when(take_in(4, "offer-1", last=True)).then(import_confirmed(1, "offer-1"))


def test_a_large_file_goes_in_by_stretches_and_its_effect_is_that_of_all() -> None:
    given(IMPORT).when(take_in(3, "offer-1")).then(rows_taken_in(3, "offer-1"))
    given(IMPORT, rows_taken_in(3, "offer-1")).when(take_in(5, "offer-2", last=True)).then(
        import_confirmed(2, "offer-2")
    )


def test_rows_that_are_in_do_not_go_in_again() -> None:
    given(IMPORT, rows_taken_in(3)).when(take_in(3)).then()
    given(IMPORT, rows_taken_in(3)).when(take_in(2)).then()
    given(IMPORT, import_confirmed(1)).when(take_in(9, last=True)).then()


def test_an_import_is_undone_in_batches() -> None:
    back = RowsTakenBack(happened_on=DAY, import_id=FILE, streams=("offer-2",))
    given(IMPORT, import_confirmed(2, "offer-1", "offer-2")).when(take_back("offer-2", last=False)).then(back)
    begun = given(IMPORT, import_confirmed(2, "offer-1", "offer-2"), back)
    assert (begun.state.status, begun.state.streams) == ("going_back", ("offer-1",))
    begun.when(take_back("offer-1")).then(UNDONE)
    given(IMPORT, import_confirmed(1), UNDONE).when(take_back()).then()


def test_an_interrupted_import_can_be_undone() -> None:
    given(IMPORT, rows_taken_in(3, "offer-1")).when(take_back("offer-1")).then(UNDONE)


def test_nothing_is_taken_back_of_a_file_that_did_not_go_in() -> None:
    given(IMPORT).when(take_back()).refused(NotFound)


def test_nothing_more_goes_in_once_it_goes_back() -> None:
    given(IMPORT, rows_taken_in(3), UNDONE).when(take_in(5)).refused(Undone)
