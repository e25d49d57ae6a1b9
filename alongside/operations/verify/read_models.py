"""Check a read model: its rows equal those that its events give when folded from the beginning, column by column.

If it keeps its past, so do the rows that were replaced or removed, and the positions from which and until which each
row was known.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import from_json, to_json

from alongside.operations.verify.report import SHOWN, Check, make_check
from alongside.operations.verify.scratch import Scratch, digest
from shared.kernel.postgres import Connection
from shared.kernel.postgres.store import PostgresTransaction
from shared.kernel.readmodel import ReadModel
from shared.kernel.records import ModelEvent

BATCH = 1000
WIDTH = 16
"""Length of a column's digest in bytes."""


async def check_read_model(scratch: Scratch, transaction: PostgresTransaction, model: ReadModel) -> Check:
    """Check the live version of a read model up to its own position, in a repeatable-read transaction."""
    for table in ("model_events", "live_rows", "replayed_rows"):
        scratch.execute(f"delete from {table}")
    live = await transaction.connection.fetchrow(
        """select r.version, r.definition, c.position from read_models r
           join cursors c on c.name = r.name || '@' || r.version where r.name = $1 and r.live""",
        model.name,
    )
    name = f"read model {model.name}"
    if live is None or live["definition"] != model.definition:
        return make_check(name, 0, {}, {"missing in the current definition": (1, [])})
    behind = await _read_events(scratch, transaction, model, live["position"])
    scratch.insert("replayed_rows", _replay(scratch, model))
    await _read_live_rows(scratch, transaction.connection, model, live["version"])
    rows = scratch.number("select count(*) from live_rows")
    return make_check(
        name,
        rows,
        {"behind": behind},
        {
            "missing": scratch.count_and_examples(
                "select key as what from replayed_rows where key not in (select key from live_rows)"
            ),
            "extra": scratch.count_and_examples(
                "select key as what from live_rows where key not in (select key from replayed_rows) "
                "union all select key from live_rows group by key having count(*) > 1"
            ),
            "different": _different(scratch, model),
        },
    )


async def _read_events(scratch: Scratch, transaction: PostgresTransaction, model: ReadModel, until: int) -> int:
    """Store the events up to position `until` in `model_events`, by row key; return the number of later ones."""
    position = behind = 0
    while events := await transaction.read_model_events(position, BATCH):
        decoded = model.decode(events)
        behind += sum(stored.position > until for stored, _ in decoded)
        folded = ((stored, event) for stored, event in decoded if stored.position <= until)
        scratch.insert("model_events", (_event_row(model, stored, event) for stored, event in folded))
        position = events[-1].position
    return behind


def _event_row(model: ReadModel, stored: ModelEvent, event: BaseModel) -> Sequence[object]:
    key = _key(stored.tenant, *model.on[type(event)].key(event))
    return key, stored.position, stored.type, stored.schema_version, stored.body


def _key(*parts: object) -> str:
    return to_json(parts).decode()


def _replay(scratch: Scratch, model: ReadModel) -> Iterator[tuple[str, bytes]]:
    """Fold each row from its events; only one row is in memory at a time."""
    events = scratch.rows("select key, position, type, version, body from model_events order by key, position")
    for key, of_row in groupby(events, key=itemgetter(0)):
        row: Any = None
        known_from = 0
        for _, position, *stored in of_row:
            event = model.catalogue.decode(*stored)
            after = model.on[type(event)].fold(row, event)
            if after != row:
                if row is not None and model.keeps_past:
                    yield _comparable(model, from_json(key), _values(row), (known_from, position))
                row, known_from = after, position
        if row is not None:
            yield _comparable(model, from_json(key), _values(row), (known_from, None) if model.keeps_past else ())


def _values(row: Any) -> list[object]:
    return [getattr(row, field.name) for field in fields(row)]


def _comparable(
    model: ReadModel, key: Sequence[object], values: Sequence[object], positions: Sequence[object]
) -> tuple[str, bytes]:
    """The key by which a row is compared, and the digests of its columns.

    `positions` are `known_from` and `known_until` in a model that keeps its past: it has many rows of one key, each
    known from another position on.
    """
    return _key(*key, *positions[:1]), _columns(model, [*values, *positions])


def _names(model: ReadModel) -> list[str]:
    """The columns that are compared."""
    names = [field.name for field in fields(model.row)]
    return [*names, "known_from", "known_until"] if model.keeps_past else names


async def _read_live_rows(scratch: Scratch, connection: Connection, model: ReadModel, version: int) -> None:
    number = len(fields(model.row))
    at = [list(model.columns).index(name) for name in ("tenant", *model.key)]
    query = f"select {', '.join(model.columns)} from {model.table(version)}"
    if model.keeps_past:
        query = f"""
            select {", ".join(model.table_columns)}, null::bigint as known_until from {model.table(version)}
            union all select {", ".join(model.past_columns)} from {model.past_table(version)}"""
    async for values in connection.cursor(query, prefetch=BATCH):
        key = [values[nth] for nth in at]
        scratch.insert("live_rows", [_comparable(model, key, values[1 : number + 1], values[number + 1 :])])
    scratch.execute("create index if not exists live_keys on live_rows (key)")
    scratch.execute("create index if not exists replayed_keys on replayed_rows (key)")


def _columns(model: ReadModel, values: Sequence[object]) -> bytes:
    """The digests of a row's columns, concatenated."""
    return b"".join(
        digest(_canonical(value, model.past_columns[name])) for name, value in zip(_names(model), values, strict=True)
    )


def _canonical(value: object, sql: str) -> bytes:
    """A value as JSON, in a form that is the same before and after a round trip through the database."""
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    elif isinstance(value, UUID):
        value = str(value)
    elif isinstance(value, int) and sql.startswith("double"):
        value = float(value)
    return json.dumps(from_json(to_json(value)), sort_keys=True).encode()


def _different(scratch: Scratch, model: ReadModel) -> tuple[int, list[str]]:
    differing = "from replayed_rows f join live_rows s using (key) where f.columns <> s.columns"
    names = _names(model)
    examples = []
    for key, folded, shown in scratch.rows(f"select key, f.columns, s.columns {differing} limit {SHOWN}"):
        starts = range(0, len(folded), WIDTH)
        wrong = [
            name for name, at in zip(names, starts, strict=True) if folded[at : at + WIDTH] != shown[at : at + WIDTH]
        ]
        examples.append(f"{key}: {', '.join(wrong)}")
    return scratch.number(f"select count(*) {differing}"), examples
