"""The chunks of a file: stored encrypted while it arrives, and read back one by one, so that no file is held whole."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from services.sessions.domain.files import (
    END_OF_ZIP,
    ENOUGH,
    LARGEST_FILE,
    FileKind,
    FileTooLarge,
    NoRoomForFiles,
    Span,
    find_content_types,
    find_directory,
    kind_of_beginning,
    kind_of_contents,
    refuse_kind,
)
from shared.kernel.decider import Invalid
from shared.kernel.postgres import Pool, tenant_transaction
from shared.kernel.postgres.personal import Erased, Keyring

CHUNK = 256 * 1024
"""Bytes of a file that are encrypted, stored and held at one time."""
ABANDONED_AFTER = timedelta(hours=1)
_MEGABYTE = 1024 * 1024


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
