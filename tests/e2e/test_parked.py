"""A message that nobody can read, parked with what waits behind it, and what an operator does about it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from alongside.client import wait_until
from alongside.operations.parked import discard_parked, list_parked
from alongside.operations.services import worker_pool
from shared.events import Envelope
from shared.events.sessions import MeetingMissed
from tests.e2e.conftest import Demo
from tests.e2e.terminal import Terminal, rows


@dataclass(frozen=True)
class Planted:
    """A message that nobody can read and a good one behind it in its stream, of a partnership of their own."""

    demo: Demo
    tenant: str
    missed: MeetingMissed

    @property
    def stream(self) -> str:
        return f"{self.tenant}/meeting-{self.missed.meeting_id}"

    def send(self) -> None:
        asyncio.run(self._send(b'{"meeting_id": ', self.missed.model_dump_json().encode()))

    async def _send(self, *values: bytes) -> None:
        settings = self.demo.addresses.settings()
        async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap_servers) as producer:
            for sequence, value in enumerate(values, 1):
                envelope = Envelope(
                    id=uuid4(),
                    type=MeetingMissed.type,
                    version=1,
                    source=f"urn:alongside:{self.tenant}",  # its own: the marks of sessions are not to move
                    subject=f"meeting-{self.missed.meeting_id}",
                    time=datetime.now(UTC),
                    tenant=self.tenant,
                    sequence=sequence,
                    correlation_id=uuid4(),
                )
                await producer.send_and_wait(
                    settings.topic("sessions"), value, key=self.stream.encode(), headers=envelope.headers()
                )

    def numbers(self) -> list[str]:
        """Those parked, in order."""
        parked = asyncio.run(list_parked(self.demo.addresses))
        return [f"{one.id}" for _, one in parked if one.stream == self.stream]

    def taken(self) -> bool:
        """Whether the good one has had its effect."""
        return bool(asyncio.run(self._ask("select 1 from events where tenant = $1", self.tenant)))

    def mend(self, number: str) -> None:
        """Let the first be read from now on, as a newer version of the service would."""
        mended = self.missed.model_copy(update={"reason": "cover"}).model_dump_json().encode()
        asyncio.run(self._ask("update parked set value = $1 where id = $2", mended, int(number)))

    def reason_shown(self) -> str | None:
        """The reason in reporting's read model, once it has one."""
        query = "select missed_reason from reading.meetings where tenant = $1"
        rows = asyncio.run(self._ask(query, self.tenant))
        return rows[0]["missed_reason"] if rows else None

    async def _ask(self, query: str, *values: object) -> list[Any]:
        async with worker_pool(self.demo.addresses, "reporting") as pool:
            return list(await pool.fetch(query, *values))


@pytest.fixture
def planted(demo: Demo) -> Iterator[Planted]:
    """Parked in reporting, the only one that listens to sessions."""
    missed = MeetingMissed(
        happened_on=date(2026, 9, 24), meeting_id=uuid4(), relationship_id=uuid4(), reason="mentor_absent"
    )
    made = Planted(demo, f"p-{uuid4().hex[:12]}", missed)
    made.send()
    wait_until(made.numbers, lambda numbers: len(numbers) == 2, "the planted messages")
    yield made
    for number in made.numbers()[:1]:
        asyncio.run(discard_parked(demo.addresses, "reporting", int(number)))


def test_where_all_is_well_nothing_is_parked(alongside: Terminal) -> None:
    assert alongside.says("parked", "list") == "No message is parked.\n"


def test_the_list_says_what_cannot_be_read_and_what_waits_behind_it(alongside: Terminal, planted: Planted) -> None:
    told = json.loads(alongside.says("parked", "list", "--json"))

    assert [(one["service"], f"{one['id']}", one["stream"], one["type"]) for one in told] == [
        ("reporting", number, planted.stream, "sessions.meeting_missed") for number in planted.numbers()
    ]
    assert ["Undecodable" in told[0]["reason"], "waits behind" in told[1]["reason"]] == [True, True]
    assert planted.stream in alongside.says("parked", "list")


def test_status_fails_as_long_as_something_is_parked(alongside: Terminal, planted: Planted) -> None:
    said = alongside("status")

    assert (said.code, rows(said.out)["reporting"][-2]) == (1, "2")

    alongside.says("parked", "discard", "reporting", planted.numbers()[0], "--yes")
    assert alongside("status").code == 0


def test_one_is_shown_whole(alongside: Terminal, planted: Planted) -> None:
    shown = json.loads(alongside.says("parked", "show", "reporting", planted.numbers()[0]))

    assert shown["value"] == '{"meeting_id": '
    assert shown["headers"]["ce_tenant"] == planted.tenant
    assert shown["topic"].endswith(".sessions.v1")


def test_a_replay_before_anything_is_mended_changes_nothing(alongside: Terminal, planted: Planted) -> None:
    before = planted.numbers()

    said = alongside("parked", "replay", "reporting", before[0])

    assert (said.code, said.out) == (1, "")
    assert "stays parked" in said.err
    assert planted.numbers() == before
    assert not planted.taken()


def test_a_replay_takes_the_mended_message_and_what_waits_behind_it_in_order(
    alongside: Terminal, planted: Planted
) -> None:
    first, _ = planted.numbers()
    planted.mend(first)

    assert alongside.says("parked", "replay", "reporting", first) == "Messages processed: 2.\n"

    assert planted.numbers() == []
    wait_until(planted.reason_shown, lambda reason: reason == "mentor_absent", "the last of the two")


def test_a_discard_asks_first(alongside: Terminal, planted: Planted) -> None:
    before = planted.numbers()

    said = alongside("parked", "discard", "reporting", before[0], typed="n\n")

    assert said.code == 1
    assert "Discard it?" in said.out
    assert planted.numbers() == before


def test_what_waited_behind_a_discarded_message_is_taken(alongside: Terminal, planted: Planted) -> None:
    said = alongside("parked", "discard", "reporting", planted.numbers()[0], typed="y\n")

    assert said.code == 0
    assert said.out.endswith("Discarded. Messages processed that waited behind it: 1.\n")
    assert planted.numbers() == []
    assert planted.taken()


def test_a_number_that_is_not_parked_is_told(alongside: Terminal) -> None:
    said = alongside("parked", "show", "matching", "999999")

    assert (said.code, said.out) == (1, "")
    assert "`alongside parked list`" in said.err
