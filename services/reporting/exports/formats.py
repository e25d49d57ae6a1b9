"""The formats in which a report can be had as a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Literal

from services.reporting.exports import csv_file, parquet_file, pdf_file, xlsx_file
from services.reporting.exports.contents import Contents


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its media type, what writes the contents of a file in it, and the library that makes its bytes."""

    media_type: str
    write: Callable[[Contents, BinaryIO], None]
    library: str | None = None


FormatName = Literal["csv", "xlsx", "parquet", "pdf"]

FORMATS: Mapping[FormatName, Format] = {
    "csv": Format(csv_file.MEDIA_TYPE, csv_file.write_csv),
    "xlsx": Format(xlsx_file.MEDIA_TYPE, xlsx_file.write_xlsx, "openpyxl"),
    "parquet": Format(parquet_file.MEDIA_TYPE, parquet_file.write_parquet, "polars"),
    "pdf": Format(pdf_file.MEDIA_TYPE, pdf_file.write_pdf, "typst"),
}
"""Every format, by the ending of its files."""
