"""Check the topics of a service: they hold what its store publishes, in an order that consumers accept.

A consumer processes a message whose mark is above all earlier ones of its source in the partition. It skips any other
message: either a repeat of one it has processed, or a message out of order, which no consumer ever processes.
"""

from collections.abc import AsyncIterator, Iterator, Sequence

from alongside.operations.verify.missing import Fields, MissingFields, missing_fields, read_event
from alongside.operations.verify.report import Check, make_check
from alongside.operations.verify.scratch import Scratch, digest
from shared.events import Envelope, PublicEvent
from shared.kernel.loops.consumer import envelope_in
from shared.kernel.loops.relay import OutgoingMessage, Publication, messages_for
from shared.kernel.postgres.store import PostgresTransaction
from shared.kernel.records import Incarnation, Message

BATCH = 1000


async def read_messages(scratch: Scratch, batches: AsyncIterator[Sequence[Message]]) -> MissingFields:
    """Store every event of the topics in `messages`, with `fresh`: whether a consumer would process it.

    Returns the sets of fields that messages lack; `missing` is the number of a message's set, null if it lacks none.
    """
    lacking = MissingFields()
    async for batch in batches:
        events = ((message, event) for message in batch if (event := envelope_in(message)) is not None)
        scratch.insert("arrivals", (_arrival(message, event, lacking) for message, event in events))
    scratch.execute("""
        create table messages as
        select *, mark > coalesce(max(mark) over before, '') as fresh from arrivals
        window before as (
            partition by topic, source, part order by off rows between unbounded preceding and 1 preceding)""")
    scratch.execute("drop table arrivals")
    scratch.execute("create index message_ids on messages (id, topic)")
    return lacking


def _arrival(message: Message, event: Envelope, lacking: MissingFields) -> Sequence[object]:
    key = message.key or b""
    mark = mark_text(event.incarnation, event.sequence)
    place = (message.topic, event.source, message.partition, message.offset)
    content = (str(event.id), event.type, event.version, key.decode(errors="replace"))
    return (*place, mark, event.incarnation, event.sequence, *content, *_digests(key, event, message.value, lacking))


def _digests(
    key: bytes, event: Envelope, value: bytes | None, lacking: MissingFields
) -> tuple[bytes | None, int | None, bytes | None]:
    """Digest a value as today's version of its event type, with the defaults of the fields that it lacks, and without.

    With them, older versions of the same event compare equal. In between is the number of the set of missing fields.
    """
    if value is None:
        return None, None, None
    if (read := read_event(event, value)) is None:
        return digest(key, value), None, None
    whole = digest(key, read.model_dump_json().encode())
    if not (missing := missing_fields(read)):
        return whole, None, None
    return whole, lacking.number(missing), _digest_without(missing, key, read)


def _digest_without(missing: Fields, key: bytes, event: PublicEvent) -> bytes:
    return digest(key, event.model_dump_json(exclude=missing).encode())


def mark_text(incarnation: int, position: int) -> str:
    """Return a mark as text that sorts in the order of marks."""
    return f"{incarnation:010d}.{position:020d}"


async def read_expected(
    scratch: Scratch,
    transaction: PostgresTransaction,
    publications: Sequence[Publication],
    incarnations: Sequence[Incarnation],
    lacking: MissingFields,
) -> None:
    """Store every message that the relay would publish from the store in `expected`.

    For a message in `messages` that lacks fields, `expected_without` has the digest of what is expected without these.
    """
    position = 0
    while publications and (events := await transaction.read_after(position, BATCH)):
        for publication in publications:
            messages = await messages_for(publication, transaction, events, incarnations)
            scratch.insert("expected", map(_expected_row, messages))
            if lacking:
                scratch.insert(
                    "expected_without", [row for message in messages for row in _without(scratch, message, lacking)]
                )
        position = events[-1].position
    scratch.insert("incarnations", incarnations)
    scratch.execute("create index expected_ids on expected (id, topic)")
    scratch.execute("create index expected_without_ids on expected_without (id, topic)")


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


def _without(scratch: Scratch, message: OutgoingMessage, lacking: MissingFields) -> Iterator[Sequence[object]]:
    """What is expected, without each set of fields that a message of the same event lacks."""
    event = Envelope.from_headers(message.headers)
    numbers = scratch.rows(
        "select distinct missing from messages where id = :id and topic = :topic and missing is not null",
        id=str(event.id),
        topic=message.topic,
    )
    for (number,) in numbers:
        if message.value is not None and (read := read_event(event, message.value)) is not None:
            yield message.topic, str(event.id), number, _digest_without(lacking[number], message.key, read)


_SAME_WITHOUT_MISSING = """exists (
    select 1 from expected_without w
    where w.id = d.id and w.topic = :topic and d.id = t.id and w.missing = t.missing and w.digest = t.digest_without)"""
"""Whether a message `t` lacks fields, and is what the store would publish, `d`, in all others."""

SENT_BEFORE = "sent before fields were added"

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
    unequal = "d.version = t.version and d.digest is not t.digest"
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
            SENT_BEFORE: count(f"{same} and {unequal} and {_SAME_WITHOUT_MISSING}")[0],
        },
        {
            "lost": count(f"{expected} position <= :sent and not {present})", sent=sent),
            "unknown": count(_UNEXPECTED.format(">=")),
            "swapped": count(f"{expected} {present}) and not {present} and t.mark = d.mark and t.fresh)"),
            "doubled": count(
                """select id as what from messages where topic = :topic and source = :source and fresh
                   group by id having count(*) > 1"""
            ),
            "different": count(f"{same} and {unequal} and not {_SAME_WITHOUT_MISSING}"),
        },
    )


def check_compacted_topic(scratch: Scratch, publication: Publication, sent: int) -> Check:
    """Check a compacted topic: only the last message of each key is compared. `sent` is the relay's position."""
    this = {"topic": publication.topic, "source": publication.source, "sent": sent}
    last = """
        select d.key as what from (
            select key, id, digest, position, max(mark) from expected
            where topic = :topic and source = :source group by key
        ) d left join (
            select key, id, digest, missing, digest_without, max(mark) from messages
            where topic = :topic and source = :source group by key
        ) t using (key) where"""
    unequal = "d.position <= :sent and t.key is not null and d.digest is not t.digest"
    return make_check(
        f"topic {publication.topic}",
        scratch.number("select count(distinct key) from messages where topic = :topic and source = :source", **this),
        {
            "not yet sent": scratch.number(f"select count(*) from ({last} d.position > :sent)", **this),
            SENT_BEFORE: scratch.number(f"select count(*) from ({last} {unequal} and {_SAME_WITHOUT_MISSING})", **this),
        },
        {
            "lost": scratch.count_and_examples(
                f"{last} d.position <= :sent and d.digest is not null and t.key is null", **this
            ),
            "different": scratch.count_and_examples(f"{last} {unequal} and not {_SAME_WITHOUT_MISSING}", **this),
        },
    )
