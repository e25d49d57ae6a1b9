"""CSV that a spreadsheet opens without running anything."""

import csv
from io import StringIO

import pytest

from shared.sheets import sheet


def cells(sheet: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(sheet.decode("utf-8-sig"), newline="")))


def test_rows_stand_below_the_names_of_their_columns() -> None:
    made = sheet(["urn", "name", "held"], [{"urn": "900001", "name": 'Oak, "Upper" School', "held": 4, "other": 1}])
    assert cells(made) == [["urn", "name", "held"], ["900001", 'Oak, "Upper" School', "4"]]


def test_a_missing_value_is_an_empty_cell() -> None:
    assert cells(sheet(["a", "b"], [{"a": None, "b": "x"}]))[1] == ["", "x"]


@pytest.mark.covers("P11")
@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_begins_like_a_formula_is_text(beginning: str) -> None:
    said = f"{beginning}HYPERLINK(A1)"
    assert cells(sheet(["name"], [{"name": said}]))[1] == [f"'{said}"]


def test_a_name_outside_ascii_says_its_encoding() -> None:
    assert sheet(["name"], [{"name": "Ysgol Tŷ Gwyn"}]).startswith(b"\xef\xbb\xbf")
