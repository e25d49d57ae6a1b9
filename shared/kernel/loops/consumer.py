"""Consumes other services' events: one transaction a batch, each event's effect exactly once, failed events parked.

Kafka's offset only says where to go on reading. What counts is one high-water mark for each (consumer, source, topic,
partition), which moves in the transaction of the effect: an event at or below the mark is a repeat.

A reader of an older version moves the mark past events that only a newer version reacts to. Such types are unheard in
that place: nobody reacts to them there, until a second reading of the topic has come from their own mark up to the
consumer's (`catch_up`). So each event has its effect once, and the events of a type keep their order in each stream.
"""

import asyncio
import contextlib
import random
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple, Protocol

import structlog

from shared.events import BrokenEnvelope, Catalogue, Envelope, PublicEvent, Undecodable
from shared.events.people import COMPACTED
from shared.kernel.decider import DomainError
from shared.kernel.notifier import Notifier
from shared.kernel.records import (
    BEGINNING,
    Conflict,
    HighWaterMark,
    Message,
    ParkedMessage,
    SourcePartition,
    stream_of,
)
from shared.kernel.store import HasFatalErrors, Hearing, Marks, Parking, Transactions, UnitTransaction

MAX_POLL_INTERVAL = 300.0
"""Seconds that Kafka waits for a consumer to ask for more before it gives its partitions to another replica."""
RETRY_FOR = MAX_POLL_INTERVAL / 3
"""Seconds of retries before the batch is handed back to Kafka, to be delivered again."""
BATCH = 1000
"""Messages handled in one transaction; half as many again are an eighth faster, and cost memory in steps."""

log = structlog.get_logger()


class IncomingEvent(NamedTuple):
    """A public event that has not had its effect yet, with its envelope and the message that it came in."""

    envelope: Envelope
    event: PublicEvent
    message: Message


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """The outcome of a batch: the events that failed for good, by index, with the error; and the append still to do.

    An event behind a failed event of its stream has failed too, with `BehindParkedEvent`.
    """

    failed: Mapping[int, Exception]
    append: Callable[[], Awaitable[None]]


class EffectTransaction(UnitTransaction, HasFatalErrors, Protocol):
    """What the effect of a batch may do in the consumer's transaction."""


class ConsumerTransaction(Marks, Hearing, Parking, EffectTransaction, Protocol):
    """What the consumer needs of its transaction."""


Effect = Callable[[EffectTransaction, Sequence[IncomingEvent]], Awaitable[BatchOutcome]]
"""What a batch does, in the consumer's transaction; its append comes last, because that holds the store's lock."""


class Consumer:
    """The consumer of one group of a service.

    Error policy: transient errors are retried with jittered back-off for `RETRY_FOR` seconds, then the batch goes back
    to Kafka. An event that cannot be decoded, or whose effect fails for good, is parked in the transaction that moves
    the high-water mark, and so is every later event of its stream; other streams go on.

    `reactions` has the version of the reaction to each type of event; a consumer that passes nothing over has none.
    """

    def __init__(
        self,
        name: str,
        store: Transactions[ConsumerTransaction],
        notifier: Notifier,
        effect: Effect,
        catalogue: Catalogue[PublicEvent],
        retry_for: float = RETRY_FOR,
        reactions: Mapping[str, int] | None = None,
    ) -> None:
        self.name = name
        self._store = store
        self._notifier = notifier
        self._effect = effect
        self._catalogue = catalogue
        self._retry_for = retry_for
        self._reactions = reactions or {}
        self._pending_since: float | None = None

    @property
    def transient_errors(self) -> tuple[type[BaseException], ...]:
        """Errors of the store after which a repetition may succeed."""
        return self._store.transient_errors

    @property
    def _retried(self) -> tuple[type[BaseException], ...]:
        """A batch that failed with one of these errors is handled again."""
        return (*self._store.transient_errors, Conflict)

    def pending_seconds(self) -> float:
        """Return the seconds since a batch that has not succeeded yet was first received; 0 if there is none."""
        return 0.0 if self._pending_since is None else asyncio.get_running_loop().time() - self._pending_since

    async def receive(self, messages: Sequence[Message]) -> None:
        """Handle a batch, each partition in order; raises only the errors after which Kafka should deliver it again."""
        if self._pending_since is None:  # a batch that was handed back to Kafka is pending since it came first
            self._pending_since = asyncio.get_running_loop().time()
        await self._retry([self._read(message) for message in messages], self._new_messages)
        self._pending_since = None

    async def enter_reactions(self, topics: Sequence[str]) -> None:
        """Enter what this consumer reacts to, before it receives anything: what is new of it becomes unheard."""
        if self._reactions:
            async with self._store.transaction() as transaction:
                await transaction.enter_reactions(self.name, topics, self._reactions)

    async def topics_with_unheard(self) -> set[str]:
        """Return the topics of which something is unheard that this consumer reacts to."""
        async with self._store.transaction() as transaction:
            return await transaction.topics_with_unheard(self.name, self._reactions)

    async def catch_up(self, messages: Sequence[Message], reached: dict[SourcePartition, HighWaterMark]) -> None:
        """Handle those of a batch that are unheard; the batches of a reading follow one another from the beginning.

        `reached` is the highest mark that the reading has met in each place; the batch moves it. After an error the
        reading is of no use any more: begin another one, with an empty `reached`.
        """
        batch = []
        for message in messages:
            read = self._read(message)
            if read.place is not None and read.envelope is not None:
                before = reached.get(read.place, BEGINNING)
                reached[read.place] = max(before, mark_of(read.envelope))
                batch.append(read._replace(before=before))
        if batch:
            await self._retry(batch, self._unheard_messages)

    async def _retry(self, batch: "Sequence[_Read]", chosen: "_Choice") -> None:
        deadline = asyncio.get_running_loop().time() + self._retry_for
        failures = 0
        while True:
            try:
                await self._handle(batch, chosen)
            except self._retried as error:
                failures += 1
                pause = random.uniform(0.5, 1) * min(0.02 * 2**failures, 5)  # noqa: S311  # jitter, no secret
                if asyncio.get_running_loop().time() + pause > deadline:
                    raise
                log.warning("consumer retries", consumer=self.name, error=type(error).__name__)
                await asyncio.sleep(pause)
            else:
                self._notifier.notify()
                return

    async def _handle(self, batch: "Sequence[_Read]", chosen: "_Choice") -> None:
        try:
            async with self._store.transaction() as transaction:
                await self._handle_in(transaction, await chosen(transaction, batch))
        except self._retried:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, it would fail again for ever
            await self._handle_halves(batch, chosen, error)

    async def _handle_halves(self, batch: "Sequence[_Read]", chosen: "_Choice", error: Exception) -> None:
        """Handle each half of a batch that failed as a whole, down to the one event that causes it, which is parked."""
        middle = len(batch) // 2
        if middle:
            await self._handle(batch[:middle], chosen)
            await self._handle(batch[middle:], chosen)
            return
        async with self._store.transaction() as transaction:
            for read in await chosen(transaction, batch):
                await self._park(transaction, read, error)

    async def _handle_in(self, transaction: ConsumerTransaction, chosen: "Sequence[_Read]") -> None:
        """Park what fails, and let the rest have its effect; the effect's append comes last."""
        new = [read for read in chosen if not read.is_ignored]
        parked_streams = await transaction.parked_streams(self.name, {read.stream for read in new})
        failed: dict[int, Exception] = {}
        ready: dict[int, IncomingEvent] = {}
        for index, read in enumerate(new):
            if read.error is not None and read.envelope is None:
                if await self._park(transaction, read, read.error):  # it has no sequence: it may be a repeat
                    parked_streams.add(read.stream)
            elif read.error is not None:
                failed[index] = read.error
                parked_streams.add(read.stream)
            elif read.stream in parked_streams:
                failed[index] = BehindParkedEvent()
            else:
                ready[index] = read.incoming()
        outcome = await self._effect(transaction, list(ready.values())) if ready else None
        if outcome is not None:
            indices = list(ready)
            failed |= {indices[nth]: error for nth, error in outcome.failed.items()}
        for index in sorted(failed):  # an event that its effect refused may come before one that could not be read
            await self._park(transaction, new[index], failed[index])
        if outcome is not None:
            await outcome.append()

    async def replay(self, topic: str, stream: str) -> int:
        """Handle the parked messages of a stream again, in order, in one transaction; return how many succeeded.

        A message that fails again stays parked, with everything behind it.
        """
        while True:
            with contextlib.suppress(Conflict):  # a stream that the effect read has moved on: decide again
                async with self._store.transaction() as transaction:
                    # a running consumer locks its marks first: it waits here, and then finds the stream free
                    await transaction.lock_topic(self.name, topic)
                    return await self._replay(transaction, await transaction.lock_parked(self.name, topic, stream))

    async def _replay(self, transaction: ConsumerTransaction, parked: Sequence[ParkedMessage]) -> int:
        """Let a stream's parked messages have their effect, in order, up to the first that fails; how many it was."""
        succeeded: list[ParkedMessage] = []
        ready: list[IncomingEvent] = []
        for message in parked:
            read = self._read(message)
            if read.error is not None:
                break
            if not read.is_ignored:
                ready.append(read.incoming())
            succeeded.append(message)
        outcome = await self._effect(transaction, ready) if ready else None
        if outcome is not None and outcome.failed:
            refused = ready[min(outcome.failed)].message
            succeeded = list(takewhile(lambda message: message is not refused, succeeded))
        await transaction.close_parked([message.id for message in succeeded if message.id is not None])
        if outcome is not None:
            await outcome.append()
        return len(succeeded)

    async def _new_messages(self, transaction: ConsumerTransaction, batch: "Sequence[_Read]") -> "list[_Read]":
        """The messages above the high-water marks, which move, and those whose envelope cannot be read.

        Those of a type that is unheard in their place are left to a catch-up.
        """
        places = {read.place for read in batch if read.place is not None}
        marks = await transaction.lock_marks(self.name, places)
        unheard = await transaction.read_unheard(self.name, places, self._reactions) if self._reactions else {}
        new = []
        for read in batch:
            place = read.place
            if place is None or read.envelope is None:
                new.append(read)
            elif (mark := mark_of(read.envelope)) > marks[place]:
                marks[place] = mark
                if read.envelope.type not in unheard.get(place, ()):
                    new.append(read)
        await transaction.move_marks(self.name, marks)
        return new

    async def _unheard_messages(self, transaction: ConsumerTransaction, batch: "Sequence[_Read]") -> "list[_Read]":
        """The messages between the mark up to which their type was heard, which moves, and the consumer's own.

        A mark moves only over messages that this reading has met one after the other. What an operator has parked or
        discarded is left aside.
        """
        places = {read.place for read in batch if read.place is not None}
        marks = await transaction.lock_marks(self.name, places)
        unheard = await transaction.read_unheard(self.name, places, self._reactions)
        moved: dict[tuple[SourcePartition, str], HighWaterMark] = {}
        passed: list[tuple[tuple[str, str, int], _Read]] = []
        for read in batch:
            assert read.place is not None
            assert read.envelope is not None
            mark, last = mark_of(read.envelope), marks[read.place]
            for type_, (version, entered) in unheard.get(read.place, {}).items():
                heard = moved.get((read.place, type_), entered)
                if self._reactions.get(type_) == version and read.before <= heard < mark:
                    moved[read.place, type_] = min(mark, last)
                    if type_ == read.envelope.type and mark <= last:
                        passed.append(((read.place.topic, read.place.source, mark.position), read))
        await transaction.move_unheard(self.name, moved, places, self._reactions)
        aside = await transaction.set_aside(self.name, [event for event, _ in passed]) if passed else set()
        return [read for event, read in passed if event not in aside]

    def _read(self, message: Message) -> "_Read":
        """Decode a message. An error is kept, not raised: it would come again for ever, so the message is parked."""
        stream = message.topic, stream_of(message)
        try:
            envelope = Envelope.from_headers(message.headers)
        except Exception as error:  # noqa: BLE001  # whatever it is, the message is parked with it
            return _Read(message, stream, error=error)
        place = SourcePartition(envelope.source, message.topic, message.partition)
        if not self._catalogue.knows(envelope.type) or _is_tombstone(message):
            return _Read(message, stream, envelope, place)
        try:
            return _Read(message, stream, envelope, place, self._decode(envelope, message))
        except Exception as error:  # noqa: BLE001  # whatever it is, the message is parked with it
            return _Read(message, stream, envelope, place, error=error)

    def _decode(self, envelope: Envelope, message: Message) -> PublicEvent:
        if message.value is None:
            raise Undecodable("the value is empty")
        return self._catalogue.decode(envelope.type, envelope.version, message.value, envelope.readable_as)

    async def _park(self, transaction: ConsumerTransaction, read: "_Read", error: Exception) -> bool:
        """Park a message; False where it was parked before."""
        message, reason = read.message, _reason(error)
        log.error("event parked", consumer=self.name, topic=message.topic, offset=message.offset, reason=reason)
        return await transaction.park(ParkedMessage.of(self.name, message, read.envelope, reason))


def _is_tombstone(message: Message) -> bool:
    """Whether a message empties its key on a compacted topic: its event is told on the topic of the event's service."""
    return message.value is None and message.topic.split(".")[-2:-1] in ([name] for name in COMPACTED)


class _Read(NamedTuple):
    """A message with everything that could be decoded: its event, or the error that kept it from being read."""

    message: Message
    stream: tuple[str, str]
    envelope: Envelope | None = None
    place: SourcePartition | None = None
    event: PublicEvent | None = None
    error: Exception | None = None
    before: HighWaterMark = BEGINNING
    """The highest mark that a reading of the whole topic had met in this place before the message."""

    @property
    def is_ignored(self) -> bool:
        """Whether its type is none that this consumer handles."""
        return self.event is None and self.error is None

    def incoming(self) -> IncomingEvent:
        """The event for its effect."""
        assert self.envelope is not None
        assert self.event is not None
        return IncomingEvent(self.envelope, self.event, self.message)


_Choice = Callable[[ConsumerTransaction, Sequence[_Read]], Awaitable[list[_Read]]]
"""Chooses the messages of a batch that are to have their effect, and moves the marks."""


def envelope_in(message: Message) -> Envelope | None:
    """Return the envelope of a message that is an event; None where it cannot be read, or the message only rolls
    its topic.
    """
    try:
        envelope = Envelope.from_headers(message.headers)
    except BrokenEnvelope:
        return None
    return envelope if envelope.sequence else None


def mark_of(envelope: Envelope) -> HighWaterMark:
    """Return the high-water mark of a consumer that has handled everything up to this event."""
    return HighWaterMark(envelope.incarnation, envelope.sequence)


class BehindParkedEvent(Exception):
    """The event waits behind a parked event of its stream."""

    def __str__(self) -> str:
        return "waits behind a parked event of its stream"


def _reason(error: Exception) -> str:
    """Why a message is parked, for an operator.

    The kernel's own errors quote nothing that a person typed, so their words are kept; of any other error the name and
    the place.
    """
    if isinstance(error, (DomainError, BehindParkedEvent)):
        return str(error)
    name = type(error).__name__
    if isinstance(error, (BrokenEnvelope, Undecodable)):
        return f"{name}: {error}"
    if isinstance(code := getattr(error, "sqlstate", None), str):
        return f"{name}: {code}"
    frames = traceback.extract_tb(error.__traceback__)
    return f"{name} in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else name
