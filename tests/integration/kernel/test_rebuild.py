"""A read model is rebuilt beside the live one: same rows, no gap for readers, nothing lost when killed."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import BaseModel

from shared.events import Undecodable
from shared.kernel.loops import projector
from shared.kernel.loops.projector import Projector
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import Pool, connect, filling, open_pool, tenant_transaction
from shared.kernel.postgres.events import append, head
from shared.kernel.postgres.read_models import (
    NewerEdition,
    RebuildRunning,
    prepare_read_models,
    rebuild_read_model,
)
from shared.kernel.postgres.status import status
from shared.kernel.readmodel import Fold, ReadModel, RowStore, Step
from shared.kernel.records import ModelEvent, NewEvent
from tests.support.databases import Urls
from tests.support.notes_service import (
    ALONE,
    DAY,
    TENANT,
    NoteAmended,
    NoteHeard,
    NoteWritten,
    cause,
    keyring,
    run_notes,
    store_of,
)
from tests.support.services import eventually, is_waiting_for_lock

RING = keyring()


@dataclass(frozen=True, slots=True)
class Tally:
    """A row with every kind of column, and a fold that looks at what it has put in before."""

    note_id: UUID
    words: tuple[int, ...]
    hearers: tuple[UUID, ...]
    last: int | None
    heard: int


def _add_words(row: Tally | None, event: NoteAmended) -> Tally | None:
    if event.words == 13:
        return None  # a row may go, and come back
    row = row or Tally(event.note_id, (), (), None, 0)
    return replace(row, words=(*row.words[-9:], event.words), last=event.words or None)


def _add_hearer(row: Tally | None, event: NoteHeard) -> Tally | None:
    if row is None or event.note_id in row.hearers:
        return row
    return replace(row, hearers=(*row.hearers, event.note_id), heard=row.heard + 1)


def tally(name: str, **columns: Any) -> ReadModel:
    return ReadModel(
        name,
        Tally,
        ("note_id",),
        {
            NoteAmended: Step(lambda event: (event.note_id,), _add_words),
            NoteHeard: Step(lambda event: (event.note_id,), _add_hearer),
        },
        **columns,
    )


class Store:
    """A store with a few notes, of two tenants, and somebody who appends."""

    def __init__(self, urls: Urls, pool: Pool) -> None:
        self.urls = urls
        self.pool = pool
        self.notifier = Notifier()
        self.kept = store_of(pool)
        self.random = random.Random(7)
        self.notes = [UUID(int=self.random.getrandbits(128), version=4) for _ in range(12)]

    async def append_some(self, number: int) -> None:
        async with self.pool.acquire() as connection:
            for _ in range(number):
                note = self.random.choice(self.notes)
                kind = self.random.choice([NoteAmended, NoteAmended, NoteHeard])
                tenant = self.random.choice([TENANT, "another"])
                new = [
                    NewEvent(
                        tenant,
                        f"note-{note}",
                        kind(happened_on=DAY, note_id=note, words=self.random.randrange(16)),
                        cause(),
                    )
                ]
                await append(connection, RING, new, {(tenant, f"note-{note}"): None})

    async def project(self, model: ReadModel) -> None:
        while await Projector([model]).step(self.kept):
            pass

    async def rows(self, table: str) -> list[asyncpg.Record]:
        return list(await self.pool.fetch(f"select * from reading.{table} order by tenant, note_id"))

    @asynccontextmanager
    async def commands_arriving(self) -> AsyncIterator[None]:
        done = False

        async def arrive() -> None:
            while not done:
                await self.append_some(10)

        arriving = asyncio.create_task(arrive())
        yield
        done = True
        await arriving

    async def has_caught_up(self, model: ReadModel) -> bool:
        position = await self.pool.fetchval(
            "select c.position from cursors c join read_models r on c.name = r.name || '@' || r.version"
            " where r.live and r.name = $1",
            model.name,
        )
        async with self.pool.acquire() as connection:
            return bool(position == await head(connection))

    async def versions(self, model: ReadModel) -> list[tuple[int, bool]]:
        rows = await self.pool.fetch(
            "select version, live from read_models where name = $1 order by version", model.name
        )
        return [tuple(row) for row in rows]

    async def tables(self, model: ReadModel) -> set[str]:
        rows = await self.pool.fetch(
            "select relname from pg_class where relnamespace = 'reading'::regnamespace and relkind = 'r'"
            " and relname like $1 || '\\_v%'",
            model.name,
        )
        return {row["relname"] for row in rows}


@pytest.fixture(scope="module")
async def store(urls: Urls) -> AsyncIterator[Store]:
    async with await open_pool(urls["worker"], size=12) as pool:
        store = Store(urls, pool)
        await store.append_some(300)
        yield store


async def test_a_rebuild_while_commands_arrive_gives_the_same_rows_as_live(store: Store) -> None:
    rebuilt, live = tally("rebuilt"), tally("live")
    await prepare_read_models(store.pool, [rebuilt, live])
    following = [asyncio.create_task(Projector([rebuilt, live]).run(store.kept, store.notifier)) for _ in range(2)]
    async with store.commands_arriving():
        versions = [await rebuild_read_model(store.pool, rebuilt) for _ in range(4)]
    await eventually(lambda: store.has_caught_up(rebuilt))
    await eventually(lambda: store.has_caught_up(live))
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)

    assert versions == [2, 3, 4, 5]
    assert await store.rows("rebuilt") == await store.rows("live")
    assert len(await store.rows("live")) > 10
    assert await store.tables(rebuilt) == {"rebuilt_v5"}


async def test_a_rebuild_that_must_let_go_of_rows_and_read_them_again_gives_the_same_rows(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "ROWS", 3)
    monkeypatch.setattr(filling, "EVENTS", 7)
    crowded, roomy = tally("crowded"), tally("roomy")
    await prepare_read_models(store.pool, [crowded, roomy])
    await store.project(roomy)

    await rebuild_read_model(store.pool, crowded)

    assert await store.rows("crowded") == await store.rows("roomy")
    assert len(await store.rows("crowded")) > 10


class Weighed(BaseModel):
    """An event of which the store holds one that was garbled."""

    type: ClassVar[str] = "notes.weighed"
    version: ClassVar[int] = 1

    happened_on: date
    note_id: UUID
    grams: int


class Garbled(Weighed):
    """The same with a word where the number should be."""

    grams: Any


async def test_an_event_that_cannot_be_read_stops_a_rebuild_in_words_that_repeat_nothing_of_it(store: Store) -> None:
    step = Step(lambda event: (event.note_id,), lambda _, event: Tally(event.note_id, (), (), None, event.grams))
    model = ReadModel("weights", Tally, ("note_id",), {Weighed: step})
    await prepare_read_models(store.pool, [model])
    for event in (Weighed, Garbled):
        grams: Any = 3 if event is Weighed else "three stone"
        one = NewEvent(
            TENANT, f"weight-{event.__name__}", event(happened_on=DAY, note_id=uuid4(), grams=grams), cause()
        )
        await store.kept.append([one], {(TENANT, one.stream): 0})

    with pytest.raises(Undecodable) as refused:
        await rebuild_read_model(store.pool, model)

    assert str(refused.value).startswith("notes.weighed version 1: grams: int_")
    assert "stone" not in str(refused.value)
    assert await store.versions(model) == [(1, True), (2, False)]


async def test_readers_never_see_a_gap_while_versions_are_swapped(store: Store) -> None:
    model = tally("always")
    await prepare_read_models(store.pool, [model])
    await store.project(model)
    counts: set[int] = set()
    done = False

    async def read(pool: Pool) -> None:
        while not done:
            async with tenant_transaction(pool, [TENANT]) as connection:
                counts.add(await connection.fetchval("select count(*) from always"))

    async with await open_pool(store.urls["app"], size=4) as app:
        readers = [asyncio.create_task(read(app)) for _ in range(4)]
        for _ in range(8):
            await rebuild_read_model(store.pool, model)
        done = True
        await asyncio.gather(*readers)

    assert len(counts) == 1, "a reader saw a read model that was not whole"
    assert counts != {0}


async def test_a_killed_rebuild_leaves_the_live_one_and_is_taken_up_again(store: Store) -> None:
    model = tally("killed")
    await prepare_read_models(store.pool, [model])

    class Killed(Exception):
        pass

    def die(_: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        await rebuild_read_model(store.pool, model, progress=die)
    assert await store.versions(model) == [(1, True), (2, False)]
    await store.project(model)
    live = await store.rows("killed")

    assert await rebuild_read_model(store.pool, model) == 2
    assert await store.versions(model) == [(2, True)]
    assert await store.tables(model) == {"killed_v2"}
    assert await store.rows("killed") == live


async def test_a_rebuild_whose_connections_are_cut_lets_the_next_one_begin(store: Store) -> None:
    model = tally("cut")
    await prepare_read_models(store.pool, [model])
    entered = asyncio.Event()

    async def rebuild_elsewhere() -> None:
        async with await open_pool(store.urls["worker"], size=3) as pool:
            await rebuild_read_model(pool, model, progress=lambda _: entered.set())

    doomed = asyncio.create_task(rebuild_elsewhere())
    await entered.wait()
    doomed.cancel()
    await asyncio.gather(doomed, return_exceptions=True)

    await rebuild_read_model(store.pool, model)
    assert [live for _, live in await store.versions(model)] == [True]


async def test_of_two_rebuilds_at_once_one_is_refused(store: Store) -> None:
    model = tally("twice")
    await prepare_read_models(store.pool, [model])
    outcomes = await asyncio.gather(
        rebuild_read_model(store.pool, model), rebuild_read_model(store.pool, model), return_exceptions=True
    )
    assert sorted(map(str, outcomes)) == ["2", "twice is being rebuilt already"]
    assert any(isinstance(outcome, RebuildRunning) for outcome in outcomes)


async def test_a_changed_definition_is_rebuilt_at_the_start(store: Store) -> None:
    before, after = tally("changed"), tally("changed", indexes=("heard",))
    await prepare_read_models(store.pool, [before])
    await prepare_read_models(store.pool, [before])
    assert await store.versions(before) == [(1, True)]

    await prepare_read_models(store.pool, [after])

    assert await store.versions(after) == [(2, True)]
    assert await store.has_caught_up(after)


async def test_four_workers_that_start_at_once_make_and_rebuild_it_once(store: Store) -> None:
    before, after = tally("together"), tally("together", indexes=("heard",))
    await asyncio.gather(*(prepare_read_models(store.pool, [before]) for _ in range(4)))
    assert await store.versions(before) == [(1, True)]
    await asyncio.gather(*(prepare_read_models(store.pool, [after]) for _ in range(4)))
    assert await store.versions(after) == [(2, True)]


async def test_a_worker_of_another_definition_stands_aside(store: Store) -> None:
    old, new = tally("rolling"), tally("rolling", indexes=("heard",))
    await prepare_read_models(store.pool, [old])
    assert await Projector([new]).step(store.kept) == 0
    assert await Projector([old]).step(store.kept) > 0

    await prepare_read_models(store.pool, [new])
    await store.append_some(1)

    assert await Projector([old]).step(store.kept) == 0
    assert await Projector([new]).step(store.kept) == 1


async def test_a_read_model_that_is_given_up_holds_nobody_up_and_may_come_back(store: Store) -> None:
    kept, gone = tally("kept"), tally("gone")
    await prepare_read_models(store.pool, [kept, gone])
    await prepare_read_models(store.pool, [kept], ["gone"])
    assert await store.versions(gone) == [(1, False)]
    await store.append_some(1)
    assert await store.rows("gone") == []  # an API of before still reads it, without what came after

    await prepare_read_models(store.pool, [kept, gone])
    await store.project(gone)

    assert await store.versions(gone) == [(1, True)]
    assert len(await store.rows("gone")) > 0


@dataclass(frozen=True, slots=True)
class ShorterRow:
    """A row of notes in a version that has no `heard` any more."""

    note_id: UUID
    author_id: str


def shorter(name: str) -> ReadModel:
    """The read model of notes as a version after this one has it."""
    written = Step(lambda event: (event.note_id,), lambda _, event: ShorterRow(event.note_id, event.author_id))
    return ReadModel(name=name, row=ShorterRow, key=("note_id",), on={NoteWritten: written}, edition=2)


async def test_an_older_api_beside_a_newer_worker_says_that_it_is_being_upgraded(
    postgres_admin_url: str, tmp_path: Path
) -> None:
    async with run_notes(postgres_admin_url, "127.0.0.1:9", tmp_path, ALONE) as notes:
        await notes.write()
        async with await open_pool(notes.urls["worker"], size=4) as pool:
            await prepare_read_models(pool, [shorter("notes")])
            during = await notes.client.get("/notes", headers=notes.bearer())
            await pool.execute("update read_models set edition = 1 where name = 'notes'")
            otherwise = await notes.client.get("/notes", headers=notes.bearer())

    assert (during.status_code, during.headers["Retry-After"]) == (503, "5")
    assert "being upgraded" in during.json()["detail"]
    assert otherwise.status_code == 500


async def live_edition(store: Store, model: ReadModel) -> tuple[int, int]:
    row = await store.pool.fetchrow("select version, edition from read_models where live and name = $1", model.name)
    assert row is not None
    return row["version"], row["edition"]


async def test_an_older_edition_leaves_a_newer_one_alone_and_says_so(store: Store) -> None:
    old, new = tally("ordered"), tally("ordered", indexes=("heard",), edition=2)
    await prepare_read_models(store.pool, [new])

    await prepare_read_models(store.pool, [old])

    assert await live_edition(store, new) == (1, 2)
    assert await Projector([old]).step(store.kept) == 0
    assert await Projector([new]).step(store.kept) > 0
    assert (await status("notes", store.pool, [old])).newer_read_models == ["ordered"]
    assert (await status("notes", store.pool, [new])).newer_read_models == []
    with pytest.raises(NewerEdition, match="made ordered: edition 2, and this version knows edition 1"):
        await rebuild_read_model(store.pool, old)


async def test_a_newer_edition_takes_the_place_of_an_older_one_that_is_at_work(store: Store) -> None:
    old, new = tally("succeeded"), tally("succeeded", indexes=("heard",), edition=2)
    await prepare_read_models(store.pool, [old])
    assert (await status("notes", store.pool, [new])).outdated_read_models == ["succeeded"]
    following = asyncio.create_task(Projector([old]).run(store.kept, store.notifier))
    async with store.commands_arriving():
        await prepare_read_models(store.pool, [new])
        following_too = asyncio.create_task(Projector([new]).run(store.kept, store.notifier))
        await prepare_read_models(store.pool, [old])  # a replica of before that starts again
    await eventually(lambda: store.has_caught_up(new))
    for task in (following, following_too):
        task.cancel()
    await asyncio.gather(following, following_too, return_exceptions=True)

    assert await live_edition(store, new) == (2, 2)
    expected = tally("succeeded_as_expected")
    await prepare_read_models(store.pool, [expected])
    await store.project(expected)
    assert await store.rows("succeeded") == await store.rows("succeeded_as_expected")


async def test_a_raised_edition_is_rebuilt_though_nothing_but_its_folds_has_changed(store: Store) -> None:
    before, after = tally("refolded"), tally("refolded", edition=2)
    await prepare_read_models(store.pool, [before])

    await prepare_read_models(store.pool, [after])

    assert await live_edition(store, after) == (2, 2)
    assert await Projector([before]).step(store.kept) == 0


async def test_a_read_model_made_before_there_were_editions_gets_one_without_a_rebuild(store: Store) -> None:
    model = tally("unordered")
    await prepare_read_models(store.pool, [model])
    await store.pool.execute("update read_models set edition = 0 where name = $1", model.name)

    await prepare_read_models(store.pool, [model])

    assert await live_edition(store, model) == (1, 1)


async def test_a_version_that_knows_no_editions_neither_takes_over_nor_retires_what_a_newer_one_made(
    store: Store,
) -> None:
    """Its statements, as it sends them when it starts."""
    model, new = tally("fenced"), tally("fenced_new")
    await prepare_read_models(store.pool, [model, new])

    await store.pool.execute("update read_models set live = false where live and name <> all ($1)", [model.name])
    with pytest.raises(asyncpg.RaiseError, match="a newer version of this service has made the read model fenced"):
        await store.pool.execute(
            "insert into read_models (name, version, live, definition) values ($1, 2, false, 'older')", model.name
        )

    assert await store.versions(model) == [(1, True)]
    assert await store.versions(new) == [(1, True)]


async def test_a_read_model_that_only_a_newer_version_has_stays(store: Store) -> None:
    kept, newer = tally("known"), tally("of_a_newer_version")
    await prepare_read_models(store.pool, [kept, newer])
    await prepare_read_models(store.pool, [kept])
    assert await store.versions(newer) == [(1, True)]


async def test_an_operator_may_go_back_to_an_older_version(store: Store) -> None:
    """By the statement that docs/how-to/operate.md names."""
    old, new = tally("gone_back"), tally("gone_back", indexes=("heard",), edition=2)
    await prepare_read_models(store.pool, [new])
    await store.pool.execute("update read_models set edition = 0 where name = 'gone_back'")

    await prepare_read_models(store.pool, [old])

    assert await live_edition(store, old) == (2, 1)


async def test_a_swap_waits_for_the_follower_that_holds_the_cursor_and_loses_nothing(store: Store) -> None:
    model = tally("held")
    await prepare_read_models(store.pool, [model])
    entered, go_on = asyncio.Event(), asyncio.Event()

    class Slow(ReadModel):
        async def project(self, into: RowStore, version: int, events: Sequence[ModelEvent]) -> None:
            await super().project(into, version, events)
            entered.set()
            await go_on.wait()

    slow = asyncio.create_task(Projector([Slow(**vars(tally("held")))]).step(store.kept))
    await entered.wait()
    swapping = asyncio.create_task(rebuild_read_model(store.pool, model))
    observer = await connect(store.urls["worker"])
    await eventually(lambda: is_waiting_for_lock(observer))
    assert not swapping.done()
    go_on.set()
    await slow
    await swapping
    await observer.close()

    await store.project(model)
    expected = tally("expected")
    await prepare_read_models(store.pool, [model, expected])
    await store.project(expected)
    assert await store.rows("held") == await store.rows("expected")


async def test_a_read_model_that_cannot_fold_an_event_stops_alone_and_skips_nothing(store: Store) -> None:
    model, sound = tally("still"), tally("sound")
    await prepare_read_models(store.pool, [model, sound])

    def fail_to_fold(row: Any, event: Any) -> Any:
        raise RuntimeError

    bad = replace(model, on={type_: Step(step.key, fail_to_fold) for type_, step in model.on.items()})
    together = Projector([bad, sound])
    assert await together.step(store.kept) > 0
    while await together.step(store.kept):
        pass
    assert await store.pool.fetchval("select position from cursors where name = 'still@1'") == 0
    assert await store.has_caught_up(sound)
    assert await store.rows("sound") != []
    assert await Projector([model, sound]).step(store.kept) > 0
    assert len(await store.rows("still")) > 0


async def test_a_read_model_that_stood_still_is_tried_again_and_catches_up_with_the_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "LONGEST_PAUSE", 0.0)
    tired, sound = tally("tired"), tally("sound_too")
    await prepare_read_models(store.pool, [tired, sound])
    failures = 3

    def at_last(fold: Fold) -> Fold:
        def fold_after_failures(row: Any, event: Any) -> Any:
            nonlocal failures
            if failures:
                failures -= 1
                raise RuntimeError
            return fold(row, event)

        return fold_after_failures

    tired = replace(tired, on={type_: Step(step.key, at_last(step.fold)) for type_, step in tired.on.items()})
    together = Projector([tired, sound], batch=50)
    while await together.step(store.kept):
        pass
    assert await store.rows("tired") == await store.rows("sound_too")
    assert failures == 0


@dataclass(frozen=True, slots=True)
class Sealed:
    note_id: UUID
    text: str


async def test_personal_texts_stay_sealed_in_a_rebuilt_read_model(store: Store) -> None:
    note = uuid4()
    written = NoteWritten(happened_on=DAY, note_id=note, author_id="ada", text="Ada Lovelace")
    async with store.pool.acquire() as connection:
        await append(
            connection, RING, [NewEvent(TENANT, f"note-{note}", written, cause())], {(TENANT, f"note-{note}"): 0}
        )
    model = ReadModel(
        "sealed",
        Sealed,
        ("note_id",),
        {NoteWritten: Step(lambda event: (event.note_id,), lambda _, event: Sealed(event.note_id, event.text))},
    )
    await prepare_read_models(store.pool, [model])
    await store.project(model)
    live = await store.rows("sealed")
    await rebuild_read_model(store.pool, model)
    assert await store.rows("sealed") == live
    assert live[0]["text"].startswith("sealed:")
