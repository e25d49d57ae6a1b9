"""Write a report as Parquet: a type for each column, and what was asked in the metadata of the file.

Rows are written in groups, so that a file of any length takes the same memory. The same rows give the same bytes.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from types import UnionType
from typing import Any, BinaryIO, Literal, Union, get_args, get_origin
from uuid import UUID

import polars as pl
from polars.io.plugins import register_io_source

from services.reporting.exports.contents import Contents, Rows, missing_events
from services.reporting.reports.report import Report

MEDIA_TYPE = "application/vnd.apache.parquet"
METADATA = "alongside."
"""How the keys of the metadata begin that say what was asked."""

_GROUP = 20_000
"""Rows of a group, which is what the file has of several rows together."""
_BATCH = 2_000
"""Rows that are turned into columns at one time."""
_TYPES: Mapping[Any, Any] = {
    bool: pl.Boolean,
    int: pl.Int64,
    float: pl.Float64,
    date: pl.Date,
    str: pl.String,
    UUID: pl.String,
}


def write_parquet(contents: Contents, file: BinaryIO) -> None:
    """Write a Parquet file with a typed column for each of the report's; without rows it has the columns alone."""
    schema = schema_of(contents.report)
    rows = register_io_source(lambda *_: _batches(contents.rows, schema), schema=schema, is_pure=True)
    rows.sink_parquet(file, metadata=_metadata(contents), row_group_size=_GROUP)


def schema_of(report: Report) -> pl.Schema:
    """Return the types of a report's columns; an id is text, because Parquet's own type for ids is read by few."""
    return pl.Schema({name: _type_of(report.hint(name)) for name in report.columns})


def _type_of(hint: Any) -> Any:
    """The type of a column; None in a union means that the column has rows without a value, which every column may."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (hint,) = (each for each in inner if each is not type(None))
        return _type_of(hint)
    if origin is Literal:
        return pl.String
    return pl.List(_type_of(inner[0])) if origin in (tuple, list) else _TYPES[hint]


def _batches(rows: Rows, schema: pl.Schema) -> Iterator[pl.DataFrame]:
    left = iter(rows)
    while True:
        batch = list(islice(left, _BATCH))
        columns = {name: [_plain(getattr(row, name)) for row in batch] for name in schema}
        yield pl.DataFrame(columns, schema=schema)
        if len(batch) < _BATCH:
            return


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _metadata(contents: Contents) -> dict[str, str]:
    """What was asked and how far it reaches, as texts by key; what has several parts is JSON."""
    report = contents.report
    asked = {
        "report": report.name,
        "title": report.title,
        "question": report.question,
        "not_for": report.not_for,
        "as_of": contents.as_of.isoformat(),
        "known_at": "now" if contents.known_at is None else contents.known_at.isoformat(),
        "up_to_date_at": _moment(contents.freshness.up_to_date_at),
        "sources": json.dumps({source: _moment(at) for source, at in contents.freshness.sources.items()}),
        "missing": json.dumps([missing_events(each) for each in contents.freshness.parked]),
        "is_whole": str(contents.is_whole).lower(),
        "sort": contents.sort or "",
        "filters": json.dumps({name: str(value) for name, value in contents.filters.items()}),
        "rules": json.dumps(report.notes),
        "columns": json.dumps(dict(report.columns)),
    }
    return {f"{METADATA}{key}": value for key, value in asked.items()}


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
