"""The SQL of read models' rows: a single read, upsert and delete for each batch."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from shared.kernel.postgres import Connection
from shared.kernel.readmodel import Changes, ReadModel, Row, Version, last_versions, unwrap_hint, versions_between
from shared.kernel.records import RowKey

MANY = 50
"""Number of keys from which on PostgreSQL is made to look rows up by key."""

_GO_BY_KEY = """
    set local plan_cache_mode = force_custom_plan; set local enable_seqscan = off;
    set local enable_hashjoin = off; set local enable_mergejoin = off"""
# a plan kept from when the table was nearly empty reads all of it, batch after batch, until the table is analysed;
# and the planner rates an index scan several times higher than it costs once the index is in memory


@dataclass(frozen=True, slots=True)
class PostgresRows:
    """Reads and writes rows on a connection that is in a transaction."""

    connection: Connection

    async def read_rows(self, model: ReadModel, version: int, keys: Sequence[RowKey]) -> dict[RowKey, Row]:
        """Read the rows with these keys, as far as they exist, in one version of a read model."""
        if len(keys) >= MANY:
            await self.connection.execute(_GO_BY_KEY)
        wanted, same = _by_key(model)
        columns = [f"t.{field.name}" for field in fields(model.row)]
        found = await self.connection.fetch(
            f"select t.tenant, {', '.join(columns)} from {wanted} join {model.table(version)} t on {same}",
            *_columns(keys),
        )
        rows = {}
        for record in found:
            values = dict(record)
            tenant = values.pop("tenant")
            rows[(tenant, *(values[name] for name in model.key))] = _row(model.row, values)
        return rows

    async def write_rows(
        self,
        model: ReadModel,
        version: int,
        rows: Mapping[RowKey, Row | None],
        found: Collection[RowKey] | None = None,
    ) -> None:
        """Write rows in place of those with the same keys; None removes a row.

        A row that is known to be new is inserted without a check for a conflict, which is a quarter of the cost.
        """
        await self._write(model, version, ((key, row, ()) for key, row in rows.items()), found)

    async def write_changes(
        self, model: ReadModel, version: int, changes: Changes, found: Collection[RowKey] | None = None
    ) -> None:
        """Write the changed rows of a read model that keeps its past, and keep every row that was replaced or removed.

        Rows that are in the table are copied to those of the past by PostgreSQL, without being read.
        """
        replaced = [(*key, of_row[0][0]) for key, of_row in changes.items() if found is None or key in found]
        if replaced:
            wanted, same = _by_key(model, "known_until")
            columns = [*(f"t.{name}" for name in model.table_columns), "wanted.known_until"]
            await self.connection.execute(
                f"insert into {model.past_table(version)} ({', '.join(model.past_columns)})"
                f" select {', '.join(columns)} from {wanted} join {model.table(version)} t on {same}",
                *_columns(replaced),
            )
        await self._insert(model, model.past_table(version), model.past_columns, list(versions_between(changes)))
        await self._write(model, version, last_versions(changes), found)

    async def _write(
        self, model: ReadModel, version: int, versions: Iterable[Version], found: Collection[RowKey] | None
    ) -> None:
        new: list[Version] = []
        there: list[Version] = []
        gone: list[RowKey] = []
        for row_version in versions:
            key, row, _ = row_version
            if row is None:
                gone.append(key)
            else:
                (there if found is None or (found and key in found) else new).append(row_version)
        table = model.table(version)
        await self._insert(model, table, model.table_columns, new)
        await self._insert(model, table, model.table_columns, there, _in_their_place(model))
        if gone:
            wanted, same = _by_key(model)
            await self.connection.execute(f"delete from {table} t using {wanted} where {same}", *_columns(gone))

    async def _insert(
        self,
        model: ReadModel,
        table: str,
        columns: Mapping[str, str],
        versions: Sequence[Version],
        conflict: str = "",
    ) -> None:
        if versions:
            await self.connection.execute(
                f"insert into {table} ({', '.join(columns)}) select * from {_unnest(columns)} {conflict}",
                *_columns(model.as_tuples(versions)),
            )


def _unnest(columns: Mapping[str, str]) -> str:
    """The parameters of a statement, an array for each of these columns, as a table expression."""
    arrays = [f"${n}::{sql.removesuffix(' not null')}[]" for n, sql in enumerate(columns.values(), 1)]
    return f"unnest({', '.join(arrays)})"


def _in_their_place(model: ReadModel) -> str:
    key = ("tenant", *model.key)
    values = ", ".join(f"{name} = excluded.{name}" for name in model.table_columns if name not in key)
    return f"on conflict ({', '.join(key)}) do {f'update set {values}' if values else 'nothing'}"


def _by_key(model: ReadModel, *others: str) -> tuple[str, str]:
    """The wanted keys, with other columns, as a table expression, and the condition that joins a row `t` to them."""
    key = ("tenant", *model.key)
    columns = {name: model.past_columns[name] for name in (*key, *others)}
    wanted = f"{_unnest(columns)} wanted ({', '.join(columns)})"
    return wanted, " and ".join(f"t.{name} = wanted.{name}" for name in key)


def _columns(rows: Iterable[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _row(row: type[Row], values: dict[str, Any]) -> Row:
    for name, adapter in _nested(row).items():
        values[name] = adapter.validate_python(values[name])
    return row(**values)


@cache
def _nested(row: type[Row]) -> dict[str, TypeAdapter[Any]]:
    # JSON gives lists and strings, but a fold must get the tuples, ids and dates that it stored, as in a rebuild
    hints = get_type_hints(row)
    return {name: TypeAdapter(hint) for name, hint in hints.items() if unwrap_hint(hint) in (tuple, dict)}
