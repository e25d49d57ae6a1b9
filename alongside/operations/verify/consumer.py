"""A consumer against the topics it listens to: what it has had is in its store, once and in order."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from alongside.operations.verify.report import SHOWN, Check, check
from alongside.operations.verify.scratch import Scratch
from alongside.operations.verify.topics import mark_text
from shared.kernel.postgres import Connection

if TYPE_CHECKING:
    from shared.kernel.service import Service

BATCH = 5000

HAD = """
    select t.* from heard t join marks m using (topic, source, part)
    where t.fresh and t.mark <= m.mark and not exists (
        select 1 from aside a where (a.topic, a.source, a.position) = (t.topic, t.source, t.position))"""
"""What a consumer has had and not put aside."""
TWICE = """
    select causation_id::text as what from (
        select tenant, stream, type, causation_id,
               position - row_number() over (partition by causation_id order by position) as written
        from events where causation_id is not null and actor = $1
    ) e group by tenant, stream, type, causation_id having count(distinct written) > 1"""
"""What one event led to is appended at once, so it lies together. Lies it apart in one stream, it happened twice."""


async def gather_marks(scratch: Scratch, connection: Connection, group: str) -> None:
    """Put how far a consumer is into `marks`: before the topics are read, so that what it has had is in there."""
    rows = await connection.fetch(
        "select topic, source, partition, incarnation, position from high_water where consumer = $1", group
    )
    scratch.put("marks", ((*row[:3], mark_text(*row[3:])) for row in rows))


async def of_consumer(
    scratch: Scratch, connection: Connection, of: "Service", topics: Sequence[str], *, keeps: bool
) -> Check:
    """What a service has taken in, in the transaction that the connection is in. `keeps`: it records all it hears."""
    aside = await connection.fetch(
        "select topic, source, sequence, status from parked where consumer = $1 and status <> 'replayed'", of.group
    )
    scratch.put("aside", (row[:3] for row in aside))
    scratch.put("listens", ((topic,) for topic in topics))
    figures = {
        "parked": sum(row["status"] == "parked" for row in aside),
        "discarded": sum(row["status"] == "discarded" for row in aside),
        "not yet taken": scratch.number("""
            select count(*) from heard t left join marks m using (topic, source, part)
            where topic in (select topic from listens) and t.fresh and t.mark > coalesce(m.mark, '')"""),
    }
    found = await (_kept(scratch, connection, of) if keeps else _reacted(connection, of))
    return check("consumer", scratch.number(f"select count(*) from ({HAD})"), figures, found)


async def _reacted(connection: Connection, of: "Service") -> Mapping[str, tuple[int, Sequence[str]]]:
    query = f"select what, count(*) over () as number from ({TWICE}) t limit {SHOWN}"
    rows = await connection.fetch(query, f"service:{of.name}")
    return {"doubled": (rows[0]["number"] if rows else 0, [row["what"] for row in rows])}


async def _kept(scratch: Scratch, connection: Connection, of: "Service") -> Mapping[str, tuple[int, Sequence[str]]]:
    async for event in connection.cursor(
        "select id::text, tenant || '/' || stream, version from events", prefetch=BATCH
    ):
        scratch.put("stored", [tuple(event)])
    scratch.do("create index stored_ids on stored (id)")
    types = [type_ for (type_,) in scratch.rows("select distinct type from heard")]
    scratch.put("known", ((type_,) for type_ in types if of.catalogue.knows(type_)))
    return {
        "lost": scratch.found(f"""
            select id as what from ({HAD})
            where type in (select type from known) and id not in (select id from stored)"""),
        "doubled": scratch.found("select id as what from stored group by id having count(*) > 1"),
        "swapped": scratch.found(f"""
            select id as what from (
                select s.id, h.mark, lag(h.mark) over (
                    partition by s.stream, h.topic, h.source, h.part order by s.version) as before
                from stored s join ({HAD}) h using (id)
            ) where before > mark"""),
    }
