"""Commands of files: receive one and attach it to a journal entry, open, remove.

A file is encrypted and stored piece by piece while it arrives, and sent back in the same way: it is never held whole. A
file that breaks off is deleted at once, or, where the process died, when the next file of the partnership arrives.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID, uuid4

from services.sessions.commands.access import must_be_own, reading_of
from services.sessions.commands.file_chunks import Arrival, ChunkStore
from services.sessions.domain.files import (
    FILES_AN_ENTRY,
    FileKind,
    FileName,
)
from services.sessions.domain.journal import (
    JOURNAL_ENTRY,
    MISSING,
    AttachFile,
    Entry,
    JournalFile,
    RemoveFile,
    TooManyFiles,
)
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres import Connection, Pool, name_tenants
from shared.kernel.postgres.personal import Erased, Keyring
from shared.kernel.postgres.store import connection_and_keyring, open_texts
from shared.kernel.principal import Principal
from shared.kernel.store import UnitTransaction
from shared.kernel.unit import CommandRunner, Question, Unit, UseCase


class FileOfEntry(Answer):
    """A file of a journal entry; `sha256` is the digest of what was sent, in hexadecimal."""

    entry_id: UUID
    file_id: UUID
    name: str
    kind: FileKind
    size: int
    sha256: str
    on: date


class FilesOfEntry(Answer):
    """The files of a journal entry after a command."""

    entry_id: UUID
    files: tuple[UUID, ...]


class OpenedFile(Answer):
    """A file that the person may read: whose it is, its name, and its kind by its content."""

    file_id: UUID
    owner_id: UUID
    name: str
    kind: FileKind
    size: int


@dataclass(frozen=True)
class SentFile:
    """A file that is arriving: to which entry it belongs, its name, on which day it is attached, and its bytes."""

    entry_id: UUID
    name: FileName
    on: date
    pieces: AsyncIterator[bytes]


@dataclass(frozen=True)
class FileRoom:
    """Where files are kept, the keys of their owners, and how many bytes one person can keep."""

    pool: Pool
    keyring: Keyring
    bytes_a_person: int = 0


class FileSender(CommandRunner, Protocol):
    """Runs the use cases of a request whose body is a file."""

    def with_body(self, digest: str) -> CommandRunner:
        """Copy the runner, so that its Idempotency-Key is of a request with this digest of its body."""


async def attach_file(sender: FileSender, room: FileRoom, sent: SentFile) -> FileOfEntry:
    """Receive a file and attach it to an entry of the person's own journal.

    A file that breaks off, is refused, or is attached already leaves nothing.
    """
    who = sender.who
    owner_id, left = await sender.evaluate(_room_for(who, sent.entry_id, room.bytes_a_person))
    chunks = ChunkStore(room.pool, room.keyring, who.tenant, owner_id, uuid4())
    await chunks.begin()
    try:
        arrival = Arrival(chunks, left)
        async for piece in sent.pieces:
            await arrival.add(piece)
        attaching = AttachFile(
            owner_id=owner_id,
            file_id=chunks.file_id,
            name=sent.name,
            kind=await arrival.finish(),
            size=arrival.size,
            sha256=arrival.digest.hexdigest(),
            on=sent.on,
        )
        runner = sender.with_body(attaching.sha256)
        attached = await runner.run(_attach(who, sent.entry_id, attaching), FileOfEntry)
    finally:
        await asyncio.shield(chunks.discard())  # also when the sender went away; what is attached stays
    return attached


def _room_for(who: Principal, entry_id: UUID, most: int) -> Question[tuple[UUID, int]]:
    """Ask for the owner of an entry who attaches a file to it, and for the bytes that are left for their files."""

    async def question(unit: Unit) -> tuple[UUID, int]:
        entry = await _load_own(unit, who, entry_id)
        if len(entry.files) >= FILES_AN_ENTRY:
            raise TooManyFiles(f"An entry has at most {FILES_AN_ENTRY} files; remove one, or write another entry.")
        connection, _ = connection_and_keyring(unit.reads)
        async with connection.transaction():
            await name_tenants(connection, [unit.tenant])
            kept = await connection.fetchval(
                "select coalesce(sum(size), 0)::bigint from files where tenant = $1 and owner_id = $2 and complete",
                unit.tenant,
                str(entry.owner_id),
            )
        return entry.owner_id, most - kept

    return question


def _attach(who: Principal, entry_id: UUID, attaching: AttachFile) -> UseCase[FileOfEntry]:
    async def use_case(unit: Unit) -> FileOfEntry:
        await _load_own(unit, who, entry_id)
        if await unit.decide(JOURNAL_ENTRY, entry_id, attaching):
            unit.in_transaction(lambda transaction: _complete(transaction, unit.tenant, attaching))
        (entry,) = await unit.load(JOURNAL_ENTRY, entry_id)
        assert entry is not None  # it was loaded before
        file = next(file for file in entry.files if file.sha256 == attaching.sha256)
        name = attaching.name if file.file_id == attaching.file_id else await _name_of(unit, file)
        return FileOfEntry(
            entry_id=entry_id,
            file_id=file.file_id,
            name=name,
            kind=file.kind,
            size=file.size,
            sha256=file.sha256,
            on=file.attached_on,
        )

    return use_case


async def _complete(transaction: UnitTransaction, tenant: str, attached: AttachFile) -> None:
    connection = await _for_tenant(transaction, tenant)
    await connection.execute(
        "update files set complete = true, size = $3 where tenant = $1 and file_id = $2",
        tenant,
        attached.file_id,
        attached.size,
    )


def remove_file(who: Principal, entry_id: UUID, file_id: UUID, on: date) -> UseCase[FilesOfEntry]:
    """Remove a file from an entry of the person's own journal, and delete it."""

    async def use_case(unit: Unit) -> FilesOfEntry:
        entry = await _load_own(unit, who, entry_id)
        removing = RemoveFile(owner_id=entry.owner_id, file_id=file_id, on=on)
        await unit.decide(JOURNAL_ENTRY, entry_id, removing)
        delete_files(unit, [file_id])
        left = tuple(file.file_id for file in entry.files if file.file_id != file_id)
        return FilesOfEntry(entry_id=entry_id, files=left)

    return use_case


def delete_files(unit: Unit, file_ids: list[UUID]) -> None:
    """Delete files in the transaction of the append."""

    async def delete(transaction: UnitTransaction) -> None:
        connection = await _for_tenant(transaction, unit.tenant)
        await connection.execute("delete from files where tenant = $1 and file_id = any ($2)", unit.tenant, file_ids)

    unit.in_transaction(delete)


def delete_files_of(unit: Unit, person_id: UUID) -> None:
    """Delete all files of a person who was erased, which nobody can read any more."""

    async def delete(transaction: UnitTransaction) -> None:
        connection = await _for_tenant(transaction, unit.tenant)
        await connection.execute("delete from files where tenant = $1 and owner_id = $2", unit.tenant, str(person_id))

    unit.in_transaction(delete)


def open_file(who: Principal, entry_id: UUID, file_id: UUID) -> UseCase[OpenedFile]:
    """Open a file of an entry that the person may read, and record for its owner that they did."""

    async def use_case(unit: Unit) -> OpenedFile:
        (entry,) = await unit.load(JOURNAL_ENTRY, entry_id)
        if entry is None:
            raise NotFound(MISSING)
        await unit.decide(JOURNAL_ENTRY, entry_id, await reading_of(unit, who, entry.item))
        file = entry.file(file_id)
        return OpenedFile(
            file_id=file_id,
            owner_id=entry.owner_id,
            name=await _name_of(unit, file),
            kind=file.kind,
            size=file.size,
        )

    return use_case


async def send_file(who: Principal, room: FileRoom, file: OpenedFile) -> AsyncIterator[bytes]:
    """Return the pieces of a file that the person has opened; raises `Erased` before the first of them."""
    pieces = ChunkStore(room.pool, room.keyring, who.tenant, file.owner_id, file.file_id).pieces()
    first = await anext(pieces, None)
    if first is None:
        raise Erased("This person's record was erased; the file is gone.")

    async def all_pieces() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_pieces()


async def open_files(unit: Unit, entry_id: UUID, entry: Entry) -> tuple[FileOfEntry, ...]:
    """Return the files of an entry that somebody reads, with their names."""
    return tuple(
        [
            FileOfEntry(
                entry_id=entry_id,
                file_id=file.file_id,
                name=await _name_of(unit, file),
                kind=file.kind,
                size=file.size,
                sha256=file.sha256,
                on=file.attached_on,
            )
            for file in entry.files
        ]
    )


async def _load_own(unit: Unit, who: Principal, entry_id: UUID) -> Entry:
    (entry,) = await unit.load(JOURNAL_ENTRY, entry_id)
    await must_be_own(unit, who, None if entry is None else entry.owner_id, MISSING)
    if entry is None or entry.removed:
        raise NotFound(MISSING)
    return entry


async def _name_of(unit: Unit, file: JournalFile) -> str:
    opened = await open_texts(unit.reads, unit.tenant, [file.name])
    return opened.get(file.name, file.name)


async def _for_tenant(transaction: UnitTransaction, tenant: str) -> Connection:
    connection, _ = connection_and_keyring(transaction)
    await name_tenants(connection, [tenant])
    return connection
