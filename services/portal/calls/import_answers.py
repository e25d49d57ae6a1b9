"""What pages of files read of referral's answers: the fields that they use, and no others."""

from datetime import datetime
from uuid import UUID

from services.portal.calls.answers import Part


class Effect(Part):
    """How many rows of a file are new, change something, change nothing, or are left out as bad."""

    new: int
    changed: int
    unchanged: int
    left_out: int


class CellError(Part):
    """What is wrong with a cell of a file, or with a whole row where there is no column."""

    line: int
    column: str | None
    message: str


class FileTable(Part):
    """The table that was read of a file, and what is not read."""

    sheet: str | None
    other_sheets: tuple[str, ...]
    columns_not_read: tuple[str, ...]


class ImportReport(Part):
    """What a file does to schools, counted."""

    counts: dict[str, int]


class ImportChecked(Part):
    """The answer to a file."""

    import_id: UUID


class ImportEnded(Part):
    """The answer once a file is recorded or undone."""

    import_id: UUID


class _Import(Part):
    import_id: UUID
    kind: str
    status: str
    brought_by: str
    brought_at: datetime
    rows: int
    rows_done: int
    will_change: Effect


class ImportSummary(_Import):
    """A file of the partnership."""

    errors: int


class ImportDetails(_Import):
    """A file with every wrong cell, what has to be confirmed, and what it changes."""

    errors: tuple[CellError, ...]
    warnings: tuple[CellError, ...]
    skipped: dict[str, int]
    table: FileTable
    report: ImportReport
    ready: bool
