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

from services.reporting.tables.merges import MERGES
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.relationships import RELATIONSHIPS
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from services.reporting.views.current_rows import NAMED, names_only_its_key
from shared.kernel.readmodel import ReadModel


@dataclass(frozen=True)
class Kept:
    """Figures, rows for each `key` (a UUID), up to the day $1 of the statement that reads them.

    They are kept in the table `kept_NAME`, whose other columns are `figures`. `changes` are common table expressions:
    the last, `changed`, has the keys whose figures may have changed since the position `since`. `reckon` are those that
    `reckoned` reads, the rest of a `select` of the key and the figures, of keys that are `to_reckon`. `made_from` are
    the tables that decide the figures.
    """

    name: str
    key: str
    figures: Sequence[str]
    made_from: Sequence[ReadModel]
    changes: str
    reckon: str
    reckoned: str

    @property
    def table(self) -> str:
        """The table that keeps the figures."""
        return f"kept_{self.name}"

    @property
    def columns(self) -> str:
        """The key and the figures, as SQL names them."""
        return ", ".join((self.key, *self.figures))

    @cached_property
    def definition(self) -> str:
        """A digest of how figures are reckoned: what was kept by another version of the service counts for nothing."""
        tables = [table.definition for table in self.made_from]
        return hashlib.sha256(repr((self.reckon, self.reckoned, tables)).encode()).hexdigest()

    @property
    def choose(self) -> str:
        """The statement, after `current_rows`, that lets the transaction reckon what has changed since the figures were
        kept, or all where that is much; it returns the number of these keys.
        """
        return f"""{self.changes}
            select coalesce(cardinality(keys), 0),
                   set_config('{CHOSEN}{self.name}',
                              case when cardinality(keys) <= {MUCH} then keys::text else '' end, true)
            from (select array_agg(distinct {self.key}) as keys from changed) each"""

    @property
    def kept(self) -> str:
        """The query for the figures that are kept, of whom nothing has changed since."""
        return f"select {self.columns} from {self.table} where {NAMED} and {self._is_still_kept}"

    @property
    def rows(self) -> str:
        """The query, for one that begins with the reader's `current_rows`, for the figures of every key: those that are
        kept, but for what the transaction has chosen to reckon, and this.
        """
        return f"""
            with {self._chosen}, {self.reckon}
            select {self.columns} from {self.table}
            where {NAMED} and case when {is_all(self.name)} then false else {self._is_still_kept} end
                  and {self.key} not in (select {self.key} from changed)
            union all
            select {self.reckoned}"""

    @property
    def forget(self) -> str:
        """The statement, after `current_rows`, that deletes what the transaction has chosen to reckon."""
        return f"{self._chosen} delete from {self.table} where {NAMED} and {to_reckon(self.name, self.key)}"

    @property
    def keep(self) -> str:
        """The statement, after `current_rows`, that reckons and keeps what was deleted, for the partnership $2."""
        return f"""{self._chosen}, {self.reckon}
            insert into {self.table} (tenant, {self.columns})
            select $2, {self.columns} from (select {self.reckoned}) reckoned"""

    @property
    def _is_still_kept(self) -> str:
        """The condition that holds while the figures of that day are kept; where they no longer are, as at midnight, it
        is an error after which one asks again.
        """
        return f"(select figures_are_kept('{self.name}', $1::date, '{self.definition}'))"

    @property
    def _chosen(self) -> str:
        chosen = f"nullif(current_setting('{CHOSEN}{self.name}', true), '')"
        return f"changed as materialized (select unnest({chosen}::uuid[]) as {self.key})"


MUCH = 5_000
"""Keys of which more are not reckoned one by one: to reckon all takes no longer then."""
SINCE = "alongside.kept_"
"""The setting, before the name of figures, of a transaction that reads them: the position up to which they are kept."""
CHOSEN = "alongside.changed_"
"""The setting of the keys that a transaction reckons anew; all where it is empty."""


def since(name: str) -> str:
    """Return the SQL expression for the position up to which figures are kept.

    It is read from a setting, since PostgreSQL plans for its value: for few changes by an index, for many by a scan.
    """
    return f"nullif(current_setting('{SINCE}{name}', true), '')::bigint"


def is_all(name: str) -> str:
    """Return the condition that all figures are to be reckoned; PostgreSQL looks once, and not for each row."""
    return f"(select coalesce(current_setting('{CHOSEN}{name}', true), '') = '')"


def to_reckon(name: str, key: str) -> str:
    """Return the condition that the figures of a key are to be reckoned."""
    return f"({is_all(name)} or {key} in (select {key.rpartition('.')[2]} from changed))"


def changes(name: str, table: ReadModel, column: str) -> str:
    """Return the query for a column of the rows that were made, replaced or removed since the figures were kept.

    A table without an index on `known_from` is read as a whole, and the position once for all of its rows.
    """
    position = since(name) if "known_from" in table.indexes else f"(select {since(name)})"
    return f"""
        select {column} from reading.{table.name} where {NAMED} and known_from > {position}
        union all
        select {column} from reading.{table.name}_past where {NAMED} and known_until > {since(name)}"""


def renamed_people(name: str) -> str:
    """Return the common table expression `renamed`: the records of people who were merged, undone or recorded again
    since figures were kept, each with all other records of the same person (`person_id`, and some nulls).
    """
    return f"""
    renamed as materialized (
        select unnest(array[each.person_id, k.kept_id, m.merged_id]) as person_id from (
            {changes(name, MERGES, "merged_id as person_id")}
            union all {changes(name, UNDONE_REGISTRATIONS, "person_id")}
            union all  -- may be there again, even where referral publishes no more of them than a referral
            select trainee_id from ({changes(name, REFERRALS, "trainee_id")}) referred
            where trainee_id in (select person_id from reading.{UNDONE_REGISTRATIONS.name} where {NAMED})
        ) each
        left join kept_records k on k.merged_id = each.person_id
        left join kept_records m on m.kept_id = coalesce(k.kept_id, each.person_id)
    )"""


def changed_trainees(name: str, tables: Sequence[ReadModel], others: str = "") -> str:
    """Return the common table expressions after which `changed` has the trainees of whom something has changed in these
    tables since figures were kept; `others` is SQL that adds some.
    """
    mentions = " union all ".join(changes(name, table, "trainee_id as person_id") for table in tables)
    return f"""{renamed_people(name)},
    changed as materialized (
        select coalesce(k.kept_id, each.person_id) as trainee_id
        from ({mentions}) each left join kept_records k on k.merged_id = each.person_id
        union select person_id from renamed where person_id is not null
        {others}
    )"""


def trainees_of_renamed_mentors(table: ReadModel) -> str:
    """Return the query for the trainees whom rows of a table name beside a mentor in `renamed`.

    A mentor whose registration was undone takes all their pairs along.
    """
    return f"""
        select coalesce(k.kept_id, named.trainee_id)
        from reading.{table.name} named left join kept_records k on k.merged_id = named.trainee_id
        where {NAMED} and exists (select from renamed) and mentor_id in (select person_id from renamed)"""


def changed_relationships(name: str) -> str:
    """Return the query for the relationships that have changed since figures were kept, they or who the two are.

    It follows `renamed_people`.
    """
    return f"""
        {changes(name, RELATIONSHIPS, "relationship_id")}
        union
        select relationship_id from reading.{RELATIONSHIPS.name}
        where {NAMED} and exists (select from renamed)
              and (mentor_id in (select person_id from renamed) or trainee_id in (select person_id from renamed))"""


CHANGED_RECORDS = """
    changed_records as materialized (
        select trainee_id as record_id from changed
        union all select merged_id from kept_records join changed on kept_id = trainee_id
    )"""
"""The common table expression with the records of the trainees in `changed`."""


def of_changed_trainees(name: str, table: ReadModel) -> str:
    """Return the query for the current rows of a table that decide what is to be reckoned, by an index if not for all.

    It follows `CHANGED_RECORDS`.
    """
    record = "trainee_id" if names_only_its_key(table) else "trainee_record_id"
    return f"""
        select * from {table.name} where {is_all(name)}
        union all
        select * from {table.name} where not {is_all(name)} and {record} in (select record_id from changed_records)"""
