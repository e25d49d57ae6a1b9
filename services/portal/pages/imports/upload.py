"""Read a form with a file piece by piece: the file is passed on as it arrives, and is never held whole or on a disk."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

LONGEST_FIELD = 1_000
"""Bytes of a field that is no file."""


class NotAForm(Exception):
    """What was sent is no form with a file, or breaks off in the middle of it."""


@dataclass
class Upload:
    """A form whose last field is a file: the fields before it, and the file as an iterator that can be read once.

    `file_name` is empty where no file was chosen.
    """

    values: dict[str, str]
    file_name: str
    pieces: AsyncIterator[bytes]


@dataclass
class _Part:
    """A field as it arrives."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)
    is_file: bool = False
    name: str = ""


class _Reading:
    """What the parser has met so far; `waiting` has the pieces of the file that nobody has taken yet."""

    def __init__(self, boundary: bytes) -> None:
        self.values: dict[str, str] = {}
        self.file_name: str | None = None
        self.waiting: list[bytes] = []
        self.file_ended = False
        self._part = _Part()
        self._header = (bytearray(), bytearray())
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._take,
                "on_part_end": self._end_part,
            },
        )

    def _begin_part(self) -> None:
        self._part = _Part()

    def _end_header(self) -> None:
        name, value = self._header
        self._part.headers[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._part.headers.get(b"content-disposition"))
        self._part.name = options.get(b"name", b"").decode(errors="replace")
        if b"filename" in options and self.file_name is None:
            self._part.is_file = True
            self.file_name = options[b"filename"].decode(errors="replace")

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._part.is_file:
            self.waiting.append(data[start:end])
        elif len(self._part.content) + end - start <= LONGEST_FIELD:
            self._part.content.extend(data[start:end])

    def _end_part(self) -> None:
        if self._part.is_file:
            self.file_ended = True
        else:
            self.values[self._part.name] = self._part.content.decode(errors="replace")


async def read_upload(request: Request) -> Upload:
    """Read a form up to its file; raises `NotAForm`, also from the file's pieces."""
    kind, options = parse_options_header(request.headers.get("Content-Type"))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise NotAForm
    reading, stream = _Reading(boundary), aiter(request.stream())
    while reading.file_name is None and await _feed(reading, stream):
        pass
    return Upload(reading.values, reading.file_name or "", _pieces(reading, stream))


async def _pieces(reading: _Reading, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        pieces, reading.waiting = reading.waiting, []
        for piece in pieces:
            yield piece
        if reading.file_ended:
            return
        if not await _feed(reading, stream):
            raise NotAForm


async def _feed(reading: _Reading, stream: AsyncIterator[bytes]) -> bool:
    """Give the next piece of the body to the parser; False at its end."""
    try:
        piece = await anext(stream)
        reading.parser.write(piece)
    except StopAsyncIteration:
        return False
    except ValueError as error:  # the parser's errors are
        raise NotAForm from error
    return True
