"""Queries of referrals to others."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.onward_referrals import MISSING, OnwardStatus, Party
from services.sessions.queries.assignments import assigned_as
from services.sessions.queries.merges import current_principal
from services.sessions.queries.programmes import find_programme
from services.sessions.queries.relationships import find_relationship
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class OnwardStepTaken(Answer):
    """A step of a referral, who took it, and the note that they left."""

    status: OnwardStatus
    on: date
    by: Party
    note: str | None


class OnwardReferralView(Answer):
    """A referral to others: what was offered, by which kind of help, and its steps."""

    onward_id: UUID
    relationship_id: UUID
    kind: str
    text: str
    outside: bool
    organisation: str | None
    reason: str | None
    status: OnwardStatus
    steps: tuple[OnwardStepTaken, ...]


async def list_onward_referrals(reader: Reader, relationship_id: UUID) -> list[OnwardReferralView]:
    """Return the referrals of a relationship that the person takes part in; raises `NotFound` for everybody else."""
    by, kinds = await _party(reader, relationship_id)
    rows = await reader.connection.fetch(f"{_REFERRALS} where relationship_id = $1 order by onward_id", relationship_id)
    visible = [row for row in rows if _is_visible(dict(row), by)]
    return [await _view(reader, row, kinds) for row in sorted(visible, key=lambda row: row["steps"][0][1])]


async def show_onward_referral(reader: Reader, onward_id: UUID) -> OnwardReferralView:
    """Return a referral that the person takes part in; raises `NotFound` for everybody else."""
    row = await reader.connection.fetchrow(f"{_REFERRALS} where onward_id = $1", onward_id)
    if row is None:
        raise NotFound(MISSING)
    try:
        by, kinds = await _party(reader, row["relationship_id"])
    except NotFound:
        raise NotFound(MISSING) from None
    if not _is_visible(dict(row), by):
        raise NotFound(MISSING)
    return await _view(reader, row, kinds)


async def _party(reader: Reader, relationship_id: UUID) -> tuple[Party, Mapping[str, tuple[str, bool]]]:
    """As whom the person takes part, and the words of each kind of help with whether it is outside the school."""
    relationship = await find_relationship(reader, relationship_id)
    if relationship is None:
        raise NotFound("There is no such relationship.")
    programme = await find_programme(reader, relationship.programme_id)
    assigned = await assigned_as(reader, relationship.trainee_id)
    by = policy.refers_on(await current_principal(reader), relationship, programme, assigned)
    rules = programme.practice.refer_on
    return by, {kind.code: (kind.text, kind.outside) for kind in (rules.choices if rules else ())}


def _is_visible(row: Mapping[str, Any], by: Party) -> bool:
    return by != "lead" or row["offered_by"] == "lead" or row["was_agreed"]


async def _view(reader: Reader, row: Any, kinds: Mapping[str, tuple[str, bool]]) -> OnwardReferralView:
    (opened,) = await reader.unseal([dict(row)])
    found = await reader.connection.fetch(
        "select status, note from onward_notes where onward_id = $1", row["onward_id"]
    )
    notes = {note["status"]: note["note"] for note in await reader.unseal([dict(each) for each in found])}
    text, outside = kinds.get(row["kind"], (row["kind"], False))
    steps = tuple(
        OnwardStepTaken.model_validate({"status": status, "on": on, "by": by, "note": notes.get(status)})
        for status, on, by in row["steps"]
    )
    return OnwardReferralView(
        onward_id=row["onward_id"],
        relationship_id=row["relationship_id"],
        kind=row["kind"],
        text=text,
        outside=outside,
        organisation=opened["organisation"],
        reason=opened["reason"],
        status=steps[-1].status,
        steps=steps,
    )


_REFERRALS = """
    select onward_id, relationship_id, kind, offered_by, organisation, reason, steps, was_agreed
    from onward_referrals"""
