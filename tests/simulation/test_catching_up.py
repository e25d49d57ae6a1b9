"""Whatever versions of a service read a topic, in turn or beside one another: the newest has heard every event once.

The events of a type have their effect in their order in each stream, although old events are heard after later ones
of other types, while readers are killed, connections break, the consumer's database is put back to a backup, messages
come again, and the producer begins another incarnation.
"""

import asyncio
import logging
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
import structlog

from shared.events import Catalogue, Envelope, PublicEvent
from shared.kernel.decider import Command, Decider, Event
from shared.kernel.loops.consumer import Consumer
from shared.kernel.loops.relay import OutgoingMessage
from shared.kernel.reactions import Reaction, react_with
from shared.kernel.records import Conflict, HighWaterMark, SourcePartition, Unheard
from shared.kernel.unit import Unit
from tests.simulation.database import Database
from tests.simulation.ledger import DAY, TENANT
from tests.simulation.loop import Node, SeededLoop
from tests.simulation.memory import MemoryStore, MemoryTransaction
from tests.simulation.storm import Storm, StormyWay
from tests.simulation.topics import Member, MemoryLog
from tests.simulation.world import HouseNotifier

TOPIC = "told"
CONSUMER = "listeners"
STREAMS = ("red", "green", "blue")


class Announced(PublicEvent):
    """`number` counts all that was told."""

    number: int
    stream: str


class A(Announced):
    type: ClassVar[str] = "told.a"


class B(Announced):
    type: ClassVar[str] = "told.b"


class C(Announced):
    type: ClassVar[str] = "told.c"


TYPES: tuple[type[Announced], ...] = (A, B, C)


class Heard(Event):
    type = "listeners.heard"

    what: str
    number: int
    reaction: int


class Hear(Command):
    what: str
    number: int
    reaction: int


HEARD: Decider[None, Hear, Heard] = Decider(
    "heard",
    lambda: None,
    lambda command, _, __: [Heard(happened_on=DAY, **command.model_dump())],
    lambda _, __: None,
    (Heard,),
)

WITHOUT_RECORD: Mapping[type[Announced], int] = {A: 1}
"""What versions react to that keep no record of what they pass over."""
VERSIONS: tuple[Mapping[type[Announced], int], ...] = ({A: 1}, {A: 1, B: 1}, {A: 1, B: 2, C: 1})
"""What each later version reacts to, and with which version of the reaction."""
NEWEST = VERSIONS[-1]


class TransactionWithoutRecord(MemoryTransaction):
    """As versions move marks that keep no record."""

    async def read_unheard(
        self, consumer: str, places: Collection[SourcePartition], reactions: Mapping[str, int]
    ) -> dict[SourcePartition, dict[str, Unheard]]:
        return {}

    async def move_marks(self, consumer: str, marks: Mapping[SourcePartition, HighWaterMark]) -> None:
        recorded = {place: self.get("recorded", (consumer, place)) for place in marks}
        await super().move_marks(consumer, marks)
        for place, mark in recorded.items():
            self.put("recorded", (consumer, place), mark)


class StoreWithoutRecord(MemoryStore):
    def transaction(self) -> MemoryTransaction:
        return TransactionWithoutRecord(self.database, self.way)


class Timeline:
    """A topic, a consumer's database, and readers of several versions that come and go."""

    def __init__(self, seed: int, *, keeps_record: bool = True) -> None:
        self.keeps_record = keeps_record
        self.loop = SeededLoop(seed)
        self.chance = Random(f"catching up {seed}")
        self.database = Database()
        self.database.know_before(CONSUMER, A.type)
        self.log = MemoryLog([TOPIC], self.chance.choice((1, 2, 3)), self.chance)
        self.storm = Storm(self.chance, lambda _: None, self.kill, lambda _, __: None, self._rebalance)
        self.told: list[tuple[Announced, HighWaterMark, OutgoingMessage]] = []
        self.sequence, self.incarnation = 0, 1
        self.nodes: list[Node] = []
        self.backups = [self.database.snapshot()]

    # what is told

    def tell(self) -> None:
        """A new event, published."""
        self.sequence += self.chance.choice((1, 1, 2))
        event = self.chance.choice(TYPES)(happened_on=DAY, number=len(self.told), stream=self.chance.choice(STREAMS))
        headers = Envelope(
            id=uuid4(),
            type=event.type,
            version=1,
            source="urn:sim:told",
            subject=event.stream,
            time=datetime(2026, 9, 14, 9, tzinfo=UTC),
            tenant=TENANT,
            sequence=self.sequence,
            correlation_id=UUID(int=1),
            incarnation=self.incarnation,
        ).headers()
        key = f"{TENANT}/{event.stream}".encode()
        message = OutgoingMessage(TOPIC, key, event.model_dump_json().encode(), headers)
        self.told.append((event, HighWaterMark(self.incarnation, self.sequence), message))
        self.log.append(message)

    def tell_again(self) -> None:
        """The relay starts again, somewhere."""
        for _, _, message in self.told[self.chance.randrange(len(self.told) + 1) :]:
            self.log.append(message)

    def lose_topic(self) -> None:
        """The brokers lose everything, and the relay sends it all again."""
        self.log.lose()
        for _, _, message in self.told:
            self.log.append(message)

    def reopen(self) -> None:
        """The producer was put back to a backup: its later positions come again, in a new incarnation."""
        self.incarnation += 1
        self.sequence = self.chance.randrange(self.sequence + 1)

    # who listens

    def kill(self, node: Node) -> None:
        node.dead = True
        self.nodes = [each for each in self.nodes if each is not node]
        self.database.disconnect(node, commit=self.chance.random() < 0.5)
        self.log.expel(node)

    def _rebalance(self) -> None:
        for group in self.log.groups.values():
            self.log.rebalance(group)

    def start(self, reactions: Mapping[type[Announced], int], *, keeps_record: bool = True) -> None:
        """A worker of some version."""
        keeps_record = keeps_record and self.keeps_record
        node = Node(f"reader {len(self.nodes)}")
        self.nodes.append(node)
        store = (MemoryStore if keeps_record else StoreWithoutRecord)(self.database, StormyWay(self.storm, "store"))
        known = {event.type: version for event, version in reactions.items()}
        consumer = Consumer(
            CONSUMER,
            store,
            HouseNotifier(),
            react_with("listeners", _reactions(reactions), self.database.now),
            Catalogue[PublicEvent](list(reactions)),
            reactions=known if keeps_record else {},
        )
        member = Member(self.log, CONSUMER, [TOPIC], node, StormyWay(self.storm, "log"), self.chance)
        self.loop.spawn(node, self._consume(member, consumer), f"{node.name} consumer")
        if keeps_record:
            self.loop.spawn(node, self._catch_up(consumer), f"{node.name} catch-up")

    async def _consume(self, member: Member, consumer: Consumer) -> None:
        while True:
            try:
                await consumer.enter_reactions([TOPIC])
                break
            except consumer.transient_errors:
                await asyncio.sleep(0.1)
        await member.run(consumer.receive)

    async def _catch_up(self, consumer: Consumer) -> None:
        """Read the topic as `shared/kernel/kafka/catching_up.py` does, in pieces of any size."""
        passing: tuple[type[BaseException], ...] = (Conflict, *consumer.transient_errors)
        while True:
            try:
                if await consumer.topics_with_unheard():
                    await self._read_through(consumer)
            except passing:
                pass
            await asyncio.sleep(self.chance.uniform(0.05, 0.5))

    async def _read_through(self, consumer: Consumer) -> None:
        reached: dict[SourcePartition, HighWaterMark] = {}
        at = dict.fromkeys(self.log.records, 0)
        cluster = self.log.cluster
        while behind := [partition for partition, offset in at.items() if offset < len(self.log.records[partition])]:
            if cluster != self.log.cluster:  # the client seeks to the beginning of what is there now
                at, cluster = dict.fromkeys(at, 0), self.log.cluster
            one = self.chance.choice(behind)
            batch = self.log.records[one][at[one] : at[one] + self.chance.choice((1, 3, 100))]
            await asyncio.sleep(self.chance.choice((0, 0.01, 0.3)))
            await consumer.catch_up(batch, reached)
            at[one] += len(batch)

    # the timeline

    async def live(self) -> None:
        strikes = (self.tell_again, self.reopen, self.lose_topic, self._restore, self._roll)
        self.start(WITHOUT_RECORD, keeps_record=False) if self.chance.random() < 0.7 else self.start(VERSIONS[0])
        for _ in range(self.chance.randint(20, 80)):
            self.tell()
            await asyncio.sleep(self.chance.choice((0, 0.01, 0.3)))
            if self.chance.random() < 0.15:
                self.chance.choice(strikes)()
            if self.chance.random() < 0.05:
                self.backups.append(self.database.snapshot())
        self.storm.calm()
        for node in list(self.nodes):
            self.kill(node)
        for _ in range(2):
            self.start(NEWEST)
        until = self.loop.time() + 300
        while not self.at_rest():
            assert self.loop.time() < until, self.list_unheard()
            await asyncio.sleep(0.2)

    def _roll(self) -> None:
        """Another version comes, newer or older, and perhaps one that is there goes."""
        if self.nodes and self.chance.random() < 0.6:
            self.kill(self.chance.choice(self.nodes))
        if self.chance.random() < 0.25:
            self.start(WITHOUT_RECORD, keeps_record=False)
        else:
            self.start(self.chance.choice(VERSIONS))

    def _restore(self) -> None:
        """The consumer's database goes back to a backup; its workers are stopped, and its offsets reset."""
        for node in list(self.nodes):
            self.kill(node)
        self.database.restore(self.chance.choice(self.backups))
        for group in self.log.groups.values():
            group.committed.clear()
        self.start(self.chance.choice(VERSIONS))

    def list_unheard(self) -> dict[object, object]:
        return {"unheard": dict(self.database.tables["unheard"]), "marks": dict(self.database.tables["high_water"])}

    def at_rest(self) -> bool:
        group = self.log.groups[CONSUMER]
        busy = any(member.busy or member.waiting() for member in group.members)
        if not self.keeps_record:
            return not busy
        tables = self.database.tables
        unrecorded = any(tables["recorded"].get(key) != mark for key, mark in tables["high_water"].items())
        return not (busy or len(group.members) < 2 or tables["unheard"] or unrecorded)

    def numbers_heard(self, event: type[Announced], version: int, stream: str) -> list[int]:
        """Return the numbers of the events of a type in a stream, in the order in which they were heard."""
        found = [
            Heard.model_validate_json(stored.body)
            for stored in self.database.streams.get((TENANT, f"heard-{stream}"), ())
        ]
        return [heard.number for heard in found if (heard.what, heard.reaction) == (event.type, version)]

    def due(self, event: type[Announced], stream: str) -> list[int]:
        """What was told of a type in a stream."""
        return [each.number for each, _, _ in self.told if isinstance(each, event) and each.stream == stream]


def _reactions(reactions: Mapping[type[Announced], int]) -> dict[type[PublicEvent], Reaction]:
    def reaction(version: int) -> Reaction:
        async def hear(unit: Unit, event: Announced) -> None:
            await unit.decide(HEARD, event.stream, Hear(what=event.type, number=event.number, reaction=version))

        return hear

    return {event: reaction(version) for event, version in reactions.items()}


@contextmanager
def _seed(seed: int) -> Iterator[None]:
    """Seed what the kernel draws at random, and drop what it logs."""
    state, logs = random.getstate(), structlog.get_config()
    random.seed(seed)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        random.setstate(state)
        structlog.configure(**logs)


def run_timeline(seed: int, *, keeps_record: bool = True) -> Timeline:
    """Run a timeline to its end."""
    timeline = Timeline(seed, keeps_record=keeps_record)
    with _seed(seed):
        try:
            timeline.loop.run_until_complete(timeline.live())
        finally:
            timeline.loop.close()
    return timeline


def wrongly_heard(timeline: Timeline) -> list[tuple[str, str]]:
    """The types and streams of which the newest version has not heard every event once, in order."""
    return [
        (event.type, stream)
        for event, version in NEWEST.items()
        for stream in STREAMS
        if timeline.numbers_heard(event, version, stream) != timeline.due(event, stream)
    ]


REMEMBERED = (163, 184, 217, 345, 409, 779, 892)
"""Timelines that found a mistake: a partition to which nothing more comes, a reading that is ahead of a new gap."""


@pytest.mark.parametrize("seeds", [range(40), range(40, 80), REMEMBERED], ids=["first", "second", "remembered"])
def test_the_newest_version_has_heard_every_event_once_and_in_order(seeds: Sequence[int]) -> None:
    wrong = {seed: found for seed in seeds if (found := wrongly_heard(run_timeline(seed)))}
    assert wrong == {}


def test_without_a_record_of_what_was_passed_over_it_would_not() -> None:
    assert sum(bool(wrongly_heard(run_timeline(seed, keeps_record=False))) for seed in range(10)) > 5
