"""The SQL of what consumers have passed over: the types that they react to, and what is unheard of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from shared.kernel.postgres import Connection
from shared.kernel.records import HighWaterMark, SourcePartition, Unheard

_ENTERED = """
    with changed as (
        insert into reactions as r (consumer, type, version, known_before)
        select $1, type, version, false from unnest($3::text[], $4::int[]) w (type, version)
        on conflict (consumer, type) do update set version = excluded.version, known_before = false
            where r.version < excluded.version
        returning type, version
    )
    insert into unheard (consumer, source, topic, partition, type, version, incarnation, position)
    select $1, h.source, h.topic, h.partition, c.type, c.version, $5, $6
    from high_water h cross join changed c
    where h.consumer = $1 and h.topic = any ($2)
    on conflict (consumer, source, topic, partition, type)
        do update set version = excluded.version, incarnation = excluded.incarnation, position = excluded.position"""

_UNHEARD = """
    with here as (
        select source, topic, partition, incarnation, position,
               coalesce(recorded_incarnation, $7) as recorded_incarnation,
               coalesce(recorded_position, $8) as recorded_position
        from high_water
        where consumer = $1 and (source, topic, partition) in (select * from unnest($2::text[], $3::text[], $4::int[]))
    ), unrecorded as (
        select * from here where (recorded_incarnation, recorded_position) < (incarnation, position)
    ), passed as (
        insert into unheard (consumer, source, topic, partition, type, version, incarnation, position)
        select $1, h.source, h.topic, h.partition, r.type, r.version,
               case when r.known_before then h.incarnation else h.recorded_incarnation end,
               case when r.known_before then h.position else h.recorded_position end
        from here h join reactions r on r.consumer = $1
        where (r.type, r.version) not in (select * from unnest($5::text[], $6::int[]))
           or not r.known_before
              and (h.source, h.topic, h.partition) in (select source, topic, partition from unrecorded)
        on conflict do nothing
        returning source, topic, partition, type, version, incarnation, position
    ), recorded as (
        update high_water h set recorded_incarnation = u.incarnation, recorded_position = u.position from unrecorded u
        where h.consumer = $1 and (h.source, h.topic, h.partition) = (u.source, u.topic, u.partition)
    )
    select source, topic, partition, type, version, incarnation, position from unheard
    where consumer = $1 and (source, topic, partition) in (select * from unnest($2::text[], $3::text[], $4::int[]))
    union all select * from passed"""

_MOVED = """
    update unheard u set incarnation = m.incarnation, position = m.position, moved_at = clock_timestamp()
    from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::int[], $7::bigint[])
         m (source, topic, partition, type, incarnation, position)
    where u.consumer = $1 and (u.source, u.topic, u.partition, u.type) = (m.source, m.topic, m.partition, m.type)"""

_HEARD = """
    delete from unheard u using high_water h
    where u.consumer = $1 and h.consumer = $1 and (h.source, h.topic, h.partition) = (u.source, u.topic, u.partition)
      and (u.source, u.topic, u.partition) in (select * from unnest($2::text[], $3::text[], $4::int[]))
      and (u.type, u.version) in (select * from unnest($5::text[], $6::int[]))
      and (u.incarnation, u.position) >= (h.incarnation, h.position)"""

_TOPICS = """
    select topic from unheard
    where consumer = $1 and (type, version) in (select * from unnest($2::text[], $3::int[]))
    union select topic from high_water
    where consumer = $1
      and (coalesce(recorded_incarnation, $4), coalesce(recorded_position, $5)) < (incarnation, position)
      and exists (select from reactions r where r.consumer = $1 and not r.known_before
                  and (r.type, r.version) in (select * from unnest($2::text[], $3::int[])))"""


async def enter_reactions(
    connection: Connection, consumer: str, topics: Sequence[str], reactions: Mapping[str, int], beginning: HighWaterMark
) -> None:
    """Enter what a reader reacts to; what is new of it becomes unheard in all places that the consumer has marks of.

    Whoever moves a mark holds this lock on the table: after that nobody moves one without knowing of the new types.
    """
    await connection.execute("lock table high_water in share row exclusive mode")
    await connection.execute(_ENTERED, consumer, list(topics), list(reactions), list(reactions.values()), *beginning)


async def read_unheard(
    connection: Connection,
    consumer: str,
    places: Collection[SourcePartition],
    reactions: Mapping[str, int],
    beginning: HighWaterMark,
) -> dict[SourcePartition, dict[str, Unheard]]:
    """Read what is unheard in these places, whose marks the transaction holds, and enter first what is passed over."""
    rows = await connection.fetch(
        _UNHEARD, consumer, *_columns(places, 3), list(reactions), list(reactions.values()), *beginning
    )
    found: dict[SourcePartition, dict[str, Unheard]] = {}
    for source, topic, partition, type_, version, *mark in rows:
        unheard = Unheard(version, HighWaterMark(*mark))
        found.setdefault(SourcePartition(source, topic, partition), {})[type_] = unheard
    return found


async def move_unheard(
    connection: Connection,
    consumer: str,
    moved: Mapping[tuple[SourcePartition, str], HighWaterMark],
    places: Collection[SourcePartition],
    reactions: Mapping[str, int],
) -> None:
    """Move the marks of what is unheard, and remove those that have reached the consumer's own in these places."""
    if moved:
        rows = [(*place, type_, *mark) for (place, type_), mark in moved.items()]
        await connection.execute(_MOVED, consumer, *_columns(rows, 6))
    await connection.execute(_HEARD, consumer, *_columns(places, 3), list(reactions), list(reactions.values()))


async def topics_with_unheard(
    connection: Connection, consumer: str, reactions: Mapping[str, int], beginning: HighWaterMark
) -> set[str]:
    """Read which topics hold something unheard that a reader with these reactions can hear."""
    rows = await connection.fetch(_TOPICS, consumer, list(reactions), list(reactions.values()), *beginning)
    return {row["topic"] for row in rows}


async def set_aside(
    connection: Connection, consumer: str, events: Collection[tuple[str, str, int]]
) -> set[tuple[str, str, int]]:
    """Read which of these events, given as (topic, source, sequence), are parked or were discarded."""
    rows = await connection.fetch(
        """select topic, source, sequence from parked
           where consumer = $1 and status in ('parked', 'discarded')
             and (topic, source, sequence) in (select * from unnest($2::text[], $3::text[], $4::bigint[]))""",
        consumer,
        *_columns(events, 3),
    )
    return {(row["topic"], row["source"], row["sequence"]) for row in rows}


def _columns(rows: Iterable[Sequence[object]], number: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(number)]
