"""How far an answer reaches: reporting receives events some time after they are published, and may park some."""

import base64
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from shared.kernel.answers import Answer
from shared.kernel.postgres import Connection
from shared.kernel.postgres.progress import PROJECTED

Source = Literal["referral", "matching", "sessions"]
"""A service whose public events reporting consumes."""
SOURCES: tuple[Source, ...] = get_args(Source)

MOST_IDS = 100
"""How many parked events of a source an answer names."""


class ParkedEvents(Answer):
    """Events of a source that are missing in the answer: they could not be read, or wait behind one that could not.

    `since` is when the first of them was parked. An operator lists and replays them with `alongside parked`.
    `event_ids` has the ids of the first hundred, for partnership leads; it is None for others.
    """

    source: Source
    events: int
    since: datetime
    event_ids: tuple[UUID, ...] | None = None


class DatedAnswer(Answer):
    """An answer that says how far it reaches. Later events may be on their way.

    `up_to_date_at` is when the last event that it contains was recorded here, `sources` the same for the events of each
    source; None before the first event. `parked` lists the sources of which events are missing.
    """

    up_to_date_at: datetime | None
    sources: Mapping[Source, datetime | None]
    parked: tuple[ParkedEvents, ...]


async def read_freshness(
    connection: Connection, tenant: str, position: int | None, known_at: datetime | None, *, names_parked: bool
) -> DatedAnswer:
    """Return how far an answer reaches: one of now, or of what was known at a moment, after the event at `position`."""
    rows = await connection.fetch(FRESHNESS, tenant, position, known_at)
    by_source = {row["source"]: row for row in rows}
    parked = [by_source[source] for source in SOURCES if by_source[source]["parked"]]
    ids = await _parked_ids(connection, tenant, known_at) if parked and names_parked else {}
    return DatedAnswer(
        up_to_date_at=rows[0]["up_to_date_at"],
        sources={source: by_source[source]["last_at"] for source in SOURCES},
        parked=tuple(
            ParkedEvents(
                source=row["source"],
                events=row["parked"],
                since=row["since"],
                event_ids=ids.get(row["source"], ()) if names_parked else None,
            )
            for row in parked
        ),
    )


async def _parked_ids(connection: Connection, tenant: str, known_at: datetime | None) -> dict[str, tuple[UUID, ...]]:
    """Return by source the ids of the first parked events; one whose id cannot be read is left out."""
    found: dict[str, list[UUID]] = {}
    for row in await connection.fetch(_PARKED_HEADERS, tenant, known_at, MOST_IDS):
        with suppress(KeyError, ValueError):
            id_ = UUID(base64.b64decode(dict(row["headers"])["ce_id"]).decode())
            found.setdefault(row["source"], []).append(id_)
    return {source: tuple(ids) for source, ids in found.items()}


_SOURCE_OF_PARKED = "split_part(topic, '.', cardinality(string_to_array(topic, '.')) - 1)"
"""The source of a parked message. Where its envelope cannot be read, only the topic tells it, `PREFIX.SOURCE.v1`."""


def _is_parked(known_at: str) -> str:
    """The condition that an event was parked at a moment; None: that it is parked now."""
    return f"""split_part(stream, '/', 1) = $1 and case when {known_at} is null then status = 'parked'
               else parked_at <= {known_at} and (closed_at is null or closed_at > {known_at}) end"""


def _last_of(source: Source) -> str:
    # a literal, which the planner compares with the condition of the source's index
    return f"""
        select '{source}' as source, (
            select recorded_at from events
            where tenant = $1 and position <= (select position from reached) and stream like '{source}/%'
            order by position desc limit 1
        ) as last_at"""


FRESHNESS = f"""
    with reached as materialized (select coalesce($2::bigint, ({PROJECTED})) as position)
    select source, last_at, coalesce(parked.events, 0) as parked, parked.since, (
        select recorded_at from events
        where tenant = $1 and position <= (select position from reached) order by position desc limit 1
    ) as up_to_date_at
    from ({" union all ".join(map(_last_of, SOURCES))}) each_source
    left join (
        select {_SOURCE_OF_PARKED} as source, count(*) as events, min(parked_at) as since
        from parked where {_is_parked("$3::timestamptz")} group by 1
    ) parked using (source)"""
"""The query for what an answer of a tenant ($1) after a position ($2), known at a moment ($3), contains: a line for
each source. Each costs one look into an index, however long ago the last event of the source was.
"""
_PARKED_HEADERS = f"""
    select source, headers from (
        select {_SOURCE_OF_PARKED} as source, headers, row_number() over (partition by topic order by parked_at) as nth
        from parked where {_is_parked("$2::timestamptz")}
    ) parked where nth <= $3 order by source, nth"""
