"""The user's own file back with two more columns."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.imports.formats.offers import OFFERS
from shared.spreadsheets.errors import CellError
from shared.spreadsheets.rows import fits_any
from tests.unit.referral.imports.read_files import copy_of, read_offers

pytestmark = pytest.mark.covers("R3")

CONTENT = (
    "school_urn;subject;phase;places;starts_on;ends_on;academic_year;Note\r\n"
    "Do not edit;;;;;;;\r\n"
    ";;;;;;;\r\n"
    "990001;physics;secondary;2;14/9/2026;18/12/2026;2026/27;caf\u00e9\r\n"
    "990001;=1+1;secondary;-2;14/9/2026;18/12/2026;2026/27;+44 7700 900123\r\n"
    "990001;music;secondary\r\n"
).encode("cp1252")


def rows_of(content: bytes, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def copy_with_marks(content: bytes) -> bytes:
    return copy_of(content, read_offers(content).errors, fits_any(OFFERS))


def test_the_copy_is_the_users_file_with_a_verdict_for_every_row() -> None:
    headings, guidance, blank, good, bad, short = rows_of(copy_with_marks(CONTENT))
    assert headings[-3:] == ["Note", "Validation results", "Errors"]
    assert guidance == ["Do not edit", *[""] * 9]
    assert blank == [""] * 10
    assert good[1:4] == ["physics", "secondary", "2"]
    assert good[-3:] == ["caf\u00e9", "No problem found", ""]
    assert bad[-2] == "To fix"
    assert bad[-1].startswith("subject: This looks like a formula.")
    assert " | places: Give a number of at least 1." in bad[-1]
    assert short == ["990001", "music", "secondary", *[""] * 5, "To fix", short[-1]]


def test_formulas_are_made_harmless_and_numbers_stay_numbers() -> None:
    bad = rows_of(copy_with_marks(CONTENT))[4]
    assert bad[1] == "'=1+1"
    assert bad[3] == "-2"
    assert bad[7] == "'+44 7700 900123"


def test_a_copy_sent_back_unchanged_gives_the_same_errors_and_no_further_columns() -> None:
    once = copy_with_marks(CONTENT.replace(b"990001;music;secondary\r\n", b""))
    assert [(error.line, error.column, error.code) for error in read_offers(once).errors] == [
        (5, "subject", "formula"),
        (5, "places", "greater_than_equal"),
    ]
    assert copy_with_marks(once) == once


def test_a_corrected_copy_is_clean() -> None:
    once = copy_with_marks(CONTENT.replace(b"990001;music;secondary\r\n", b""))
    corrected = once.replace(b"'=1+1", b"music").replace(b"-2", b"2")
    checked = read_offers(corrected)
    assert checked.errors == []
    assert [row.line for row in checked.rows] == [4, 5]


@given(st.lists(st.lists(st.text("=+-@'\t\r\n ,;\"a1é", max_size=6), min_size=1, max_size=5), min_size=1, max_size=6))
def test_no_cell_of_a_copy_starts_a_formula_and_every_row_is_there(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["heading", "other"], *rows])
    content = out.getvalue().encode()
    copy = rows_of(copy_of(content, [CellError(2, "other", "code", "advice")], lambda _: (False, 0)), ",")
    assert len(copy) == len(rows) + 1
    assert {len(cells) for cells in copy} == {max(2, *map(len, rows)) + 2}
    for cell in (cell for cells in copy for cell in cells):
        is_number = cell.strip()[1:].isdigit()
        assert cell[:1] not in ("\t", "\r")
        assert cell.strip()[:1] not in ("=", "@", "+", "-") or is_number
