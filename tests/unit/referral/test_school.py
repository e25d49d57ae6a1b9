"""Schools as the register shows them."""

from datetime import date

import pytest

from services.referral.domain.school import SCHOOL, RecordSchool, RegisterRow, SchoolRecorded
from tests.words import given

pytestmark = pytest.mark.covers("R1")

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
ROW = RegisterRow(name="Kirkside High Academy", status="open", phases=("secondary",), pupils=1240)


def record(row: RegisterRow, on: date = JULY) -> RecordSchool:
    return RecordSchool(urn="990001", row=row, on=on)


def recorded(row: RegisterRow, on: date = JULY) -> SchoolRecorded:
    return SchoolRecorded(happened_on=on, urn="990001", row=row)


def test_a_school_is_recorded() -> None:
    given(SCHOOL).when(record(ROW)).then(recorded(ROW))


def test_an_unchanged_row_changes_nothing() -> None:
    given(SCHOOL, recorded(ROW)).when(record(ROW, AUGUST)).then()


def test_a_changed_row_is_recorded_whole() -> None:
    other = ROW.model_copy(update={"pupils": 1251})
    given(SCHOOL, recorded(ROW)).when(record(other, AUGUST)).then(recorded(other, AUGUST))


def test_a_row_that_goes_back_to_what_it_was_is_a_change() -> None:
    other = ROW.model_copy(update={"name": "Kirkside Academy"})
    given(SCHOOL, recorded(ROW), recorded(other)).when(record(ROW)).then(recorded(ROW))
