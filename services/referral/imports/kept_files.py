"""Files that wait between dry run and confirmation: sealed with a key of their own, and gone with it.

A file is abandoned when its bringer brings another of its kind, when it expires, or, where it holds people, when
somebody is erased: it may name them. An expired file can no longer be opened; its bytes go with the next file that
anybody of the partnership brings. One that is going in is kept until its last row is in: only expiry or an erasure
breaks that off, and the same file sent again goes on from there.
"""

import zlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.referral.domain.imports import Effect, Kind
from services.referral.imports.recording.schools import Report
from shared.kernel.decider import DomainError, NotFound
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.records import Conflict
from shared.kernel.store import UnitTransaction

KEPT_FOR = timedelta(hours=24)
PEOPLE: tuple[Kind, ...] = ("mentors", "trainees", "placements")


class FileGone(DomainError):
    """The file was abandoned or has expired."""

    status = 410

    def __init__(self) -> None:
        super().__init__("This file is no longer kept. Send it again.")


@dataclass(frozen=True, slots=True)
class Found:
    """What a dry run found in a file; `errors` as JSON, see `intake.told`."""

    kind: Kind
    errors: list[dict[str, Any]]
    skipped: dict[str, int]
    will_change: Effect
    rows: int
    report: Report


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file to keep, packed: who brought it, and when (UTC)."""

    import_id: UUID
    by: str
    at: datetime
    packed: bytes


@dataclass(frozen=True, slots=True)
class Brought:
    """An import as it is kept; `content` is None once the file is gone."""

    kind: Kind
    errors: list[dict[str, Any]]
    rows: int
    content: bytes | None


def pack(content: bytes) -> bytes:
    """A file as it is kept: an extract of the register is a tenth as large then."""
    return zlib.compress(content, 1)


def _subject(import_id: UUID) -> str:
    return f"import-{import_id}"


async def _behind(transaction: UnitTransaction, tenant: str) -> tuple[Connection, Keyring]:
    connection, keyring = connection_and_keyring(transaction)
    await name_tenants(connection, [tenant])
    return connection, keyring


async def keep(transaction: UnitTransaction, tenant: str, waiting: Waiting, found: Found) -> None:
    """Keep a file for its confirmation."""
    connection, keyring = await _behind(transaction, tenant)
    await connection.execute(
        """insert into imports (tenant, import_id, kind, brought_by, brought_at, expires_at,
                                file, errors, skipped, will_change, rows_found, report)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        tenant,
        waiting.import_id,
        found.kind,
        waiting.by,
        waiting.at,
        waiting.at + KEPT_FOR,
        await keyring.seal_content(connection, tenant, _subject(waiting.import_id), waiting.packed),
        found.errors,
        found.skipped,
        found.will_change.model_dump(),
        found.rows,
        found.report.as_json(),
    )


async def brought(connection: Connection, keyring: Keyring, tenant: str, import_id: UUID) -> Brought:
    """An import, with its file opened while it is kept; raises `NotFound`. The connection has named the tenant."""
    row = await connection.fetchrow(
        """select kind, errors, rows_found, case when expires_at > clock_timestamp() then file end as file
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
    return Brought(row["kind"], row["errors"], row["rows_found"], zlib.decompress(content) if content else None)


async def going_in(
    transaction: UnitTransaction, tenant: str, import_id: UUID, rows: int, report: Report, *, last: bool
) -> None:
    """So many more rows go in, with what they did to schools; the file is destroyed with the last of them.

    Raises `FileGone` when the file was abandoned meanwhile, and `Conflict` when somebody else has confirmed it: decided
    anew, the answer is theirs.
    """
    connection, keyring = await _behind(transaction, tenant)
    row = await connection.fetchrow(
        "select status, report from imports where tenant = $1 and import_id = $2 for update", tenant, import_id
    )
    if row is None or row["status"] not in ("waiting", "going_in"):
        raise Conflict if row and row["status"] == "confirmed" else FileGone
    so_far = Report()
    if row["status"] == "going_in":  # else it is what the dry run had foreseen, which gives way to what happens
        so_far = Report(Counter(row["report"]["counts"]), row["report"]["schools"])
    # the file is left alone until it goes: to write it again for every stretch would cost more than the stretch
    await connection.execute(
        f"""update imports
            set status = {"'confirmed', file = null" if last else "'going_in'"}, rows_done = rows_done + $3, report = $4
            where tenant = $1 and import_id = $2""",
        tenant,
        import_id,
        rows,
        so_far.and_then(report).as_json(),
    )
    if last:
        await keyring.destroy(connection, tenant, _subject(import_id))


async def going_back(transaction: UnitTransaction, tenant: str, import_id: UUID, rows: int, *, last: bool) -> None:
    """What so many rows did is taken back; of an import that was broken off the file goes too."""
    connection, keyring = await _behind(transaction, tenant)
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
    """Destroy the waiting files of these kinds, those of one bringer or of all, and every file that has expired."""
    connection, keyring = await _behind(transaction, tenant)
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
