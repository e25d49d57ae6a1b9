"""Write a report as CSV."""

from typing import BinaryIO

from services.reporting.exports.contents import Contents
from shared import sheets

MEDIA_TYPE = sheets.MEDIA_TYPE


def write_csv(contents: Contents, file: BinaryIO) -> None:
    """Write a CSV file with the report's columns and a line for each row."""
    sheets.write_sheet(file, contents.report.columns, (row.model_dump() for row in contents.rows))
