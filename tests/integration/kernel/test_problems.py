"""What goes wrong is answered with a problem document, and nothing is half stored."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from shared.kernel import postgres
from shared.kernel.http.application import LARGEST_JSON, application
from shared.kernel.http.context import ServiceContext
from shared.kernel.http.rates import Rate
from shared.kernel.http.tokens import Verifier
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import open_pool, store
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.unit import Commands
from tests.support.notes_service import Notes, router
from tests.support.services import eventually

NOTE = {"author_id": "author", "text": "A note."}


def problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"].startswith("urn:alongside:problem:")
    return body


async def count_events(notes: Notes) -> int:
    connection = await asyncpg.connect(notes.urls["worker"])
    try:
        return int(await connection.fetchval("select count(*) from events"))
    finally:
        await connection.close()


async def test_a_wrong_field_is_pointed_at(notes: Notes) -> None:
    answer = await notes.client.post("/notes", json={"author_id": 7}, headers=notes.bearer())
    assert answer.status_code == 422
    assert problem(answer)["errors"] == [
        {"pointer": "/author_id", "detail": "Give text."},
        {"pointer": "/text", "detail": "This is required."},
    ]


@pytest.mark.parametrize("content", ["{", '{"author_id": "a", "text": "b"', "[1, 2", "NaN-", '"'])
async def test_a_body_that_is_no_json_is_refused_as_a_whole(notes: Notes, content: str) -> None:
    headers = notes.bearer() | {"Content-Type": "application/json"}
    answer = await notes.client.post("/notes", content=content, headers=headers)
    assert answer.status_code == 422
    assert problem(answer)["errors"] == [{"pointer": "", "detail": "This is not JSON."}]


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"author_id": "\xed\xa0\x80", "text": "x"}',
        b'{"author_id": "\\ud800", "text": "x"}',
    ],
    ids=["encoding", "depth", "surrogate bytes", "surrogate escape"],
)
async def test_bytes_that_no_text_has_are_refused(notes: Notes, content: bytes) -> None:
    before = await count_events(notes)
    headers = notes.bearer() | {"Content-Type": "application/json"}
    answer = await notes.client.post("/notes", content=content, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    problem(answer)
    assert await count_events(notes) == before


async def test_the_character_that_the_database_cannot_keep_is_refused_kindly(notes: Notes) -> None:
    before = await count_events(notes)
    answer = await notes.client.post("/notes", json=NOTE | {"author_id": "a\x00b"}, headers=notes.bearer())
    assert (answer.status_code, problem(answer)["type"]) == (422, "urn:alongside:problem:invalid")
    assert await count_events(notes) == before


async def test_a_body_that_says_it_is_too_large_is_not_read(notes: Notes) -> None:
    read = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read = True
        yield b"{}"

    headers = notes.bearer() | {"Content-Length": "5000001", "Content-Type": "application/json"}
    answer = await notes.client.post("/notes", content=body(), headers=headers)
    assert (answer.status_code, problem(answer)["type"]) == (413, "urn:alongside:problem:too-large")
    assert not read


async def test_a_body_that_turns_out_too_large_is_refused_on_the_way(notes: Notes) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'{"text": "'
        for _ in range(100):
            sent += 1
            yield b"a" * 100_000

    headers = notes.bearer() | {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    answer = await notes.client.post("/notes", content=chunks(), headers=headers)
    assert (answer.status_code, problem(answer)["type"]) == (413, "urn:alongside:problem:too-large")


async def test_json_that_nobody_would_write_is_not_read_whoever_sends_it(notes: Notes) -> None:
    large = b'{"text": "' + b"a" * LARGEST_JSON + b'"}'
    answer = await notes.client.post("/notes", content=large, headers={"Content-Type": "application/json"})
    assert (answer.status_code, problem(answer)["type"]) == (413, "urn:alongside:problem:too-large")


async def test_a_number_that_is_far_too_large_is_refused_kindly(notes: Notes) -> None:
    answer = await notes.client.get(f"/notes/longer-than/{10**30}", headers=notes.bearer())
    assert (answer.status_code, problem(answer)["type"]) == (422, "urn:alongside:problem:invalid")


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [("GET", "/nowhere", 404, "not-found"), ("PUT", "/notes", 405, "method-not-allowed")],
)
async def test_an_unknown_route_or_method(notes: Notes, method: str, path: str, status: int, kind: str) -> None:
    answer = await notes.client.request(method, path, headers=notes.bearer())
    assert (answer.status_code, problem(answer)["type"]) == (status, f"urn:alongside:problem:{kind}")


async def test_an_unforeseen_error_says_nothing_of_what_was_typed(notes: Notes) -> None:
    answer = await notes.client.post("/broken", json=NOTE | {"text": "Ada Lovelace"}, headers=notes.bearer())
    assert (answer.status_code, problem(answer)["type"]) == (500, "urn:alongside:problem:unforeseen")
    assert "Lovelace" not in answer.text


async def test_a_version_that_is_none_is_pointed_at(notes: Notes) -> None:
    answer = await notes.client.post("/notes", json=NOTE, headers=notes.bearer() | {"If-Match": "soon"})
    assert answer.status_code == 422
    assert problem(answer)["errors"][0]["pointer"] == "header:if-match"


async def test_if_match_guards_against_a_change_in_the_meantime(notes: Notes) -> None:
    note = await notes.write()
    await notes.amend(note, 1)
    path, body = f"/notes/{note}/amendments", {"words": 2}
    late = await notes.client.post(path, json=body, headers=notes.bearer() | {"If-Match": '"1"'})
    right = await notes.client.post(path, json=body, headers=notes.bearer() | {"If-Match": '"2"'})
    assert (late.status_code, problem(late)["type"]) == (412, "urn:alongside:problem:changed")
    assert right.status_code == 200


@asynccontextmanager
async def serve_notes(notes: Notes, url: str, size: int) -> AsyncIterator[tuple[httpx.AsyncClient, ServiceContext]]:
    """Serve the API once more, on a pool of this size."""
    async with await open_pool(url, size=size) as pool:
        app = application("notes", (router,), largest_file=1000)
        served = PostgresStore(pool, Keyring(notes.settings.master_key()))
        app.state.context = ServiceContext(served, Verifier(notes.settings), Commands(served, Notifier()), Rate(60, 1))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://notes.test") as client:
            yield client, app.state.context


async def test_when_every_connection_is_taken_the_service_says_so_and_recovers(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "ACQUIRE_TIMEOUT", 0.1)
    monkeypatch.setattr(store, "ACQUIRE_TIMEOUT", 0.1)
    async with serve_notes(notes, notes.urls["app"], size=2) as (client, context):
        async with context.store.pool.acquire(), context.store.pool.acquire():
            busy = await asyncio.gather(
                client.get("/notes", headers=notes.bearer()), client.post("/notes", json=NOTE, headers=notes.bearer())
            )
        free = await client.get("/notes", headers=notes.bearer())

        assert [answer.status_code for answer in busy] == [503, 503]
        assert [problem(answer)["type"] for answer in busy] == ["urn:alongside:problem:unavailable"] * 2
        assert {answer.headers["Retry-After"] for answer in busy} == {"2"}
        assert free.status_code == 200
        assert context.store.pool.get_idle_size() == context.store.pool.get_size()


async def test_without_its_database_the_service_answers_503_and_keeps_no_half_command(
    notes: Notes, postgres_admin_url: str
) -> None:
    before = await count_events(notes)
    admin = await asyncpg.connect(postgres_admin_url)
    name = notes.urls["app"].rsplit("/", 1)[1]
    async with serve_notes(notes, notes.urls["app"], size=3) as (client, _):
        assert (await client.get("/notes", headers=notes.bearer())).status_code == 200
        await admin.execute(f'alter database "{name}" connection limit 0')
        try:
            await admin.execute(
                """select pg_terminate_backend(pid) from pg_stat_activity
                   where datname = $1 and pg_has_role(usename, 'alongside_app', 'member')""",
                name,
            )
            answers = [
                await client.post("/notes", json=NOTE, headers=notes.bearer()),
                await client.get("/notes", headers=notes.bearer()),
            ]
        finally:
            await admin.execute(f'alter database "{name}" connection limit -1')
            await admin.close()
        again = await client.post("/notes", json=NOTE, headers=notes.bearer())

    assert [answer.status_code for answer in answers] == [503, 503]
    assert {problem(answer)["type"] for answer in answers} == {"urn:alongside:problem:unavailable"}
    assert again.status_code == 201
    assert await count_events(notes) == before + 1


async def test_a_connection_that_is_cut_in_the_middle_of_a_command_stores_nothing(notes: Notes) -> None:
    before = await count_events(notes)
    holder = await asyncpg.connect(notes.urls["worker"])
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("select pg_advisory_xact_lock(20110901)")
    owner = await asyncpg.connect(notes.urls["app"])
    writing = asyncio.create_task(notes.client.post("/notes", json=NOTE, headers=notes.bearer()))

    async def cut() -> bool:
        return bool(
            await owner.fetchval(
                """select count(pg_terminate_backend(pid)) from pg_stat_activity
                   where datname = current_database() and usename = current_user and wait_event_type = 'Lock'"""
            )
        )

    await eventually(cut)
    answer = await writing
    await transaction.rollback()
    await holder.close()
    await owner.close()

    assert answer.status_code == 503
    assert await count_events(notes) == before
