"""Check a consumer against its topics: what it has processed is in its store, once and in order."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from alongside.operations.verify.report import SHOWN, Check, make_check
from alongside.operations.verify.scratch import Scratch
from alongside.operations.verify.topics import mark_text
from shared.kernel.postgres import Connection

if TYPE_CHECKING:
    from shared.kernel.service.definition import Service

BATCH = 5000

PROCESSED = """
    select t.* from messages t join marks m using (topic, source, part)
    where t.fresh and t.mark <= m.mark and not exists (
        select 1 from parked a where (a.topic, a.source, a.position) = (t.topic, t.source, t.position))"""
"""The messages that a consumer has processed and not parked."""
PROCESSED_TWICE = """
    select causation_id::text as what from (
        select tenant, stream, type, causation_id,
               position - row_number() over (partition by causation_id order by position) as written
        from events where causation_id is not null and actor = $1
    ) e group by tenant, stream, type, causation_id having count(distinct written) > 1"""
"""The events caused by one message are appended together. If they are apart in a stream, it was processed twice."""

UNHEARD = """
    select type from unheard u join high_water h using (consumer, source, topic, partition)
    where consumer = $1 and (u.incarnation, u.position) < (h.incarnation, h.position)
    union select w.type from unnest($3::text[], $4::int[]) w (type, version)
    left join reactions r on r.consumer = $1 and r.type = w.type
    where coalesce(r.version, 0) < w.version
      and exists (select from high_water h where h.consumer = $1 and h.topic = any ($2) and h.position > 0)
    order by type"""
"""The types of events that the consumer has passed over, or would have to hear again once its worker starts."""


async def read_marks(scratch: Scratch, connection: Connection, group: str) -> None:
    """Store the consumer's high-water marks in `marks`. Read before the topics, which then hold all it processed."""
    rows = await connection.fetch(
        "select topic, source, partition, incarnation, position from high_water where consumer = $1", group
    )
    scratch.insert("marks", ((*row[:3], mark_text(*row[3:])) for row in rows))


async def check_consumer(
    scratch: Scratch, connection: Connection, service: "Service", topics: Sequence[str], *, records_all: bool
) -> Check:
    """Check what a service has processed, in the connection's transaction.

    `records_all`: the service stores every event it receives, so each message can be compared with its store.
    """
    parked = await connection.fetch(
        "select topic, source, sequence, status from parked where consumer = $1 and status <> 'replayed'",
        service.consumer_name,
    )
    scratch.insert("parked", (row[:3] for row in parked))
    scratch.insert("subscribed", ((topic,) for topic in topics))
    harmless = {
        "parked": sum(row["status"] == "parked" for row in parked),
        "discarded": sum(row["status"] == "discarded" for row in parked),
        "not yet processed": scratch.number("""
            select count(*) from messages t left join marks m using (topic, source, part)
            where topic in (select topic from subscribed) and t.fresh and t.mark > coalesce(m.mark, '')"""),
    }
    errors = await (
        _recorded_wrongly(scratch, connection, service)
        if records_all
        else _reacted_wrongly(connection, service, topics)
    )
    examined = scratch.number(f"select count(*) from ({PROCESSED})")
    return make_check("consumer", examined, harmless, errors)


async def _reacted_wrongly(
    connection: Connection, service: "Service", topics: Sequence[str]
) -> Mapping[str, tuple[int, Sequence[str]]]:
    query = f"select what, count(*) over () as number from ({PROCESSED_TWICE}) t limit {SHOWN}"
    rows = await connection.fetch(query, f"service:{service.name}")
    unheard = await connection.fetch(
        UNHEARD, service.consumer_name, list(topics), list(service.reactions), list(service.reactions.values())
    )
    return {
        "doubled": (rows[0]["number"] if rows else 0, [row["what"] for row in rows]),
        "not heard to the end": (len(unheard), [row["type"] for row in unheard][:SHOWN]),
    }


async def _recorded_wrongly(
    scratch: Scratch, connection: Connection, service: "Service"
) -> Mapping[str, tuple[int, Sequence[str]]]:
    async for event in connection.cursor(
        "select id::text, tenant || '/' || stream, version from events", prefetch=BATCH
    ):
        scratch.insert("stored", [tuple(event)])
    scratch.execute("create index stored_ids on stored (id)")
    types = [type_ for (type_,) in scratch.rows("select distinct type from messages")]
    scratch.insert("known_types", ((type_,) for type_ in types if service.catalogue.knows(type_)))
    return {
        "lost": scratch.count_and_examples(f"""
            select id as what from ({PROCESSED})
            where type in (select type from known_types) and id not in (select id from stored)"""),
        "doubled": scratch.count_and_examples("select id as what from stored group by id having count(*) > 1"),
        "swapped": scratch.count_and_examples(f"""
            select id as what from (
                select s.id, h.mark, lag(h.mark) over (
                    partition by s.stream, h.topic, h.source, h.part order by s.version) as before
                from stored s join ({PROCESSED}) h using (id)
            ) where before > mark"""),
    }
