"""Rows on disk, so that a file of any length is made with little memory."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from shared.kernel.answers import Answer


class Spool:
    """Rows of one class in a temporary file: added once, gone through as often as a format needs, one reader a time."""

    def __init__(self, row: type[Answer]) -> None:
        self._row = row
        self._file = TemporaryFile()  # noqa: SIM115  # closed when the spool is
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Delete the rows."""
        self._file.close()

    def add(self, row: Answer) -> None:
        """Add a row after the last one."""
        self._file.write(row.model_dump_json().encode() + b"\n")
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Answer]:
        self._file.seek(0)
        for line in self._file:
            yield self._row.model_validate_json(line)
