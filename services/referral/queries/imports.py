"""Queries of import files: the result of their dry run, and their status since."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from services.referral import policy
from services.referral.domain.imports import Effect, Kind
from services.referral.imports import kept_files
from services.referral.imports.kinds import FILE_KINDS
from services.referral.imports.outcomes import FileTable, ImportReport
from services.referral.imports.reading.marked_copy import marked_copy as mark
from services.referral.imports.recording.identities import name_in_words
from services.referral.imports.recording.same_people import records_named, with_names
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader
from shared.spreadsheets import workbook
from shared.spreadsheets.errors import CellError
from shared.spreadsheets.rows import fits_any

ImportStatus = Literal["waiting", "going_in", "confirmed", "abandoned", "going_back", "undone"]


class _Import(Answer):
    import_id: UUID
    kind: Kind
    status: ImportStatus
    brought_by: str
    brought_at: datetime
    expires_at: datetime
    rows: int
    rows_done: int
    skipped: dict[str, int]
    will_change: Effect


class ImportSummary(_Import):
    """An import: who sent its file and when, its status, how many rows are recorded, how many cells are wrong.

    `will_change` and `skipped` count the rows as the answer to the file did.
    """

    errors: int


class ImportDetails(_Import):
    """An import with every wrong cell, what has to be confirmed (`warnings`), what it would change or has changed, what
    was not read, and what happened to schools.
    """

    errors: list[CellError]
    warnings: list[CellError]
    table: FileTable
    report: ImportReport
    ready: bool


async def imports(reader: Reader, *, limit: int) -> list[ImportSummary]:
    """List the imports of the partnership, the latest first."""
    policy.may_run_the_partnership(reader.who)
    return await reader.all(
        ImportSummary,
        f"""select {_COLUMNS}, jsonb_array_length(errors) as errors
            from imports order by brought_at desc, import_id limit $2""",
        datetime.now(UTC),
        limit,
    )


async def import_details(reader: Reader, import_id: UUID) -> ImportDetails:
    """Show one import; raises `NotFound`."""
    policy.may_run_the_partnership(reader.who)
    found = await reader.first(
        ImportDetails,
        f"""select i.*, i.status = 'waiting' and errors = '[]' as ready
            from (
                select {_COLUMNS}, errors, warnings, report, file_table as "table" from imports where import_id = $2
            ) i""",
        datetime.now(UTC),
        import_id,
    )
    if found is None:
        raise NotFound("There is no such import.")
    named = {"errors": await _named(reader, found.errors), "warnings": await _named(reader, found.warnings)}
    return found.model_copy(update=named)


async def _named(reader: Reader, errors: list[CellError]) -> list[CellError]:
    """Add to errors that name a record by its id who that is: whoever reads imports may read every name."""
    if not (ids := records_named(errors)):
        return errors
    sql = "select person_id, given_name, family_name, reference from people where person_id = any ($1)"
    rows = await reader.unseal([dict(row) for row in await reader.connection.fetch(sql, ids)])
    names = {
        row["person_id"]: name_in_words(row["given_name"], row["family_name"], row["reference"])
        for row in rows
        if ERASED not in (row["given_name"], row["family_name"])
    }
    return with_names(errors, names)


async def marked_copy(reader: Reader, import_id: UUID) -> tuple[str, str, Iterator[bytes]]:
    """Make the copy of a kept file with a verdict on each row: its name, its media type, and its pieces.

    Raises `NotFound` or `FileGone`.
    """
    policy.may_run_the_partnership(reader.who)
    kept = await kept_files.load_import(reader.connection, reader.keyring, reader.who.tenant, import_id)
    if kept.content is None:
        raise kept_files.FileGone
    is_workbook = workbook.is_workbook(kept.content)
    media_type, ending = (workbook.MEDIA_TYPE, "xlsx") if is_workbook else ("text/csv", "csv")
    copy = mark(kept.content, kept.errors, fits_any(FILE_KINDS[kept.kind].formats))
    return f"{kept.kind}-marked.{ending}", media_type, copy


_COLUMNS = """
    import_id, kind, brought_by, brought_at, expires_at, rows_found as rows, rows_done, skipped, will_change,
    case when status in ('waiting', 'going_in') and expires_at <= $1 then 'abandoned' else status end as status"""
