"""The next life of a store that was put back to an older backup: what it has lost, and where the next life begins.

What the backup holds is the beginning of what the topics tell. So an event that a topic tells of and the store does not
hold was lost, and everything the store recorded later was recorded after the restore, under positions that were used
before. All of that must belong to the new life, and nothing that consumers have had may.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.kernel.loops.consumer import event_of, mark_of
from shared.kernel.loops.relay import Publication, Told, lost_of
from shared.kernel.parking import Message
from shared.kernel.store import Incarnation, Mark, Store, Transaction

BATCH = 500


class Relaying(RuntimeError):
    """The relay is at a batch: the service still runs."""


@dataclass(frozen=True, slots=True)
class Lost:
    """An event that a topic tells of and the store does not hold any more."""

    topic: str
    mark: Mark
    id: UUID
    type: str
    tenant: str
    stream: str


@dataclass(frozen=True, slots=True)
class Reopened:
    """The life that was opened, and what of the lives before it the store has lost, in the order of the topics."""

    incarnation: Incarnation
    lost: Sequence[Lost]


@dataclass
class _Story:
    """What the topics tell: the highest number of a life, the last position that the store holds too, what is lost."""

    highest: int = 1
    held: int = 0
    lost: dict[tuple[str, Mark, UUID], Lost] = field(default_factory=dict)


async def reopen(
    store: Store, publications: Sequence[Publication], batches: AsyncIterator[Sequence[Message]], seen: int
) -> Reopened:
    """Open the next life, in one transaction that keeps the relay away; raises `Relaying`.

    `batches` are all messages of the publications' topics. `seen` is the highest incarnation that any consumer saw:
    the same backup may have been restored before, and the incarnation opened then is in no backup.
    """
    await store.ensure_cursor("relay")
    async with store.transaction() as transaction:
        cursor = await transaction.hold_cursor("relay")
        if cursor is None:
            raise Relaying("The relay is at work: stop the service's workers first.")
        lives = await transaction.incarnations()
        told = await _told(transaction, publications, batches, lives)
        after = await _after(transaction, publications, told)
        opened = Incarnation(max(told.highest, seen, lives[-1].number) + 1, max(after, lives[-1].after))
        await transaction.open_incarnation(opened)
        if cursor.position > opened.after:
            await transaction.move_cursors([cursor.name], opened.after)
        return Reopened(opened, list(told.lost.values()))


async def _told(
    transaction: Transaction,
    publications: Sequence[Publication],
    batches: AsyncIterator[Sequence[Message]],
    lives: Sequence[Incarnation],
) -> _Story:
    own = {(publication.topic, publication.source) for publication in publications}
    told = _Story()
    async for batch in batches:
        found = [(message.topic, envelope) for message in batch if (envelope := event_of(message)) is not None]
        events = [(topic, event) for topic, event in found if (topic, event.source) in own]
        gone = await transaction.missing({(event.sequence, event.id) for _, event in events})
        lost = await lost_of(transaction, lives, {Told(mark_of(event), event.id) for _, event in events})
        for topic, event in events:
            mark = mark_of(event)
            told.highest = max(told.highest, event.incarnation)
            if (event.sequence, event.id) not in gone:
                told.held = max(told.held, event.sequence)
            if (mark, event.id) in lost:
                told.lost[topic, mark, event.id] = Lost(topic, mark, event.id, event.type, event.tenant, event.subject)
    return told


async def _after(transaction: Transaction, publications: Sequence[Publication], told: _Story) -> int:
    """The position before the first public event that was recorded after the restore; the head where there is none.

    Where nothing is lost, nothing that consumers have seen can be taken for anything else.
    """
    if not told.lost:
        return await transaction.head()
    before_lost = min(mark.position for _, mark, _ in told.lost) - 1  # what is lost stays in the life that it was in
    position = min(told.held, before_lost)
    while events := await transaction.read_after(position, BATCH):
        published = [await publication.publish(transaction, events) for publication in publications]
        for nth, event in enumerate(events):
            if any(public[nth] is not None for public in published):
                return min(event.position - 1, before_lost)
        position = events[-1].position
    return min(await transaction.head(), before_lost)
