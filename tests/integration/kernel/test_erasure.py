"""A person's key goes, and with it every text of theirs, for good; what the events say otherwise stays."""

import asyncio
import subprocess
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from alongside.local.postgres import program, with_database
from shared.kernel.postgres import Connection, Pool, connect, name_tenants, tenant_transaction
from shared.kernel.postgres.events import append
from shared.kernel.postgres.personal import ERASED, Erased
from shared.kernel.postgres.read_models import rebuild_read_model
from shared.kernel.records import NewEvent
from shared.kernel.settings import Role
from tests.support.databases import Urls
from tests.support.notes_service import DAY, NOTES, TENANT, Notes, NoteWritten, cause, keyring
from tests.support.services import eventually

RING = keyring()


def note_written(author: str, text: str = "A note.") -> NewEvent:
    note = uuid4()
    event = NoteWritten(happened_on=DAY, note_id=note, author_id=author, text=text)
    return NewEvent(TENANT, f"note-{note}", event, cause())


async def store(pool: Pool, *new: NewEvent) -> None:
    async with pool.acquire() as connection:
        await append(connection, RING, new, {(item.tenant, item.stream): 0 for item in new})


async def destroy(pool: Pool, subject: str) -> None:
    async with tenant_transaction(pool, [TENANT]) as connection:
        await RING.destroy(connection, TENANT, subject)


async def read_texts(pool: Pool, author: str) -> list[str]:
    async with tenant_transaction(pool, [TENANT]) as connection:
        rows = await connection.fetch(
            "select body->>'text' as text from events where body->>'author_id' = $1 order by position", author
        )
        said = await RING.open(connection, TENANT, [row["text"] for row in rows])
    return [said[row["text"]] for row in rows]


async def test_a_personal_text_is_stored_encrypted_and_read_back(app_pool: Pool, worker_pool: Pool) -> None:
    author = str(uuid4())
    await store(app_pool, note_written(author, "Zoë Ünïcode 🎓"))
    assert await read_texts(app_pool, author) == ["Zoë Ünïcode 🎓"]
    row = await worker_pool.fetchrow("select body::text as body from events where body->>'author_id' = $1", author)
    assert row is not None
    assert "Ünïcode" not in row["body"]


async def test_a_person_has_one_key_however_many_write_at_once(app_pool: Pool, worker_pool: Pool) -> None:
    author = str(uuid4())
    await asyncio.gather(*(store(app_pool, note_written(author, f"Note {nth}.")) for nth in range(10)))
    assert sorted(await read_texts(app_pool, author)) == sorted(f"Note {nth}." for nth in range(10))
    assert await worker_pool.fetchval("select count(*) from subject_keys where subject = $1", author) == 1


async def test_the_keys_of_many_people_made_crosswise_do_not_deadlock(app_pool: Pool) -> None:
    people = [str(uuid4()) for _ in range(6)]
    await asyncio.gather(
        *(store(app_pool, *(note_written(each) for each in (people if nth % 2 else people[::-1]))) for nth in range(8))
    )
    for person in people:
        assert await read_texts(app_pool, person) == ["A note."] * 8


async def test_after_erasure_every_text_reads_as_the_mark_and_nothing_new_is_taken(app_pool: Pool) -> None:
    author, other = str(uuid4()), str(uuid4())
    await store(app_pool, note_written(author), note_written(other))
    await destroy(app_pool, author)
    await destroy(app_pool, author)

    assert await read_texts(app_pool, author) == [ERASED]
    assert await read_texts(app_pool, other) == ["A note."]
    with pytest.raises(Erased):
        await store(app_pool, note_written(author))
    assert await read_texts(app_pool, author) == [ERASED]


async def test_a_person_erased_before_their_first_event_gets_no_key(app_pool: Pool) -> None:
    author = str(uuid4())
    await destroy(app_pool, author)
    with pytest.raises(Erased):
        await store(app_pool, note_written(author))


async def test_erasure_while_others_write_leaves_nothing_that_opens(app_pool: Pool) -> None:
    author = str(uuid4())
    outcomes = await asyncio.gather(
        *(store(app_pool, note_written(author)) for _ in range(8)), destroy(app_pool, author), return_exceptions=True
    )
    assert all(outcome is None or isinstance(outcome, Erased) for outcome in outcomes)
    assert set(await read_texts(app_pool, author)) <= {ERASED}


@pytest.mark.parametrize(
    "statement",
    [
        "update subject_keys set wrapped = 'x', destroyed_at = null where subject = $1",
        "delete from subject_keys where subject = $1",
    ],
)
@pytest.mark.parametrize("role", ["app", "worker"])
async def test_a_destroyed_key_cannot_be_put_back(urls: Urls, app_pool: Pool, role: Role, statement: str) -> None:
    author = str(uuid4())
    await destroy(app_pool, author)
    connection = await connect(urls[role])
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _within(connection, statement, author)
    finally:
        await connection.close()


async def _within(connection: Connection, statement: str, *arguments: object) -> None:
    async with connection.transaction():
        await name_tenants(connection, [TENANT])
        await connection.execute(statement, *arguments)


async def test_a_tenants_key_opens_nothing_of_another_tenants_same_subject(app_pool: Pool) -> None:
    author = str(uuid4())
    await store(app_pool, note_written(author))
    async with tenant_transaction(app_pool, [TENANT]) as connection:
        token = await connection.fetchval("select body->>'text' from events where body->>'author_id' = $1", author)
    note = uuid4()
    event = NoteWritten(happened_on=DAY, note_id=note, author_id=author, text="Another.")
    async with app_pool.acquire() as connection:
        await append(
            connection, RING, [NewEvent("other", f"note-{note}", event, cause())], {("other", f"note-{note}"): 0}
        )
    async with tenant_transaction(app_pool, ["other"]) as connection:
        assert await RING.open(connection, "other", [token]) == {token: ERASED}


async def test_after_erasure_a_dump_of_the_database_holds_neither_text_nor_key(
    notes: Notes, postgres_admin_url: str
) -> None:
    author, text = str(uuid4()), "Wilhelmina Quartermaine"
    note = await notes.write(text, author=author)
    await notes.amend(note, 3)
    worker = await asyncpg.connect(notes.urls["worker"])
    wrapped = (await worker.fetchval("select wrapped from subject_keys where subject = $1", author)).hex()

    done = await notes.client.delete(f"/authors/{author}", headers=notes.bearer())
    assert done.status_code == 200
    assert notes.pool is not None
    await rebuild_read_model(notes.pool, NOTES)
    await worker.close()

    name = urlsplit(notes.urls["app"]).path[1:]
    command = [str(program("pg_dump")), "--dbname", with_database(postgres_admin_url, name)]
    dump = (await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)).stdout
    assert author in dump
    assert "Quartermaine" not in dump
    assert wrapped not in dump

    min_position = {"Alongside-Min-Position": done.headers["Alongside-Position"]}
    seen = await notes.client.get("/notes", headers=notes.bearer() | min_position)
    (row,) = [row for row in seen.json() if row["note_id"] == note]
    assert (row["text"], row["words"]) == (ERASED, [3])

    async def can_amend() -> bool:
        return (await notes.amend(note, 4)).status_code == 200

    await eventually(can_amend)
    refused = await notes.client.post("/notes", json={"author_id": author, "text": text}, headers=notes.bearer())
    assert refused.status_code == 410
