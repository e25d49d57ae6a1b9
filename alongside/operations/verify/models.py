"""A read model against its events: what a fold from the beginning gives, row by row and column by column."""

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

from alongside.operations.verify.report import SHOWN, Check, check
from alongside.operations.verify.scratch import Scratch, digest
from shared.kernel.postgres import Connection
from shared.kernel.postgres.store import PostgresTransaction
from shared.kernel.readmodel import ReadModel
from shared.kernel.store import RecordedEvent

BATCH = 1000
WIDTH = 16
"""Bytes of a column's digest."""


async def of_read_model(scratch: Scratch, transaction: PostgresTransaction, model: ReadModel) -> Check:
    """The live version of a read model, as far as it has come, in a transaction that sees one moment."""
    for table in ("steps", "shown", "folded"):
        scratch.do(f"delete from {table}")
    live = await transaction.connection.fetchrow(
        """select r.version, r.definition, c.position from read_models r
           join cursors c on c.name = r.name || '@' || r.version where r.name = $1 and r.live""",
        model.name,
    )
    name = f"read model {model.name}"
    if live is None or live["definition"] != model.definition:
        return check(name, 0, {}, {"not there in this definition": (1, [])})
    behind = await _gather_steps(scratch, transaction, model, live["position"])
    scratch.put("folded", _folded(scratch, model))
    await _gather_shown(scratch, transaction.connection, model, live["version"])
    rows = scratch.number("select count(*) from shown")
    return check(
        name,
        rows,
        {"behind": behind},
        {
            "missing": scratch.found("select key as what from folded where key not in (select key from shown)"),
            "extra": scratch.found("select key as what from shown where key not in (select key from folded)"),
            "different": _different(scratch, model),
        },
    )


async def _gather_steps(scratch: Scratch, transaction: PostgresTransaction, model: ReadModel, until: int) -> int:
    """Put the events that the model has folded into `steps`, by the key of their row; how many it has still to fold."""
    position = behind = 0
    while events := await transaction.read_after(position, BATCH):
        decoded = model.decoded(events)
        behind += sum(stored.position > until for stored, _ in decoded)
        folded = ((stored, event) for stored, event in decoded if stored.position <= until)
        scratch.put("steps", (_step(model, stored, event) for stored, event in folded))
        position = events[-1].position
    return behind


def _step(model: ReadModel, stored: RecordedEvent[str], event: BaseModel) -> Sequence[object]:
    key = _key(stored.tenant, model.on[type(event)].key(event))
    return key, stored.position, stored.type, stored.schema_version, stored.body


def _key(tenant: str, key: Sequence[object]) -> str:
    return to_json((tenant, *key)).decode()


def _folded(scratch: Scratch, model: ReadModel) -> Iterator[tuple[str, bytes]]:
    """Every row, folded by itself: no more than one is in memory."""
    steps = scratch.rows("select key, type, version, body from steps order by key, position")
    for key, of_row in groupby(steps, key=itemgetter(0)):
        rows: dict[tuple[object, ...], Any] = {}
        tenant = str(from_json(key)[0])
        model.fold(rows, ((tenant, model.catalogue.decode(*event)) for _, *event in of_row))
        (row,) = rows.values()
        if row is not None:
            yield key, _columns(model, [getattr(row, field.name) for field in fields(model.row)])


async def _gather_shown(scratch: Scratch, connection: Connection, model: ReadModel, version: int) -> None:
    names = [field.name for field in fields(model.row)]
    at = [names.index(name) for name in model.key]
    query = f"select tenant, {', '.join(names)} from {model.table(version)}"
    async for tenant, *values in connection.cursor(query, prefetch=BATCH):
        scratch.put("shown", [(_key(tenant, [values[nth] for nth in at]), _columns(model, values))])
    scratch.do("create index if not exists shown_keys on shown (key)")
    scratch.do("create index if not exists folded_keys on folded (key)")


def _columns(model: ReadModel, values: Sequence[object]) -> bytes:
    """The digests of a row's columns, one after the other."""
    return b"".join(
        digest(_canonical(value, model.columns[field.name]))
        for field, value in zip(fields(model.row), values, strict=True)
    )


def _canonical(value: object, sql: str) -> bytes:
    """A value in the one form that it has after a way through the database, too."""
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    elif isinstance(value, UUID):
        value = str(value)
    elif isinstance(value, int) and sql.startswith("double"):
        value = float(value)
    return json.dumps(from_json(to_json(value)), sort_keys=True).encode()


def _different(scratch: Scratch, model: ReadModel) -> tuple[int, list[str]]:
    differing = "from folded f join shown s using (key) where f.columns <> s.columns"
    names = [field.name for field in fields(model.row)]
    examples = []
    for key, folded, shown in scratch.rows(f"select key, f.columns, s.columns {differing} limit {SHOWN}"):
        starts = range(0, len(folded), WIDTH)
        wrong = [
            name for name, at in zip(names, starts, strict=True) if folded[at : at + WIDTH] != shown[at : at + WIDTH]
        ]
        examples.append(f"{key}: {', '.join(wrong)}")
    return scratch.number(f"select count(*) {differing}"), examples
