"""Read tables without merged records, and without people whose registration was undone.

After two records of one person are merged, every mention of the merged record means the kept record. After a
registration is undone, the person does not exist. Either event may arrive before or after others that name these
people. So the tables keep the ids that the events name, and a report resolves them when it is asked for.

A report can also be asked for as it was known at a past moment: then every table has the rows that it had then.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from uuid import UUID

from services.reporting.tables import READ_MODELS
from services.reporting.tables.merges import MERGES
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.training_statuses import TRAINING_STATUSES
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from shared.kernel.postgres.progress import projected_position
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader
from shared.kernel.readmodel import ReadModel

_PEOPLE = ("mentor_id", "trainee_id")
"""The columns that name a person, in whichever table they are."""
TABLES_OF_PEOPLE = tuple(model for model in READ_MODELS if any(column in model.columns for column in _PEOPLE))

KNOWN_AT = "alongside.known_at"
"""The setting of a transaction that reads what was known at a position: that position."""


@dataclass(frozen=True)
class ReportReader(Reader):
    """Reads for a report, as things are known now, or were known after the event at `position`, recorded by `known_at`.

    Every query of a report begins with `current_rows`, a `with` clause, to which the query may add expressions of its
    own. After it, `mentors`, `relationships` and every other table whose rows name people mean the current rows:
    `mentor_id` and `trainee_id` are those of kept records, and rows of undone people are left out. `mentor_record_id`
    and `trainee_record_id` are the ids that the events named: a query about a few people compares them with
    `records_of`, which the indexes of the tables serve.
    """

    known_at: datetime | None = None
    position: int | None = None

    @property
    def current_rows(self) -> str:
        """The beginning of every query."""
        return _current_rows(self.position is not None)

    @property
    def people(self) -> str:
        """The beginning of a query that needs no more than `kept_records`."""
        return _people(self.position is not None)

    async def at(self, known_at: datetime | None) -> "ReportReader":
        """Return a reader of what was known at a moment; of what is known now where it is None or yet to come.

        Until another reader is made, the transaction of this connection reads as of that moment.
        """
        position = None if known_at is None else await self._position_at(known_at)
        reader = replace(self, known_at=known_at, position=position)
        await reader.begin()
        return reader

    async def begin(self) -> None:
        """Let the transaction read as of this reader's moment: needed where readers take turns on one connection."""
        await self.value(f"select set_config('{KNOWN_AT}', $1, true)", str(self.position or ""))

    async def _position_at(self, known_at: datetime) -> int:
        """Return the position of the last event that was recorded by a moment; 0 where there is none."""
        position: int | None = await self.value(
            """select position from events where tenant = $1 and recorded_at <= $2 and position <= $3
               order by position desc limit 1""",
            self.who.tenant,
            known_at,
            await projected_position(self.connection),
        )
        return position or 0

    async def up_to_date_at(self) -> datetime | None:
        """Return when the last event was recorded that an answer contains; None before the first event.

        Ask before the rows of an answer are read: then the answer contains at least the events up to this time.
        """
        last = await projected_position(self.connection) if self.position is None else self.position
        recorded_at: datetime | None = await self.value(
            "select recorded_at from events where tenant = $1 and position <= $2 order by position desc limit 1",
            self.who.tenant,
            last,
        )
        return recorded_at

    async def principal(self) -> Principal:
        """Return the person who asks, under the id of their kept record: their token may still name a merged one."""
        try:
            record_id = UUID(self.who.subject)
        except ValueError:
            return self.who
        return replace(self.who, subject=str(await kept_record(self, record_id)))


async def kept_records(reader: ReportReader, record_ids: Collection[object]) -> dict[object, object]:
    """Return the kept records of those of these records that were merged: the last of the chain of merges of each."""
    rows = await reader.connection.fetch(
        f"{reader.people} select merged_id, kept_id from kept_records where merged_id = any ($1)",
        list(record_ids),
    )
    return {row["merged_id"]: row["kept_id"] for row in rows}


async def kept_record(reader: ReportReader, record_id: UUID) -> UUID:
    """Return the id of the kept record: the last of the record's chain of merges, or the record itself."""
    kept = (await kept_records(reader, [record_id])).get(record_id, record_id)
    assert isinstance(kept, UUID)
    return kept


async def records_of(reader: ReportReader, *kept_ids: UUID) -> list[UUID]:
    """Return these records and all records that were merged into them."""
    rows = await reader.connection.fetch(
        f"{reader.people} select merged_id from kept_records where kept_id = any ($1)", list(kept_ids)
    )
    return [*kept_ids, *(row["merged_id"] for row in rows)]


def _source(model: ReadModel, past: bool) -> str:
    """The rows of a table, or (past) those that it had at the position in `KNOWN_AT`."""
    if not past:
        return f"reading.{model.name}"
    columns, position = ", ".join(model.columns), f"current_setting('{KNOWN_AT}')::bigint"
    return f"""(
        select {columns} from reading.{model.name} where known_from <= {position}
        union all
        select {columns} from reading.{model.name}_past where known_from <= {position} and {position} < known_until)"""


@cache
def _people(past: bool) -> str:
    merges, undone, referrals = (_source(model, past) for model in (MERGES, UNDONE_REGISTRATIONS, REFERRALS))
    return f"""with recursive merged_into as (  -- a record, and every record after it in a chain of merges
        select merged_id, kept_id from {merges} first
        union
        select earlier.merged_id, later.kept_id
        from merged_into earlier join {merges} later on later.merged_id = earlier.kept_id
    ), kept_records as (
        select merged_id, kept_id from merged_into
        where kept_id not in (select again.merged_id from {merges} again)
    ), undone as (
        -- somebody recorded again is there again, even where referral publishes no more of them than a referral
        select person_id from {undone} u
        where not exists (select from {referrals} r where r.trainee_id = u.person_id and r.made_on >= u.undone_on)
    )"""


@cache
def _current_rows(past: bool) -> str:
    others = [model for model in READ_MODELS if model not in TABLES_OF_PEOPLE] if past else []
    return ", ".join(
        (
            _people(past),
            *(f"{model.name} as not materialized (select * from {_source(model, past)} known)" for model in others),
            f"recorded_statuses as not materialized (select * from {_source(TRAINING_STATUSES, past)} known)",
            *(_current(model, past) for model in TABLES_OF_PEOPLE),
        )
    )


def _current(model: ReadModel, past: bool) -> str:
    """The common table expression that takes the place of a table, under its name."""
    people = [column for column in _PEOPLE if column in model.columns]
    rows = (_descriptions if model.key == tuple(people) else _mentions)(model, people, _source(model, past))
    return f"{model.name} as not materialized ({rows})"


def _descriptions(model: ReadModel, people: Sequence[str], source: str) -> str:
    """The rows of a table that has a row for each person: what it says of the kept record holds."""
    (person,) = people
    return f"""
        select {", ".join(model.columns)} from {source} named
        where {person} not in (select merged_id from kept_records) and {person} not in (select person_id from undone)"""


def _mentions(model: ReadModel, people: Sequence[str], source: str) -> str:
    """The rows of a table that names people in these columns: each names the kept record instead."""
    kept = {person: f"coalesce(kept_{person}.kept_id, named.{person})" for person in people}
    columns = [f"{kept[column]} as {column}" if column in kept else f"named.{column}" for column in model.columns]
    columns += [f"named.{person} as {person.removesuffix('_id')}_record_id" for person in people]
    joins = [f"left join kept_records kept_{person} on kept_{person}.merged_id = named.{person}" for person in people]
    exists = [f"{kept[person]} not in (select person_id from undone)" for person in people]
    return f"""
        select {", ".join(columns)}
        from {source} named {" ".join(joins)}
        where {" and ".join(exists)}"""
