"""Read tables without merged records, and without people whose registration was undone.

After two records of one person are merged, every mention of the merged record means the kept record. After a
registration is undone, the person does not exist. Either event may arrive before or after others that name these
people. So the tables keep the ids that the events name, and a report resolves them when it is asked for.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.reporting.tables import READ_MODELS
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader
from shared.kernel.readmodel import ReadModel

_PEOPLE = ("mentor_id", "trainee_id")
"""The columns that name a person, in whichever table they are."""

_PEOPLE_NOW = """with recursive merged_into as (  -- a record, and every record after it in a chain of merges
        select merged_id, kept_id from reading.merges
        union
        select earlier.merged_id, later.kept_id
        from merged_into earlier join reading.merges later on later.merged_id = earlier.kept_id
    ), kept_records as (
        select merged_id, kept_id from merged_into where kept_id not in (select merged_id from reading.merges)
    ), undone as (
        -- somebody recorded again is there again, even where referral publishes no more of them than a referral
        select person_id from reading.undone_registrations u
        where not exists (
            select from reading.referrals r where r.trainee_id = u.person_id and r.made_on >= u.undone_on
        )
    )"""


def _current(model: ReadModel) -> str:
    """The common table expression that takes the place of a table, under its name."""
    people = [column for column in _PEOPLE if column in model.columns]
    rows = _descriptions(model) if model.key == tuple(people) else _mentions(model, people)
    return f"{model.name} as not materialized ({rows})"


def _descriptions(model: ReadModel) -> str:
    """The rows of a table that has a row for each person: what it says of the kept record holds."""
    (person,) = model.key
    return f"""
        select * from reading.{model.name}
        where {person} not in (select merged_id from kept_records) and {person} not in (select person_id from undone)"""


def _mentions(model: ReadModel, people: Sequence[str]) -> str:
    """The rows of a table that names people in these columns: each names the kept record instead."""
    kept = {person: f"coalesce(kept_{person}.kept_id, named.{person})" for person in people}
    columns = [f"{kept[column]} as {column}" if column in kept else f"named.{column}" for column in model.columns]
    columns += [f"named.{person} as {person.removesuffix('_id')}_record_id" for person in people]
    joins = [f"left join kept_records kept_{person} on kept_{person}.merged_id = named.{person}" for person in people]
    exists = [f"{kept[person]} not in (select person_id from undone)" for person in people]
    return f"""
        select {", ".join(columns)}
        from reading.{model.name} named {" ".join(joins)}
        where {" and ".join(exists)}"""


TABLES_OF_PEOPLE = tuple(model for model in READ_MODELS if any(column in model.columns for column in _PEOPLE))

CURRENT_ROWS = ", ".join([_PEOPLE_NOW, *map(_current, TABLES_OF_PEOPLE)])
"""How every query of a report begins: a `with` clause, to which the query may add expressions of its own.

After it, `mentors`, `relationships` and every other table whose rows name people mean the current rows: `mentor_id`
and `trainee_id` are those of kept records, and rows of undone people are left out. `mentor_record_id` and
`trainee_record_id` are the ids that the events named: a query about a few people compares them with `records_of`, which
the indexes of the tables serve.
"""


async def kept_record(reader: Reader, record_id: UUID) -> UUID:
    """Return the id of the kept record: the last of the record's chain of merges, or the record itself."""
    kept_id: UUID | None = await reader.value(
        f"{_PEOPLE_NOW} select kept_id from kept_records where merged_id = $1", record_id
    )
    return kept_id or record_id


async def records_of(reader: Reader, *kept_ids: UUID) -> list[UUID]:
    """Return these records and all records that were merged into them."""
    rows = await reader.connection.fetch(
        f"{_PEOPLE_NOW} select merged_id from kept_records where kept_id = any ($1)", list(kept_ids)
    )
    return [*kept_ids, *(row["merged_id"] for row in rows)]


async def current_principal(reader: Reader) -> Principal:
    """Return the reader, under the id of their kept record: their token may still name a merged record."""
    try:
        record_id = UUID(reader.who.subject)
    except ValueError:
        return reader.who
    return replace(reader.who, subject=str(await kept_record(reader, record_id)))
