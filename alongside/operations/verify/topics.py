"""Check the topics of a service: they hold what its store publishes, in an order that consumers accept.

A consumer processes a message whose mark is above all earlier ones of its source in the partition. It skips any other
message: either a repeat of one it has processed, or a message out of order, which no consumer ever processes.
"""

from collections.abc import AsyncIterator, Sequence

from alongside.operations.verify.report import Check, make_check
from alongside.operations.verify.scratch import Scratch, digest
from shared.events import PUBLISHED, Envelope, Undecodable
from shared.kernel.loops.consumer import envelope_in
from shared.kernel.loops.relay import OutgoingMessage, Publication, messages_for
from shared.kernel.postgres.store import PostgresTransaction
from shared.kernel.records import Incarnation, Message

BATCH = 1000


async def read_messages(scratch: Scratch, batches: AsyncIterator[Sequence[Message]]) -> None:
    """Store every event of the topics in `messages`, with `fresh`: whether a consumer would process it."""
    async for batch in batches:
        events = ((message, event) for message in batch if (event := envelope_in(message)) is not None)
        scratch.insert("arrivals", (_arrival(message, event) for message, event in events))
    scratch.execute("""
        create table messages as
        select *, mark > coalesce(max(mark) over before, '') as fresh from arrivals
        window before as (
            partition by topic, source, part order by off rows between unbounded preceding and 1 preceding)""")
    scratch.execute("drop table arrivals")
    scratch.execute("create index message_ids on messages (id, topic)")


def _arrival(message: Message, event: Envelope) -> Sequence[object]:
    key = message.key or b""
    value = None if message.value is None else digest(key, _upcast(event, message.value))
    mark = mark_text(event.incarnation, event.sequence)
    place = (message.topic, event.source, message.partition, message.offset)
    content = (str(event.id), event.type, event.version, key.decode(errors="replace"), value)
    return (*place, mark, event.incarnation, event.sequence, *content)


def _upcast(event: Envelope, value: bytes) -> bytes:
    """The value as today's version of the event type, so that an older version of the same event compares equal."""
    try:
        if PUBLISHED.knows(event.type):
            return PUBLISHED.decode(event.type, event.version, value, event.readable_as).model_dump_json().encode()
    except Undecodable:
        pass
    return value


def mark_text(incarnation: int, position: int) -> str:
    """A mark as text that sorts in the order of marks."""
    return f"{incarnation:010d}.{position:020d}"


async def read_expected(
    scratch: Scratch,
    transaction: PostgresTransaction,
    publications: Sequence[Publication],
    incarnations: Sequence[Incarnation],
) -> None:
    """Store every message that the relay would publish from the store in `expected`."""
    position = 0
    while publications and (events := await transaction.read_after(position, BATCH)):
        for publication in publications:
            scratch.insert(
                "expected", map(_expected_row, await messages_for(publication, transaction, events, incarnations))
            )
        position = events[-1].position
    scratch.insert("incarnations", incarnations)
    scratch.execute("create index expected_ids on expected (id, topic)")


def _expected_row(message: OutgoingMessage) -> Sequence[object]:
    event = Envelope.from_headers(message.headers)
    value = None if message.value is None else digest(message.key, message.value)
    mark = mark_text(event.incarnation, event.sequence)
    return (
        message.topic,
        event.source,
        mark,
        event.sequence,
        str(event.id),
        event.version,
        message.key.decode(),
        value,
    )


_UNEXPECTED = """
    select distinct id as what from messages t where topic = :topic and source = :source
    and not exists (select 1 from expected d where d.id = t.id and d.topic = t.topic)
    and incarnation {} (select max(number) from incarnations where after < position)"""


def check_topic(scratch: Scratch, publication: Publication, sent: int) -> Check:
    """Check a topic that keeps every message. `sent` is the relay's position."""
    this = {"topic": publication.topic, "source": publication.source}

    def count(query: str, **more: object) -> tuple[int, list[str]]:
        return scratch.count_and_examples(query, **this, **more)

    present = "exists (select 1 from messages t where t.id = d.id and t.topic = d.topic"
    expected = "select id as what from expected d where topic = :topic and source = :source and"
    same = """
        select d.id as what from expected d join messages t using (id, topic, source, mark)
        where topic = :topic and source = :source"""
    return make_check(
        f"topic {publication.topic}",
        scratch.number("select count(*) from messages where topic = :topic and source = :source", **this),
        {
            "harmless repeats": scratch.number(
                """select count(*) from messages t where topic = :topic and source = :source and not fresh
                   and exists (select 1 from messages f where f.id = t.id and f.topic = t.topic and f.fresh)""",
                **this,
            ),
            "not yet sent": count(f"{expected} position > :sent and not {present})", sent=sent)[0],
            "lost in an earlier incarnation": count(_UNEXPECTED.format("<"))[0],
            "of another version": count(f"{same} and d.version <> t.version and d.digest is not t.digest")[0],
        },
        {
            "lost": count(f"{expected} position <= :sent and not {present})", sent=sent),
            "unknown": count(_UNEXPECTED.format(">=")),
            "swapped": count(f"{expected} {present}) and not {present} and t.mark = d.mark and t.fresh)"),
            "doubled": count(
                """select id as what from messages where topic = :topic and source = :source and fresh
                   group by id having count(*) > 1"""
            ),
            "different": count(f"{same} and d.version = t.version and d.digest is not t.digest"),
        },
    )


def check_compacted_topic(scratch: Scratch, publication: Publication, sent: int) -> Check:
    """Check a compacted topic: only the last message of each key is compared. `sent` is the relay's position."""
    this = {"topic": publication.topic, "source": publication.source, "sent": sent}
    last = """
        select d.key as what from (
            select key, digest, position, max(mark) from expected where topic = :topic and source = :source group by key
        ) d left join (
            select key, digest, max(mark) from messages where topic = :topic and source = :source group by key
        ) t using (key) where"""
    return make_check(
        f"topic {publication.topic}",
        scratch.number("select count(distinct key) from messages where topic = :topic and source = :source", **this),
        {"not yet sent": scratch.number(f"select count(*) from ({last} d.position > :sent)", **this)},
        {
            "lost": scratch.count_and_examples(
                f"{last} d.position <= :sent and d.digest is not null and t.key is null", **this
            ),
            "different": scratch.count_and_examples(
                f"{last} d.position <= :sent and t.key is not null and d.digest is not t.digest", **this
            ),
        },
    )
