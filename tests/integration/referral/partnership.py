"""A partnership of its own in the running service: files sent over HTTP, and what database and topics hold then."""

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
        """Make the headers of somebody else in the partnership."""
        return self.platform.bearer(*roles, subject=subject, tenant=self.tenant, schools=schools)

    async def check_file(
        self, kind: str, content: bytes, who: Headers | None = None, key: str | None = None
    ) -> httpx.Response:
        """Send a file for a dry run, under an Idempotency-Key where one is given."""
        sent = {**(who or self.lead), **CSV, **({"Idempotency-Key": key} if key else {})}
        return await self.http.post("/imports", params={"kind": kind}, content=content, headers=sent)

    async def confirm(self, import_id: str, *, good_rows_only: bool = False) -> httpx.Response:
        """Confirm an import."""
        body = {"on": ON, "good_rows_only": good_rows_only}
        return await self.http.post(f"/imports/{import_id}/confirmation", json=body, headers=self.lead)

    async def import_file(self, kind: str, content: bytes, who: Headers | None = None) -> dict[str, Any]:
        """Send and confirm a file without errors; the answer has, as `position`, where the effect can be seen."""
        found = await self.check_file(kind, content, who)
        assert found.status_code == 201, found.text
        assert found.json()["errors"] == []
        done = await self.confirm(found.json()["import_id"])
        assert done.status_code == 200, done.text
        return {**done.json(), "position": done.headers["Alongside-Position"]}

    async def get(self, path: str, position: str | None = None, who: Headers | None = None, **params: Any) -> Any:
        """Get the answer of a query once it has seen a position, or everything that was done."""
        waits = self.platform.after_own_commands("referral")
        if position is not None:
            waits = {"Alongside-Min-Position": position}
        answer = await self.http.get(path, params=params, headers={**(who or self.lead), **waits})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def people_by_reference(self, position: str | None = None) -> dict[str, dict[str, Any]]:
        """Get all people by the partnership.s references."""
        people = await self.get("/people", position, limit=1000)
        return {person["reference"]: person for person in people}

    async def fetch_value(self, query: str, *arguments: object) -> Any:
        """Fetch a value from the partnership.s own rows, as the API.s role sees them."""
        connection = await asyncpg.connect(self.platform.urls["referral"]["app"])
        try:
            async with connection.transaction():
                await name_tenants(connection, [self.tenant])
                return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()

    async def count_events(self) -> int:
        """Count the events of the partnership."""
        return int(await self.fetch_value("select count(*) from events"))

    async def count_imports(self) -> int:
        """Count the imports of the partnership."""
        return int(await self.fetch_value("select count(*) from imports"))


async def topic_messages(platform: Platform, name: str) -> list[ConsumerRecord]:
    """Read every message of a topic, each partition in order."""
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
