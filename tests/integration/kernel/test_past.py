"""A read model that keeps its past keeps the same rows, whichever way and in whatever parts it was filled."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.kernel.loops.projector import Projector
from shared.kernel.postgres import Pool, filling, open_pool, tenant_transaction
from shared.kernel.postgres.events import append, read_model_events
from shared.kernel.postgres.read_models import prepare_read_models, rebuild_read_model
from shared.kernel.postgres.rows import PostgresRows
from shared.kernel.readmodel import Changes, ReadModel, Step, key_from, set_fields
from shared.kernel.records import NewEvent
from tests.support.databases import Urls
from tests.support.notes_service import (
    DAY,
    NoteAmended,
    NoteHeard,
    cause,
    keyring,
    store_of,
)

RING = keyring()
IDS = [UUID(int=number, version=4) for number in range(1, 5)]
REMOVED = 0
"""An amendment to so many words removes the row."""


@dataclass(frozen=True, slots=True)
class Score:
    note_id: UUID
    words: int | None = None
    lately: tuple[int, ...] = ()


def _amend(row: Score | None, event: NoteAmended) -> Score | None:
    if event.words == REMOVED:
        return None
    row = row or Score(event.note_id)
    return replace(row, lately=(event.words, *row.lately[:1]))


def scores(name: str, *, keeps_past: bool = True, edition: int = 1) -> ReadModel:
    """A model whose rows go and come back, and stay as they are; one of its folds could change them in place."""
    return ReadModel(
        name,
        Score,
        ("note_id",),
        {
            NoteAmended: Step(key_from("note_id"), _amend),
            NoteHeard: Step(key_from("note_id"), set_fields(Score, NoteHeard, words="words")),
        },
        keeps_past=keeps_past,
        edition=edition,
    )


Heard = tuple[int, type[NoteAmended] | type[NoteHeard], int]
"""An event of a history: which note, its type, its words."""
HISTORIES = st.lists(
    st.tuples(st.integers(0, len(IDS) - 1), st.sampled_from([NoteAmended, NoteHeard]), st.integers(REMOVED, 3)),
    max_size=40,
)


class Store:
    """A store that grows; the rows of each tenant are looked at by themselves."""

    def __init__(self, urls: Urls, pool: Pool) -> None:
        self.urls = urls
        self.pool = pool
        self.kept = store_of(pool)

    async def append(self, tenant: str, history: Sequence[Heard]) -> list[int]:
        """Append the events; return their positions."""
        new = [
            NewEvent(tenant, f"note-{IDS[note]}", kind(happened_on=DAY, note_id=IDS[note], words=words), cause())
            for note, kind, words in history
        ]
        async with self.pool.acquire() as connection:
            done = await append(connection, RING, new, {(each.tenant, each.stream): None for each in new})
        last = done.position or 0
        return list(range(last - len(new) + 1, last + 1))

    async def project(self, model: ReadModel, batch: int) -> None:
        while await Projector([model], batch).step(self.kept):
            pass

    async def versions(self, model: ReadModel, tenant: str) -> set[tuple[Score, int, int | None]]:
        """Return each row that was ever shown, with the positions from which and until which it was."""
        rows = await self.pool.fetch(
            f"""select note_id, words, lately, known_from, null::bigint as known_until from {model.name}
                where tenant = $1
                union all
                select note_id, words, lately, known_from, known_until from {model.name}_past where tenant = $1""",
            tenant,
        )
        found = [
            (Score(row["note_id"], row["words"], tuple(row["lately"])), row["known_from"], row["known_until"])
            for row in rows
        ]
        assert len(found) == len(set(found)), "a row was kept twice"
        return set(found)

    async def versions_expected(self, model: ReadModel, tenant: str) -> set[tuple[Score, int, int | None]]:
        """Fold event by event, and keep every row that is not like the one before."""
        async with self.pool.acquire() as connection:
            events = [event for event in await read_model_events(connection, 0, 1_000_000) if event.tenant == tenant]
        live: dict[UUID, tuple[Score, int]] = {}
        replaced: set[tuple[Score, int, int | None]] = set()
        for stored, event in model.decode(events):
            assert isinstance(event, NoteAmended | NoteHeard)
            before, known_from = live.pop(event.note_id, (None, 0))
            after = model.on[type(event)].fold(before, event)
            if before is not None and after != before:
                replaced.add((before, known_from, stored.position))
            if after is not None:
                live[event.note_id] = (after, known_from if after == before else stored.position)
        return replaced | {(row, known_from, None) for row, known_from in live.values()}

    async def rows_at(self, model: ReadModel, tenant: str, position: int) -> set[Score]:
        """Return the rows as they were known at a position, as the API reads them."""
        async with await open_pool(self.urls["app"], size=1) as app, tenant_transaction(app, [tenant]) as connection:
            rows = await connection.fetch(model.rows_at("$1"), position)
        return {Score(row["note_id"], row["words"], tuple(row["lately"])) for row in rows}

    async def tables(self, model: ReadModel) -> set[str]:
        """Return the names of the model's tables and views."""
        rows = await self.pool.fetch(
            "select relname from pg_class where relnamespace = 'reading'::regnamespace and relkind in ('r', 'v')"
            " and relname ~ $1",
            f"^{model.name}(_v[0-9]+)?(_past)?$",
        )
        return {row["relname"] for row in rows}


@pytest.fixture(scope="module")
async def store(urls: Urls) -> AsyncIterator[Store]:
    async with await open_pool(urls["worker"], size=6) as pool:
        store = Store(urls, pool)
        await prepare_read_models(pool, [scores("projected"), scores("rebuilt")])
        yield store


@settings(max_examples=60)
@given(
    history=HISTORIES,
    batch=st.integers(1, 20),
    rows=st.integers(1, 8),
    events=st.integers(1, 20),
    written_again=st.integers(1, 3),
)
@example([(0, NoteAmended, 1), (0, NoteAmended, REMOVED), (0, NoteAmended, 1)], 20, 8, 20, 3)
@example([(0, NoteHeard, 1), (0, NoteHeard, 2), (0, NoteHeard, 1)], 20, 8, 20, 3)
@example([(0, NoteHeard, 1), (0, NoteHeard, 1)], 1, 1, 1, 1)
async def test_a_rebuild_and_the_projector_keep_what_a_fold_event_by_event_shows(
    store: Store, history: list[Heard], batch: int, rows: int, events: int, written_again: int
) -> None:
    projected, rebuilt, tenant = scores("projected"), scores("rebuilt"), f"tenant-{uuid4()}"
    await store.append(tenant, history)

    await store.project(projected, batch)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling, "ROWS", rows)
        patch.setattr(filling, "EVENTS", events)
        patch.setattr(filling, "WRITTEN_AGAIN", written_again)
        await rebuild_read_model(store.pool, rebuilt)

    expected = await store.versions_expected(projected, tenant)
    assert await store.versions(projected, tenant) == expected
    assert await store.versions(rebuilt, tenant) == expected


async def test_the_rows_of_every_position_can_be_read(store: Store) -> None:
    model, tenant = scores("projected"), f"tenant-{uuid4()}"
    history: list[Heard] = [
        (0, NoteAmended, 1),
        (1, NoteHeard, 3),
        (0, NoteAmended, 2),
        (0, NoteAmended, REMOVED),
        (1, NoteHeard, 3),
        (0, NoteHeard, 1),
    ]
    positions = await store.append(tenant, history)
    await store.project(model, batch=4)

    first, second, back = Score(IDS[0], None, (1,)), Score(IDS[0], None, (2, 1)), Score(IDS[0], 1)
    other = Score(IDS[1], 3)
    assert [await store.rows_at(model, tenant, position) for position in (positions[0] - 1, *positions)] == [
        set(),
        {first},
        {first, other},
        {second, other},
        {other},
        {other},
        {back, other},
    ]
    assert await store.rows_at(model, f"another {tenant}", positions[-1]) == set()


async def test_a_rebuild_while_events_arrive_keeps_the_same_past(store: Store) -> None:
    model, tenant = scores("busy"), f"tenant-{uuid4()}"
    await prepare_read_models(store.pool, [model])
    drawn = Random(7)
    types: list[type[NoteAmended | NoteHeard]] = [NoteAmended, NoteHeard]
    history = [(drawn.randrange(4), drawn.choice(types), drawn.randrange(4)) for _ in range(600)]

    async def write() -> None:
        for first in range(0, len(history), 10):
            await store.append(tenant, history[first : first + 10])
            await Projector([model], batch=7).step(store.kept)

    async def rebuild() -> None:
        for _ in range(4):
            await rebuild_read_model(store.pool, model)

    await asyncio.gather(write(), rebuild())
    await store.project(model, batch=100)

    expected = await store.versions_expected(model, tenant)
    assert await store.versions(model, tenant) == expected
    assert len(expected) > 200
    assert await store.tables(model) == {"busy", "busy_past", "busy_v5", "busy_v5_past"}


async def test_a_killed_rebuild_leaves_no_table_of_the_past(store: Store) -> None:
    model, tenant = scores("killed"), f"tenant-{uuid4()}"
    await prepare_read_models(store.pool, [model])
    await store.append(tenant, [(0, NoteAmended, 1), (0, NoteAmended, 2)])
    await store.project(model, batch=100)
    before = await store.versions(model, tenant)

    def die(_: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await rebuild_read_model(store.pool, model, progress=die)
    assert await store.tables(model) >= {"killed_v1_past", "killed_v2_past"}
    assert await store.versions(model, tenant) == before

    assert await rebuild_read_model(store.pool, model) == 2
    assert await store.tables(model) == {"killed", "killed_past", "killed_v2", "killed_v2_past"}
    assert await store.versions(model, tenant) == before


async def test_an_edition_may_begin_to_keep_the_past_and_another_one_end_it(store: Store) -> None:
    tenant = f"tenant-{uuid4()}"
    without, keeping = scores("edited", keeps_past=False), scores("edited", edition=2)
    await prepare_read_models(store.pool, [without])
    await store.append(tenant, [(0, NoteAmended, 1), (0, NoteAmended, 2)])
    await store.project(without, batch=100)

    await prepare_read_models(store.pool, [keeping])
    assert await store.versions(keeping, tenant) == await store.versions_expected(keeping, tenant)
    assert await store.tables(keeping) == {"edited", "edited_past", "edited_v2", "edited_v2_past"}

    await prepare_read_models(store.pool, [scores("edited", keeps_past=False, edition=3)])
    assert await store.tables(keeping) == {"edited", "edited_v3"}


async def test_a_read_model_that_is_given_up_may_come_back_with_its_past(store: Store) -> None:
    model, tenant = scores("given_up"), f"tenant-{uuid4()}"
    await prepare_read_models(store.pool, [model])
    await store.append(tenant, [(0, NoteAmended, 1), (0, NoteAmended, 2)])
    await prepare_read_models(store.pool, [], ["given_up"])

    await prepare_read_models(store.pool, [model])
    await store.project(model, batch=100)

    assert await store.versions(model, tenant) == await store.versions_expected(model, tenant)
    assert await store.tables(model) == {"given_up", "given_up_past", "given_up_v1", "given_up_v1_past"}


async def test_a_rebuild_holds_no_more_changes_of_one_row_than_of_many(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "ROWS", 10)
    monkeypatch.setattr(filling, "EVENTS", 5)
    model, tenant = scores("much_changed"), f"tenant-{uuid4()}"
    await prepare_read_models(store.pool, [model])
    await store.append(tenant, [(0, NoteAmended, 1 + number % 3) for number in range(200)])
    held: list[int] = []
    write = PostgresRows.write_changes

    async def count_changes(self: PostgresRows, of: ReadModel, version: int, changes: Changes) -> None:
        held.append(sum(map(len, changes.values())))
        await write(self, of, version, changes)

    monkeypatch.setattr(PostgresRows, "write_changes", count_changes)
    await rebuild_read_model(store.pool, model)

    assert await store.versions(model, tenant) == await store.versions_expected(model, tenant)
    assert sum(held) >= 180
    assert max(held) <= 15


def test_no_read_model_has_the_name_of_the_past_of_another_one() -> None:
    with pytest.raises(ValueError, match="scores_past: a view of this name would hold the past of another read model"):
        scores("scores_past")


def test_a_read_model_that_begins_to_keep_its_past_is_another_one() -> None:
    assert scores("scores").definition != scores("scores", keeps_past=False).definition
