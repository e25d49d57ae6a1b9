"""A store against its topics: what its publications make of it, and what a consumer finds there.

A consumer takes what is above all that came before it in its partition. Whatever is not is a repeat, if it was taken
before; if it never was, it came out of order, and nobody takes it.
"""

from collections.abc import AsyncIterator, Sequence

from alongside.operations.verify.report import Check, check
from alongside.operations.verify.scratch import Scratch, digest
from shared.events import PUBLISHED, Envelope, Undecodable
from shared.kernel.loops.consumer import event_of
from shared.kernel.loops.relay import Outgoing, Publication, messages_of
from shared.kernel.parking import Message
from shared.kernel.postgres.store import PostgresTransaction
from shared.kernel.store import Incarnation

BATCH = 1000


async def gather_told(scratch: Scratch, batches: AsyncIterator[Sequence[Message]]) -> None:
    """Put every event that lies in the topics into `heard`, with whether a consumer would take it."""
    async for batch in batches:
        events = ((message, event) for message in batch if (event := event_of(message)) is not None)
        scratch.put("told", (_told(message, event) for message, event in events))
    scratch.do("""
        create table heard as
        select *, mark > coalesce(max(mark) over before, '') as fresh from told
        window before as (
            partition by topic, source, part order by off rows between unbounded preceding and 1 preceding)""")
    scratch.do("drop table told")
    scratch.do("create index heard_ids on heard (id, topic)")


def _told(message: Message, event: Envelope) -> Sequence[object]:
    key = message.key or b""
    value = None if message.value is None else digest(key, _as_read(event, message.value))
    mark = mark_text(event.incarnation, event.sequence)
    place = (message.topic, event.source, message.partition, message.offset)
    said = (str(event.id), event.type, event.version, key.decode(errors="replace"), value)
    return (*place, mark, event.incarnation, event.sequence, *said)


def _as_read(event: Envelope, value: bytes) -> bytes:
    """What a reader of today makes of it: in an older version it is no other event."""
    try:
        if PUBLISHED.knows(event.type):
            return PUBLISHED.decode(event.type, event.version, value, event.readable_as).model_dump_json().encode()
    except Undecodable:
        pass
    return value


def mark_text(incarnation: int, position: int) -> str:
    """A mark as a text; texts have the same order."""
    return f"{incarnation:010d}.{position:020d}"


async def gather_due(
    scratch: Scratch,
    transaction: PostgresTransaction,
    publications: Sequence[Publication],
    lives: Sequence[Incarnation],
) -> None:
    """Put everything that the store's publications would publish into `due`, as the relay would."""
    position = 0
    while publications and (events := await transaction.read_after(position, BATCH)):
        for publication in publications:
            scratch.put("due", map(_due, await messages_of(publication, transaction, events, lives)))
        position = events[-1].position
    scratch.put("lives", lives)
    scratch.do("create index due_ids on due (id, topic)")


def _due(message: Outgoing) -> Sequence[object]:
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


_UNKNOWN = """
    select distinct id as what from heard t where topic = :topic and source = :source
    and not exists (select 1 from due d where d.id = t.id and d.topic = t.topic)
    and incarnation {} (select max(number) from lives where after < position)"""


def of_topic(scratch: Scratch, publication: Publication, sent: int) -> Check:
    """A topic that keeps every event. `sent` is how far the relay says that it is."""
    this = {"topic": publication.topic, "source": publication.source}

    def found(query: str, **more: object) -> tuple[int, list[str]]:
        return scratch.found(query, **this, **more)

    told = "exists (select 1 from heard t where t.id = d.id and t.topic = d.topic"
    due = "select id as what from due d where topic = :topic and source = :source and"
    same = """
        select d.id as what from due d join heard t using (id, topic, source, mark)
        where topic = :topic and source = :source"""
    return check(
        f"topic {publication.topic}",
        scratch.number("select count(*) from heard where topic = :topic and source = :source", **this),
        {
            "harmless repeats": scratch.number(
                """select count(*) from heard t where topic = :topic and source = :source and not fresh
                   and exists (select 1 from heard f where f.id = t.id and f.topic = t.topic and f.fresh)""",
                **this,
            ),
            "not yet sent": found(f"{due} position > :sent and not {told})", sent=sent)[0],
            "lost in an earlier life": found(_UNKNOWN.format("<"))[0],
            "of another version": found(f"{same} and d.version <> t.version and d.digest is not t.digest")[0],
        },
        {
            "lost": found(f"{due} position <= :sent and not {told})", sent=sent),
            "unknown": found(_UNKNOWN.format(">=")),
            "swapped": found(f"{due} {told}) and not {told} and t.mark = d.mark and t.fresh)"),
            "doubled": found(
                """select id as what from heard where topic = :topic and source = :source and fresh
                   group by id having count(*) > 1"""
            ),
            "different": found(f"{same} and d.version = t.version and d.digest is not t.digest"),
        },
    )


def of_compacted(scratch: Scratch, publication: Publication, sent: int) -> Check:
    """A topic that keeps the last event of each key: that one alone is compared."""
    this = {"topic": publication.topic, "source": publication.source, "sent": sent}
    last = """
        select d.key as what from (
            select key, digest, position, max(mark) from due where topic = :topic and source = :source group by key
        ) d left join (
            select key, digest, max(mark) from heard where topic = :topic and source = :source group by key
        ) t using (key) where"""
    return check(
        f"topic {publication.topic}",
        scratch.number("select count(distinct key) from heard where topic = :topic and source = :source", **this),
        {"not yet sent": scratch.number(f"select count(*) from ({last} d.position > :sent)", **this)},
        {
            "lost": scratch.found(f"{last} d.position <= :sent and d.digest is not null and t.key is null", **this),
            "different": scratch.found(
                f"{last} d.position <= :sent and t.key is not null and d.digest is not t.digest", **this
            ),
        },
    )
