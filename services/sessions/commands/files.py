"""Commands of files: receive one and attach it to a journal entry, open, remove.

A file is encrypted and stored piece by piece while it arrives, and sent back in the same way: it is never held whole. A
file that breaks off is deleted at once, or, where the process died, when the next file of the partnership arrives.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from services.sessions.commands.access import must_be_own, reading_of
from services.sessions.domain.files import (
    END_OF_ZIP,
    ENOUGH,
    FILES_AN_ENTRY,
    LARGEST_FILE,
    FileKind,
    FileName,
    FileTooLarge,
    NoRoomForFiles,
    Span,
    find_content_types,
    find_directory,
    kind_of_beginning,
    kind_of_contents,
    refuse_kind,
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
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.http.context import Caller
from shared.kernel.postgres import Connection, Pool, name_tenants, tenant_transaction
from shared.kernel.postgres.personal import Erased, Keyring
from shared.kernel.postgres.store import connection_and_keyring, open_texts
from shared.kernel.principal import Principal
from shared.kernel.store import UnitTransaction
from shared.kernel.unit import Question, Unit, UseCase

CHUNK = 256 * 1024
"""Bytes of a file that are encrypted, stored and held at one time."""
ABANDONED_AFTER = timedelta(hours=1)
_MEGABYTE = 1024 * 1024


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
class ChunkStore:
    """The chunks of one file, encrypted with the key of its owner."""

    pool: Pool
    keyring: Keyring
    tenant: str
    owner_id: UUID
    file_id: UUID

    async def begin(self) -> None:
        """Make room for a file that arrives, and delete those of the partnership that broke off."""
        async with tenant_transaction(self.pool, [self.tenant]) as connection:
            await connection.execute(
                """delete from files
                   where tenant = $1 and not complete and started_at < clock_timestamp() - $2::interval""",
                self.tenant,
                ABANDONED_AFTER,
            )
            await connection.execute(
                "insert into files (tenant, file_id, owner_id) values ($1, $2, $3)",
                self.tenant,
                self.file_id,
                str(self.owner_id),
            )

    async def put(self, number: int, content: bytes) -> None:
        """Store a chunk."""
        async with tenant_transaction(self.pool, [self.tenant]) as connection:
            sealed = await self.keyring.seal_content(
                connection, self.tenant, str(self.owner_id), content, self._place(number)
            )
            await connection.execute(
                "insert into file_chunks (tenant, file_id, number, content) values ($1, $2, $3, $4)",
                self.tenant,
                self.file_id,
                number,
                sealed,
            )

    async def get(self, number: int) -> bytes | None:
        """Return a chunk; None after the last one. Raises `Erased` once the owner's key is destroyed."""
        async with tenant_transaction(self.pool, [self.tenant]) as connection:
            sealed = await connection.fetchval(
                "select content from file_chunks where tenant = $1 and file_id = $2 and number = $3",
                self.tenant,
                self.file_id,
                number,
            )
            if sealed is None:
                return None
            content = await self.keyring.open_content(
                connection, self.tenant, str(self.owner_id), sealed, self._place(number)
            )
        if content is None:
            raise Erased("This person's record was erased; the file can no longer be read.")
        return content

    async def read(self, span: Span) -> bytes:
        """Return a part of the file."""
        first, last = span.offset // CHUNK, (span.offset + span.length - 1) // CHUNK
        found = b"".join([await self.get(number) or b"" for number in range(first, last + 1)])
        begin = span.offset - first * CHUNK
        return found[begin : begin + span.length]

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the file chunk by chunk."""
        number = 0
        while (chunk := await self.get(number)) is not None:
            yield chunk
            number += 1

    async def discard(self) -> None:
        """Delete the file, unless it is attached."""
        async with tenant_transaction(self.pool, [self.tenant]) as connection:
            await connection.execute(
                "delete from files where tenant = $1 and file_id = $2 and not complete", self.tenant, self.file_id
            )

    def _place(self, number: int) -> str:
        return f":{self.file_id}:{number}"


@dataclass
class Arrival:
    """A file while it arrives: what is counted of it, and the piece that is not stored yet."""

    chunks: ChunkStore
    room: int
    size: int = 0
    beginning: bytes = b""
    number: int = 0
    waiting: bytearray = field(default_factory=bytearray)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    async def add(self, piece: bytes) -> None:
        """Take the next bytes; raises an error as soon as the file is of no kind here, too large, or has no room."""
        self.size += len(piece)
        if self.size > LARGEST_FILE:
            raise FileTooLarge(
                f"A file has at most {LARGEST_FILE // _MEGABYTE} megabytes; make it smaller, or link to it."
            )
        if self.size > self.room:
            raise NoRoomForFiles("There is no room left for your files; remove some first.")
        self.digest.update(piece)
        self.beginning += piece[: ENOUGH - len(self.beginning)]
        if len(self.beginning) == ENOUGH and kind_of_beginning(self.beginning) is None:
            raise refuse_kind()
        self.waiting += piece
        while len(self.waiting) >= CHUNK:
            await self._store(CHUNK)

    async def finish(self) -> FileKind:
        """Store the rest, and return the kind of the file; raises `NotAFileOfOurs`."""
        if self.size == 0:
            raise Invalid("The file is empty.")
        kind = kind_of_beginning(self.beginning)
        if kind is None:
            raise refuse_kind()
        if self.waiting:
            await self._store(len(self.waiting))
        return await self._kind_of_zip() if kind == "zip" else kind

    async def _store(self, length: int) -> None:
        await self.chunks.put(self.number, bytes(self.waiting[:length]))
        del self.waiting[:length]
        self.number += 1

    async def _kind_of_zip(self) -> FileKind:
        """Tell the kind by the list of contents, of which only the parts that are needed are read."""
        last = min(self.size, END_OF_ZIP)
        directory = find_directory(await self.chunks.read(Span(self.size - last, last)), self.size)
        part = find_content_types(await self.chunks.read(directory), self.size)
        return kind_of_contents(part, await self.chunks.read(part.span))


async def attach_file(caller: Caller, sent: SentFile) -> FileOfEntry:
    """Receive a file and attach it to an entry of the person's own journal.

    A file that breaks off, is refused, or is attached already leaves nothing.
    """
    owner_id, room = await caller.evaluate(_room_for(caller.who, sent.entry_id, caller.context.file_bytes_a_person))
    store = caller.context.store
    chunks = ChunkStore(store.pool, store.keyring, caller.who.tenant, owner_id, uuid4())
    await chunks.begin()
    try:
        arrival = Arrival(chunks, room)
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
        attached = await caller.with_body(attaching.sha256).run(
            _attach(caller.who, sent.entry_id, attaching), FileOfEntry
        )
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


async def send_file(caller: Caller, file: OpenedFile) -> AsyncIterator[bytes]:
    """Return the pieces of a file that the person has opened; raises `Erased` before the first of them."""
    store = caller.context.store
    pieces = ChunkStore(store.pool, store.keyring, caller.who.tenant, file.owner_id, file.file_id).pieces()
    first = await anext(pieces, b"")

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
