"""Check a read model: its rows equal those that its events give when folded from the beginning, column by column."""

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
from shared.kernel.records import RecordedEvent

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
                "select key as what from live_rows where key not in (select key from replayed_rows)"
            ),
            "different": _different(scratch, model),
        },
    )


async def _read_events(scratch: Scratch, transaction: PostgresTransaction, model: ReadModel, until: int) -> int:
    """Store the events up to position `until` in `model_events`, by row key; return the number of later ones."""
    position = behind = 0
    while events := await transaction.read_after(position, BATCH):
        decoded = model.decode(events)
        behind += sum(stored.position > until for stored, _ in decoded)
        folded = ((stored, event) for stored, event in decoded if stored.position <= until)
        scratch.insert("model_events", (_event_row(model, stored, event) for stored, event in folded))
        position = events[-1].position
    return behind


def _event_row(model: ReadModel, stored: RecordedEvent[str], event: BaseModel) -> Sequence[object]:
    key = _key(stored.tenant, model.on[type(event)].key(event))
    return key, stored.position, stored.type, stored.schema_version, stored.body


def _key(tenant: str, key: Sequence[object]) -> str:
    return to_json((tenant, *key)).decode()


def _replay(scratch: Scratch, model: ReadModel) -> Iterator[tuple[str, bytes]]:
    """Fold each row from its events; only one row is in memory at a time."""
    events = scratch.rows("select key, type, version, body from model_events order by key, position")
    for key, of_row in groupby(events, key=itemgetter(0)):
        rows: dict[tuple[object, ...], Any] = {}
        tenant = str(from_json(key)[0])
        model.fold(rows, ((tenant, model.catalogue.decode(*event)) for _, *event in of_row))
        (row,) = rows.values()
        if row is not None:
            yield key, _columns(model, [getattr(row, field.name) for field in fields(model.row)])


async def _read_live_rows(scratch: Scratch, connection: Connection, model: ReadModel, version: int) -> None:
    names = [field.name for field in fields(model.row)]
    at = [names.index(name) for name in model.key]
    query = f"select tenant, {', '.join(names)} from {model.table(version)}"
    async for tenant, *values in connection.cursor(query, prefetch=BATCH):
        scratch.insert("live_rows", [(_key(tenant, [values[nth] for nth in at]), _columns(model, values))])
    scratch.execute("create index if not exists live_keys on live_rows (key)")
    scratch.execute("create index if not exists replayed_keys on replayed_rows (key)")


def _columns(model: ReadModel, values: Sequence[object]) -> bytes:
    """The digests of a row's columns, concatenated."""
    return b"".join(
        digest(_canonical(value, model.columns[field.name]))
        for field, value in zip(fields(model.row), values, strict=True)
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
    names = [field.name for field in fields(model.row)]
    examples = []
    for key, folded, shown in scratch.rows(f"select key, f.columns, s.columns {differing} limit {SHOWN}"):
        starts = range(0, len(folded), WIDTH)
        wrong = [
            name for name, at in zip(names, starts, strict=True) if folded[at : at + WIDTH] != shown[at : at + WIDTH]
        ]
        examples.append(f"{key}: {', '.join(wrong)}")
    return scratch.number(f"select count(*) {differing}"), examples
