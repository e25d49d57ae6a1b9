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
from shared.kernel.bell import Bell
from shared.kernel.decider import DomainError
from shared.kernel.parking import Message, Parked, stream_of
from shared.kernel.store import Conflict, Mark, Place, Store, Transaction

MAX_POLL_INTERVAL = 300.0
"""Seconds that Kafka waits for a batch before it gives the partitions to another replica."""
RETRY_FOR = MAX_POLL_INTERVAL / 3
"""Seconds of retries before the batch is handed back to Kafka, to be delivered again."""
BATCH = 1000
"""Messages taken at once, in one transaction."""

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
        bell: Bell,
        effect: Effect,
        known: Catalogue[PublicEvent],
        retry_for: float = RETRY_FOR,
    ) -> None:
        self.name = name
        self._store = store
        self._bell = bell
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
        failures = 0
        while True:
            try:
                await self._take(messages)
            except self._retried as error:
                failures += 1
                pause = random.uniform(0.5, 1) * min(0.02 * 2**failures, 5)  # noqa: S311  # jitter, no secret
                if asyncio.get_running_loop().time() + pause > deadline:
                    raise
                log.warning("consumer retries", consumer=self.name, error=type(error).__name__)
                await asyncio.sleep(pause)
            else:
                self._since = None
                self._bell.ring()
                return

    async def _take(self, messages: Sequence[Message]) -> None:
        try:
            async with self._store.transaction() as transaction:
                await self.effect_of(transaction, messages)
        except self._retried:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, it would fail again for ever
            await self._take_apart(messages, error)

    async def _take_apart(self, messages: Sequence[Message], error: Exception) -> None:
        """Something in the batch fails it as a whole: in ever smaller parts it shows which event it is."""
        middle = len(messages) // 2
        if middle:
            await self._take(messages[:middle])
            await self._take(messages[middle:])
            return
        async with self._store.transaction() as transaction:
            for opened in await self._fresh(transaction, messages):
                await self._park(transaction, opened, error)

    async def effect_of(self, transaction: Transaction, messages: Sequence[Message]) -> None:
        """The batch's effect in a running transaction: marks first, then parking, the effect's append last."""
        fresh = [opened for opened in await self._fresh(transaction, messages) if not self._passes_by(opened)]
        behind = await transaction.parked_streams(self.name, {opened.stream for opened in fresh})
        failed: dict[int, Exception] = {}
        ready: dict[int, Incoming] = {}
        for index, opened in enumerate(fresh):
            where = opened.stream
            try:
                incoming = self._decoded(opened)
            except Undecodable as error:
                failed[index] = error
                behind.add(where)
            except BrokenEnvelope as error:
                if await self._park(transaction, opened, error):  # it has no sequence: it may be a repeat
                    behind.add(where)
            else:
                if where in behind:
                    failed[index] = Behind()
                else:
                    ready[index] = incoming
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
            opened = _opened(message)
            try:
                if not self._passes_by(opened):
                    ready.append(self._decoded(opened))
            except (BrokenEnvelope, Undecodable):
                break
            reached.append(message)
        outcome = await self._effect(transaction, ready) if ready else None
        if outcome is not None and outcome.failed:
            refused = ready[min(outcome.failed)].message
            reached = list(takewhile(lambda message: message is not refused, reached))
        await transaction.close_parked([message.id for message in reached if message.id is not None])
        if outcome is not None:
            await outcome.append()
        return len(reached)

    async def _fresh(self, transaction: Transaction, messages: Sequence[Message]) -> list["_Opened"]:
        """The messages above the high-water mark, which moves, and those whose envelope cannot be read."""
        opened = [_opened(message) for message in messages]
        marks = await transaction.hold_marks(self.name, {one.place for one in opened if one.place is not None})
        fresh = []
        for one in opened:
            where = one.place
            if where is None or isinstance(one.envelope, BrokenEnvelope):
                fresh.append(one)
            elif (reached := mark_of(one.envelope)) > marks[where]:
                marks[where] = reached
                fresh.append(one)
        await transaction.move_marks(self.name, marks)
        return fresh

    def _passes_by(self, opened: "_Opened") -> bool:
        return isinstance(opened.envelope, Envelope) and not self._known.knows(opened.envelope.type)

    def _decoded(self, opened: "_Opened") -> Incoming:
        envelope, message = opened.envelope, opened.message
        if isinstance(envelope, BrokenEnvelope):
            raise envelope
        if message.value is None:
            raise Undecodable("the value is empty")
        event = self._known.decode(envelope.type, envelope.version, message.value, envelope.readable_as)
        return Incoming(envelope, event, message)

    async def _park(self, transaction: Transaction, opened: "_Opened", error: Exception) -> bool:
        """Whether the message was not parked before."""
        message, reason = opened.message, _said(error)
        envelope = opened.envelope if isinstance(opened.envelope, Envelope) else None
        log.error("event parked", consumer=self.name, topic=message.topic, offset=message.offset, reason=reason)
        return await transaction.park(Parked.of(self.name, message, envelope, reason))


class _Opened(NamedTuple):
    envelope: Envelope | BrokenEnvelope
    message: Message
    stream: tuple[str, str]
    place: Place | None


def _opened(message: Message) -> _Opened:
    stream = message.topic, stream_of(message)
    try:
        envelope = Envelope.from_headers(message.headers)
    except BrokenEnvelope as error:
        return _Opened(error, message, stream, None)
    return _Opened(envelope, message, stream, Place(envelope.source, message.topic, message.partition))


def event_of(message: Message) -> Envelope | None:
    """The envelope of a message that is an event; None where it cannot be read, or the message only rolls its topic."""
    envelope = _opened(message).envelope
    return envelope if isinstance(envelope, Envelope) and envelope.sequence else None


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
