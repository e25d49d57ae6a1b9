"""Make the file of a whole report, however many rows it has, with little memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from tempfile import TemporaryFile
from typing import BinaryIO

from services.reporting.exports.contents import Contents
from services.reporting.exports.formats import Format
from services.reporting.exports.spool import Spool
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.reading import Asked
from services.reporting.reports.report import Report
from shared.kernel.answers import Answer

_PIECE = 256 * 1024
"""Bytes of a file that are held at one time."""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file on disk, its size in bytes, its SHA-256 in hexadecimal digits, and how many rows it has."""

    file: BinaryIO
    size: int
    sha256: str
    rows: int

    def pieces(self) -> Iterator[bytes]:
        """Yield the file piece by piece, and close it, which deletes it."""
        with self.file:
            self.file.seek(0)
            while piece := self.file.read(_PIECE):
                yield piece


async def _spool_rows(row: type[Answer], rows: AsyncIterator[Answer]) -> Spool:
    """Return a spool with these rows of one class, written as they come."""
    spool = Spool(row)
    try:
        async for each in rows:
            spool.add(each)
    except BaseException:
        spool.close()
        raise
    return spool


async def spool_contents(
    reader: ReportReader, report: Report, asked: Asked, rows: AsyncIterator[Answer]
) -> tuple[Contents, Spool]:
    """Return what the file of a whole report holds, and the spool that has its rows: the transaction may end now."""
    freshness = await reader.freshness()
    spool = await _spool_rows(report.row, rows)
    return Contents(report, asked.as_of, reader.known_at, freshness, spool, asked.filters, asked.sort), spool


async def make_file(format_: Format, contents: Contents, spool: Spool) -> MadeFile:
    """Write a file with the rows of a spool, and close that; raises `Invalid` where the format cannot hold them."""
    with spool:
        return await asyncio.to_thread(_make_file, format_, contents)


def _make_file(format_: Format, contents: Contents) -> MadeFile:
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever reads it
    try:
        format_.write(contents, file)
        size = file.tell()
        file.seek(0)
        return MadeFile(file, size, hashlib.file_digest(file, "sha256").hexdigest(), len(contents.rows))
    except BaseException:
        file.close()
        raise


def editions_of(format_: Format, contents: Contents) -> dict[str, str]:
    """Return what the bytes of a file depend on besides its rows: read models by edition, the library by version."""
    editions = {model.name: f"{model.edition}" for model in contents.report.made_from}
    return editions | ({} if format_.library is None else {format_.library: version(format_.library)})
