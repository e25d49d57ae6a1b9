"""Workbooks: read as text, never evaluated, and given back as workbooks."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from services.referral.imports.formats.offers import OFFERS
from shared.spreadsheets import workbook
from shared.spreadsheets.errors import FileError
from shared.spreadsheets.rows import fits_any
from tests.support.people_files import save_workbook
from tests.unit.referral.imports.read_files import copy_of, read_mentors, read_offers

pytestmark = pytest.mark.covers("R3")

MONDAY = datetime(2026, 9, 14)  # noqa: DTZ001  # a workbook knows no zones
HEADINGS = ["School URN ", "subject", "PHASE", "places", "starts_on", "ends_on", "academic_year", "note"]
GOOD: list[Any] = [990001, "physics", "secondary", 2, MONDAY, date(2026, 12, 18), "2026/27", "=1+1"]


def book(*rows: list[Any], headings: list[str] | None = None) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.append(headings or HEADINGS)
    for row in rows:
        sheet.append(row)
    made.create_sheet("Notes")["A1"] = "=SUM(1,2)"
    return save_workbook(made)


def test_numbers_and_dates_of_a_workbook_are_read_as_a_person_would_type_them() -> None:
    checked = read_offers(book(GOOD))
    assert checked.errors == []
    [offer] = checked.rows
    assert (offer.school_urn, offer.places, offer.line) == ("990001", 2, 2)
    assert (offer.starts_on, offer.ends_on) == (date(2026, 9, 14), date(2026, 12, 18))


def test_zeros_that_a_format_shows_are_kept_and_a_number_that_lost_them_is_an_error() -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    columns = ["staff_reference", "given_name", "family_name", "email", "trn", "school_urn", "subjects", "phases"]
    sheet.append([*columns, "capacity_hours_per_week", "role"])
    for number in (1, 2):
        person = [f"M-{number}", "Amina", "Farooq", f"a{number}@example.org", 123456, 990001, "physics", "secondary"]
        sheet.append([*person, 1.5, "volunteer"])
    sheet["E2"].number_format = "0000000"
    checked = read_mentors(save_workbook(made))
    assert [row.trn for row in checked.rows] == ["0123456"]
    assert [(error.line, error.column, error.code) for error in checked.errors] == [(3, "trn", "wrong_digits")]


@pytest.mark.parametrize("formula", ["=HYPERLINK(0)", "=1+1", "#REF!"])
def test_a_formula_is_data_and_refused_where_it_stands(formula: str) -> None:
    checked = read_offers(book([990001, formula, *GOOD[2:]]))
    assert [(error.line, error.column, error.code) for error in checked.errors] == [(2, "subject", "formula")]


def test_blank_rows_and_cells_at_the_end_are_passed_over() -> None:
    content = book([None], GOOD[:7], [None, None], ["Do not edit"])
    checked = read_offers(content)
    assert [row.line for row in checked.rows] == [3]
    assert checked.errors == []
    assert checked.skipped == {"blank_row": 2, "guidance_row": 1}


def test_the_marked_copy_of_a_workbook_is_the_workbook_with_two_columns_and_no_formula() -> None:
    made = openpyxl.load_workbook(io.BytesIO(book(GOOD, [990001, "alchemy", *GOOD[2:]])))
    made.worksheets[0]["B2"].font = Font(bold=True)
    content = save_workbook(made)
    copy = openpyxl.load_workbook(io.BytesIO(copy_of(content, read_offers(content).errors, fits_any(OFFERS))))
    sheet = copy.worksheets[0]
    assert [cell.value for cell in sheet[1]][-2:] == ["Validation results", "Errors"]
    assert [cell.value for cell in sheet[2]][-3:] == ["=1+1", "No problem found", None]
    assert sheet["I3"].value == "To fix"
    assert str(sheet["J3"].value).startswith("subject: ")
    assert sheet["B2"].font.bold
    assert copy.sheetnames == ["Sheet", "Notes"]
    assert {cell.data_type for worksheet in copy.worksheets for row in worksheet.iter_rows() for cell in row} <= {
        "s",
        "n",
        "d",
    }


def test_a_copy_that_is_corrected_and_sent_back_is_clean_and_is_marked_in_the_same_columns() -> None:
    content = book([990001, "alchemy", *GOOD[2:]])
    made = openpyxl.load_workbook(io.BytesIO(copy_of(content, read_offers(content).errors, fits_any(OFFERS))))
    made.worksheets[0]["B2"] = "music"
    corrected = save_workbook(made)
    assert read_offers(corrected).errors == []
    again = openpyxl.load_workbook(io.BytesIO(copy_of(corrected, [], fits_any(OFFERS))))
    assert [cell.value for cell in again.worksheets[0][2]][-2:] == ["No problem found", None]
    assert again.worksheets[0].max_column == len(HEADINGS) + 2


def error_of(content: bytes) -> tuple[int, str | None, str]:
    with pytest.raises(FileError) as caught:
        read_offers(content)
    [error] = caught.value.errors
    return error.line, error.column, error.code


def test_a_file_that_only_begins_like_a_workbook_is_refused() -> None:
    good = book(GOOD)
    assert error_of(good[: len(good) // 2]) == (1, None, "workbook")
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert error_of(other.getvalue()) == (1, None, "workbook")


def test_a_workbook_that_unpacks_to_more_than_a_machine_has_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED", 1000)
    assert error_of(book(GOOD)) == (1, None, "workbook")


def test_entities_of_a_hostile_workbook_are_not_expanded() -> None:
    hostile = io.BytesIO()
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(io.BytesIO(book(GOOD))) as good, zipfile.ZipFile(hostile, "w") as made:
        for name in good.namelist():
            text = good.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text = bomb + text.replace("physics", "&b;")
            made.writestr(name, text)
    assert error_of(hostile.getvalue()) == (1, None, "workbook")
