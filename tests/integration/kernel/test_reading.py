"""Own writes can be read at once: a query waits for the position it is given, or says that it cannot."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from shared.kernel.loops.follower import Follower
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import Pool, connect, open_pool, progress, tenant_transaction
from shared.kernel.postgres.status import status
from tests.support.databases import Urls
from tests.support.notes_service import TENANT, Notes, store_of
from tests.support.services import eventually


async def test_a_reader_with_the_position_of_a_write_sees_it(notes: Notes) -> None:
    for _ in range(10):
        note = await notes.write()
        done = await notes.amend(note, 7)
        seen = await notes.client.get(
            "/notes", headers=notes.bearer() | {"Alongside-Min-Position": done.headers["Alongside-Position"]}
        )
        assert seen.status_code == 200
        assert {row["note_id"]: row["words"] for row in seen.json()}[note] == [7]


async def test_a_query_answers_503_while_the_projector_is_stopped_and_then_the_rows(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress.wait_with_pool_until_projected, "__defaults__", (0.2,))
    holder = await asyncpg.connect(notes.urls["worker"])
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("select 1 from cursors where name like 'notes@%' for update")
    done = await notes.amend(await notes.write(), 3)
    wanted = notes.bearer() | {"Alongside-Min-Position": done.headers["Alongside-Position"]}

    early = await notes.client.get("/notes", headers=wanted)
    anyway = await notes.client.get("/notes", headers=notes.bearer())
    await transaction.rollback()
    await holder.close()

    assert (early.status_code, early.json()["type"]) == (503, "urn:alongside:problem:not-yet")
    assert early.headers["Retry-After"] == "1"
    assert anyway.status_code == 200

    async def is_answered() -> bool:
        return (await notes.client.get("/notes", headers=wanted)).status_code == 200

    await eventually(is_answered)


@pytest.mark.parametrize("position", ["-1", "soon", ""])
async def test_a_position_that_is_none_is_refused(notes: Notes, position: str) -> None:
    answer = await notes.client.get("/notes", headers=notes.bearer() | {"Alongside-Min-Position": position})
    assert answer.status_code == 422


async def test_waiting_queries_hold_no_connection(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress.wait_with_pool_until_projected, "__defaults__", (0.3,))
    wanted = notes.bearer() | {"Alongside-Min-Position": str(2**40)}
    waiting = [asyncio.create_task(notes.client.get("/notes", headers=wanted)) for _ in range(40)]
    done = await notes.write()
    answers = await asyncio.gather(*waiting)
    assert done
    assert {answer.status_code for answer in answers} == {503}


async def test_of_two_followers_of_one_cursor_one_moves_at_a_time(urls: Urls, worker_pool: Pool) -> None:
    await worker_pool.execute("insert into cursors (name, position) values ('one', 0)")
    holder = await connect(urls["worker"])
    async with holder.transaction():
        await holder.execute("select 1 from cursors where name = 'one' for update")

        async def never(*_: object) -> None:
            raise AssertionError

        assert await Follower("one", never).step(store_of(worker_pool)) == 0
    await holder.close()


async def test_a_follower_outlives_the_loss_of_its_connections(notes: Notes) -> None:
    note = await notes.write()
    worker = await asyncpg.connect(notes.urls["worker"])
    await worker.execute(
        """select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"""
    )
    await worker.close()
    done = await notes.amend(note, 9)

    async def is_shown() -> bool:
        seen = await notes.client.get(
            "/notes", headers=notes.bearer() | {"Alongside-Min-Position": done.headers["Alongside-Position"]}
        )
        return seen.status_code == 200

    await eventually(is_shown)


async def test_an_operator_sees_how_far_everything_is(notes: Notes) -> None:
    await notes.write()
    assert notes.pool is not None

    async def level() -> bool:
        assert notes.pool is not None
        (model,) = (await status("notes", notes.pool)).read_models
        return model.behind == 0

    await eventually(level)
    now = await status("notes", notes.pool)
    assert (now.service, now.parked) == ("notes", 0)
    assert [(model.name.split("@")[0], model.position, model.stalled) for model in now.read_models] == [
        ("notes", now.head, False)
    ]


async def test_a_cancelled_follower_leaves_the_cursor_to_the_next(urls: Urls) -> None:
    async with await open_pool(urls["worker"], size=4) as pool:
        name = str(uuid4())
        await pool.execute("insert into cursors (name, position) values ($1, 0)", name)
        following = asyncio.create_task(Follower(name, _nothing).run(store_of(pool), Notifier()))
        await asyncio.sleep(0)
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following
        assert await pool.fetchval("select 1 from cursors where name = $1 for update skip locked", name) == 1


async def _nothing(*_: object) -> None: ...


async def test_a_statement_is_planned_for_who_asks_and_not_for_everybody(app_pool: Pool) -> None:
    async with tenant_transaction(app_pool, [TENANT]) as connection:
        await connection.execute("prepare asked (bool, text) as select 1 from events where $1 or stream = $2")
        for _ in range(10):
            await connection.execute("execute asked (true, '')")
        plan = "\n".join(row[0] for row in await connection.fetch("explain execute asked (false, 'mine')"))
        await connection.execute("deallocate asked")
    assert "'mine'" in plan
    assert "$" not in plan
