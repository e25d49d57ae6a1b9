"""Errors of an import file, of a single cell where possible."""

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


class FileError(Exception):
    """The file cannot be read as a table, so that no row of it was checked; `errors` says why."""

    def __init__(self, *errors: CellError) -> None:
        super().__init__(" ".join(error.message for error in errors))
        self.errors = errors


def whole_file(code: str, message: str, line: int = 1) -> FileError:
    """Make the error of a file, or of a row because of which the rest cannot be read."""
    return FileError(CellError(line, None, code, message))
