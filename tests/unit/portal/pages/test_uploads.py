"""A form with a file is read piece by piece, however the network has cut it, and the file is what was sent."""

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from services.portal.pages.imports.upload import LONGEST_FIELD, NotAForm, Upload, read_upload

BOUNDARY = "----browser7MA4YWxk"


def form(file: bytes, name: str = "people.csv", **fields: str) -> bytes:
    """A form as browsers send it, the file last."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    about = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    return b"".join(
        [*parts, about.encode(), b"Content-Type: text/csv\r\n\r\n", file, f"\r\n--{BOUNDARY}--\r\n".encode()]
    )


def request_with(pieces: Sequence[bytes], kind: str = f"multipart/form-data; boundary={BOUNDARY}") -> Request:
    """A request whose body arrives in these pieces."""
    waiting = [*pieces]

    async def receive() -> dict[str, object]:
        piece = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    scope = {"type": "http", "method": "POST", "path": "/imports", "headers": [(b"content-type", kind.encode())]}
    return Request(scope, receive)


async def whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


@given(st.binary(max_size=300), st.lists(st.integers(min_value=0, max_value=700), max_size=8))
async def test_however_a_form_is_cut_its_fields_and_its_file_are_what_was_sent(file: bytes, cuts: list[int]) -> None:
    sent = form(file, kind="trainees", submission="1")
    at = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    upload = await read_upload(request_with([sent[start:end] for start, end in pairwise(at)]))
    assert (upload.values, upload.file_name) == ({"kind": "trainees", "submission": "1"}, "people.csv")
    assert await whole(upload.pieces) == file


async def test_a_file_that_looks_like_the_boundary_is_whole() -> None:
    file = f"a\r\n--{BOUNDARY[:-1]}x\r\n\r\n--".encode() * 40
    upload = await read_upload(request_with([form(file)]))
    assert await whole(upload.pieces) == file


async def test_without_a_file_there_is_no_name() -> None:
    upload = await read_upload(request_with([form(b"", name="", kind="mentors")]))
    assert upload.file_name == ""


async def test_a_form_that_breaks_off_in_its_file_says_so() -> None:
    sent = form(b"line\n" * 100)
    upload = await read_upload(request_with([sent[: len(sent) // 2]]))
    with pytest.raises(NotAForm):
        await whole(upload.pieces)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"kind=trainees"),
        ("multipart/form-data", form(b"")),
        (f"multipart/form-data; boundary={BOUNDARY}", b"no boundary at all"),
    ],
)
async def test_what_is_no_form_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(NotAForm):
        await read_upload(request_with([body], kind))


async def test_a_field_is_not_held_beyond_its_length() -> None:
    upload: Upload = await read_upload(
        request_with([form(b"x", kind="k" * 600_000)[at : at + 100] for at in range(0, 600_400, 100)])
    )
    assert len(upload.values["kind"]) <= LONGEST_FIELD
