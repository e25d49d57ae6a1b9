"""Rows as CSV that a spreadsheet opens without running anything.

A cell that begins like a formula gets an apostrophe in front, as OWASP's page on CSV injection advises. Several values
of one cell stand with blanks between them.
"""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

MEDIA_TYPE = "text/csv"
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def sheet(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write a header and the rows' columns as CSV: UTF-8 with a byte order mark, by which Excel recognises the
    encoding.
    """
    text = StringIO()
    names = list(columns)
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_BEGINNINGS):
        return f"'{value}"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return value
