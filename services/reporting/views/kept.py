"""Figures of which those of today are kept, so that a report of a large partnership need not reckon all of them.

They are kept in a table beside the position up to which they were reckoned (`keeping.py`). A reader takes them from
there, but for those of which something has changed since then, and reckons these anew: an answer never waits for the
keeping, and never shows less than without it. Figures of another day, or as they were known at a past moment, are
reckoned. Decision 50.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from services.reporting.views.current_rows import NAMED
from shared.kernel.readmodel import ReadModel


@dataclass(frozen=True)
class Kept:
    """Figures, a row for each `key`, up to the day $1 of the statement that reads them.

    They are kept in the table `kept_NAME`, whose other columns are `figures`. `changed` are common table expressions:
    the last, `changed`, has the keys whose figures may have changed since the position `since`. `reckon` are those that
    `reckoned` reads, the rest of a `select` of the key and the figures, of keys that are to be reckoned. `made_from`
    are the tables that decide the figures.
    """

    name: str
    key: str
    figures: Sequence[str]
    made_from: Sequence[ReadModel]
    changed: str
    reckon: str
    reckoned: str

    @property
    def table(self) -> str:
        """The table that keeps the figures."""
        return f"kept_{self.name}"

    @cached_property
    def definition(self) -> str:
        """A digest of how figures are reckoned: what was kept by another version of the service counts for nothing."""
        tables = [table.definition for table in self.made_from]
        return hashlib.sha256(repr((self.reckon, self.reckoned, tables)).encode()).hexdigest()

    @property
    def forget(self) -> str:
        """The statement, after `current_rows`, that deletes what is to be reckoned anew."""
        return f"{self.changed} delete from {self.table} where {NAMED} and {to_reckon(self.name, self.key)}"

    @property
    def keep(self) -> str:
        """The statement, after `current_rows`, that reckons and keeps what was deleted, for the partnership $2."""
        columns = ", ".join((self.key, *self.figures))
        return f"""{self.changed}, {self.reckon}
            insert into {self.table} (tenant, {columns}) select $2, {columns} from (select {self.reckoned}) reckoned"""


def setting(name: str) -> str:
    """Return the setting of a transaction that reads kept figures: their day and position, nothing where none are."""
    return f"alongside.kept_{name}"


def since(name: str) -> str:
    """Return the SQL expression for the position up to which figures up to the day $1 are kept; null if they are not.

    It is read from a setting, since PostgreSQL plans for its value: for few changes by an index, for many by a scan.
    """
    kept = f"current_setting('{setting(name)}', true)"
    position = f"nullif(split_part({kept}, '/', 2), '')::bigint"  # a planner reads it whatever the day
    return f"(case when split_part({kept}, '/', 1) = ($1::date)::text then {position} end)"


def changes(name: str, table: ReadModel, column: str) -> str:
    """Return the query for a column of the rows that were made, replaced or removed since the figures were kept.

    A table without an index on `known_from` is read as a whole, and the position once for all of its rows.
    """
    position = since(name) if "known_from" in table.indexes else f"(select {since(name)})"
    return f"""
        select {column} from reading.{table.name} where {NAMED} and known_from > {position}
        union all
        select {column} from reading.{table.name}_past where {NAMED} and known_until > {since(name)}"""


def people_referred_again(name: str) -> str:
    """Return the query for people whose registration was undone, and of whom a referral has come since figures were
    kept: they may be there again (`current_rows`).
    """
    return f"""
        select trainee_id as person_id from reading.{REFERRALS.name}
        where {NAMED} and known_from > {since(name)}
              and trainee_id in (select person_id from reading.{UNDONE_REGISTRATIONS.name} where {NAMED})"""


def to_reckon(name: str, key: str) -> str:
    """Return the condition that the figures of a key are not kept, or may have changed since."""
    return f"({since(name)} is null or {key} in (select {key.rpartition('.')[2]} from changed))"


def some_to_reckon(name: str) -> str:
    """Return the condition that there are figures to reckon."""
    return f"({since(name)} is null or exists (select from changed))"


def is_kept(name: str, key: str) -> str:
    """Return the condition that the kept figures of a key are those of now."""
    return f"({since(name)} is not null and {key} not in (select {key.rpartition('.')[2]} from changed))"
