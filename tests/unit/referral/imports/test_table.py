"""Files as people send them: encodings, delimiters, headings, rows that do not fit, and what is no table at all."""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.spreadsheets.cell_text import looks_like_formula
from shared.spreadsheets.errors import FileError
from tests.unit.referral.imports.read_files import read_mentors, read_offers

pytestmark = pytest.mark.covers("R3")

HEADINGS = "school_urn,subject,phase,places,starts_on,ends_on,academic_year"
GOOD = "990001,physics,secondary,2,2026-09-14,2026-12-18,2026/27"


def offers(*lines: str) -> bytes:
    return "\r\n".join([HEADINGS, *lines, ""]).encode()


def refusal(content: bytes, **limits: int) -> tuple[int, str | None, str]:
    with pytest.raises(FileError) as caught:
        read_offers(content, **limits)
    [error] = caught.value.errors
    return error.line, error.column, error.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n\r\n", "empty_file"),
        (b"\xef\xbb\xbf\r\n", "empty_file"),
        (b",,,\r\n,,,\r\n", "empty_file"),
        (b"PK\x03\x04\x14\x00\x06\x00", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_text"),
        (HEADINGS.encode(), "no_rows"),
        (HEADINGS.encode("utf-16-le"), "no_rows"),
        (b"\xff\xfea", "not_text"),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(content: bytes, code: str) -> None:
    assert refusal(content) == (1, None, code)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HEADINGS.encode() + b"\r\n990001,\x81\x8d", "unreadable_letter"),
        (b"\xef\xbb\xbf" + HEADINGS.encode() + b"\r\n990001,Caf\xe9", "mixed_encodings"),
    ],
)
def test_a_letter_that_cannot_be_read_is_named_by_its_line(content: bytes, code: str) -> None:
    assert refusal(content) == (2, None, code)


def test_two_encodings_in_one_file_are_refused_at_the_line_that_would_be_garbled() -> None:
    content = HEADINGS.encode() + b"\n990001,Caf\xe9\n990001,Caf\xc3\xa9\n"
    assert refusal(content) == (3, None, "mixed_encodings")


def test_every_missing_column_is_named() -> None:
    with pytest.raises(FileError, match="no column “places”") as caught:
        read_offers(b"\r\nschool_urn,subject,phase,starts_on,ends_on\r\n")
    assert [(error.line, error.column, error.code) for error in caught.value.errors] == [
        (2, "places", "missing_column"),
        (2, "academic_year", "missing_column"),
    ]


def test_a_heading_that_occurs_twice_is_refused() -> None:
    assert refusal(offers().replace(b"phase", b"Phase,phase ")) == (1, "phase", "duplicate_column")


def test_quotation_marks_that_do_not_match_are_refused_at_their_row() -> None:
    assert refusal(offers(GOOD, '990001,"physics,secondary,2', GOOD)) == (3, None, "broken_csv")


def test_more_rows_than_allowed_are_refused() -> None:
    assert len(read_offers(offers(GOOD), max_rows=1).rows) == 1
    assert refusal(offers(GOOD, GOOD), max_rows=1) == (3, None, "too_many_rows")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("990001,physics,secondary,2,2026-09-14,2026-12-18", "too_few_cells"),
        ("990001,physics,secondary", "too_few_cells"),
        ("990001,physics,and,secondary,2,2026-09-14,2026-12-18,2026/27", "too_many_cells"),
    ],
)
def test_a_row_whose_cells_do_not_stand_under_the_headings_is_one_error(line: str, code: str) -> None:
    checked = read_offers(offers(GOOD, line))
    assert [(error.line, error.column, error.code) for error in checked.errors] == [(3, None, code)]
    assert [row.line for row in checked.rows] == [2]


def test_a_value_under_no_heading_is_an_error_and_an_empty_cell_there_is_none() -> None:
    content = (
        f"{HEADINGS},,\r\n{GOOD},,\r\n{GOOD.replace('physics', 'music')},,x\r\n{GOOD.replace('physics', 'art')},,,,\r\n"
    )
    checked = read_offers(content.encode())
    assert [row.line for row in checked.rows] == [2, 4]
    assert [(error.line, error.code) for error in checked.errors] == [(3, "too_many_cells")]


def test_blank_and_guidance_rows_are_skipped_and_counted_and_keep_their_line_numbers() -> None:
    guidance = "Do not edit,Do not edit,Do not change,,,,"
    checked = read_offers(offers(guidance, ",,,,,,", "", " , ,,,,,", GOOD))
    assert [row.line for row in checked.rows] == [6]
    assert checked.skipped == {"guidance_row": 1, "blank_row": 3}
    assert checked.errors == []


def test_a_cell_of_several_text_lines_is_one_row_as_in_a_spreadsheet() -> None:
    content = f'{HEADINGS},note\r\n{GOOD},"first\r\nsecond\r\n\r\nfourth"\r\n990001,nonsense,secondary,2,,,,\r\n'
    checked = read_offers(content.encode())
    assert [row.line for row in checked.rows] == [2]
    assert {error.line for error in checked.errors} == {3}


def test_headings_may_differ_in_case_blanks_and_underscores_and_other_columns_are_ignored() -> None:
    content = f" SCHOOL  URN ,Subject\t,PHASE,Places,Starts on,ends_ON,Academic  Year,Remarks\r\n{GOOD},=1+1\r\n"
    checked = read_offers(content.encode())
    assert len(checked.rows) == 1
    assert checked.errors == []


@pytest.mark.parametrize("text", ["=1+1", "@sum", "+cmd", "-cmd|x", "-", "'=1+1", "' =1", "-1-1", "+44 7700 900123"])
def test_text_that_a_spreadsheet_would_run_is_a_formula(text: str) -> None:
    assert looks_like_formula(text)


@pytest.mark.parametrize("text", ["", "'", "-5", "+5", "-1.5", "1=1", "O'Neill", "'t Hooft", "a@b.org", "12%"])
def test_numbers_and_other_text_are_no_formulas(text: str) -> None:
    assert not looks_like_formula(text)


def test_a_cell_that_looks_like_a_formula_is_refused_where_it_stands_even_behind_a_tab() -> None:
    checked = read_offers(
        offers("990001,=cmd|' /C calc'!A0,secondary,2,2026-09-14,2026-12-18,2026/27", '"\t@x"' + GOOD[6:])
    )
    assert [(error.line, error.column, error.code) for error in checked.errors] == [
        (2, "subject", "formula"),
        (3, "school_urn", "formula"),
    ]
    assert checked.rows == []


# Letters that cp1252 has too, without Ã and â: those before a sign such as © are what mixed encodings look like.
NAMES = (
    st.text("abcXYZ éèöøŠœñß'’-", min_size=1, max_size=20)
    .map(str.strip)
    .filter(lambda name: any(letter.isalpha() for letter in name) and not looks_like_formula(name))
)
DATE_STYLES: list[Callable[[tuple[int, int, int]], str]] = [
    lambda day: f"{day[0]:04}-{day[1]:02}-{day[2]:02}",
    lambda day: f"{day[2]}/{day[1]}/{day[0]}",
    lambda day: f"{day[2]:02}-{day[1]:02}-{day[0]}",
]
HEADING_STYLES: list[Callable[[str], str]] = [
    str,
    str.upper,
    lambda name: f"  {name.replace('_', ' ').title()} ",
]
COLUMNS = [
    *("staff_reference", "given_name", "family_name", "email", "school_urn", "subjects", "phases"),
    *("capacity_hours_per_week", "role", "trained_on"),
]


@given(
    names=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=6),
    trained=st.dates(min_value=date(1950, 1, 1)),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    date_style=st.sampled_from(DATE_STYLES),
    heading_style=st.sampled_from(HEADING_STYLES),
)
def test_the_same_rows_are_read_whatever_the_encoding_delimiter_line_end_and_date_style(
    names: list[tuple[str, str]],
    trained: date,
    encoding: str,
    delimiter: str,
    end: str,
    quoting: Literal[0, 1],
    date_style: Callable[[tuple[int, int, int]], str],
    heading_style: Callable[[str], str],
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow([heading_style(column) for column in COLUMNS])
    day = date_style((trained.year, trained.month, trained.day))
    for number, (given_name, family_name) in enumerate(names):
        person = [f"M-{number}", given_name, family_name, f"m{number}@example.org", "990001"]
        writer.writerow([*person, "Maths;french", "Secondary; primary", "1.5", "Volunteer", day])
    content = out.getvalue().encode(encoding)
    # a few texts in cp1252, such as ßœ, are other texts in UTF-8: nobody can tell which was meant
    assume(encoding != "cp1252" or out.getvalue().isascii() or not _is_utf8(content))

    checked = read_mentors(content)

    assert checked.errors == []
    assert [(row.line, row.given_name, row.family_name) for row in checked.rows] == [
        (line, " ".join(given_name.split()), " ".join(family_name.split()))
        for line, (given_name, family_name) in enumerate(names, start=2)
    ]
    assert {row.subjects for row in checked.rows} == {("mathematics", "french")}
    assert {row.trained_on for row in checked.rows} == {trained}


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=100).map(lambda junk: offers(GOOD) + junk)))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        errors = [*read_offers(content).errors]
    except FileError as refused:
        errors = [*refused.errors]
        assert errors
    assert all(error.message and error.code and error.line >= 1 for error in errors)


CELLS = st.text("abZé=+-@'1290/ ", max_size=12)


@given(st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=8))
def test_every_row_is_good_or_has_an_error_or_is_counted_as_skipped(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADINGS.split(","), GOOD.split(","), *rows])
    checked = read_offers(out.getvalue().encode())
    lines = {row.line for row in checked.rows} | {error.line for error in checked.errors}
    assert len(lines) + sum(checked.skipped.values()) == len(rows) + 1
    assert not {row.line for row in checked.rows} & {error.line for error in checked.errors}
