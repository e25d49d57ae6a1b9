"""A new version of an event comes into a platform where old publisher and old reader run, one of them at a time."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from alongside.local.issuer import Issuer
from services.reporting.main import SERVICE as REPORTING
from services.reporting.tables import READ_MODELS
from services.sessions.main import SERVICE as SESSIONS
from shared.events import Envelope
from shared.events.matching import PairConfirmed
from shared.kernel.kafka.topics import create_topics, read_topics
from shared.kernel.postgres import connect, open_pool
from shared.kernel.postgres.read_models import rebuild_read_model
from shared.kernel.service.definition import Service
from shared.kernel.service.worker import run_worker
from shared.kernel.settings import Settings
from tests.support import earlier_versions as earlier
from tests.support.databases import Urls, database
from tests.support.services import TOPICS, Platform, eventually, publish_events, settings_for
from tests.unit.reporting.facts import pair_confirmed

TENANT = "north-star"
TYPE = "sessions.relationship_opened"
Row = dict[str, Any]


@dataclass
class TwoDatabases:
    """Two databases and the topics between them; no service runs yet."""

    platform: Platform

    @property
    def settings(self) -> Settings:
        return self.platform.settings

    @asynccontextmanager
    async def run(self, *services: Service) -> AsyncIterator[None]:
        """Run the workers of these versions of the services until the context ends."""
        async with AsyncExitStack() as stack:
            for service in services:
                url = self.platform.urls[service.name]["worker"]
                await stack.enter_async_context(run_worker(service, self.settings, url))
            yield

    async def confirm_pair(self, trainee: str) -> None:
        """Publish that a pair was confirmed whose mentor gives 1.1 hours a week."""
        pair: PairConfirmed = pair_confirmed(trainee, "amal").model_copy(update={"mentor_hours_per_week": 1.1})
        await publish_events(self.platform, "matching", TENANT, f"pair-{pair.pair_id}", pair)

    async def rows(self, service: str, query: str) -> list[Row]:
        connection = await connect(self.platform.urls[service]["worker"])
        try:
            return [dict(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def relationships(self, number: int) -> list[Row]:
        """Wait until reporting has `number` relationships, and return them."""

        async def there() -> bool:
            return len(await self.rows("reporting", "select 1 from relationships")) == number

        await eventually(there)
        return await self.rows("reporting", "select * from relationships order by relationship_id")

    async def read_stored_openings(self) -> list[Row]:
        """Return every column of each `relationship_opened` that reporting stores, the bodies as text."""
        return await self.rows(
            "reporting", f"select *, body::text as body from events where type = '{TYPE}' order by position"
        )

    async def read_published_openings(self) -> list[tuple[Envelope, Row]]:
        """Return each `relationship_opened` that sessions has published, once reporting has consumed all messages."""
        heads = "select c.position, max(e.position) as head from cursors c, events e where name = 'relay' group by 1"

        async def has_relayed_all() -> bool:
            (at,) = await self.rows("sessions", heads)
            return bool(at["position"] == at["head"])

        await eventually(has_relayed_all)
        topics = read_topics(TOPICS, self.settings.alongside_topic_prefix)
        wanted = next(topic for topic in topics if topic.name == self.settings.topic("sessions"))
        partitions = [TopicPartition(wanted.name, number) for number in range(wanted.partitions)]
        found = []
        async with AIOKafkaConsumer(bootstrap_servers=self.settings.kafka_bootstrap_servers) as consumer:
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await consumer.end_offsets(partitions)
            for partition, end in ends.items():
                while await consumer.position(partition) < end:
                    found += (await consumer.getmany(partition, timeout_ms=1000)).get(partition, [])
        await self._wait_until_consumed(ends)
        told = [(Envelope.from_headers(message.headers), json.loads(message.value)) for message in found]
        return [(envelope, body) for envelope, body in told if envelope.type == TYPE]

    async def _wait_until_consumed(self, ends: Mapping[TopicPartition, int]) -> None:
        async with AsyncExitStack() as stack:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.kafka_bootstrap_servers)
            await admin.start()
            stack.push_async_callback(admin.close)

            async def has_committed_all() -> bool:
                reached = await admin.list_consumer_group_offsets(self.settings.consumer_group("reporting"))
                return all(end == 0 or (at in reached and reached[at].offset >= end) for at, end in ends.items())

            await eventually(has_committed_all)


@dataclass
class Outcome:
    """What the steps left: rows of the read model, stored events, published messages."""

    parked: list[Row]
    read_by_the_old: list[Row]
    kept_by_the_old: list[Row]
    read_by_the_new: list[Row]
    kept_by_the_new: list[Row]
    sent: list[tuple[Envelope, Row]]
    read_in_the_end: list[Row]
    kept_in_the_end: list[Row]
    rebuilt: list[Row]


@pytest.fixture(scope="module")
async def databases(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TwoDatabases]:
    issuer = Issuer(tmp_path_factory.mktemp("versions"))
    settings = settings_for(issuer, kafka_bootstrap, f"t{uuid4().hex[:12]}")
    await create_topics(kafka_bootstrap, read_topics(TOPICS, settings.alongside_topic_prefix))
    async with database(postgres_admin_url, "sessions") as sessions, database(postgres_admin_url, "reporting") as own:
        urls: dict[str, Urls] = {"sessions": sessions, "reporting": own}
        yield TwoDatabases(Platform(settings, issuer, urls, {}, {}))


@pytest.fixture(scope="module")
async def outcome(databases: TwoDatabases) -> Outcome:
    """Old and old, new publisher and old reader, new and new; then all of it sent again, and the rows rebuilt."""
    async with databases.run(earlier.REPORTING):
        async with databases.run(earlier.SESSIONS):
            await databases.confirm_pair("bo")
            await databases.relationships(1)
        async with databases.run(SESSIONS):
            await databases.confirm_pair("cy")
            read_by_the_old = await databases.relationships(2)
    kept_by_the_old = await databases.read_stored_openings()
    parked = await databases.rows("reporting", "select reason from parked")

    async with databases.run(REPORTING, SESSIONS):
        read_by_the_new = await databases.relationships(2)
        kept_by_the_new = await databases.read_stored_openings()
        await databases.confirm_pair("di")
        await databases.relationships(3)
        await _send_again(databases)
        sent = await databases.read_published_openings()
        read_in_the_end = await databases.relationships(3)
        kept_in_the_end = await databases.read_stored_openings()
        async with await open_pool(databases.platform.urls["reporting"]["worker"], size=2) as pool:
            await rebuild_read_model(pool, next(model for model in READ_MODELS if model.name == "relationships"))
        rebuilt = await databases.relationships(3)
    return Outcome(
        parked,
        read_by_the_old,
        kept_by_the_old,
        read_by_the_new,
        kept_by_the_new,
        sent,
        read_in_the_end,
        kept_in_the_end,
        rebuilt,
    )


async def _send_again(databases: TwoDatabases) -> None:
    """Publish the history of sessions once more, as `alongside republish` does."""
    connection = await connect(databases.platform.urls["sessions"]["worker"])
    await connection.execute("update cursors set position = 0 where name = 'relay'")
    await connection.close()


def test_an_old_reader_has_the_effect_of_the_new_version(outcome: Outcome) -> None:
    assert [row["mentor_hours_per_week"] for row in outcome.read_by_the_old] == [1.1, 1.1]
    assert outcome.parked == []


def test_an_old_reader_keeps_what_it_does_not_know_in_what_it_read_it_as(outcome: Outcome) -> None:
    kept = [(row["schema_version"], json.loads(row["body"])) for row in outcome.kept_by_the_old]

    assert [version for version, _ in kept] == [1, 1]
    assert ["mentor_minutes_per_week" in body for _, body in kept] == [False, True]


def test_a_new_reader_has_rows_of_all_that_was_kept_before_it(outcome: Outcome) -> None:
    assert [row["mentor_minutes_per_week"] for row in outcome.read_by_the_new] == [66, 66]


def test_a_new_reader_keeps_the_new_version_as_that(outcome: Outcome) -> None:
    assert [row["schema_version"] for row in outcome.kept_in_the_end] == [1, 1, 2]


def test_recorded_events_stay_the_same_byte_for_byte(outcome: Outcome) -> None:
    assert outcome.kept_by_the_new == outcome.kept_by_the_old
    assert outcome.kept_in_the_end[:2] == outcome.kept_by_the_old


def test_history_that_is_sent_again_comes_in_the_new_version_as_the_same_event(outcome: Outcome) -> None:
    first_kept = outcome.kept_by_the_old[0]["id"]
    (first, said), (again, said_again) = (message for message in outcome.sent if message[0].id == first_kept)

    assert (first.version, first.readable_as) == (1, None)
    assert again == first._replace(version=2, readable_as=1)
    assert said_again == said | {"mentor_minutes_per_week": 66, "role": "lead", "weeks_between_meetings": None}


def test_a_republished_event_is_dropped_as_a_repeat(outcome: Outcome) -> None:
    assert len(outcome.sent) == 6
    assert len(outcome.kept_in_the_end) == 3
    assert [row["mentor_minutes_per_week"] for row in outcome.read_in_the_end] == [66, 66, 66]


@pytest.mark.covers("P13")
def test_a_read_model_is_rebuilt_from_both_versions(outcome: Outcome) -> None:
    assert outcome.rebuilt == outcome.read_in_the_end
