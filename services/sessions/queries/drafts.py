"""Queries of drafts: each person reads their own, and nobody else's."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.drafts import KEPT_FOR, MISSING, place_of, read_draft
from services.sessions.queries.merges import current_principal
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class DraftSummary(Answer):
    """A draft of the person: the method and path of the request that it is for, when it was kept, and until when."""

    draft_id: UUID
    method: str
    path: str
    version: int
    kept_at: datetime
    kept_until: datetime


class DraftView(DraftSummary):
    """A draft with its body, as it was typed."""

    body: dict[str, Any]


async def list_drafts(reader: Reader) -> list[DraftSummary]:
    """Return the drafts of the person, the latest first."""
    rows = await reader.connection.fetch(f"{_OWN} order by kept_at desc", await _own(reader), utc_now() - KEPT_FOR)
    opened = [await _open(reader, row) for row in rows]
    return [
        DraftSummary(**{name: draft[name] for name in DraftSummary.model_fields})
        for draft in opened
        if draft is not None
    ]


async def show_draft(reader: Reader, draft_id: UUID) -> DraftView:
    """Return a draft of the person; raises `NotFound`."""
    own = await _own(reader)
    rows = await reader.connection.fetch(f"{_OWN} and draft_id = $3", own, utc_now() - KEPT_FOR, draft_id)
    first = min(rows, key=lambda row: own.index(row["owner_id"]), default=None)
    draft = None if first is None else await _open(reader, first)
    if draft is None:
        raise NotFound(MISSING)
    return DraftView(**draft)


async def _own(reader: Reader) -> list[str]:
    """Return the ids of the person's records, the kept one first."""
    owner_id = policy.draft_owner(await current_principal(reader))
    rows = await reader.connection.fetch("select merged_id::text from merges where kept_id::text = $1", owner_id)
    return [owner_id, *(row["merged_id"] for row in rows)]


async def _open(reader: Reader, row: Any) -> dict[str, Any] | None:
    content = await reader.keyring.open_content(
        reader.connection, reader.who.tenant, row["owner_id"], row["content"], place_of(row["draft_id"])
    )
    opened = read_draft(content)
    if opened is None:
        return None
    kept = {"draft_id": row["draft_id"], "version": row["version"], "kept_at": row["kept_at"]}
    return {**opened, **kept, "kept_until": row["kept_at"] + KEPT_FOR}


_OWN = "select owner_id, draft_id, version, kept_at, content from drafts where owner_id = any ($1) and kept_at > $2"
