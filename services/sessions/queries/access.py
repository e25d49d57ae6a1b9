"""Queries of whatever belongs to a person: each item with those who can see it and why, and who has read what."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.access import (
    Access,
    Audience,
    AudienceRole,
    Item,
    ItemReader,
    Opening,
    OwnKind,
    ReadingReason,
    reason_to_read,
)
from services.sessions.queries.assignments import assigned_as
from services.sessions.queries.merges import current_principal, kept_id_of, kept_record, records_of
from shared.events.words import ItemKind
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class ReaderOfItem(Answer):
    """Somebody other than the owner who can see an item: a person or everybody in a role, why, and until which day.

    `programme_role` is the role of the programme in which somebody opened it to keep somebody safe.
    """

    person_id: UUID | None = None
    role: AudienceRole | None = None
    programme_role: str | None = None
    why: ReadingReason
    until: date | None = None


class OwnItem(Answer):
    """An item of the person's own record, and everybody else who can see it; open it by its id to read it."""

    item_id: UUID
    kind: OwnKind
    on: date
    relationship_id: UUID | None
    readers: tuple[ReaderOfItem, ...]


class ItemReading(Answer):
    """Somebody other than the owner read an item on a day.

    Of somebody who opened it to keep somebody safe only their `programme_role` is shown, once the owner is told.
    """

    item_id: UUID
    kind: OwnKind
    reader_id: UUID | None
    programme_role: str | None
    on: date


class OpeningOfOwn(Answer):
    """Somebody in a role of the programme opened items of the person's own to keep somebody safe."""

    grant_id: UUID
    relationship_id: UUID
    programme_role: str
    kinds: tuple[ItemKind, ...]
    opened_on: date
    last_day: date
    closed_on: date | None


async def list_own_items(reader: Reader) -> list[OwnItem]:
    """Return everything that belongs to the person, the latest first, with everybody else who can see it."""
    own = await _own_records(reader)
    rows = await reader.connection.fetch(_OWN.format(columns=_COLUMNS), own)
    openings = await reader.connection.fetch(_OPEN_NOW, own, utc_now().date())
    named = {UUID(each) for row in rows for each in row["kept_by"]}
    named |= {person_id for row in rows for person_id in _reading_along(row)}
    named |= {to.person_id for row in rows for to in _audiences(row) if to.person_id is not None}
    kept = await _kept_records(reader, named)
    return [
        OwnItem(
            **{name: row[name] for name in ("item_id", "kind", "on", "relationship_id")},
            readers=(*_readers(row, kept), *_opened(row, openings)),
        )
        for row in rows
    ]


async def list_reads(reader: Reader, item_id: UUID | None = None, kind: OwnKind | None = None) -> list[ItemReading]:
    """Return who read items of the person's own and when, the latest first: all, those of a kind, or one."""
    own = await _own_records(reader)
    return await reader.all(ItemReading, _READS, own, item_id, kind, utc_now().date())


async def list_openings(reader: Reader) -> list[OpeningOfOwn]:
    """Return who opened items of the person's own to keep somebody safe, the latest first.

    An opening of which the owner is told later is left out until it is over.
    """
    return await reader.all(OpeningOfOwn, _OPENINGS, await _own_records(reader), utc_now().date())


async def reader_of(reader: Reader, owner_records: Sequence[UUID], schools: Collection[str] = ()) -> ItemReader:
    """Return the person as a reader of items of an owner, given by all ids of their records.

    `schools` count among those of the owner.
    """
    person_id = policy.item_reader(await current_principal(reader))
    own = await records_of(reader, person_id)
    owners = {row["school_urn"] for row in await reader.connection.fetch(_SCHOOLS, owner_records)}
    assigned = await assigned_as(reader, owner_records[0]) if owner_records else policy.NOBODY
    return ItemReader(frozenset(own), policy.audience_roles(reader.who, {*schools, *owners}, assigned))


def is_readable(row: Any, reader: ItemReader) -> bool:
    """Whether somebody may read an item that is somebody's own, given as its row with the relationship's columns."""
    access = Access(frozenset(_audiences(row)), frozenset(UUID(each) for each in row["kept_by"]))
    return reason_to_read(reader, Item(row["owner_id"], access, frozenset(_reading_along(row)))) is not None


async def current_audiences(reader: Reader, row: Any) -> tuple[Audience, ...]:
    """Return to whom an item is released, given as its row, people by the ids of their kept records."""
    audiences = [
        to if to.person_id is None else Audience(person_id=await kept_record(reader, to.person_id))
        for to in _audiences(row)
    ]
    return tuple(dict.fromkeys(audiences))


async def _own_records(reader: Reader) -> list[UUID]:
    return await records_of(reader, policy.item_owner(await current_principal(reader)))


async def _kept_records(reader: Reader, people: Iterable[UUID]) -> dict[UUID, UUID]:
    return {person_id: await kept_record(reader, person_id) for person_id in people}


def _audiences(row: Any) -> list[Audience]:
    return [Audience.model_validate(to) for to in row["released_to"]]


def _readers(row: Any, kept: dict[UUID, UUID]) -> tuple[ReaderOfItem, ...]:
    """Name each reader once, with the strongest reason first."""
    found: list[ReaderOfItem] = []
    for person_id in _reading_along(row):
        until = _reads_until(row)
        last = None if until == date.max else until
        found.append(ReaderOfItem(person_id=kept[person_id], why="works_with_owner", until=last))
    for to in _audiences(row):
        named = None if to.person_id is None else kept[to.person_id]
        why: ReadingReason = "released_to_role" if named is None else "released_to_person"
        found.append(ReaderOfItem(person_id=named, role=to.role, why=why))
    found += [ReaderOfItem(person_id=kept[UUID(each)], why="assessment_rests_on_it") for each in row["kept_by"]]
    by_audience = {(each.person_id, each.role): each for each in reversed(found)}
    return tuple(each for each in found if by_audience[each.person_id, each.role] is each)


def _opened(row: Any, openings: Sequence[Any]) -> list[ReaderOfItem]:
    """Name those who can see an item because they opened it to keep somebody safe, by their role."""
    return [
        ReaderOfItem(programme_role=each["role"], why="safeguarding", until=each["last_day"])
        for each in openings
        if Opening(
            each["grant_id"], each["relationship_id"], frozenset(each["kinds"]), each["starts_on"], each["ends_on"]
        ).covers(Item(UUID(int=0), Access(), kind=row["kind"], relationship_id=row["relationship_id"], on=row["on"]))
    ]


def _reading_along(row: Any) -> list[UUID]:
    """The people who read an item today because they wrote it with or for its owner, or go through it together."""
    people = [row["author_id"]] if row["author_id"] else []
    if row["both_read"]:
        people.append(row["trainee_id"] if row["owner_side"] == "mentor" else row["mentor_id"])
    return list(dict.fromkeys(people)) if people and _reads_until(row) >= utc_now().date() else []


def _reads_until(row: Any) -> date:
    """The last day on which whoever wrote an item with or for its owner reads it; of all days where there is no end."""
    days = row["mentor_reads_for_days"]
    if row["owner_side"] == "mentor" or days is None:
        return date.max
    ends_on: date = row["ends_on"]
    return ends_on + timedelta(days=days)


_COLUMNS = """i.item_id, i.kind, i.happened_on as "on", i.relationship_id, i.owner_side, i.author_id, i.both_read,
    i.released_to, i.kept_by, r.mentor_id, r.trainee_id, r.ends_on, r.mentor_reads_for_days"""
_OWN = """
    select {columns} from items i left join relationships r on r.relationship_id = i.relationship_id
    where i.owner_id = any ($1)
       or case i.owner_side when 'mentor' then r.mentor_id when 'trainee' then r.trainee_id end = any ($1)
    order by i.happened_on desc, i.item_id"""
_TOLD = """case when o.tell_later then coalesce(o.closed_on, o.last_day + 1) else o.opened_on end <= {today}"""
_READS = f"""
    select distinct w.item_id, i.kind, case when o.grant_id is null then {kept_id_of("w.reader_id")} end as reader_id,
           o.role as programme_role, w.read_on as "on"
    from ({_OWN.format(columns="i.item_id, i.kind")}) i
         join item_reads w on w.item_id = i.item_id left join openings o on o.grant_id = w.grant_id
    where ($2::uuid is null or w.item_id = $2) and ($3::text is null or i.kind = $3)
      and (w.grant_id is null or {_TOLD.format(today="$4")})
    order by w.read_on desc, w.item_id, reader_id"""
_OPENINGS = f"""
    select o.grant_id, o.relationship_id, o.role as programme_role, o.kinds, o.opened_on, o.last_day, o.closed_on
    from openings o where o.owner_id = any ($1) and {_TOLD.format(today="$2")} order by o.opened_on desc, o.grant_id"""
_OPEN_NOW = f"""
    select o.grant_id, o.relationship_id, o.role, o.kinds, o.last_day, r.starts_on, r.ends_on
    from openings o join relationships r on r.relationship_id = o.relationship_id
    where o.owner_id = any ($1) and o.closed_on is null and o.last_day >= $2 and {_TOLD.format(today="$2")}"""
_SCHOOLS = "select distinct school_urn from relationships where trainee_id = any ($1)"
