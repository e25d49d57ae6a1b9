"""Import files that are kept between dry run and confirmation, each encrypted with a key of its own.

A file is abandoned when its sender sends another of its kind, when it expires, and, if it lists people, when anybody is
erased, because it may name them. Destroying its key abandons it. An expired file can no longer be opened, and is
deleted when anybody of the partnership sends the next file. A file that is being recorded is kept until its last row is
recorded: only expiry or an erasure interrupts that, and if the same file is sent again, its import continues from
there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.referral.domain.imports import Kind
from services.referral.imports.dry_run import DryRun, as_json
from services.referral.imports.outcomes import ImportReport
from shared.kernel.decider import DomainError, NotFound
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.records import Conflict
from shared.kernel.store import UnitTransaction
from shared.kernel.unit import Unit
from shared.spreadsheets.content import FileContent
from shared.spreadsheets.errors import CellError

KEPT_FOR = timedelta(hours=24)
PEOPLE: tuple[Kind, ...] = ("mentors", "teachers", "trainees", "placements", "referrals")


class FileGone(DomainError):
    """The file was abandoned or has expired."""

    status = 410

    def __init__(self) -> None:
        super().__init__("This file is no longer kept. Send it again.")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to keep: who sent it, and when (UTC)."""

    import_id: UUID
    by: str
    at: datetime
    content: FileContent


@dataclass(frozen=True, slots=True)
class KeptImport:
    """An import and its kept file; `content` is None once the file is destroyed.

    It was checked for the day `checked_on`, when the last event was that at `checked_through`.
    """

    kind: Kind
    errors: list[CellError]
    warnings: list[CellError]
    checked_on: date | None
    checked_through: int | None
    rows: int
    content: FileContent | None


def _subject(import_id: UUID) -> str:
    return f"import-{import_id}"


async def _for_tenant(transaction: UnitTransaction, tenant: str) -> tuple[Connection, Keyring]:
    connection, keyring = connection_and_keyring(transaction)
    await name_tenants(connection, [tenant])
    return connection, keyring


async def keep(transaction: UnitTransaction, tenant: str, file: NewFile, result: DryRun) -> None:
    """Keep a file with the result of its dry run, for the confirmation."""
    connection, keyring = await _for_tenant(transaction, tenant)
    await connection.execute(
        """insert into imports (tenant, import_id, kind, brought_by, brought_at, expires_at,
                                file, errors, skipped, will_change, rows_found, report, file_table,
                                warnings, checked_on, checked_through)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)""",
        tenant,
        file.import_id,
        result.kind,
        file.by,
        file.at,
        file.at + KEPT_FOR,
        await keyring.seal_content(connection, tenant, _subject(file.import_id), file.content.packed),
        as_json(result.errors),
        dict(result.skipped),
        result.effect.model_dump(),
        result.rows,
        result.report.model_dump(mode="json"),
        result.table.model_dump(mode="json"),
        as_json(result.warnings),
        result.on,
        result.position,
    )


async def load_import(connection: Connection, keyring: Keyring, tenant: str, import_id: UUID) -> KeptImport:
    """Load an import, with its file opened while it is kept; raises `NotFound`. The connection has named the tenant."""
    row = await connection.fetchrow(
        """select kind, errors, warnings, checked_on, checked_through, rows_found,
                  case when expires_at > clock_timestamp() then file end as file
           from imports where tenant = $1 and import_id = $2""",
        tenant,
        import_id,
    )
    if row is None:
        raise NotFound("There is no such import.")
    content = (
        await keyring.open_content(connection, tenant, _subject(import_id), row["file"])
        if row["file"] is not None
        else None
    )
    return KeptImport(
        row["kind"],
        [CellError(**error) for error in row["errors"]],
        [CellError(**warning) for warning in row["warnings"]],
        row["checked_on"],
        row["checked_through"],
        row["rows_found"],
        FileContent.unpacked_from(content) if content else None,
    )


async def load_for(unit: Unit, import_id: UUID) -> KeptImport:
    """Load an import of the unit's tenant; raises `NotFound`."""
    connection, keyring = connection_and_keyring(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        return await load_import(connection, keyring, unit.tenant, import_id)


async def note_recorded(
    transaction: UnitTransaction, tenant: str, import_id: UUID, rows: int, report: ImportReport, *, last: bool
) -> None:
    """Note that more rows are recorded, with what they did to schools; after the last of them the file is destroyed.

    Raises `FileGone` if the file was abandoned meanwhile, and `Conflict` if somebody else has confirmed it: the command
    is then decided again, and returns their answer.
    """
    connection, keyring = await _for_tenant(transaction, tenant)
    row = await connection.fetchrow(
        "select status, report from imports where tenant = $1 and import_id = $2 for update", tenant, import_id
    )
    if row is None or row["status"] not in ("waiting", "going_in"):
        raise Conflict if row and row["status"] == "confirmed" else FileGone
    so_far = ImportReport()
    if row["status"] == "going_in":  # else it is what the dry run had foreseen, which gives way to what happens
        so_far = ImportReport.model_validate(row["report"])
    # the file is left alone until it goes: to write it again for every batch would cost more than the batch
    await connection.execute(
        f"""update imports
            set status = {"'confirmed', file = null" if last else "'going_in'"}, rows_done = rows_done + $3, report = $4
            where tenant = $1 and import_id = $2""",
        tenant,
        import_id,
        rows,
        so_far.followed_by(report).model_dump(mode="json"),
    )
    if last:
        await keyring.destroy(connection, tenant, _subject(import_id))


async def note_undone(transaction: UnitTransaction, tenant: str, import_id: UUID, rows: int, *, last: bool) -> None:
    """Note that more rows are undone; the file of an import that was interrupted is destroyed too."""
    connection, keyring = await _for_tenant(transaction, tenant)
    await connection.execute(
        """update imports
           set status = $4, file = null, rows_done = case when $5 then 0 else greatest(0, rows_done - $3) end
           where tenant = $1 and import_id = $2""",
        tenant,
        import_id,
        rows,
        "undone" if last else "going_back",
        last,
    )
    await keyring.destroy(connection, tenant, _subject(import_id))


async def abandon(transaction: UnitTransaction, tenant: str, kinds: Collection[Kind], *, by: str | None = None) -> None:
    """Destroy the kept files of these kinds, of one sender or of all, and every file that has expired."""
    connection, keyring = await _for_tenant(transaction, tenant)
    gone = await connection.fetch(
        """update imports set status = 'abandoned', file = null
           where tenant = $1 and status in ('waiting', 'going_in')
             and (expires_at <= clock_timestamp()
                  or kind = any ($2) and ($3::text is null or status = 'waiting' and brought_by = $3))
           returning import_id""",
        tenant,
        list(kinds),
        by,
    )
    for row in gone:
        await keyring.destroy(connection, tenant, _subject(row["import_id"]))
