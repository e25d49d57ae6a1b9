"""Others' events in: raw batches, one transaction each, exactly one effect, and parking for what fails for good.

Kafka's offset is only a hint of where to go on. What counts is one row per (consumer, source, topic, partition) whose
mark, incarnation and position, moves in the transaction of the effect: at or below it an event is a repeat.
"""

import asyncio
import contextlib
import random
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import structlog

from shared.events import BrokenEnvelope, Catalogue, Envelope, PublicEvent, Undecodable
from shared.kernel.decider import DomainError
from shared.kernel.notifier import Notifier
from shared.kernel.parking import Message, Parked, stream_of
from shared.kernel.store import Conflict, Mark, Place, Store, Transaction

MAX_POLL_INTERVAL = 300.0
"""Seconds that Kafka waits for a batch before it gives the partitions to another replica."""
RETRY_FOR = MAX_POLL_INTERVAL / 3
"""Seconds of retries before the batch is handed back to Kafka, to be delivered again."""
BATCH = 1000
"""Messages taken at once, in one transaction; half as many again are an eighth faster, and cost memory in steps."""

log = structlog.get_logger()


class Incoming(NamedTuple):
    """A public event that has not had its effect yet, with its envelope and the message it came in."""

    envelope: Envelope
    event: PublicEvent
    message: Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch came to: the events that failed for good, by index, with why; and the append still to be done.

    An event behind a failed one of its stream has failed too, with `Behind`.
    """

    failed: Mapping[int, Exception]
    append: Callable[[], Awaitable[None]]


Effect = Callable[[Transaction, Sequence[Incoming]], Awaitable[Outcome]]
"""What a batch does, in the consumer's transaction; the append comes last, because it holds the store's lock."""


class Consumer:
    """One consumer group's view of its topics.

    Error policy: transient errors retry with jittered back-off for `RETRY_FOR` seconds, then the batch goes back to
    Kafka. An event that cannot be decoded, or whose effect fails for good, is parked in the transaction that moves the
    high-water mark, and so is everything behind it in its stream; other streams go on.
    """

    def __init__(
        self,
        name: str,
        store: Store,
        notifier: Notifier,
        effect: Effect,
        known: Catalogue[PublicEvent],
        retry_for: float = RETRY_FOR,
    ) -> None:
        self.name = name
        self._store = store
        self._notifier = notifier
        self._effect = effect
        self._known = known
        self._retry_for = retry_for
        self._since: float | None = None

    @property
    def _retried(self) -> tuple[type[BaseException], ...]:
        """A batch that failed with one of these is taken again."""
        return (*self._store.transient, Conflict)

    def waits(self) -> float:
        """Seconds since the batch that has not got through yet came for the first time; 0 where none waits."""
        return 0.0 if self._since is None else asyncio.get_running_loop().time() - self._since

    async def receive(self, messages: Sequence[Message]) -> None:
        """Take a batch, each partition in order; raises only what Kafka should deliver again."""
        begun = asyncio.get_running_loop().time()
        self._since = begun if self._since is None else self._since  # handed back, it comes again: it still waits
        deadline = begun + self._retry_for
        batch = [self._read(message) for message in messages]
        failures = 0
        while True:
            try:
                await self._take(batch)
            except self._retried as error:
                failures += 1
                pause = random.uniform(0.5, 1) * min(0.02 * 2**failures, 5)  # noqa: S311  # jitter, no secret
                if asyncio.get_running_loop().time() + pause > deadline:
                    raise
                log.warning("consumer retries", consumer=self.name, error=type(error).__name__)
                await asyncio.sleep(pause)
            else:
                self._since = None
                self._notifier.notify()
                return

    async def _take(self, batch: "Sequence[_Read]") -> None:
        try:
            async with self._store.transaction() as transaction:
                await self._take_in(transaction, batch)
        except self._retried:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, it would fail again for ever
            await self._take_apart(batch, error)

    async def _take_apart(self, batch: "Sequence[_Read]", error: Exception) -> None:
        """Something in the batch fails it as a whole: in ever smaller parts it shows which event it is."""
        middle = len(batch) // 2
        if middle:
            await self._take(batch[:middle])
            await self._take(batch[middle:])
            return
        async with self._store.transaction() as transaction:
            for read in await self._fresh(transaction, batch):
                await self._park(transaction, read, error)

    async def _take_in(self, transaction: Transaction, batch: "Sequence[_Read]") -> None:
        """The batch's effect in a running transaction: marks first, then parking, the effect's append last."""
        fresh = [read for read in await self._fresh(transaction, batch) if not read.passes_by]
        behind = await transaction.parked_streams(self.name, {read.stream for read in fresh})
        failed: dict[int, Exception] = {}
        ready: dict[int, Incoming] = {}
        for index, read in enumerate(fresh):
            if read.error is not None and read.envelope is None:
                if await self._park(transaction, read, read.error):  # it has no sequence: it may be a repeat
                    behind.add(read.stream)
            elif read.error is not None:
                failed[index] = read.error
                behind.add(read.stream)
            elif read.stream in behind:
                failed[index] = Behind()
            else:
                ready[index] = read.incoming()
        outcome = await self._effect(transaction, list(ready.values())) if ready else None
        if outcome is not None:
            indices = list(ready)
            failed |= {indices[nth]: error for nth, error in outcome.failed.items()}
        for index in sorted(failed):  # an event refused only now may stand before one that could not be read
            await self._park(transaction, fresh[index], failed[index])
        if outcome is not None:
            await outcome.append()

    async def replay(self, topic: str, stream: str) -> int:
        """Take everything parked of one stream again, in order, in one transaction; the number taken.

        What fails again for good stays parked, with what is behind it.
        """
        while True:
            with contextlib.suppress(Conflict):  # somebody changed what it is decided on: it is decided again
                async with self._store.transaction() as transaction:
                    # the marks are what the running consumer locks first: it waits, and finds the stream free then
                    await transaction.hold_topic(self.name, topic)
                    return await self._take_again(transaction, await transaction.parked_of(self.name, topic, stream))

    async def _take_again(self, transaction: Transaction, parked: Sequence[Parked]) -> int:
        """The effect of one stream's parked messages, in order, up to the first that fails again; how many it was."""
        reached: list[Parked] = []
        ready: list[Incoming] = []
        for message in parked:
            read = self._read(message)
            if read.error is not None:
                break
            if not read.passes_by:
                ready.append(read.incoming())
            reached.append(message)
        outcome = await self._effect(transaction, ready) if ready else None
        if outcome is not None and outcome.failed:
            refused = ready[min(outcome.failed)].message
            reached = list(takewhile(lambda message: message is not refused, reached))
        await transaction.close_parked([message.id for message in reached if message.id is not None])
        if outcome is not None:
            await outcome.append()
        return len(reached)

    async def _fresh(self, transaction: Transaction, batch: "Sequence[_Read]") -> "list[_Read]":
        """The messages above the high-water mark, which moves, and those whose envelope cannot be read."""
        marks = await transaction.hold_marks(self.name, {read.place for read in batch if read.place is not None})
        fresh = []
        for read in batch:
            where = read.place
            if where is None or read.envelope is None:
                fresh.append(read)
            elif (reached := mark_of(read.envelope)) > marks[where]:
                marks[where] = reached
                fresh.append(read)
        await transaction.move_marks(self.name, marks)
        return fresh

    def _read(self, message: Message) -> "_Read":
        """What of it can be read. Whatever keeps it from being read would do so for ever: it is parked, not raised."""
        stream = message.topic, stream_of(message)
        try:
            envelope = Envelope.from_headers(message.headers)
        except Exception as error:  # noqa: BLE001
            return _Read(message, stream, error=error)
        place = Place(envelope.source, message.topic, message.partition)
        if not self._known.knows(envelope.type):
            return _Read(message, stream, envelope, place)
        try:
            return _Read(message, stream, envelope, place, self._decoded(envelope, message))
        except Exception as error:  # noqa: BLE001
            return _Read(message, stream, envelope, place, error=error)

    def _decoded(self, envelope: Envelope, message: Message) -> PublicEvent:
        if message.value is None:
            raise Undecodable("the value is empty")
        return self._known.decode(envelope.type, envelope.version, message.value, envelope.readable_as)

    async def _park(self, transaction: Transaction, read: "_Read", error: Exception) -> bool:
        """Whether the message was not parked before."""
        message, reason = read.message, _said(error)
        log.error("event parked", consumer=self.name, topic=message.topic, offset=message.offset, reason=reason)
        return await transaction.park(Parked.of(self.name, message, read.envelope, reason))


class _Read(NamedTuple):
    """A message with what could be read of it: its event, or why there is none that can be taken."""

    message: Message
    stream: tuple[str, str]
    envelope: Envelope | None = None
    place: Place | None = None
    event: PublicEvent | None = None
    error: Exception | None = None

    @property
    def passes_by(self) -> bool:
        """Whether it is for others: of a type that nobody here listens to."""
        return self.event is None and self.error is None

    def incoming(self) -> Incoming:
        """The event for its effect."""
        assert self.envelope is not None
        assert self.event is not None
        return Incoming(self.envelope, self.event, self.message)


def event_of(message: Message) -> Envelope | None:
    """The envelope of a message that is an event; None where it cannot be read, or the message only rolls its topic."""
    try:
        envelope = Envelope.from_headers(message.headers)
    except BrokenEnvelope:
        return None
    return envelope if envelope.sequence else None


def mark_of(envelope: Envelope) -> Mark:
    """Where an event stands among all of its source."""
    return Mark(envelope.incarnation, envelope.sequence)


class Behind(Exception):
    """The event waits behind a parked one of its stream."""

    def __str__(self) -> str:
        return "waits behind a parked event of its stream"


def _said(error: Exception) -> str:
    """Why, for an operator: the words of our own errors, which quote nothing; of any other its name and place."""
    if isinstance(error, DomainError):
        return error.detail
    name = type(error).__name__
    if isinstance(error, (Behind, BrokenEnvelope, Undecodable)):
        return f"{name}: {error}"
    if isinstance(code := getattr(error, "sqlstate", None), str):
        return f"{name}: {code}"
    frames = traceback.extract_tb(error.__traceback__)
    return f"{name} in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else name
