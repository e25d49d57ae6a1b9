"""The formats in which a report can be had as a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from services.reporting.exports import csv_file, parquet_file, pdf_file, xlsx_file
from services.reporting.exports.contents import Contents


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its media type, and what writes the contents of a file in it."""

    media_type: str
    write: Callable[[Contents, BinaryIO], None]


FORMATS: Mapping[str, Format] = {
    "csv": Format(csv_file.MEDIA_TYPE, csv_file.write_csv),
    "xlsx": Format(xlsx_file.MEDIA_TYPE, xlsx_file.write_xlsx),
    "parquet": Format(parquet_file.MEDIA_TYPE, parquet_file.write_parquet),
    "pdf": Format(pdf_file.MEDIA_TYPE, pdf_file.write_pdf),
}
"""Every format, by the ending of its files."""
