"""A temporary SQLite file in which a verification sorts and joins what it has read.

What is compared may be larger than memory, and nothing is written to the databases under test. The file holds digests
of values, never the values.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alongside.operations.verify.report import SHOWN

_TABLES = """
create table arrivals (
    topic, source, part int, off int, mark, incarnation int, position int, id, type, version, key, digest,
    missing int, digest_without);
create table expected (topic, source, mark, position int, id, version, key, digest);
create table expected_without (topic, id, missing int, digest);
create table incarnations (number int, after int);
create table subscribed (topic);
create table known_types (type);
create table marks (topic, source, part int, mark);
create table parked (topic, source, position int);
create table stored (id, stream, version int);
create table model_events (key, position int, type, version int, body);
create table live_rows (key, columns);
create table replayed_rows (key, columns);
"""


class Scratch:
    """The SQLite tables of one verification."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def insert(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        """Insert rows into a table."""
        columns = ", ".join("?" for _ in self._connection.execute(f"pragma table_info({table})"))
        self._connection.executemany(f"insert into {table} values ({columns})", rows)

    def execute(self, statement: str) -> None:
        """Run a statement, such as one that makes an index."""
        self._connection.execute(statement)

    def rows(self, query: str, **values: object) -> Iterator[Any]:
        """Iterate over the rows of a query."""
        return self._connection.execute(query, values)

    def number(self, query: str, **values: object) -> int:
        """Return the single number that a query returns; 0 for null."""
        (value,) = self._connection.execute(query, values).fetchone()
        return int(value or 0)

    def count_and_examples(self, query: str, **values: object) -> tuple[int, list[str]]:
        """Return the number of rows of a query with one text column, and the first `SHOWN` of them."""
        number = self.number(f"select count(*) from ({query})", **values)
        return number, [text for (text,) in self.rows(f"{query} limit {SHOWN}", **values)] if number else []


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Create the empty tables of a verification, and delete their file afterwards."""
    with (
        TemporaryDirectory(prefix="alongside-verify-") as folder,
        closing(sqlite3.connect(Path(folder) / "scratch", isolation_level=None)) as connection,
    ):
        # one transaction that is never committed; SQLite still spills to the file what does not fit into its cache
        connection.executescript(f"pragma journal_mode = off; pragma synchronous = off; begin; {_TABLES}")
        yield Scratch(connection)


def digest(*parts: bytes) -> bytes:
    """Return a 16-byte digest of some byte strings."""
    summed = blake2b(digest_size=16)
    for part in parts:
        summed.update(len(part).to_bytes(8, "big") + part)
    return summed.digest()
