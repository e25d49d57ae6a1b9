"""Check a store: its streams are complete and in order, and no event is in it twice."""

from alongside.operations.verify.report import SHOWN, Check, make_check
from shared.kernel.postgres import Connection

WRONG = {
    "doubled": "select id::text as what from events group by id having count(*) > 1",
    "positions doubled": "select position::text as what from events group by position having count(*) > 1",
    "streams with gaps": """
        select tenant || '/' || stream as what from events group by tenant, stream
        having min(version) <> 1 or max(version) <> count(*) or count(distinct version) <> count(*)""",
    "streams of another version": """
        select coalesce(s.tenant || '/' || s.stream, e.tenant || '/' || e.stream) as what
        from streams s full join (select tenant, stream, max(version) as version from events group by 1, 2) e
             using (tenant, stream)
        where s.version is distinct from coalesce(e.version, 0)""",
    "swapped": """
        select id::text as what from (
            select id, position, lag(position) over (partition by tenant, stream order by version) as before from events
        ) e where before > position""",
}
"""Queries that must return no row, by the kind of error."""


async def check_store(connection: Connection) -> Check:
    """Check the streams of a store, in the connection's transaction."""
    events = await connection.fetchval("select count(*) from events")
    streams = await connection.fetchval("select count(*) from streams")
    incarnations = await connection.fetchval("select count(*) from incarnations")
    errors = {}
    for kind, query in WRONG.items():
        rows = await connection.fetch(f"select what, count(*) over () as number from ({query}) w limit {SHOWN}")
        errors[kind] = (rows[0]["number"] if rows else 0, [row["what"] for row in rows])
    return make_check("store", events, {"streams": streams, "incarnations": incarnations}, errors)
