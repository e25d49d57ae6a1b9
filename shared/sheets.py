"""Rows as CSV that a spreadsheet opens without running anything.

A cell that begins like a formula gets an apostrophe in front, as OWASP's page on CSV injection advises. Several values
of one cell stand with blanks between them.
"""

import csv
from collections.abc import Iterable, Mapping
from io import BytesIO, TextIOWrapper
from typing import Any, BinaryIO

MEDIA_TYPE = "text/csv"
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def sheet(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a header and the rows' columns as CSV: UTF-8 with a byte order mark, by which Excel recognises the
    encoding.
    """
    file = BytesIO()
    write_sheet(file, columns, rows)
    return file.getvalue()


def write_sheet(file: BinaryIO, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write what `sheet` returns, row by row."""
    names = list(columns)
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        writer = csv.writer(text)
        writer.writerow(names)
        writer.writerows([_cell(row[name]) for name in names] for row in rows)
    finally:
        text.detach()  # which writes what is left, and leaves the file open


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_BEGINNINGS):
        return f"'{value}"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return value
