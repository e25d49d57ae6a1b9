"""Read the feed of a partnership behind a position: gapless, in order, a bounded number of events at a time.

The order of positions is the order of commits (`functions/append.sql`), so no event appears later at a position that
somebody has read past.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.reporting.feed.cloud_events import CloudEvent, cloud_event
from services.reporting.feed.positions import format_position, parse_position, resume_after
from services.reporting.policy import WITHHELD, event_feed
from services.reporting.reactions.recording import CATALOGUE
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid
from shared.kernel.postgres import Connection, events
from shared.kernel.reader import Reader
from shared.kernel.records import HighWaterMark, Incarnation

OFFERED = tuple(sorted(CATALOGUE.classes.keys() - WITHHELD))
"""The types of events that others can read."""
EXAMINED = 10_000
"""Events that are looked at for one page: whoever asks for a rare type reads on from page to page."""

_SPAN = """
    select coalesce((select max(position) from events where tenant = $1), 0) as head,
           coalesce((select max(position) from (
               select position from events where tenant = $1 and position > $2 order by position limit $3
           ) examined), $2) as last"""
_EVENTS = """
    select position, id, tenant, stream, type, schema_version, body, recorded_at, correlation_id, causation_id
    from events
    where tenant = $1 and position > $2 and position <= $3 and (type = any ($4) or type <> all ($5))
    order by position limit $6"""


class EventPage(Answer):
    """A page of the feed. `next` is the position to ask `after` for the next page, also where this one is empty.

    `more` says that there are later events already: ask again at once. Otherwise ask again after a while.
    """

    events: list[CloudEvent]
    next: str
    more: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """The events of a partnership behind one position and up to another one (`end`).

    `more` says that there are later events, `waits` that the next one is of a type that only a later version may show.
    """

    events: list[CloudEvent]
    end: int
    more: bool
    waits: bool = False


async def read_event_page(reader: Reader, after: str, types: str | None, limit: int) -> EventPage:
    """Return a page of the partnership's feed.

    `after` is a position, `types` are types of events with commas between them; None: all. Raises `NotAllowed` for
    whom the feed is not for, `Invalid` for a position that no event has yet, or a type that there is not.
    """
    event_feed(reader.who)
    wanted = parse_types(types)
    incarnations = await events.incarnations(reader.connection)
    reached = parse_position(after)
    must_be_reached(reached, incarnations, await read_head(reader.connection, reader.who.tenant), "query:after")
    begin = resume_after(reached, incarnations)
    stretch = await read_stretch(reader.connection, reader.who.tenant, begin, wanted, limit, incarnations)
    return EventPage(events=stretch.events, next=format_position(stretch.end, incarnations), more=stretch.more)


async def read_stretch(
    connection: Connection,
    tenant: str,
    after: int,
    types: Collection[str],
    limit: int,
    incarnations: Sequence[Incarnation],
) -> Stretch:
    """Return at most `limit` events of these types behind a position, of at most `EXAMINED` of all types.

    It ends before an event of a type that this version does not know: only a later version knows whether others may
    read it.
    """
    span = await connection.fetchrow(_SPAN, tenant, after, EXAMINED)
    assert span is not None
    known = sorted(CATALOGUE.classes)
    found = await connection.fetch(_EVENTS, tenant, after, span["last"], sorted(types), known, limit)
    rows = [dict(row) for row in found]
    unknown = next((nth for nth, row in enumerate(rows) if row["type"] not in CATALOGUE.classes), None)
    if unknown is not None:
        before = [cloud_event(row, incarnations) for row in rows[:unknown]]
        return Stretch(before, rows[unknown]["position"] - 1, more=False, waits=True)
    end = rows[-1]["position"] if len(rows) == limit else span["last"]
    return Stretch([cloud_event(row, incarnations) for row in rows], end, more=end < span["head"])


def parse_types(types: str | None) -> Sequence[str]:
    """Return the types of events in a list with commas; all for None. Raises `Invalid` for one that there is not."""
    if types is None:
        return OFFERED
    named = tuple(dict.fromkeys(types.split(",")))
    must_be_offered(named, "query:types")
    return named


def must_be_offered(named: Sequence[str], pointer: str) -> None:
    """Raise `Invalid` with a pointer where one of these types is not offered."""
    for type_ in named:
        if type_ not in OFFERED:
            raise Invalid(
                f"There are no events of the type {type_[:80]!r} for others. The page on events lists the types.",
                pointer=pointer,
            )


async def read_head(connection: Connection, tenant: str) -> int:
    """Return the position of the last event of a partnership; 0 where there is none."""
    return int(await connection.fetchval("select coalesce(max(position), 0) from events where tenant = $1", tenant))


def must_be_reached(reached: HighWaterMark, incarnations: Sequence[Incarnation], head: int, pointer: str) -> None:
    """Raise `Invalid` with a pointer for a position that no event of the store has, of which the last one is `head`."""
    if reached.incarnation > incarnations[-1].number or resume_after(reached, incarnations) > head:
        raise Invalid(
            "No event has this position. Take positions from the feed, or begin anew with 0.", pointer=pointer
        )
