"""Read models: rows folded from a service's own events, in versioned tables that are rebuilt without a pause.

A model called `caseload` has tables `caseload_v1`, `caseload_v2` ..., a cursor `caseload@2`, and a view `caseload` that
readers use. Folds are pure; the projector reads the rows of a batch, folds, and writes them back set-wise. A model that
keeps its past has a second table for each version, `caseload_v2_past`, and a second view, `caseload_past`.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date, datetime
from functools import cache, cached_property
from itertools import pairwise
from operator import attrgetter
from types import UnionType
from typing import Any, ClassVar, Protocol, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel

from shared.events import Catalogue
from shared.events.catalogue import Upcaster
from shared.kernel.records import ModelEvent, RowKey
from shared.kernel.telemetry import continue_trace, spans_are_exported


class Row(Protocol):
    """The row of a read model: a frozen dataclass whose fields are the table's columns, after `tenant`."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


R = TypeVar("R", bound=Row)
E = TypeVar("E", bound=BaseModel)

KeyOf = Callable[[Any], tuple[object, ...]]
Fold = Callable[[Any, Any], Any]

Change = tuple[int, Row | None]
"""The position of an event, and the row that it made; None where it removed the row."""
Changes = Mapping[RowKey, Sequence[Change]]
"""The changes of some rows by key: at least one each, in the order of positions, each different from the row before."""
Version = tuple[RowKey, Row | None, tuple[int, ...]]
"""A row, its key, and the positions that its table has of it: none, the one from which on it was known, or that and
the one until which it was known.
"""

_UNTRACED = nullcontext()

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
    """The change that one type of event makes to a read model.

    `key` reads the key of the event's row. `fold` makes the new row from the present row (None if there is none) and
    the event; it returns None to remove the row.
    """

    key: KeyOf
    fold: Fold


def row_of(row: type[R], event: BaseModel, **others: object) -> R:
    """Make a row from the event's fields of the same names and from `others`, which win.

    A field that neither has gets its default. Raises TypeError where it has none, and for a field that the row has not.
    """
    names, values_of = _in_common(row, type(event))
    return row(**{**dict(zip(names, values_of(event), strict=True)), **others})


def replace_fields(row: R, **others: object) -> R:
    """Copy a row with other values in the fields given: `dataclasses.replace` in a third of its time.

    Raises TypeError for a field that the row does not have. Works for rows with slots and no `__post_init__`.
    """
    made = object.__new__(type(row))
    left = len(others)
    for name, value_of, put in _slots(type(row)):
        if name in others:
            put(made, others[name])
            left -= 1
        else:
            put(made, value_of(row))
    if left:
        raise TypeError(f"{type(row).__name__} has not all of the fields {', '.join(others)}")
    return made


@cache
def _slots(row: type[Row]) -> tuple[tuple[str, Callable[[Row], Any], Callable[[Row, object], None]], ...]:
    """Each field of a row with its getter and its setter, which work on a frozen dataclass too."""
    slots = [(field.name, row.__dict__[field.name]) for field in fields(row)]
    return tuple((name, slot.__get__, slot.__set__) for name, slot in slots)


@cache
def _in_common(row: type[Row], event: type[BaseModel]) -> tuple[tuple[str, ...], KeyOf]:
    """The names of the fields that a row and an event share, and the function that reads them from an event."""
    names = tuple(field.name for field in fields(row) if field.name in event.model_fields)
    return names, key_from(*names) if names else lambda _: ()


def key_from(*names: str) -> KeyOf:
    """Make the function that reads an event's key from its fields of these names; TypeError without a name."""
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda event: (get(event),)


def set_fields(row: type[Row], event: type[BaseModel], **sources: str) -> Fold:
    """Make a fold that sets fields of the row (`row_field="event_field"`); if there is no row, `row_of` makes one.

    Raises TypeError if the row or the event has no such field, or a new row would lack a field. For rows with slots.
    The function is generated for its fields, as a dataclass's `__init__` is: rebuilds spend most of their time in it.
    """
    names = [field.name for field in fields(row)]
    if not (set(sources) <= set(names) and set(sources.values()) <= set(event.model_fields)):
        raise TypeError(f"{row.__name__} and {event.__name__} have not all of the fields {', '.join(sources)}")
    names_in_code: dict[str, Any] = {f"put_{name}": row.__dict__[name].__set__ for name in names}
    names_in_code |= {"new": object.__new__, "row_type": row}
    new_row: list[str] = []
    for field_ in fields(row):
        if field_.name in event.model_fields:
            new_row.append(f"put_{field_.name}(row, event.{field_.name})")
        elif field_.default is not MISSING:
            names_in_code[f"no_{field_.name}"] = field_.default
            new_row.append(f"put_{field_.name}(row, no_{field_.name})")
        elif field_.name not in sources:
            raise TypeError(f"{event.__name__} has no field {field_.name}")
    where_none = [" if row is None:", "  row = new(row_type)", *(f"  {line}" for line in new_row)]
    set_ = [*(f" put_{name}(row, event.{source})" for name, source in sources.items()), " return row"]
    copied = [" else:", "  old, row = row, new(row_type)", *(f"  put_{name}(row, old.{name})" for name in names)]
    exec("\n".join(["def fold(row, event):", *where_none, *copied, *set_]), names_in_code)  # noqa: S102  # the code holds only names of our own fields
    exec("\n".join(["def amend(row, event):", *where_none, *set_]), names_in_code)  # noqa: S102  # likewise
    fold: Fold = names_in_code["fold"]
    _IN_PLACE[fold] = names_in_code["amend"]
    return fold


_IN_PLACE: dict[Fold, Fold] = {}


def fold_in_place(fold: Fold) -> Fold:
    """Return the fold's variant that changes the row in place, or the fold itself; only for callers who alone hold
    the row.
    """
    return _IN_PLACE.get(fold, fold)


def remove_row(row: object, event: BaseModel) -> None:
    """Remove the row: a fold."""
    del row, event


def last_versions(changes: Changes) -> Iterator[Version]:
    """Iterate over what the changes leave of each row, with the position from which on it is known."""
    return ((key, of_row[-1][1], of_row[-1][:1]) for key, of_row in changes.items())


def versions_between(changes: Changes) -> Iterator[Version]:
    """Iterate over the rows that one of the changes makes and the next one replaces or removes."""
    for key, of_row in changes.items():
        for (known_from, row), (known_until, _) in pairwise(of_row):
            if row is not None:
                yield key, row, (known_from, known_until)


class RowStore(Protocol):
    """Reads and writes the rows of read models."""

    async def read_rows(self, model: "ReadModel", version: int, keys: Sequence[RowKey]) -> "dict[RowKey, Row]":
        """Read the rows with these keys, as far as they exist, in one version of a read model."""
        ...

    async def write_rows(
        self,
        model: "ReadModel",
        version: int,
        rows: "Mapping[RowKey, Row | None]",
        found: Collection[RowKey] | None = None,
    ) -> None:
        """Write rows in place of those with the same keys; None removes a row.

        `found` are the keys of the rows that `read_rows` found in this transaction, when it was asked for all of them:
        a row that is known to be new is cheaper to write.
        """
        ...

    async def write_changes(
        self, model: "ReadModel", version: int, changes: Changes, found: Collection[RowKey] | None = None
    ) -> None:
        """Write the changed rows of a read model that keeps its past, and keep every row that was replaced or removed.

        `found` is as in `write_rows`.
        """
        ...


@dataclass(frozen=True)
class ReadModel:
    """A table that a service's own events are folded into.

    `key` names the columns that, with the tenant, identify a row. `on` maps each type of event to its step, `indexes`
    names columns. `upcasters` is the catalogue's: (type, version) to the function that brings an older stored event one
    version on. `edition` orders the definitions that a read model has had: raise it whenever the definition changes, or
    when a fold computes rows differently. Workers rebuild a read model of an older edition, and leave a newer one
    alone.

    With `keeps_past` the rows as they were known at any position can be read (`rows_at`). A row has the position of the
    event that made it, `known_from`, and a row that was replaced or removed is kept with the position of the event that
    did so, `known_until`. An event that leaves a row as it is changes nothing. `past_indexes` names columns by which
    replaced rows are looked up, such as `note_id` or `trainee_id, on_day`.
    """

    name: str
    row: type[Row]
    key: tuple[str, ...]
    on: Mapping[type[BaseModel], Step]
    indexes: tuple[str, ...] = ()
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict)
    edition: int = 1
    keeps_past: bool = False
    past_indexes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name.endswith("_past"):
            raise ValueError(f"{self.name}: a view of this name would hold the past of another read model")

    @cached_property
    def catalogue(self) -> Catalogue[BaseModel]:
        """The events that the model folds."""
        return Catalogue(self.on, self.upcasters)

    @cached_property
    def columns(self) -> dict[str, str]:
        """Column names and SQL types, the tenant first."""
        hints = get_type_hints(self.row)
        return {"tenant": "text not null"} | {field.name: _sql_type(hints[field.name]) for field in fields(self.row)}

    @cached_property
    def table_columns(self) -> dict[str, str]:
        """Columns and SQL types of the table: those of the rows, and `known_from` where the model keeps its past."""
        return self.columns | ({"known_from": "bigint not null"} if self.keeps_past else {})

    @cached_property
    def past_columns(self) -> dict[str, str]:
        """Columns and SQL types of the table of replaced and removed rows."""
        return self.table_columns | {"known_until": "bigint not null"}

    @cached_property
    def definition(self) -> str:
        """A digest of columns, indexes, types of events, what JSON columns may hold, and the edition.

        A read model with another digest is another table, and workers move only tables of their own definition.

        A fold may put a part of an event into a JSON column as a whole. When the part gets a field, rows that were
        folded before lack it, although the columns are the same.
        """
        parts: tuple[object, ...] = (
            self.table_columns,
            self.key,
            self.index_statements(0),
            sorted(self.catalogue.classes),
        )
        if (nested := self._fields_of_nested_models()) and any("jsonb" in sql for sql in self.columns.values()):
            parts += (nested,)
        if self.edition > 1:  # the first edition has the digest that it had before there were editions
            parts += (self.edition,)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def _fields_of_nested_models(self) -> list[tuple[str, list[str]]]:
        """The models in fields of the events that the model folds, by name, and the names of their fields."""
        schemas = (event.model_json_schema(mode="serialization") for event in self.catalogue.classes.values())
        nested = {
            name: sorted(schema["properties"])
            for whole in schemas
            for name, schema in whole.get("$defs", {}).items()
            if "properties" in schema
        }
        return sorted(nested.items())

    def table(self, version: int) -> str:
        """Return the name of the table of a version."""
        return f"reading.{self.name}_v{version}"

    def past_table(self, version: int) -> str:
        """Return the name of the table of replaced and removed rows of a version."""
        return f"{self.table(version)}_past"

    def rows_at(self, position: str) -> str:
        """Return the SQL query for the rows as they were known at a position; only for a model that keeps its past.

        `position` is an SQL expression, such as `$1`. The query has the columns of `columns`.
        """
        view, columns = f"reading.{self.name}", ", ".join(self.columns)
        return (
            f"select {columns} from {view} where known_from <= {position} union all "
            f"select {columns} from {view}_past where known_from <= {position} and known_until > {position}"
        )

    def key_statement(self, version: int) -> str:
        """Return the SQL statement that gives the table of a version its primary key."""
        return f"alter table {self.table(version)} add primary key ({', '.join(('tenant', *self.key))})"

    def index_statements(self, version: int) -> list[str]:
        """Return the SQL statements that give the tables of a version their other indexes.

        The tenant is their last column. If it came first, PostgreSQL might look rows up by their key in such an index,
        which is often smaller than the primary key's, and read all rows of the tenant for each key. Queries about a
        position look replaced rows up by it: they read the rows that were replaced after it.
        """
        columns = [f"{column}, tenant" for column in self.indexes]
        of_past = ["tenant, known_until", *(f"{column}, tenant" for column in self.past_indexes)]
        return [
            *(f"create index on {self.table(version)} ({each})" for each in columns),
            *(f"create index on {self.past_table(version)} ({each})" for each in of_past if self.keeps_past),
        ]

    def cursor(self, version: int) -> str:
        """Return the name of the cursor of a version."""
        return f"{self.name}@{version}"

    def fold(self, rows: dict[tuple[object, ...], Any], events: Iterable[tuple[str, BaseModel]]) -> None:
        """Fold events, each given with its tenant, into rows by (tenant, *key); a removed row is None."""
        for tenant, event in events:
            step = self.on[type(event)]
            key = (tenant, *step.key(event))
            rows[key] = step.fold(rows.get(key), event)

    def decode(self, events: Sequence[ModelEvent]) -> list[tuple[ModelEvent, BaseModel]]:
        """Decode those of the events that the model folds."""
        catalogue = self.catalogue
        folded = catalogue.classes
        return [(stored, stored.decode(catalogue)) for stored in events if stored.type in folded]

    async def project(self, into: RowStore, version: int, events: Sequence[ModelEvent]) -> None:
        """Fold a batch into the rows of a version; the rows are read once and written once."""
        folds = [
            (stored, (stored.tenant, *step.key(event)), step.fold, event)
            for stored, event in self.decode(events)
            for step in (self.on[type(event)],)
        ]
        if not folds:
            return
        traced = spans_are_exported()
        keys = list(dict.fromkeys(key for _, key, _, _ in folds))
        found = await into.read_rows(self, version, keys)
        rows: dict[RowKey, Any] = dict(found)
        changes: dict[RowKey, list[Change]] = {}
        for stored, key, fold, event in folds:
            before = rows.get(key)
            with continue_trace(stored.traceparent, f"project {self.name}") if traced else _UNTRACED:
                rows[key] = row = fold(before, event)
            if self.keeps_past and row != before:
                changes.setdefault(key, []).append((stored.position, row))
        if self.keeps_past:
            await into.write_changes(self, version, changes, found)
        else:
            await into.write_rows(self, version, rows, found)

    def as_tuples(self, versions: Iterable[Version]) -> Iterator[tuple[object, ...]]:
        """Return rows that are there as tuples in the order of the table's columns."""
        values = key_from(*(field.name for field in fields(self.row)))
        return ((key[0], *values(row), *positions) for key, row, positions in versions)


def unwrap_hint(hint: Any) -> Any:
    """Return the plain type of an Optional, a parametrised container or a Literal."""
    if isinstance(hint, UnionType) or (get_origin(hint) is not None and type(None) in get_args(hint)):
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    origin = get_origin(hint)
    if origin in (tuple, dict):
        return origin
    if origin is not None:  # a Literal: the type of its values
        return type(get_args(hint)[0])
    return hint


def column_type(hint: Any) -> str:
    """Return the type of PostgreSQL for the values of a hint; KeyError where there is none."""
    return _SQL_TYPES[unwrap_hint(hint)]


def _sql_type(hint: Any) -> str:
    nullable = type(None) in get_args(hint)
    return column_type(hint) + ("" if nullable else " not null")
