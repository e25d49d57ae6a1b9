"""Read tables without merged records, and without people whose registration was undone.

After two records of one person are merged, every mention of the merged record means the kept record. After a
registration is undone, the person does not exist. Either event may arrive before or after others that name these
people. So the tables keep the ids that the events name, and a report resolves them when it is asked for.

A report can also be asked for as it was known at a past moment: then every table has the rows that it had then.
"""

from collections.abc import Sequence
from functools import cache

from services.reporting.tables import READ_MODELS
from services.reporting.tables.merges import MERGES
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.training_statuses import TRAINING_STATUSES
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from shared.kernel.readmodel import ReadModel

PEOPLE = ("mentor_id", "trainee_id")
"""The columns that name a person, in whichever table they are."""
TABLES_OF_PEOPLE = tuple(model for model in READ_MODELS if any(column in model.columns for column in PEOPLE))


def names_only_its_key(model: ReadModel) -> bool:
    """Whether a table has a row for each person; the others name people in rows of something else."""
    return model.key == tuple(column for column in PEOPLE if column in model.columns)


KNOWN_AT = "alongside.known_at"
"""The setting of a transaction that reads what was known at a position: that position."""
_POSITION = f"current_setting('{KNOWN_AT}')::bigint"


NAMED = "tenant = any ((select named_tenants())::text[])"
"""The condition that a row is of a partnership that the transaction has named: for workers, who see those of all."""


def _source(model: ReadModel, past: bool, named: bool) -> str:
    """The rows of a table, or (past) those that it had at the position in `KNOWN_AT`; of `NAMED` partnerships alone."""
    source = f"({model.rows_at(_POSITION)})" if past else f"reading.{model.name}"
    return f"(select * from {source} rows where {NAMED})" if named else source


@cache
def people(*, past: bool, named: bool = False) -> str:
    """Return a `with` clause with `kept_records` (`merged_id`, `kept_id`) and `undone` (`person_id`) alone."""
    merges, undone, referrals = (_source(model, past, named) for model in (MERGES, UNDONE_REGISTRATIONS, REFERRALS))
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
def current_rows(*, past: bool, named: bool = False) -> str:
    """Return how every query of a report begins: a `with` clause, to which it may add expressions of its own.

    After it, `mentors`, `relationships` and every other table whose rows name people mean the current rows: `mentor_id`
    and `trainee_id` are those of kept records, and rows of undone people are left out. `mentor_record_id` and
    `trainee_record_id` are the ids that the events named. With `past`, every table has the rows that were known at the
    position in `KNOWN_AT`; with `named`, they are those of partnerships that the transaction has named, whoever reads.
    """
    others = [model for model in READ_MODELS if model not in TABLES_OF_PEOPLE] if past or named else []
    return ", ".join(
        (
            people(past=past, named=named),
            *(
                f"{model.name} as not materialized (select * from {_source(model, past, named)} known)"
                for model in others
            ),
            f"recorded_statuses as not materialized (select * from {_source(TRAINING_STATUSES, past, named)} known)",
            *(_current(model, _source(model, past, named)) for model in TABLES_OF_PEOPLE),
        )
    )


def _current(model: ReadModel, source: str) -> str:
    """The common table expression that takes the place of a table, under its name."""
    people = [column for column in PEOPLE if column in model.columns]
    rows = (_descriptions if names_only_its_key(model) else _mentions)(model, people, source)
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
