"""What people and spreadsheets make of a cell: read where it means one thing, else refused with what to do about it."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from shared.spreadsheets.errors import CellError
from tests.support.people_files import save_workbook, sheet
from tests.unit.referral.imports.read_files import (
    read_file,
    read_mentors,
    read_offers,
    read_placements,
    read_registered,
)
from tests.unit.referral.imports.test_people_and_offers import MENTOR, OFFER, TRAINEE
from tests.unit.referral.imports.test_register_formats import TRAINEE as REGISTERED

pytestmark = pytest.mark.covers("R3")


def mentor_error(column: str, cell: str) -> CellError:
    [error] = read_mentors(sheet(MENTOR | {column: cell})).errors
    assert (error.line, error.column) == (2, column)
    return error


def workbook(row: Mapping[str, object]) -> bytes:
    made = openpyxl.Workbook()
    made.worksheets[0].append(list(row))
    made.worksheets[0].append(list(row.values()))
    return save_workbook(made)


@pytest.mark.parametrize(
    ("cell", "trn"),
    [
        ("1234567.0", "1234567"),
        ("'0123456", "0123456"),
        ('="0123456"', "0123456"),
        ("RP99/12345", "9912345"),
        ("rp 99/12345", "9912345"),
        ("99/12345", "9912345"),
        ("\u200b1234567\u00a0", "1234567"),
    ],
)
def test_a_trn_is_read_however_it_is_written(cell: str, trn: str) -> None:
    assert [row.trn for row in read_mentors(sheet(MENTOR | {"trn": cell})).rows] == [trn]


@pytest.mark.parametrize(
    ("column", "cell", "advice"),
    [
        ("trn", "123456", "A spreadsheet may have dropped a zero at its beginning"),
        ("trn", "12345678", "This one has 8."),
        ("trn", "07700900123", "This one has 11."),
        ("trn", "07700 900 123", "This looks like a phone number."),
        ("trn", "+44 7700 900123", "without + - or @"),
        ("trn", "1.23E+06", "A spreadsheet has shortened this one."),
        ("trn", "2026-01-26", "A spreadsheet has made a date of this one."),
        ("trn", "RP99-12345", "without letters, blanks or other signs"),
        ("trn", "n/a", "leave the cell blank"),
        ("trn", "-", "A dash is not read as blank."),
        ("trn", "#N/A", "A formula has failed here"),
        ("trn", "=A1", "Paste its result in its place"),
        ("trn", "#######", "Widen the column"),
        ("school_urn", "99000", "This one has 5."),
        ("school_urn", "Moor Academy", "without letters"),
    ],
)
def test_an_identifier_that_cannot_be_read_gets_the_sentence_of_its_own_fault(
    column: str, cell: str, advice: str
) -> None:
    assert advice in mentor_error(column, cell).message


def test_no_urn_begins_with_a_zero_that_could_be_dropped() -> None:
    assert "zero" not in mentor_error("school_urn", "99000").message


def test_urns_with_a_fraction_are_those_of_the_register() -> None:
    content = b"hesa_id,urn\r\n0000083799785,137335.0\r\n"
    assert [row.schools for row in read_placements(content).rows] == [{"urn": "137335"}]
    [offer] = read_offers(sheet(OFFER | {"shared_with": "100001.0, 100002\n100003"})).rows
    assert offer.shared_with == ("100001", "100002", "100003")


@pytest.mark.parametrize(
    "cell",
    [
        *("2027-03-27", "27/3/2027", "27-03-2027", "27.03.2027", "2027/03/27", "2027-3-27"),
        *("27-Mar-27", "27-Mar-2027", "27 March 2027", "27th March 2027", "27 mar. 2027", "27/Mar/2027"),
        *("March 27, 2027", "Mar 27 2027", "Saturday 27 March 2027", "Sat, 27 Mar 2027", "27th of March 2027"),
        *("2027-03-27 00:00:00", "2027-03-27T00:00:00", "27/03/2027 00:00", "2027-03-27 00:00:00.000"),
        "27\u201303\u20132027",
    ],
)
def test_a_day_is_read_however_it_is_written(cell: str) -> None:
    assert [row.trained_on for row in read_mentors(sheet(MENTOR | {"trained_on": cell})).rows] == [date(2027, 3, 27)]


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("46108", "This is the number by which a spreadsheet stores a day."),
        ("46108.5", "This is the number by which a spreadsheet stores a day."),
        ("27/3/27", "Write the year in four digits"),
        ("27-Mar-98", "Write the year in four digits"),
        ("2027-03-27 14:30", "This has a time of day."),
        ("27/3/2027 14:30:00", "This has a time of day."),
        ("9/14/2026", "Write the day before the month"),
        ("31/2/2027", "Check day and month."),
        ("March 2027", "Write the day as well as the month"),
        ("03/2027", "Write the day as well as the month"),
        ("27 March", "Write the year as well"),
        ("Friday 27 March 2027", "another day of the week"),
        ("27/3/0027", "This year is long past."),
        ("soon", "Write a date like 27/3/2027 or 2027-03-27"),
    ],
)
def test_a_day_that_cannot_be_read_gets_the_sentence_of_its_own_fault(cell: str, advice: str) -> None:
    [error] = read_offers(sheet(OFFER | {"ends_on": cell})).errors
    assert (error.line, error.column) == (2, "ends_on")
    assert advice in error.message


@pytest.mark.parametrize(
    ("cell", "subjects"),
    [
        ("Maths, Computing", ("mathematics", "computing")),
        ("Maths/Computing", ("mathematics", "computing")),
        ("Maths\nComputing", ("mathematics", "computing")),
        ("Maths; Computing, Art and design", ("mathematics", "computing", "art-and-design")),
        ("100403.0", ("mathematics",)),
    ],
)
def test_a_list_of_known_subjects_is_read_whatever_stands_between_them(cell: str, subjects: tuple[str, ...]) -> None:
    assert [row.subjects for row in read_mentors(sheet(MENTOR | {"subjects": cell})).rows] == [subjects]


@pytest.mark.parametrize(
    ("column", "cell", "read"),
    [
        ("phases", "primary, secondary", {"primary", "secondary"}),
        ("situation", "returner, part time", {"returner", "part_time"}),
    ],
)
def test_other_lists_of_known_words_are_read_with_commas_too(column: str, cell: str, read: set[str]) -> None:
    [mentor] = read_mentors(sheet(MENTOR | {column: cell, "subjects": "Maths"})).rows
    assert set(getattr(mentor, column)) == read


def test_several_subjects_where_there_can_be_one_are_not_taken_for_a_misspelt_one() -> None:
    [error] = read_offers(sheet(OFFER | {"subject": "Maths, Computing"})).errors
    assert error.message == "This cell holds several subjects. Write one here, and a row for each of them."
    assert "Put a semicolon between subjects" in mentor_error("subjects", "Maths and Computing").message
    assert "Did you mean" not in mentor_error("subjects", "Maths, Astrology").message


@pytest.mark.parametrize(
    ("cell", "phase"),
    [("11 to 16", "secondary"), ("11-16", "secondary"), ("Ages 11\u201319", "secondary"), ("9 to 14", "secondary")],
)
def test_a_range_of_ages_in_dfes_words_is_read(cell: str, phase: str) -> None:
    assert [row.phase for row in read_registered(sheet(REGISTERED | {"course_age_range": cell})).rows] == [phase]


@pytest.mark.parametrize(
    ("column", "cell", "advice"),
    [
        ("course_age_range", "11 to 18", "Write a code of DfE's list for this column, like 13918 for ages 11 to 16."),
        ("course_age_range", "Upper school", "like 13918 for ages 11 to 16."),
        ("course_age_range", "1391", "This code has 5 digits."),
        ("training_route", "School-led", "Write a code of DfE's list for this column, like 12 for provider-led"),
        ("training_route", "3", "A spreadsheet may have dropped a zero at its beginning"),
    ],
)
def test_a_wrong_code_of_dfe_is_answered_in_dfes_words(column: str, cell: str, advice: str) -> None:
    [error] = read_registered(sheet(REGISTERED | {column: cell})).errors
    assert (error.column, advice in error.message) == (column, True), error.message


@pytest.mark.parametrize("first", ["For example M-001", "E.g. M-001", "Example: M-001", "Do not edit this row"])
def test_a_row_of_guidance_is_passed_over_and_counted(first: str) -> None:
    example = dict.fromkeys(MENTOR, "For example, 20/7/2022") | {"staff_reference": first}
    checked = read_mentors(sheet(example, MENTOR))
    assert ([row.line for row in checked.rows], checked.errors, checked.skipped) == ([3], [], {"guidance_row": 1})


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("home_easting", "429,500", 429500),
        ("home_easting", "429500.0", 429500),
        ("travel_limit_minutes", "45.00", 45),
    ],
)
def test_whole_numbers_are_read_as_other_programs_write_them(column: str, cell: str, value: int) -> None:
    [draft] = read_file("trainees", sheet(TRAINEE | {column: cell}))
    assert getattr(draft.row, column) == value


@pytest.mark.parametrize(
    ("column", "cell", "advice"),
    [
        ("travel_limit_minutes", "45 minutes", "without words or units"),
        ("travel_limit_minutes", "4.5E+01", "Write all its digits."),
        ("travel_limit_minutes", "0:45:00", "This is a date or a time."),
        ("travel_limit_minutes", "45.5", "Write a whole number"),
        ("home_easting", "9" * 26, "at most 700000"),
    ],
)
def test_a_number_that_cannot_be_read_gets_the_sentence_of_its_own_fault(column: str, cell: str, advice: str) -> None:
    [draft] = read_file("trainees", sheet(TRAINEE | {column: cell}))
    [error] = draft.errors
    assert (error.column, advice in error.message) == (column, True), error.message


def test_hours_are_not_taken_from_a_time_or_a_percentage() -> None:
    assert "a date or a time" in mentor_error("capacity_hours_per_week", "1:30:00").message
    assert "percent sign" in mentor_error("capacity_hours_per_week", "150%").message
    assert "point before decimals" in mentor_error("capacity_hours_per_week", "1,5").message
    [mentor] = read_mentors(sheet(MENTOR | {"capacity_hours_per_week": "1.50"})).rows
    assert mentor.capacity_hours_per_week == Decimal("1.5")


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-01-26", "26/01/2026", "26-Jan", "Jan-26", "26-Jan-26", "26 January 2026", "2026-01-26 00:00:00"),
        *("1.23E+12", "12345.0", "TRUE", "1:26:00", "1/2/26", "N/A", "tbc", "#REF!", "=A1", "-"),
    ],
)
def test_a_reference_of_which_a_spreadsheet_has_made_something_else_is_refused(cell: str) -> None:
    error = mentor_error("staff_reference", cell)
    assert error.message.endswith(".")


@pytest.mark.parametrize(
    "cell", ["26-01", "24/25-16", "T26-001", "0012", "12345", "A.1", "22/23-1076", "1e", "JMAY-26"]
)
def test_a_reference_that_only_resembles_something_else_is_read_as_it_is(cell: str) -> None:
    assert [row.staff_reference for row in read_mentors(sheet(MENTOR | {"staff_reference": cell})).rows] == [cell]


def test_a_real_date_cell_of_a_workbook_is_no_reference() -> None:
    [error] = read_mentors(workbook(MENTOR | {"staff_reference": date(2026, 1, 26)})).errors
    assert (error.line, error.column, error.code) == (2, "staff_reference", "reference_changed")
    assert "Format the column as text" in error.message


def test_two_references_with_one_trn_or_one_address_are_one_person() -> None:
    other = MENTOR | {"staff_reference": "M-002"}
    cases = [
        (other, ["email", "trn"]),
        (other | {"email": "other@example.org"}, ["trn"]),
        (other | {"trn": "7654321"}, ["email"]),
        (other | {"trn": "", "family_name": "Sharer"}, []),
    ]
    for row, columns in cases:
        errors = read_mentors(sheet(MENTOR, row)).errors
        assert [(error.line, error.column, error.code) for error in errors] == [
            (3, column, "duplicate") for column in columns
        ]


@pytest.mark.parametrize("cell", ["12345", "?", "N/A", "amina@example.org", "26-Jan-26", "1.2E+05", "..."])
def test_a_cell_that_is_no_name_is_refused(cell: str) -> None:
    assert mentor_error("family_name", cell).code == "not_a_name"


@pytest.mark.parametrize(
    "cell", ["O'Neill", "Ng", "Null", "True-Love", "Y\u0131ld\u0131z", "J", "MacDonald 2", "\u674e"]
)
def test_names_are_read_as_they_are(cell: str) -> None:
    assert [row.family_name for row in read_mentors(sheet(MENTOR | {"family_name": cell})).rows] == [cell]


@pytest.mark.parametrize(
    "cell", ["a@example.org,b@example.org", "Amina <a@example.org>", "a@example.org.", "mailto:a@example.org"]
)
def test_more_than_an_address_is_no_address(cell: str) -> None:
    assert mentor_error("email", cell).code == "not_an_email"


def test_a_formula_in_a_column_that_a_closed_school_has_not_is_no_error_of_it() -> None:
    out = io.StringIO()
    row = {
        "URN": "100001",
        "EstablishmentName": "=1+1",
        "EstablishmentStatus (code)": "2",
        "Easting": "",
        "Northing": "",
    }
    row |= {"TypeOfEstablishment (name)": "", "PhaseOfEducation (name)": ""}
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)
    [draft] = read_file("schools", out.getvalue().encode())
    assert draft.errors == ()
