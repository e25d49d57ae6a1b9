"""Errors of an import file, of a single cell where possible."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellError:
    """An error of a cell, of a whole row (`column` None) or of the headings, with a sentence that says what to do.

    The message never repeats what the cell holds: a shifted row may have a name in any column.
    """

    line: int
    column: str | None
    code: str
    message: str


def _sentence(error: CellError) -> str:
    in_a_row = error.column is None and error.line > 1
    return f"Line {error.line}: {error.message}" if in_a_row else error.message


class FileError(Exception):
    """The file cannot be read as a table, so that no row of it was checked; `errors` says why."""

    def __init__(self, *errors: CellError) -> None:
        super().__init__(" ".join(dict.fromkeys(_sentence(error) for error in errors)))
        self.errors = errors


class MissingColumns(FileError):
    """The table has not the columns of its kind.

    The message says which columns are missing, what to do, and which table of the file was read. `first_rows` are the
    first rows of that table, by which it may be recognised.
    """

    def __init__(
        self, line: int, columns: Sequence[str], advice: str, read: str, first_rows: Sequence[Sequence[str]]
    ) -> None:
        listed = " or ".join([*filter(None, [", ".join(f"“{column}”" for column in columns[:-1])]), f"“{columns[-1]}”"])
        sentence = " ".join(filter(None, (f"The file has no column {listed}.", advice, read)))
        super().__init__(*(CellError(line, column, "missing_column", sentence) for column in columns))
        self.first_rows = first_rows
        self._parts = line, columns, read

    def with_advice(self, advice: str) -> "MissingColumns":
        """Return the error with this advice instead of its own."""
        line, columns, read = self._parts
        return MissingColumns(line, columns, advice, read, self.first_rows)


def whole_file(code: str, message: str, line: int = 1) -> FileError:
    """Make the error of a file, or of a row because of which the rest cannot be read."""
    return FileError(CellError(line, None, code, message))
