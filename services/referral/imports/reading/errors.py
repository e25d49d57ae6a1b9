"""What is wrong with a file, by cell where it can be told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong with one cell (`column` named), one row (`column` None) or the headings, and what to do about it.

    The message never repeats what the cell holds: a shifted row may have a name in any column.
    """

    line: int
    column: str | None
    code: str
    message: str


class FileError(Exception):
    """The file cannot be read as a table, so that no row of it was judged; `errors` says why."""

    def __init__(self, *errors: CellError) -> None:
        super().__init__(" ".join(error.message for error in errors))
        self.errors = errors


def whole_file(code: str, message: str, line: int = 1) -> FileError:
    """An error of the file or of one row that keeps the rest from being read."""
    return FileError(CellError(line, None, code, message))
