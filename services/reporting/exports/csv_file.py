"""Write the rows of a report as CSV."""

from collections.abc import Iterable

from shared.kernel.answers import Answer
from shared.sheets import sheet


def csv_file(columns: Iterable[str], rows: Iterable[Answer]) -> bytes:
    """Return a CSV file with these columns and a line for each of `rows`."""
    return sheet(columns, (each.model_dump() for each in rows))
