"""The content of an import file, kept compressed and read in pieces: an extract of the register shrinks to a tenth."""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

PIECE = 1 << 16
"""Bytes that are unpacked at one time."""
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class FileContent:
    """The bytes of a file, `size` of them, packed by zlib."""

    packed: bytes
    size: int

    @classmethod
    def of(cls, content: bytes) -> "FileContent":
        """Pack a file."""
        return cls(zlib.compress(content, _LEVEL), len(content))

    @classmethod
    def unpacked_from(cls, packed: bytes) -> "FileContent":
        """Return a file that was stored packed; its size is counted."""
        whole = cls(packed, 1 << 62)
        return cls(packed, sum(len(piece) for piece in whole.pieces()))

    def open(self) -> io.BufferedReader:
        """Open the file to be read from its beginning."""
        return io.BufferedReader(_Unpacking(self), PIECE)

    def pieces(self) -> Iterator[bytes]:
        """Yield the file piece by piece."""
        reader = _Unpacking(self)
        while piece := reader.read(PIECE):
            yield piece

    def beginning(self, length: int) -> bytes:
        """Return the first bytes."""
        return self.open().read(length)

    def whole(self) -> bytes:
        """Return all bytes: for files that cannot be read in pieces."""
        return b"".join(self.pieces())

    def until(self, end: int) -> "FileContent":
        """Return the file as if it ended after so many bytes."""
        return FileContent(self.packed, min(self.size, end))

    @property
    def is_blank(self) -> bool:
        """Whether the file holds nothing but white space."""
        return not any(piece.strip() for piece in self.pieces())


class Packer:
    """Packs a file while it arrives, so that it is never held whole."""

    def __init__(self) -> None:
        self._compressor = zlib.compressobj(_LEVEL)
        self._packed: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Add the next bytes of the file."""
        self._packed.append(self._compressor.compress(piece))
        self._size += len(piece)

    def content(self) -> FileContent:
        """Return the file, once all of it has arrived."""
        return FileContent(b"".join((*self._packed, self._compressor.flush())), self._size)


class _Unpacking(io.RawIOBase):
    """Reads the bytes of a packed file."""

    def __init__(self, content: FileContent) -> None:
        self._packed = memoryview(content.packed)
        self._left = content.size
        self._unpacker = zlib.decompressobj()
        self._input: bytes | memoryview = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # callers pass a memoryview
        room = min(len(buffer), self._left)
        piece = b""
        while room and not piece and not self._unpacker.eof:
            if not self._input:
                self._input, self._packed = self._packed[:PIECE], self._packed[PIECE:]
            piece = self._unpacker.decompress(self._input, room)
            self._input = self._unpacker.unconsumed_tail
            if not (piece or self._input or self._packed):
                break
        buffer[: len(piece)] = piece
        self._left -= len(piece)
        return len(piece)
