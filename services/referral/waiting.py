"""Files that wait between dry run and confirmation: sealed with a key of their own, and gone with it.

A file is abandoned when its bringer brings another of its kind, when it expires, or, where it holds people, when
somebody is erased: it may name them. An expired file can no longer be opened; its bytes go with the next file that
anybody of the partnership brings.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.referral.domain.file_import import Effect, Kind
from shared.kernel.decider import DomainError, NotFound
from shared.kernel.personal import Keyring
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.store import behind
from shared.kernel.store import Conflict, Transaction

KEPT_FOR = timedelta(hours=24)
PEOPLE: tuple[Kind, ...] = ("mentors", "trainees")


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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file to keep: who brought it, and when (UTC)."""

    import_id: UUID
    by: str
    at: datetime
    content: bytes


@dataclass(frozen=True, slots=True)
class Brought:
    """An import as it is kept; `content` is None once the file is gone."""

    kind: Kind
    errors: list[dict[str, Any]]
    content: bytes | None


def _subject(import_id: UUID) -> str:
    return f"import-{import_id}"


async def _behind(transaction: Transaction, tenant: str) -> tuple[Connection, Keyring]:
    connection, keyring = behind(transaction)
    await name_tenants(connection, [tenant])
    return connection, keyring


async def keep(transaction: Transaction, tenant: str, waiting: Waiting, found: Found) -> None:
    """Keep a file for its confirmation."""
    connection, keyring = await _behind(transaction, tenant)
    await connection.execute(
        """insert into imports (tenant, import_id, kind, brought_by, brought_at, expires_at,
                                file, errors, skipped, will_change)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        tenant,
        waiting.import_id,
        found.kind,
        waiting.by,
        waiting.at,
        waiting.at + KEPT_FOR,
        await keyring.seal_content(connection, tenant, _subject(waiting.import_id), waiting.content),
        found.errors,
        found.skipped,
        found.will_change.model_dump(),
    )


async def brought(connection: Connection, keyring: Keyring, tenant: str, import_id: UUID) -> Brought:
    """An import, with its file opened while it is kept; raises `NotFound`. The connection has named the tenant."""
    row = await connection.fetchrow(
        """select kind, errors, case when expires_at > clock_timestamp() then file end as file
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
    return Brought(row["kind"], row["errors"], content)


async def close(transaction: Transaction, tenant: str, import_id: UUID) -> None:
    """Destroy the file that is being confirmed; raises `FileGone` when it was abandoned meanwhile.

    Raises `Conflict` when somebody else has confirmed it meanwhile: decided anew, the answer is theirs.
    """
    connection, keyring = await _behind(transaction, tenant)
    gone = await connection.fetchval(
        """update imports set status = 'confirmed', file = null
           where tenant = $1 and import_id = $2 and status = 'waiting' returning true""",
        tenant,
        import_id,
    )
    if gone:
        await keyring.destroy(connection, tenant, _subject(import_id))
        return
    status = await connection.fetchval(
        "select status from imports where tenant = $1 and import_id = $2", tenant, import_id
    )
    if status == "confirmed":
        raise Conflict
    raise FileGone


async def abandon(transaction: Transaction, tenant: str, kinds: Collection[Kind], *, by: str | None = None) -> None:
    """Destroy the waiting files of these kinds, those of one bringer or of all, and every file that has expired."""
    connection, keyring = await _behind(transaction, tenant)
    gone = await connection.fetch(
        """update imports set status = 'abandoned', file = null
           where tenant = $1 and status = 'waiting'
             and (expires_at <= clock_timestamp() or kind = any ($2) and ($3::text is null or brought_by = $3))
           returning import_id""",
        tenant,
        list(kinds),
        by,
    )
    for row in gone:
        await keyring.destroy(connection, tenant, _subject(row["import_id"]))
