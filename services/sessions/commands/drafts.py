"""Commands of drafts: keep, delete, and what a request does with the draft from which it is sent.

Drafts lie in a table of their own, in the transaction of the append: a request that is accepted discards its draft, or
neither happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.merges import current_principal
from services.sessions.domain.drafts import (
    KEPT_FOR,
    MISSING,
    Form,
    NewDraft,
    StoredDraft,
    next_version,
    place_of,
    read_draft,
    write_draft,
)
from services.sessions.domain.merges import MERGE
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.principal import Principal
from shared.kernel.records import Conflict
from shared.kernel.store import UnitTransaction
from shared.kernel.unit import Unit, UseCase


class KeptDraft(Answer):
    """A draft after it was kept: its version, when that was, and until when it is kept if nobody goes on with it."""

    draft_id: UUID
    version: int
    kept_at: datetime
    kept_until: datetime


class DraftId(Answer):
    """The id of a draft, such as of one that was deleted."""

    draft_id: UUID


def keep_draft(who: Principal, draft_id: UUID, draft: NewDraft) -> UseCase[KeptDraft]:
    """Keep what the person has typed into a form, instead of what is kept of it."""

    async def use_case(unit: Unit) -> KeptDraft:
        owner_id = await _owner(unit, who)
        place = _Place(owner_id, draft_id, await _find(unit, owner_id, draft_id))
        return await _keep(unit, place, draft.form, write_draft(draft.form, draft.body))

    return use_case


def delete_draft(who: Principal, draft_id: UUID) -> UseCase[DraftId]:
    """Delete a draft of the person's own."""

    async def use_case(unit: Unit) -> DraftId:
        draft = await _find(unit, await _owner(unit, who), draft_id)
        if draft is None:
            raise NotFound(MISSING)
        draft.must_be_version(_version(unit))
        _delete(unit, draft_id, draft)
        return DraftId(draft_id=draft_id)

    return use_case


class SealedDrafts:
    """Keeps and discards the drafts that requests name, each with the method and the path of its request."""

    async def discard(self, unit: Unit, who: Principal, draft_id: UUID, method: str, path: str) -> None:
        """Discard a draft of the person in the transaction of the append; raises `DraftOfAnotherForm`."""
        draft = await _find(unit, await _owner(unit, who), draft_id)
        if draft is not None:
            draft.must_be_for(Form(method, path))
            _delete(unit, draft_id, draft)

    def keep_typed(
        self, who: Principal, draft_id: UUID, method: str, path: str, typed: Mapping[str, Any] | None
    ) -> UseCase[DraftId]:
        """Keep what was typed into a form whose request was refused, or what is kept of it where it cannot be (None).

        Raises `NotFound` where there is no such draft afterwards.
        """

        async def use_case(unit: Unit) -> DraftId:
            owner_id, form = await _owner(unit, who), Form(method, path)
            before = await _find(unit, owner_id, draft_id)
            content = _content(form, typed)
            if content is not None:
                await _keep(unit, _Place(owner_id, draft_id, before), form, content)
            elif before is None:
                raise NotFound(MISSING)
            else:
                before.must_be_for(form)
            return DraftId(draft_id=draft_id)

        return use_case


def delete_drafts_of(unit: Unit, person_id: UUID) -> None:
    """Delete all drafts of a person who was erased, which nobody can read any more."""

    async def delete(transaction: UnitTransaction) -> None:
        connection = await _for_tenant(transaction, unit.tenant)
        await connection.execute(_DELETE_ALL, unit.tenant, str(person_id))

    unit.in_transaction(delete)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a draft is kept: of whom, under which id, and what is there before."""

    owner_id: str
    draft_id: UUID
    before: StoredDraft | None


def _content(form: Form, typed: Mapping[str, Any] | None) -> bytes | None:
    try:
        return None if typed is None else write_draft(form, typed)
    except Invalid:
        return None


async def _owner(unit: Unit, who: Principal) -> str:
    return policy.draft_owner(await current_principal(unit, who))


async def _find(unit: Unit, owner_id: str, draft_id: UUID) -> StoredDraft | None:
    """Find a draft of a person, whichever of their records it was kept under; None for one that is too old."""
    connection, keyring = connection_and_keyring(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        rows = await connection.fetch(_FIND, unit.tenant, draft_id, owner_id, unit.now - KEPT_FOR)
    others = [row["owner_id"] for row in rows if row["owner_id"] != owner_id]
    kept = dict(zip(others, map(str, await unit.load(MERGE, *others)), strict=True))
    row = next((each for each in rows if owner_id in (each["owner_id"], kept.get(each["owner_id"]))), None)
    if row is None:
        return None
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        place = place_of(draft_id)
        opened = await keyring.open_content(connection, unit.tenant, row["owner_id"], row["content"], place)
    draft = read_draft(opened)
    return None if draft is None else StoredDraft(row["owner_id"], row["version"], Form(draft["method"], draft["path"]))


async def _keep(unit: Unit, place: _Place, form: Form, content: bytes) -> KeptDraft:
    others = 0 if place.before is not None else await _count(unit, place.owner_id)
    version = next_version(place.before, form, if_match=_version(unit), others=others)

    async def store(transaction: UnitTransaction) -> None:
        connection = await _for_tenant(transaction, unit.tenant)
        _, keyring = connection_and_keyring(transaction)
        await connection.execute(_DELETE_OLD, unit.tenant, unit.now - KEPT_FOR)
        if place.before is not None:
            await _delete_version(connection, unit.tenant, place.draft_id, place.before)
        sealed_as = place_of(place.draft_id)
        sealed = await keyring.seal_content(connection, unit.tenant, place.owner_id, content, sealed_as)
        key = unit.tenant, place.draft_id, place.owner_id
        _must_change_a_row(await connection.execute(_INSERT, *key, version, unit.now, sealed))

    unit.in_transaction(store)
    until = unit.now + KEPT_FOR
    return KeptDraft(draft_id=place.draft_id, version=version, kept_at=unit.now, kept_until=until)


def _version(unit: Unit) -> int | None:
    return None if unit.if_match is None else unit.if_match.version


def _delete(unit: Unit, draft_id: UUID, draft: StoredDraft) -> None:
    async def delete(transaction: UnitTransaction) -> None:
        await _delete_version(await _for_tenant(transaction, unit.tenant), unit.tenant, draft_id, draft)

    unit.in_transaction(delete)


async def _delete_version(connection: Connection, tenant: str, draft_id: UUID, draft: StoredDraft) -> None:
    """Delete a draft in the version in which it was read; raises `Conflict` where it was kept anew since."""
    _must_change_a_row(await connection.execute(_DELETE, tenant, draft_id, draft.owner_id, draft.version))


def _must_change_a_row(outcome: str) -> None:
    """Raise `Conflict` where a statement changed no row, because another request of the person came first."""
    if outcome.endswith(" 0"):
        raise Conflict


async def _count(unit: Unit, owner_id: str) -> int:
    connection, _ = connection_and_keyring(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        return int(await connection.fetchval(_COUNT, unit.tenant, owner_id, unit.now - KEPT_FOR))


async def _for_tenant(transaction: UnitTransaction, tenant: str) -> Connection:
    connection, _ = connection_and_keyring(transaction)
    await name_tenants(connection, [tenant])
    return connection


_FIND = """
    select owner_id, version, content from drafts where tenant = $1 and draft_id = $2 and kept_at > $4
    order by owner_id = $3 desc, kept_at desc"""
_COUNT = "select count(*) from drafts where tenant = $1 and owner_id = $2 and kept_at > $3"
_INSERT = """
    insert into drafts (tenant, draft_id, owner_id, version, kept_at, content) values ($1, $2, $3, $4, $5, $6)
    on conflict do nothing"""
_DELETE = "delete from drafts where tenant = $1 and draft_id = $2 and owner_id = $3 and version = $4"
_DELETE_ALL = "delete from drafts where tenant = $1 and owner_id = $2"
_DELETE_OLD = "delete from drafts where tenant = $1 and kept_at <= $2"
