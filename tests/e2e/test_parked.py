"""An unreadable message is parked with those behind it, and an operator replays or discards it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
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
class UnreadableMessage:
    """A message that no service can read, and a good one behind it in its stream, of a partnership of their own."""

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
                    source=f"urn:alongside:{self.tenant}",  # so that the marks of sessions stay
                    subject=f"meeting-{self.missed.meeting_id}",
                    time=datetime.now(UTC),
                    tenant=self.tenant,
                    sequence=sequence,
                    correlation_id=uuid4(),
                )
                await producer.send_and_wait(
                    settings.topic("sessions"), value, key=self.stream.encode(), headers=envelope.headers()
                )

    def list_parked_numbers(self, service: str = "reporting") -> list[str]:
        """Return the numbers of the messages that a service has parked, in order."""
        parked = asyncio.run(list_parked(self.demo.addresses))
        return [f"{message.id}" for name, message in parked if (name, message.stream) == (service, self.stream)]

    def discard_of(self, service: str) -> None:
        """Let a service forget the unreadable message, and take the good one behind it."""
        for number in self.list_parked_numbers(service)[:1]:
            asyncio.run(discard_parked(self.demo.addresses, service, int(number)))

    def has_effect(self) -> bool:
        """Whether the good message has had its effect."""
        return bool(asyncio.run(self._ask("select 1 from events where tenant = $1", self.tenant)))

    def make_readable(self, number: str) -> None:
        """Make the first message readable, as a newer version of the service would."""
        corrected = self.missed.model_copy(update={"reason": "cover"}).model_dump_json().encode()
        asyncio.run(self._ask("update parked set value = $1 where id = $2", corrected, int(number)))

    def reason_shown(self) -> str | None:
        """The reason in reporting's read model, once it has one."""
        query = "select missed_reason from reading.meetings where tenant = $1"
        rows = asyncio.run(self._ask(query, self.tenant))
        return rows[0]["missed_reason"] if rows else None

    async def _ask(self, query: str, *values: object) -> list[Any]:
        async with worker_pool(self.demo.addresses, "reporting") as pool:
            return list(await pool.fetch(query, *values))


@pytest.fixture
def unreadable(demo: Demo) -> Iterator[UnreadableMessage]:
    """Parked by reporting; the portal, which subscribes to sessions as well, has forgotten it already."""
    missed = MeetingMissed(
        happened_on=date(2026, 9, 24), meeting_id=uuid4(), relationship_id=uuid4(), reason="mentor_absent"
    )
    made = UnreadableMessage(demo, f"p-{uuid4().hex[:12]}", missed)
    made.send()
    for service in ("reporting", "portal"):
        wait_until(
            partial(made.list_parked_numbers, service), lambda numbers: len(numbers) == 2, "The unreadable messages"
        )
    made.discard_of("portal")
    yield made
    made.discard_of("reporting")


def test_nothing_is_parked_without_an_error(alongside: Terminal) -> None:
    assert alongside.output_of("parked", "list") == "No message is parked.\n"


def test_the_list_says_what_cannot_be_read_and_what_waits_behind_it(
    alongside: Terminal, unreadable: UnreadableMessage
) -> None:
    told = json.loads(alongside.output_of("parked", "list", "--json"))

    assert [(message["service"], f"{message['id']}", message["stream"], message["type"]) for message in told] == [
        ("reporting", number, unreadable.stream, "sessions.meeting_missed")
        for number in unreadable.list_parked_numbers()
    ]
    assert ["Undecodable" in told[0]["reason"], "waits behind" in told[1]["reason"]] == [True, True]
    assert unreadable.stream in alongside.output_of("parked", "list")


def test_status_fails_as_long_as_something_is_parked(alongside: Terminal, unreadable: UnreadableMessage) -> None:
    result = alongside("status")

    assert (result.code, rows(result.out)["reporting"][-2]) == (1, "2")

    alongside.output_of("parked", "discard", "reporting", unreadable.list_parked_numbers()[0], "--yes")
    assert alongside("status").code == 0


def test_a_parked_message_is_shown_whole(alongside: Terminal, unreadable: UnreadableMessage) -> None:
    shown = json.loads(alongside.output_of("parked", "show", "reporting", unreadable.list_parked_numbers()[0]))

    assert shown["value"] == '{"meeting_id": '
    assert shown["headers"]["ce_tenant"] == unreadable.tenant
    assert shown["topic"].endswith(".sessions.v1")


def test_a_replay_before_anything_is_corrected_changes_nothing(
    alongside: Terminal, unreadable: UnreadableMessage
) -> None:
    before = unreadable.list_parked_numbers()

    result = alongside("parked", "replay", "reporting", before[0])

    assert (result.code, result.out) == (1, "")
    assert "stays parked" in result.err
    assert unreadable.list_parked_numbers() == before
    assert not unreadable.has_effect()


def test_a_replay_takes_the_corrected_message_and_what_waits_behind_it_in_order(
    alongside: Terminal, unreadable: UnreadableMessage
) -> None:
    first, _ = unreadable.list_parked_numbers()
    unreadable.make_readable(first)

    assert alongside.output_of("parked", "replay", "reporting", first) == "Messages processed: 2.\n"

    assert unreadable.list_parked_numbers() == []
    wait_until(unreadable.reason_shown, lambda reason: reason == "mentor_absent", "The second message")


def test_a_discard_asks_first(alongside: Terminal, unreadable: UnreadableMessage) -> None:
    before = unreadable.list_parked_numbers()

    result = alongside("parked", "discard", "reporting", before[0], typed="n\n")

    assert result.code == 1
    assert "Discard it?" in result.out
    assert unreadable.list_parked_numbers() == before


def test_messages_behind_a_discarded_message_are_processed(alongside: Terminal, unreadable: UnreadableMessage) -> None:
    result = alongside("parked", "discard", "reporting", unreadable.list_parked_numbers()[0], typed="y\n")

    assert result.code == 0
    assert result.out.endswith("Discarded. Messages processed that waited behind it: 1.\n")
    assert unreadable.list_parked_numbers() == []
    assert unreadable.has_effect()


def test_a_number_that_is_not_parked_is_refused(alongside: Terminal) -> None:
    result = alongside("parked", "show", "matching", "999999")

    assert (result.code, result.out) == (1, "")
    assert "`alongside parked list`" in result.err
