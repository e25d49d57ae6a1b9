"""After a person is erased, nothing anywhere says who they were; replay and rebuild still work."""

import asyncio
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from alongside.client import wait_until
from alongside.demo.autumn import AS_OF
from alongside.demo.personas import LEAD
from alongside.local.platform import SERVICES
from alongside.local.postgres import program
from alongside.operations.parked import list_parked
from alongside.operations.rebuild import rebuild_read_model
from alongside.operations.republish import republish_events
from alongside.operations.services import load_service, worker_pool
from alongside.operations.status import list_statuses
from shared.kernel.kafka.rolling import roll
from tests.e2e.conftest import Demo
from tests.support.services import eventually

ERASED_ON = f"{AS_OF + timedelta(days=1)}"
"""The day after the one on which the report of the demo looks back."""
TOPICS = ("referral", "matching", "sessions", "people")


def _somebody(demo: Demo) -> dict[str, str]:
    """A placed trainee whose family name nobody else bears."""
    people = demo.client.get(LEAD, "referral", "/people", kind="trainee", limit=1000)
    bears = Counter(name.split()[-1] for name in demo.result.names.values())
    placed = {
        placement["trainee_id"] for placement in demo.result.report["placements"] if placement["standing"] == "placed"
    }
    return next(
        person for person in people if person["person_id"] in placed and bears[person["family_name"].split()[-1]] == 1
    )


def _dumps(demo: Demo) -> Iterator[str]:
    for service in SERVICES:
        url = demo.addresses.database(service, "owner")
        # as the superuser: row-level security is forced on the owner too
        admin = demo.stack.admin_url.rpartition("/")[0] + "/" + url.rpartition("/")[2]
        done = subprocess.run([str(program("pg_dump")), "--dbname", admin], capture_output=True, text=True, check=True)
        yield done.stdout


async def _everything_on(bootstrap: str, topic: str) -> list[tuple[bytes | None, bytes | None]]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = sorted(consumer.assignment())
        assert partitions, f"there is no topic {topic}"
        ends = await consumer.end_offsets(partitions)
        found = []
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [(record.key, record.value) for record in records]
        return found
    finally:
        await consumer.stop()


async def _compact_at_once(bootstrap: str, topic: str) -> None:
    """What `deploy/topics.yaml` lets happen within the hour, now: roll every segment and let the cleaner run."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    settings = {
        "cleanup.policy": "compact",
        "segment.ms": "100",
        "max.compaction.lag.ms": "100",
        "min.cleanable.dirty.ratio": "0.001",
        "delete.retention.ms": "0",
    }
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, settings)])
    await admin.close()


@pytest.mark.covers("R8")
@pytest.mark.timeout(180)
def test_an_erased_person_is_found_nowhere_and_everything_still_works(demo: Demo) -> None:
    somebody = _somebody(demo)
    secrets = [somebody["family_name"], somebody["email"]]
    settings = demo.addresses.settings()
    people = settings.topic("people")
    before = asyncio.run(_everything_on(settings.kafka_bootstrap_servers, people))
    assert any(secrets[1].encode() in (value or b"") for _, value in before), "the name was never there"

    demo.client.post(LEAD, "referral", f"/people/{somebody['person_id']}/erasure", {"on": ERASED_ON})
    for service in SERVICES:
        _until_key_is_destroyed(demo, service, somebody["person_id"])

    asyncio.run(_compact_at_once(settings.kafka_bootstrap_servers, people))

    async def is_gone_from_the_topic() -> bool:
        await roll(settings.kafka_bootstrap_servers, people, "urn:alongside:people")
        messages = await _everything_on(settings.kafka_bootstrap_servers, people)
        return not any(secret.encode() in (value or b"") for _, value in messages for secret in secrets)

    asyncio.run(eventually(is_gone_from_the_topic, within=60))

    for secret in secrets:
        for dump in _dumps(demo):
            assert secret not in dump
        for topic in TOPICS:
            for _, value in asyncio.run(_everything_on(settings.kafka_bootstrap_servers, settings.topic(topic))):
                assert secret.encode() not in (value or b"")
        for log in (demo.stack.state / "logs").iterdir():
            assert secret not in log.read_text(errors="replace")

    _everything_still_works(demo, somebody)
    messages = asyncio.run(_everything_on(settings.kafka_bootstrap_servers, people))
    assert not any(secret.encode() in (value or b"") for _, value in messages for secret in secrets)


def _without(report: dict[str, Any], trainee_id: str) -> dict[str, Any]:
    """The report of the day on which a placed trainee was erased: they count as withdrawn, and have no pair."""
    (placement,) = (placement for placement in report["placements"] if placement["trainee_id"] == trainee_id)
    kept = {"programme_id", "trainee_id", "subject", "phase"}
    withdrawn = {name: value if name in kept else None for name, value in placement.items()}
    withdrawn |= {"standing": "withdrawn", "since": ERASED_ON}
    placements = [withdrawn if row is placement else row for row in report["placements"]]
    counts = report["standings"]
    standings = counts | {"placed": counts["placed"] - 1, "withdrawn": counts.get("withdrawn", 0) + 1}
    return report | {"placements": placements, "standings": standings}


def _until_key_is_destroyed(demo: Demo, service: str, person_id: str) -> None:
    async def key_is_destroyed() -> bool:
        async with worker_pool(demo.addresses, service) as pool:
            return bool(
                await pool.fetchval(
                    "select wrapped is null from subject_keys where subject = $1 and destroyed_at is not null",
                    person_id,
                )
            )

    asyncio.run(eventually(key_is_destroyed))


def _everything_still_works(demo: Demo, somebody: dict[str, str]) -> None:
    """Every event sent again, every read model rebuilt: the same report, and no name comes back."""
    for service in SERVICES:
        asyncio.run(republish_events(demo.addresses, service))
        for model in load_service(service).read_models:
            asyncio.run(rebuild_read_model(demo.addresses, f"{service}.{model.name}", lambda _head, _position: None))
    for service in SERVICES:
        wait_until(
            lambda service=service: next(s for s in asyncio.run(list_statuses(demo.addresses)) if s.service == service),  # type: ignore[misc]  # mypy infers no lambda with a default
            lambda status: status.relay.behind == 0,
            f"{service}'s relay",
        )
    walked = demo.result.report
    about = {"programme_id": walked["programme"]["programme_id"]}
    report, later = [
        demo.client.get(LEAD, "reporting", "/report", **about, as_of=day) for day in (walked["as_of"], ERASED_ON)
    ]
    since = dict.fromkeys(("up_to_date_at", "sources"))
    assert report | since == walked | since, "the day before the erasure"
    expected = _without(walked, somebody["person_id"])
    assert [later[name] for name in ("placements", "standings")] == [expected["placements"], expected["standings"]]
    people = demo.client.get(LEAD, "referral", "/people", kind="trainee", limit=1000)
    assert somebody["family_name"] not in str(people)
    assert not asyncio.run(list_parked(demo.addresses))
