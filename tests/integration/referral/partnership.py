"""A partnership of its own in the running service: files brought over HTTP, and what database and topics hold then."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.kernel.postgres import name_tenants
from tests.support.services import Platform

ON = "2026-07-01"
CSV = {"Content-Type": "text/csv"}
Headers = dict[str, str]


@dataclass(frozen=True)
class Partnership:
    """A tenant that has nothing yet, and its lead."""

    platform: Platform
    tenant: str
    lead: Headers

    @classmethod
    def new(cls, platform: Platform) -> "Partnership":
        tenant = f"p-{uuid4().hex[:12]}"
        return cls(platform, tenant, platform.bearer("partnership_lead", tenant=tenant))

    @property
    def http(self) -> httpx.AsyncClient:
        return self.platform["referral"]

    def bearer(self, *roles: str, subject: str | None = None, schools: tuple[str, ...] = ()) -> Headers:
        """Somebody else of the partnership."""
        return self.platform.bearer(*roles, subject=subject, tenant=self.tenant, schools=schools)

    async def bring(
        self, kind: str, content: bytes, who: Headers | None = None, key: str | None = None
    ) -> httpx.Response:
        """A dry run, under an Idempotency-Key where one is given."""
        sent = {**(who or self.lead), **CSV, **({"Idempotency-Key": key} if key else {})}
        return await self.http.post("/imports", params={"kind": kind}, content=content, headers=sent)

    async def confirm(self, import_id: str, *, good_rows_only: bool = False) -> httpx.Response:
        """The word for a file to go in."""
        body = {"on": ON, "good_rows_only": good_rows_only}
        return await self.http.post(f"/imports/{import_id}/confirmation", json=body, headers=self.lead)

    async def imported(self, kind: str, content: bytes, who: Headers | None = None) -> dict[str, Any]:
        """A clean file, brought and confirmed; answers the confirmation and, as `position`, where it can be seen."""
        found = await self.bring(kind, content, who)
        assert found.status_code == 201, found.text
        assert found.json()["errors"] == []
        done = await self.confirm(found.json()["import_id"])
        assert done.status_code == 200, done.text
        return {**done.json(), "position": done.headers["Alongside-Position"]}

    async def seen(self, path: str, position: str | None = None, who: Headers | None = None, **params: Any) -> Any:
        """What a query answers, once it has seen a position, or all that was done."""
        waits = self.platform.after_own_commands("referral")
        if position is not None:
            waits = {"Alongside-Min-Position": position}
        answer = await self.http.get(path, params=params, headers={**(who or self.lead), **waits})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def by_reference(self, position: str | None = None) -> dict[str, dict[str, Any]]:
        """Everybody by what the partnership calls them."""
        people = await self.seen("/people", position, limit=1000)
        return {person["reference"]: person for person in people}

    async def in_database(self, query: str, *arguments: object) -> Any:
        """One value of the partnership's own rows, as the API's role sees them."""
        connection = await asyncpg.connect(self.platform.urls["referral"]["app"])
        try:
            async with connection.transaction():
                await name_tenants(connection, [self.tenant])
                return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()

    async def events(self) -> int:
        """How many events the partnership has."""
        return int(await self.in_database("select count(*) from events"))

    async def imports(self) -> int:
        """How many files were kept."""
        return int(await self.in_database("select count(*) from imports"))


async def on_topic(platform: Platform, name: str) -> list[ConsumerRecord]:
    """Everything that a topic holds now, each partition in order."""
    topic = platform.settings.topic(name)
    # earliest, and no seek: one that follows a start at the end may lose against it
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=platform.settings.kafka_bootstrap_servers, auto_offset_reset="earliest"
    )
    async with asyncio.timeout(30):
        await consumer.start()
        try:
            partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
            ends = await consumer.end_offsets(partitions)
            found: list[ConsumerRecord] = []
            while any([await consumer.position(partition) < end for partition, end in ends.items()]):
                for messages in (await consumer.getmany(timeout_ms=200)).values():
                    found += messages
            return found
        finally:
            await consumer.stop()
