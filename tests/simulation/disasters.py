"""Faults that have a beginning and an end, and what operators do about them, as the runbooks have it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from shared.kernel.loops.relay import COMPARED_FOR, OutgoingMessage, Publication
from shared.kernel.restore import RelayRunning, reopen
from tests.simulation import ledger, mentoring
from tests.simulation.memory import MemoryStore, MemoryTransaction
from tests.simulation.storm import SESSION
from tests.simulation.topics import ACKNOWLEDGED_WITHIN, Record

if TYPE_CHECKING:
    from tests.simulation.world import Service, World

UNFINISHED: tuple[type[BaseException], ...] = (RelayRunning, *MemoryStore.transient_errors)


class Disasters:
    """What befalls one world, and its operators."""

    def __init__(self, world: "World") -> None:
        self.world = world

    async def strike(self) -> None:
        """Faults that have a beginning and an end."""
        disaster = self.world.chance.choice(
            (self._log_lost, self._restore)
        )  # whoever has both has lost events for good
        for _ in range(self.world.chance.choice((0, 0, 1, 2, 3))):
            await asyncio.sleep(self.world.chance.uniform(0, 0.6))
            strike = self.world.chance.choice((self._server_away, disaster, self._deliver_again, self._junk))
            self.world.storm.strikes[strike.__name__] = self.world.storm.strikes.get(strike.__name__, 0) + 1
            self.world.note(f"strike: {strike.__name__}")
            await strike()

    async def _server_away(self) -> None:
        server = self.world.chance.choice((*self.world.services, "log"))
        self.world.storm.away.add(server)
        await asyncio.sleep(self.world.chance.uniform(0.05, 1.5))
        self.world.storm.away.discard(server)

    async def _log_lost(self) -> None:
        """A new cluster with empty topics; sooner or later an operator has everything sent again."""
        self.world.storm.away.add("log")
        # no cluster is replaced while a relay still trusts what it has seen of it, and a batch is on its way
        await asyncio.sleep(COMPARED_FOR + ACKNOWLEDGED_WITHIN + self.world.chance.uniform(0, 0.5))
        # nor does a worker that stood still through all of it go on: the page says to stop them
        for name, node in self.world.nodes.items():
            if "-worker-" in name and not node.dead:
                self.world.kill(node)
        self.world.log.lose()
        self.world.storm.away.discard("log")
        await asyncio.sleep(self.world.chance.uniform(0, 1))
        await self.republish()

    async def republish(self) -> None:
        """Every relay begins again at its store's beginning."""
        for service in self.world.services.values():
            if service.publication is not None:
                await self.operate(service, partial(MemoryTransaction.move_cursors, names=["relay"], position=0))

    async def _restore(self) -> None:
        """Put a database back to an older backup under its running API; operators notice late, and heal it."""
        service = self.world.services[self.world.chance.choice(tuple(self.world.services))]
        database = service.database
        backup = database.snapshot()
        await asyncio.sleep(self.world.chance.uniform(0.05, 1))
        # workers that went on would publish new events as old ones, and move marks past what the backup has lost
        await self._close(service)
        held = {event.id for event in backup.events}
        lost = [event for event in database.events if event.id not in held]
        self.world.lost |= {event.id for event in lost if service.publication is not None}
        self.world.forgotten |= {event.cause.correlation_id for event in lost}
        self.world.restores += 1
        database.restore(backup)
        await asyncio.sleep(self.world.chance.uniform(0, 1))
        while self.world.log.on_their_way:  # noqa: ASYNC110  # messages have no event to wait for
            await asyncio.sleep(0.1)
        group = self.world.log.groups.get(service.group)
        if group is not None:
            group.committed.clear()
        if service.publication is not None:
            await self._reopen(service, service.publication)
        self.world.closed.discard(service.name)

    async def _close(self, service: "Service") -> None:
        """Stop a service's workers; returns when the servers know."""
        self.world.closed.add(service.name)
        for name, node in self.world.nodes.items():
            if name.startswith(f"{service.name}-worker") and not node.dead:
                self.world.kill(node)
        await asyncio.sleep(SESSION + 1)

    async def _reopen(self, service: "Service", publication: Publication) -> None:
        marks = [item for other in self.world.services.values() for item in other.database.tables["high_water"].items()]
        seen = max((mark.incarnation for (_, place), mark in marks if place.source == publication.source), default=1)
        while True:
            try:
                reopened = await reopen(
                    MemoryStore(service.database), [publication], self._contents(publication.topic), seen
                )
            except UNFINISHED:
                await asyncio.sleep(0.1)
            else:
                self.world.note(f"{service.name}: {reopened.incarnation}, {len(reopened.lost)} lost")
                return

    async def _contents(self, topic: str) -> AsyncIterator[Sequence[Record]]:
        for (name, _), records in self.world.log.records.items():
            if name == topic:
                yield records

    async def _deliver_again(self) -> None:
        for group in self.world.log.groups.values():
            group.committed = {
                partition: max(0, offset - self.world.chance.randint(0, 5))
                for partition, offset in group.committed.items()
            }
            self.world.log.rebalance(group)

    async def _junk(self) -> None:
        """Somebody writes what is no event of ours to a stream."""
        accounts = [("ledger", f"account-{account}") for account in ledger.ACCOUNTS]
        topic, stream = self.world.chance.choice([*accounts, ("matching", mentoring.PAIR_STREAMS[0])])
        if self.world.poisonous:
            self.world.log.append(OutgoingMessage(topic, f"{ledger.TENANT}/{stream}".encode(), b"junk", []))

    async def operate(self, service: "Service", act: Callable[[MemoryTransaction], Awaitable[None]]) -> None:
        """What an operator does in one transaction, until it is done."""
        while True:
            try:
                async with MemoryStore(service.database).transaction() as transaction:
                    return await act(transaction)
            except MemoryStore.transient_errors:
                continue
