"""Files of a journal: sent, kept encrypted in chunks and sent back piece by piece, never run by a browser."""

import asyncio
import random
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from starlette.requests import ClientDisconnect

from shared.events.referral import PersonErased
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import TENANT, Headers, Pair, a_placed_pair, a_tutor, outsiders
from tests.integration.sessions.test_journal import TO_TUTORS, readers, write
from tests.support.services import Platform, eventually, publish_events
from tests.unit.sessions.test_files import MAIN, document

pytestmark = pytest.mark.covers("S5")
MEGABYTE = 1024 * 1024
MARKER = f"marker-{uuid4().hex}".encode()
PDF = b"%PDF-1.7 " + MARKER * 20_000
"""About 0.8 megabytes, which are several chunks."""


async def send(pair: Pair, entry: str, content: Any = PDF, who: Headers | None = None, **fields: str) -> httpx.Response:
    params = {"entry_id": entry[9:], "name": "plan.pdf", "on": "2026-09-22"} | fields
    return await pair.platform["sessions"].post(
        "/journal/files", params=params, content=content, headers=who or pair.trainee
    )


async def chunks(platform: Platform) -> int:
    """Count the chunks of all files."""
    connection = await asyncpg.connect(platform.urls["sessions"]["app"])
    try:
        async with connection.transaction():
            await connection.execute("select set_config('alongside.tenants', $1, true)", TENANT)
            return int(await connection.fetchval("select count(*) from file_chunks"))
    finally:
        await connection.close()


async def test_a_file_is_attached_and_downloaded_as_it_was_and_kept_encrypted(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    entry = await write(pair)
    sent = await send(pair, entry, name="../Ümlaut plan.html")
    assert sent.status_code == 201, sent.text
    assert (sent.json()["kind"], sent.json()["size"], sent.json()["name"]) == ("pdf", len(PDF), "Ümlaut plan.html")
    path = sent.headers["Location"]

    got = await pair.get(path, pair.trainee)

    assert got.content == PDF
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"].startswith("sandbox")
    disposition = got.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="file.pdf"')
    assert disposition.endswith("%C3%9Cmlaut%20plan.html")
    (listed,) = (await pair.get(entry, pair.trainee)).json()["files"]
    assert listed == sent.json()
    kept = await storage.rows(platform, postgres_admin_url)
    assert MARKER.decode() not in kept
    assert MARKER.hex() not in kept
    assert "mlaut plan" not in kept


async def test_the_same_file_twice_is_kept_once(platform: Platform, pair: Pair) -> None:
    entry = await write(pair)
    first = await send(pair, entry)
    before = await chunks(platform), await storage.events(platform)
    again = await send(pair, entry, name="other.pdf")
    assert (again.status_code, again.json()) == (201, first.json())
    assert (await chunks(platform), await storage.events(platform)) == before


@pytest.mark.covers("S11")
async def test_a_file_is_read_by_those_who_read_its_entry_and_the_owner_sees_that_they_did(
    platform: Platform, pair: Pair
) -> None:
    entry, tutor_id = await write(pair), uuid4()
    path = (await send(pair, entry)).headers["Location"]
    tutor = await a_tutor(pair, person_id=tutor_id)
    for who in [tutor, *readers(platform, pair)]:
        assert (await pair.get(path, who)).status_code == 404
        assert (await send(pair, entry, who=who)).status_code == 404
    await pair.post(f"{entry}/releases", TO_TUTORS, pair.trainee)
    assert (await pair.get(path, tutor)).content == PDF
    assert (await platform["sessions"].delete(f"{path}?on=2026-09-22", headers=tutor)).status_code == 404
    last = await pair.post(f"{entry}/revocations", TO_TUTORS, pair.trainee)
    assert (await pair.get(path, tutor)).status_code == 404
    (read,) = (await pair.get("/record/reads", pair.trainee, last)).json()
    assert (read["item_id"], read["reader_id"]) == (entry[9:], str(tutor_id))
    assert [who for who in outsiders(platform) if (await pair.get(path, who)).status_code != 404] == []


@pytest.mark.parametrize("what", ["file", "entry"])
async def test_a_file_that_is_removed_is_deleted(platform: Platform, pair: Pair, what: str) -> None:
    before, entry = await chunks(platform), await write(pair)
    path = (await send(pair, entry)).headers["Location"]
    removed = await platform["sessions"].delete(
        f"{path if what == 'file' else entry}?on=2026-09-23", headers=pair.trainee
    )
    assert removed.status_code == 200, removed.text
    assert (await pair.get(path, pair.trainee)).status_code == 404
    assert await chunks(platform) == before


@pytest.mark.parametrize("kind", MAIN)
async def test_a_document_of_office_is_taken_by_its_content(pair: Pair, kind: Any) -> None:
    whole = document(MAIN[kind], last=True, pad=random.Random(7).randbytes(600_000))  # several chunks
    sent = await send(pair, await write(pair), whole, name="page.html")
    assert (sent.status_code, sent.json().get("kind")) == (201, kind)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"<html><script>alert(1)</script>", 415),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415),
        (b"<svg " + b"x" * MEGABYTE, 415),
        (b"PK\x03\x04" + b"x" * MEGABYTE, 415),
        (b"", 422),
        (b"%PDF-" + b"x" * 10 * MEGABYTE, 413),
    ],
    ids=["html", "svg", "a large svg", "no zip", "empty", "too large"],
)
async def test_what_is_no_file_of_ours_is_refused_and_leaves_nothing(
    platform: Platform, pair: Pair, content: bytes, status: int
) -> None:
    entry = await write(pair)
    before = await chunks(platform), await storage.events(platform)
    refused = await send(pair, entry, content, name="picture.png")
    assert refused.status_code == status, refused.text
    assert (await chunks(platform), await storage.events(platform)) == before


async def test_an_upload_that_breaks_off_leaves_nothing(platform: Platform, pair: Pair) -> None:
    entry = await write(pair)
    before = await chunks(platform), await storage.events(platform)
    pieces = [{"type": "http.request", "body": b"%PDF-" + b"x" * 64 * 1024, "more_body": True}] * 20

    await ask(platform, "POST", f"/journal/files?entry_id={entry[9:]}&name=a.pdf&on=2026-09-22", pair.trainee, *pieces)

    assert (await chunks(platform), await storage.events(platform)) == before


async def test_a_file_of_a_process_that_died_goes_when_the_next_one_arrives(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    before, entry = await chunks(platform), await write(pair)
    connection = await asyncpg.connect(platform.urls["sessions"]["app"])
    async with connection.transaction():
        await connection.execute("select set_config('alongside.tenants', $1, true)", TENANT)
        file_id = uuid4()
        await connection.execute(
            """insert into files (tenant, file_id, owner_id, started_at)
               values ($1, $2, 'x', now() - interval '2 hours')""",
            TENANT,
            file_id,
        )
        await connection.execute("insert into file_chunks values ($1, $2, 0, '\\x00')", TENANT, file_id)
    await connection.close()
    assert await chunks(platform) == before + 1
    path = (await send(pair, entry)).headers["Location"]
    await platform["sessions"].delete(f"{path}?on=2026-09-23", headers=pair.trainee)
    assert await chunks(platform) == before


async def test_a_person_has_room_for_so_many_files(platform: Platform, pair: Pair) -> None:
    entry = await write(pair)
    await send(pair, entry)
    state = application_of(platform).state
    context = state.context
    state.context = replace(context, file_bytes_a_person=len(PDF) + 10)
    try:
        refused = await send(pair, entry, PDF + b"another")
    finally:
        state.context = context
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:no-room-for-files")


async def test_a_file_is_never_held_whole(platform: Platform, pair: Pair) -> None:
    """Send and fetch ten megabytes, and look at the most memory that Python held meanwhile."""
    entry, size = await write(pair), 10 * MEGABYTE

    async def pieces() -> AsyncIterator[bytes]:
        yield b"%PDF-" + bytes(64 * 1024 - 5)
        for _ in range(size // (64 * 1024) - 1):
            yield bytes(64 * 1024)

    tracemalloc.start()
    try:
        sent = await send(pair, entry, pieces())
        assert sent.status_code == 201, sent.text
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        held = tracemalloc.get_traced_memory()[0]
        received = await fetch(platform, sent.headers["Location"], pair.trainee)
        most_back = tracemalloc.get_traced_memory()[1] - held
    finally:
        tracemalloc.stop()
    assert (sent.json()["size"], received) == (size, size)
    assert most < 4 * MEGABYTE
    assert most_back < 4 * MEGABYTE


def application_of(platform: Platform) -> Any:
    """The application that the tests' client calls."""
    return platform["sessions"]._transport.app  # type: ignore[attr-defined]  # of a transport without a server


async def ask(platform: Platform, method: str, address: str, who: Headers, *messages: Any) -> int:
    """Ask the application as a server does, and count the bytes of its answer without keeping them.

    After the messages the sender is gone, if they are of a request that is not whole.
    """
    received, left = 0, iter(messages)
    path, _, query = address.partition("?")

    async def receive() -> Any:
        if (message := next(left, None)) is None and not messages[-1]["more_body"]:
            await asyncio.Event().wait()  # for the answer
        return message or {"type": "http.disconnect"}

    async def count(message: Any) -> None:
        nonlocal received
        received += len(message.get("body", b""))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in who.items()],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    with suppress(ClientDisconnect):
        await application_of(platform)(scope, receive, count)
    return received


async def fetch(platform: Platform, path: str, who: Headers) -> int:
    """Fetch a file and count its bytes without keeping them."""

    return await ask(platform, "GET", path, who, {"type": "http.request", "body": b"", "more_body": False})


async def test_a_file_is_gone_when_its_owner_is_erased(platform: Platform) -> None:
    pair = await a_placed_pair(platform)
    before, entry = await chunks(platform), await write(pair)
    path = (await send(pair, entry)).headers["Location"]
    to_lead = {"to": {"role": "partnership_lead"}, "on": "2026-09-22"}
    await pair.post(f"{entry}/releases", to_lead, pair.trainee)
    lead = platform.bearer("partnership_lead")
    assert (await pair.get(path, lead)).content == PDF
    erased = PersonErased(happened_on=date(2026, 10, 1), person_id=pair.trainee_id)
    await publish_events(platform, "referral", TENANT, f"person-{pair.trainee_id}", erased)

    async def is_unreadable() -> bool:
        return (await pair.get(path, lead)).status_code == 410

    await eventually(is_unreadable)
    assert (await send(pair, entry)).status_code == 410
    assert await chunks(platform) == before


async def test_an_entry_is_tagged_to_areas_of_a_curriculum_of_its_owner(platform: Platform, pair: Pair) -> None:
    placed = await a_placed_pair(platform)
    entry = await write(placed, areas=["pedagogy", "pedagogy"])
    assert (await placed.get(entry, placed.trainee)).json()["areas"] == ["pedagogy"]
    wait = platform.after_own_commands("sessions")
    assert [each["areas"] for each in (await placed.get("/journal", placed.trainee | wait)).json()] == [["pedagogy"]]
    body = {"on": "2026-09-21", "text": "x", "areas": ["singing"]}
    for who in (placed, pair):
        before = await storage.events(platform)
        refused = await who.post("/journal", body, who.trainee)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"][:6]) == (422, "/areas")
        assert await storage.events(platform) == before
