"""Reopen a store that was restored from an older backup: find what it lost, and begin its next incarnation.

The backup holds the first part of what the topics hold. So an event that is in a topic and not in the store was lost,
and everything that the store recorded after the lost events was recorded after the restore, under positions that had
been used before. All of that must belong to the next incarnation, and nothing that consumers have received may.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from shared.kernel.loops.consumer import envelope_in, mark_of
from shared.kernel.loops.relay import Publication, PublishedEvent, RelayTransaction, lost_events
from shared.kernel.records import HighWaterMark, Incarnation, Message
from shared.kernel.store import Transactions

BATCH = 500


class RelayRunning(RuntimeError):
    """The relay holds its cursor: the service still runs."""


@dataclass(frozen=True, slots=True)
class LostEvent:
    """An event that is in a topic and no longer in the store."""

    topic: str
    mark: HighWaterMark
    id: UUID
    type: str
    tenant: str
    stream: str


@dataclass(frozen=True, slots=True)
class ReopenedStore:
    """The incarnation that was begun, and the events that the store has lost, in the order of the topics.

    `lost_before` are those that an incarnation begun before accounts for.
    """

    incarnation: Incarnation
    lost: Sequence[LostEvent]
    lost_before: Sequence[LostEvent] = ()


class RestoredStore(Transactions[RelayTransaction], Protocol):
    """What `reopen` needs of a store."""

    async def ensure_cursor(self, name: str) -> None:
        """Make a cursor at the beginning, if there is none."""
        ...


@dataclass
class _TopicContents:
    """What the topics hold: the highest incarnation, the last position that the store holds too, the lost events.

    `lost_before` are the lost events that an incarnation begun before accounts for.
    """

    highest: int = 1
    held: int = 0
    lost: dict[tuple[str, HighWaterMark, UUID], LostEvent] = field(default_factory=dict)
    lost_before: dict[tuple[str, HighWaterMark, UUID], LostEvent] = field(default_factory=dict)


async def reopen(
    store: RestoredStore,
    publications: Sequence[Publication],
    batches: AsyncIterator[Sequence[Message]],
    seen: int,
) -> ReopenedStore:
    """Begin the next incarnation, in one transaction that keeps the relay out; raises `RelayRunning`.

    `batches` are all messages of the publications' topics. `seen` is the highest incarnation that any consumer saw:
    the same backup may have been restored before, and the incarnation begun then is in no backup.
    """
    if publications:  # a service that publishes nothing has no relay, and a cursor would never move
        await store.ensure_cursor("relay")
    async with store.transaction() as transaction:
        cursor = await transaction.lock_cursor("relay") if publications else None
        if publications and cursor is None:
            raise RelayRunning("The relay is at work: stop the service's workers first.")
        incarnations = await transaction.incarnations()
        contents = await _compare(transaction, publications, batches, incarnations)
        after = await _last_common_position(transaction, publications, contents)
        number = max(contents.highest, seen, incarnations[-1].number) + 1
        begun = Incarnation(number, max(after, incarnations[-1].after))
        await transaction.open_incarnation(begun)
        if cursor is not None and cursor.position > begun.after:
            await transaction.move_cursors([cursor.name], begun.after)
        return ReopenedStore(begun, list(contents.lost.values()), tuple(contents.lost_before.values()))


async def _compare(
    transaction: RelayTransaction,
    publications: Sequence[Publication],
    batches: AsyncIterator[Sequence[Message]],
    incarnations: Sequence[Incarnation],
) -> _TopicContents:
    own = {(publication.topic, publication.source) for publication in publications}
    contents = _TopicContents()
    async for batch in batches:
        read = [(message.topic, envelope) for message in batch if (envelope := envelope_in(message)) is not None]
        events = [(topic, event) for topic, event in read if (topic, event.source) in own]
        missing = await transaction.missing_events({(event.sequence, event.id) for _, event in events})
        published = {PublishedEvent(mark_of(event), event.id) for _, event in events}
        lost = await lost_events(transaction, incarnations, published)
        for topic, event in events:
            mark = mark_of(event)
            contents.highest = max(contents.highest, event.incarnation)
            if (event.sequence, event.id) not in missing:
                contents.held = max(contents.held, event.sequence)
                continue
            where = contents.lost if (mark, event.id) in lost else contents.lost_before
            where[topic, mark, event.id] = LostEvent(topic, mark, event.id, event.type, event.tenant, event.subject)
    return contents


async def _last_common_position(
    transaction: RelayTransaction, publications: Sequence[Publication], contents: _TopicContents
) -> int:
    """The position before the first public event that was recorded after the restore; the head where there is none.

    Where nothing is lost, nothing that consumers have received can be mistaken for anything else.
    """
    if not contents.lost:
        return await transaction.head()
    before_lost = min(mark.position for _, mark, _ in contents.lost) - 1  # lost events stay in their own incarnation
    position = min(contents.held, before_lost)
    while events := await transaction.read_after(position, BATCH):
        published = [await publication.publish(transaction, events) for publication in publications]
        for nth, event in enumerate(events):
            if any(public[nth] is not None for public in published):
                return min(event.position - 1, before_lost)
        position = events[-1].position
    return min(await transaction.head(), before_lost)
