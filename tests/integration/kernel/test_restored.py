"""A database put back to an older backup: nothing new is taken for a repeat, and what was lost is named."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from alongside.local.issuer import Issuer
from alongside.operations.restore import StillRunning, reopen_store
from shared.events import PublicEvent
from shared.kernel.answers import Answer
from shared.kernel.kafka.publisher import KafkaPublisher
from shared.kernel.kafka.topics import Topic, create_topics
from shared.kernel.loops.follower import Follower
from shared.kernel.loops.relay import Relay, StoreOlderThanTopic
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import Pool, open_pool
from shared.kernel.recording import record_events
from shared.kernel.records import Cause, HighWaterMark, Incarnation, NewEvent
from shared.kernel.restore import ReopenedStore
from shared.kernel.service.definition import Service
from shared.kernel.service.worker import RunningWorker, run_worker
from shared.kernel.settings import Settings
from shared.kernel.unit import CommandRequest, Commands, Unit
from tests.support.databases import Urls, copy_database, database, database_name, drop_database
from tests.support.notes_service import DAY, NOTE, SERVICE, TENANT, Amend, NoteAmended, NoteHeard, store_of
from tests.support.services import eventually, settings_for

pytestmark = pytest.mark.timeout(90)


def nobody(_: PublicEvent) -> None:
    """Whom an event asks to forget."""


TELLER = replace(SERVICE, name="teller", read_models=(), listens_to=())
KEEPER = replace(
    SERVICE, name="keeper", read_models=(), publications=lambda _: (), effect=record_events("keeper", nobody)
)


@dataclass
class Scene:
    """A service that tells and one that keeps what it hears, on databases of their own; neither runs by itself."""

    admin_url: str
    settings: Settings
    urls: dict[str, Urls]
    backups: list[str] = field(default_factory=list)

    def working(self, service: Service) -> AbstractAsyncContextManager[RunningWorker]:
        return run_worker(service, self.settings, self.urls[service.name]["worker"])

    def pool(self, service: Service) -> AbstractAsyncContextManager[Pool]:
        return _pool(self.urls[service.name]["worker"])

    async def reopen(self, service: Service = TELLER) -> ReopenedStore:
        worker_urls = {name: urls["worker"] for name, urls in self.urls.items()}
        return await reopen_store(service, self.settings, worker_urls, wait_for_members=0.5)

    async def amend(self, *words: int, note: UUID, private: bool = False) -> list[UUID]:
        """Record what is published, or with `private` what is not; the events' ids."""
        stream = (TENANT, f"note-{note}")
        of = NoteHeard if private else NoteAmended
        new = [
            NewEvent(*stream, of(happened_on=DAY, note_id=note, words=number), Cause("a", uuid4())) for number in words
        ]
        async with self.pool(TELLER) as pool:
            await store_of(pool).append(new, {stream: None})
        return [item.id for item in new]

    async def ids_kept(self) -> list[UUID]:
        """Return the ids of the events that the keeper has, in its order."""
        async with self.pool(KEEPER) as pool:
            return [row["id"] for row in await pool.fetch("select id from events order by position")]

    async def until_kept(self, *ids: UUID) -> None:
        """Both work until the keeper has these, and then a little longer: one more event passes through."""

        async def there() -> bool:
            return set(ids) <= set(await self.ids_kept())

        async with self.working(TELLER), self.working(KEEPER):
            await eventually(there)
            (last,) = await self.amend(1, note=uuid4())

            async def has_kept_last() -> bool:
                return last in await self.ids_kept()

            await eventually(has_kept_last)

    async def backup(self, service: Service) -> str:
        name = database_name(self.urls[service.name])
        backup = f"{name}_{len(self.backups)}"
        await copy_database(self.admin_url, name, backup)
        self.backups.append(backup)
        return backup

    async def put_back(self, service: Service, backup: str) -> None:
        name = database_name(self.urls[service.name])
        await drop_database(self.admin_url, name)
        await copy_database(self.admin_url, backup, name)

    async def drop_backups(self) -> None:
        for backup in self.backups:
            await drop_database(self.admin_url, backup)


@asynccontextmanager
async def _pool(url: str) -> AsyncIterator[Pool]:
    async with await open_pool(url, size=2) as pool:
        yield pool


@pytest.fixture
async def scene(postgres_admin_url: str, kafka_bootstrap: str, tmp_path: Path) -> AsyncIterator[Scene]:
    settings = settings_for(Issuer(tmp_path), kafka_bootstrap, f"t{uuid4().hex[:12]}")
    await create_topics(kafka_bootstrap, [Topic(settings.topic("notes"), 4)])
    async with database(postgres_admin_url) as teller, database(postgres_admin_url) as keeper:
        # a group of its own for each test: the name is that of the service
        scene = Scene(postgres_admin_url, settings, {"teller": teller, "keeper": keeper})
        yield scene
        await scene.drop_backups()


async def test_new_events_of_a_restored_service_have_their_effect_once(scene: Scene) -> None:
    one, other = uuid4(), uuid4()
    before = [*await scene.amend(1, 2, note=one), *await scene.amend(1, note=other)]
    backup = await scene.backup(TELLER)
    lost = [*await scene.amend(3, 4, 5, note=one), *await scene.amend(2, note=other)]
    await scene.until_kept(*before, *lost)
    had = await scene.ids_kept()

    await scene.put_back(TELLER, backup)
    opened = await scene.reopen()
    again = await scene.reopen()
    assert set(again.lost_before) == set(opened.lost), "said twice, it lists again what was lost"
    assert again.lost == []
    new = [*await scene.amend(7, note=one), *await scene.amend(8, 9, note=other)]
    await scene.until_kept(*new)

    assert opened.incarnation == Incarnation(2, 3)
    assert {event.id for event in opened.lost} == set(had) - set(before)
    assert {event.mark for event in opened.lost} == {HighWaterMark(1, position) for position in range(4, 9)}
    kept = await scene.ids_kept()
    assert kept[: len(had)] == had
    assert len(kept) == len(set(kept)) == len(had) + len(new) + 1


async def test_a_command_decided_before_a_restore_is_decided_again(scene: Scene) -> None:
    note, tries = uuid4(), 0
    await scene.amend(1, note=note)
    backup = await scene.backup(TELLER)
    await scene.amend(2, note=note)

    async def amend(unit: Unit) -> Answer:
        nonlocal tries
        tries += 1
        await unit.load(NOTE, note)
        if tries == 1:
            await scene.put_back(TELLER, backup)
            await scene.amend(7, note=note)  # the stream has the version again that was read
        await unit.decide(NOTE, note, Amend(note_id=note, words=3))
        return Answer()

    async with scene.pool(TELLER) as pool:
        await Commands(store_of(pool), Notifier()).run(CommandRequest(TENANT, Cause("a", uuid4())), amend)
        stored = await pool.fetch("select body from events order by position")

    assert tries == 2
    assert [row["body"]["words"] for row in stored] == [1, 7, 3]


async def test_without_it_the_relay_refuses_and_afterwards_nothing_is_missing(scene: Scene) -> None:
    note = uuid4()
    before = await scene.amend(1, 2, note=note)
    backup = await scene.backup(TELLER)
    await scene.amend(1, note=note, private=True)
    await scene.until_kept(*await scene.amend(3, 4, note=note))
    had = await scene.ids_kept()
    await scene.put_back(TELLER, backup)
    new = await scene.amend(7, 8, 9, 10, 11, 12, note=note)  # more than there was: the head alone would not tell

    async with scene.pool(TELLER) as pool, KafkaPublisher(scene.settings.kafka_bootstrap_servers) as publisher:
        relay = Relay(publisher, TELLER.publications(scene.settings))
        await store_of(pool).ensure_cursor("relay")
        for _ in range(2):
            with pytest.raises(StoreOlderThanTopic, match="run `alongside restored SERVICE`"):
                await Follower("relay", relay.handle).step(store_of(pool))
    opened = await scene.reopen()
    await scene.until_kept(*new)

    assert opened.incarnation == Incarnation(2, 2), "what came after the restore is new too, though it went before"
    kept = await scene.ids_kept()
    assert kept[: len(had) + len(new)] == [*had, *new]
    assert len(set(kept)) == len(kept)
    assert set(before) <= set(kept)


async def test_the_same_backup_put_back_twice_opens_a_life_that_nobody_has_seen(scene: Scene) -> None:
    note = uuid4()
    await scene.amend(1, note=note)
    backup = await scene.backup(TELLER)
    await scene.until_kept(*await scene.amend(2, note=note))
    for number in (2, 3):
        await scene.put_back(TELLER, backup)
        opened = await scene.reopen()
        assert opened.incarnation == Incarnation(number, 1)
        await scene.until_kept(*await scene.amend(number * 10, note=note))
    assert {event.mark.incarnation for event in opened.lost} == {1, 2}
    kept = await scene.ids_kept()
    assert len(set(kept)) == len(kept) == 7


async def test_marks_of_consumers_reveal_an_incarnation_that_the_broker_has_lost(scene: Scene) -> None:
    note = uuid4()
    await scene.amend(1, note=note)
    backup = await scene.backup(TELLER)
    await scene.until_kept(*await scene.amend(2, note=note))
    await scene.put_back(TELLER, backup)
    await scene.reopen()
    await scene.until_kept(*await scene.amend(3, note=note))
    had = await scene.ids_kept()

    await scene.put_back(TELLER, backup)
    scene.settings = scene.settings.model_copy()  # a broker of the same topics, all of them empty
    async with scene.pool(KEEPER) as pool:
        prefix = f"t{uuid4().hex[:12]}"
        await pool.execute("update high_water set topic = $1", f"{prefix}.notes.v1")
    scene.settings = scene.settings.model_copy(update={"alongside_topic_prefix": prefix})
    await create_topics(scene.settings.kafka_bootstrap_servers, [Topic(scene.settings.topic("notes"), 4)])
    opened = await scene.reopen()
    await scene.until_kept(*await scene.amend(4, note=note))

    assert opened == ReopenedStore(Incarnation(3, 1), [])
    kept = await scene.ids_kept()
    assert len(set(kept)) == len(kept) == len(had) + 2


async def test_a_repeated_restored_command_opens_another_incarnation_and_loses_nothing(scene: Scene) -> None:
    note = uuid4()
    await scene.amend(1, note=note)
    backup = await scene.backup(TELLER)
    await scene.until_kept(*await scene.amend(2, note=note))
    await scene.put_back(TELLER, backup)
    first = await scene.reopen()
    (new,) = await scene.amend(3, note=note)
    second = await scene.reopen()
    await scene.until_kept(new)
    assert (first.incarnation, second.incarnation) == (Incarnation(2, 1), Incarnation(3, 2))
    assert second.lost == []
    assert len(await scene.ids_kept()) == 5


async def test_a_service_that_publishes_nothing_has_no_relay_to_wait_for_after_a_restore(scene: Scene) -> None:
    await scene.until_kept(*await scene.amend(1, note=uuid4()))
    await scene.reopen(KEEPER)
    async with scene.pool(KEEPER) as pool:
        assert await pool.fetchval("select count(*) from cursors where name = 'relay'") == 0
        await store_of(pool).ensure_cursor("relay")  # as an earlier version left it
        async with scene.working(KEEPER):
            assert await pool.fetchval("select count(*) from cursors where name = 'relay'") == 0


async def test_a_restored_consumer_takes_again_what_it_has_lost(scene: Scene) -> None:
    note = uuid4()
    await scene.until_kept(*await scene.amend(1, 2, note=note))
    backup = await scene.backup(KEEPER)
    await scene.until_kept(*await scene.amend(3, 4, note=note))
    had = await scene.ids_kept()
    async with scene.working(KEEPER):

        async def keeper_still_runs() -> bool:
            try:
                await scene.reopen(KEEPER)
            except StillRunning:
                return True
            return False

        await eventually(keeper_still_runs)
    await scene.put_back(KEEPER, backup)

    opened = await scene.reopen(KEEPER)
    await scene.until_kept(*had)

    assert opened == ReopenedStore(Incarnation(2, 3), [])
    kept = await scene.ids_kept()
    assert len(set(kept)) == len(kept) == len(had) + 1
