"""Read models: rows folded from own events, in versioned tables that can be rebuilt beside the running one.

A model called `caseload` has tables `caseload_v1`, `caseload_v2` ..., a cursor `caseload@2`, and a view `caseload` that
readers use. Folds are pure; the projector reads the rows of a batch, folds, and writes them back set-wise.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from datetime import date, datetime
from functools import cache, cached_property
from operator import attrgetter
from types import UnionType
from typing import Any, ClassVar, Protocol, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from shared.events import Catalogue
from shared.kernel.postgres import Connection
from shared.kernel.store import Recorded
from shared.kernel.telemetry import following


class Row(Protocol):
    """A frozen dataclass; its fields are the table's columns, after `tenant`."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


R = TypeVar("R", bound=Row)
E = TypeVar("E", bound=BaseModel)

KeyOf = Callable[[Any], tuple[object, ...]]
Fold = Callable[[Any, Any], Any]

_SQL_TYPES: dict[object, str] = {
    str: "text",
    int: "bigint",
    float: "double precision",
    bool: "boolean",
    UUID: "uuid",
    date: "date",
    datetime: "timestamptz",
    tuple: "jsonb",
    dict: "jsonb",
}


@dataclass(frozen=True)
class Step:
    """What one type of event does: the key of the row it concerns, and row and event to row (None: no row)."""

    key: KeyOf
    fold: Fold


def row_of(row: type[R], event: BaseModel, **others: object) -> R:
    """The row made of the event's fields of the same names and of `others`, which win.

    A field that neither has keeps its default; TypeError when it has none, or when the row has no field of that name.
    """
    values: dict[str, Any] = {name: getattr(event, name) for name in _in_common(row, type(event))}
    return row(**(values | others))


@cache
def _in_common(row: type[Row], event: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(row) if field.name in event.model_fields)


def by(*names: str) -> KeyOf:
    """The key of an event: its fields of these names, of which there is at least one (TypeError)."""
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda event: (get(event),)


def gone(row: object, event: BaseModel) -> None:
    """The fold of an event after which there is no row."""
    del row, event


@dataclass(frozen=True)
class ReadModel:
    """A table that own events fold into. `key` names the columns that, with the tenant, identify a row."""

    name: str
    row: type[Row]
    key: tuple[str, ...]
    on: Mapping[type[BaseModel], Step]
    indexes: tuple[str, ...] = ()

    @cached_property
    def catalogue(self) -> Catalogue[BaseModel]:
        """The events that the model folds."""
        return Catalogue(self.on)

    @cached_property
    def columns(self) -> dict[str, str]:
        """Column names and SQL types, the tenant first."""
        hints = get_type_hints(self.row)
        return {"tenant": "text not null"} | {field.name: _sql_type(hints[field.name]) for field in fields(self.row)}

    @cached_property
    def definition(self) -> str:
        """A digest of the columns: when it changes, the model is rebuilt."""
        said = repr((self.columns, self.key, self.indexes, sorted(self.catalogue.classes)))
        return hashlib.sha256(said.encode()).hexdigest()

    def table(self, version: int) -> str:
        """The table of one version."""
        return f"reading.{self.name}_v{version}"

    def cursor(self, version: int) -> str:
        """The checkpoint of one version."""
        return f"{self.name}@{version}"

    def fold(self, rows: dict[tuple[object, ...], Any], events: Iterable[tuple[str, BaseModel]]) -> None:
        """Fold events, each with its tenant, into rows by (tenant, *key); a row that is gone is None."""
        for tenant, event in events:
            step = self.on[type(event)]
            key = (tenant, *step.key(event))
            rows[key] = step.fold(rows.get(key), event)

    def decoded(self, events: Sequence[Recorded[str]]) -> list[tuple[Recorded[str], BaseModel]]:
        """Those of the events that the model folds."""
        return [
            (stored, self.catalogue.decode(stored.type, stored.schema_version, stored.body))
            for stored in events
            if self.catalogue.knows(stored.type)
        ]

    async def project(self, connection: Connection, version: int, events: Sequence[Recorded[str]]) -> None:
        """Fold a batch into the table of a version: one read, one upsert, one delete."""
        decoded = self.decoded(events)
        if not decoded:
            return
        keys = dict.fromkeys((stored.tenant, *self.on[type(event)].key(event)) for stored, event in decoded)
        rows = await self._read(connection, version, list(keys))
        for stored, event in decoded:
            with following(stored.cause.traceparent, f"project {self.name}"):
                self.fold(rows, [(stored.tenant, event)])
        await self._write(connection, version, {key: row for key, row in rows.items() if row is not None})
        await self._remove(connection, version, [key for key, row in rows.items() if row is None])

    async def _read(
        self, connection: Connection, version: int, keys: list[tuple[object, ...]]
    ) -> dict[tuple[object, ...], Any]:
        columns = [field.name for field in fields(self.row)]
        found = await connection.fetch(
            f"select tenant, {', '.join(columns)} from {self.table(version)} where {self._among(1)}",
            *self._arrays(keys),
        )
        rows = {}
        for record in found:
            values = dict(record)
            tenant = values.pop("tenant")
            rows[(tenant, *(values[name] for name in self.key))] = self._row(values)
        return rows

    def _row(self, values: dict[str, Any]) -> Row:
        for name, adapter in self._nested.items():
            values[name] = adapter.validate_python(values[name])
        return self.row(**values)

    @cached_property
    def _nested(self) -> dict[str, TypeAdapter[Any]]:
        # JSON gives lists and texts: a fold must see the tuples, ids and dates that it put in, as it does in a rebuild
        hints = get_type_hints(self.row)
        return {name: TypeAdapter(hint) for name, hint in hints.items() if _plain(hint) in (tuple, dict)}

    async def _write(self, connection: Connection, version: int, rows: Mapping[tuple[object, ...], Any]) -> None:
        if not rows:
            return
        names = list(self.columns)
        changed = [name for name in names if name != "tenant" and name not in self.key]
        on_conflict = (
            f"do update set {', '.join(f'{name} = excluded.{name}' for name in changed)}" if changed else "do nothing"
        )
        arrays = [f"${n}::{sql.removesuffix(' not null')}[]" for n, sql in enumerate(self.columns.values(), 1)]
        await connection.execute(
            f"insert into {self.table(version)} ({', '.join(names)}) select * from unnest({', '.join(arrays)}) "
            f"on conflict ({', '.join(('tenant', *self.key))}) {on_conflict}",
            *(list(column) for column in zip(*self.records(rows), strict=True)),
        )

    async def _remove(self, connection: Connection, version: int, keys: list[tuple[object, ...]]) -> None:
        if keys:
            await connection.execute(f"delete from {self.table(version)} where {self._among(1)}", *self._arrays(keys))

    def records(self, rows: Mapping[tuple[object, ...], Any]) -> list[tuple[object, ...]]:
        """The rows as tuples in the order of the columns."""
        names = [field.name for field in fields(self.row)]
        return [(key[0], *(getattr(row, name) for name in names)) for key, row in rows.items()]

    def _among(self, first: int) -> str:
        names = ("tenant", *self.key)
        arrays = [f"${n}::{self.columns[name].removesuffix(' not null')}[]" for n, name in enumerate(names, first)]
        return f"({', '.join(names)}) in (select * from unnest({', '.join(arrays)}))"

    def _arrays(self, keys: list[tuple[object, ...]]) -> list[list[object]]:
        return [list(column) for column in zip(*keys, strict=True)]


def _plain(hint: Any) -> Any:
    if isinstance(hint, UnionType) or (get_origin(hint) is not None and type(None) in get_args(hint)):
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    origin = get_origin(hint)
    if origin in (tuple, dict):
        return origin
    if origin is not None:  # a Literal: the type of its words
        return type(get_args(hint)[0])
    return hint


def _sql_type(hint: Any) -> str:
    nullable = type(None) in get_args(hint)
    return _SQL_TYPES[_plain(hint)] + ("" if nullable else " not null")
