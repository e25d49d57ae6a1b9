"""Write the rows of a report as CSV."""

from collections.abc import Iterable

from shared.kernel.answers import Answer
from shared.sheets import sheet


def csv_file(row: type[Answer], rows: Iterable[Answer]) -> bytes:
    """Return a CSV file: a column for each field of the class `row`, in its order, and a line for each of `rows`.

    The class is an argument of its own, so that a report without rows has a header too.
    """
    return sheet(row.model_fields, (each.model_dump() for each in rows))
