"""Files that were brought: what their dry run found, and what became of them."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.referral.domain.imports import Kind
from services.referral.imports import kept_files as waiting
from services.referral.imports.reading.errors import CellError
from services.referral.imports.reading.marked_copy import marked_copy as marked
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


async def import_found(reader: Reader, import_id: UUID) -> dict[str, Any]:
    """What the dry run of a file found, where the file stands, what it did to schools; raises `NotFound`."""
    row = await reader.connection.fetchrow(
        f"{_IMPORT}, errors, skipped, will_change, report from imports where import_id = $1", import_id
    )
    if row is None:
        raise NotFound("There is no such import.")
    found = _standing(dict(row))
    return found | {"ready": found["status"] == "waiting" and not found["errors"]}


async def imports(reader: Reader, *, limit: int) -> list[dict[str, Any]]:
    """The files of the partnership, the latest first."""
    rows = await reader.connection.fetch(
        f"""{_IMPORT}, jsonb_array_length(errors) as errors
            from imports order by brought_at desc, import_id limit $1""",
        limit,
    )
    return [_standing(dict(row)) for row in rows]


def _standing(found: dict[str, Any]) -> dict[str, Any]:
    if found["status"] in ("waiting", "going_in") and found["expires_at"] <= datetime.now(UTC):
        found["status"] = "abandoned"
    return found


async def marked_copy(reader: Reader, import_id: UUID) -> tuple[Kind, bytes]:
    """The file that waits, with a verdict on each row; raises `NotFound` or `FileGone`."""
    brought = await waiting.brought(reader.connection, reader.keyring, reader.who.tenant, import_id)
    if brought.content is None:
        raise waiting.FileGone
    errors = [CellError(**error) for error in brought.errors]
    return brought.kind, await asyncio.to_thread(marked, brought.content, errors)


_IMPORT = """
    select import_id, kind, status, brought_by, brought_at, expires_at, rows_found as rows, rows_done"""
