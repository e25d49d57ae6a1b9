"""A file to sort and join in, thrown away afterwards: whatever is compared is larger than memory, and the databases
that are looked at are not written to. It holds digests, no texts.
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
create table told (
    topic, source, part int, off int, mark, incarnation int, position int, id, type, version, key, digest);
create table due (topic, source, mark, position int, id, version, key, digest);
create table lives (number int, after int);
create table listens (topic);
create table known (type);
create table marks (topic, source, part int, mark);
create table aside (topic, source, position int);
create table stored (id, stream, version int);
create table steps (key, position int, type, version int, body);
create table shown (key, columns);
create table folded (key, columns);
"""


class Scratch:
    """Tables of one verification."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        """Add rows to a table."""
        columns = ", ".join("?" for _ in self._connection.execute(f"pragma table_info({table})"))
        self._connection.executemany(f"insert into {table} values ({columns})", rows)

    def do(self, statement: str) -> None:
        """Run a statement, such as one that makes an index."""
        self._connection.execute(statement)

    def rows(self, query: str, **values: object) -> Iterator[Any]:
        """The rows of a query, as they are found."""
        return self._connection.execute(query, values)

    def number(self, query: str, **values: object) -> int:
        """The one number that a query answers."""
        (found,) = self._connection.execute(query, values).fetchone()
        return int(found or 0)

    def found(self, query: str, **values: object) -> tuple[int, list[str]]:
        """How many rows of one text a query has, and the first of them."""
        number = self.number(f"select count(*) from ({query})", **values)
        return number, [text for (text,) in self.rows(f"{query} limit {SHOWN}", **values)] if number else []


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Empty tables."""
    with (
        TemporaryDirectory(prefix="alongside-verify-") as folder,
        closing(sqlite3.connect(Path(folder) / "scratch", isolation_level=None)) as connection,
    ):
        # one transaction that is never committed: what does not fit into the cache goes to the file all the same
        connection.executescript(f"pragma journal_mode = off; pragma synchronous = off; begin; {_TABLES}")
        yield Scratch(connection)


def digest(*parts: bytes) -> bytes:
    """Sixteen bytes that stand for these."""
    summed = blake2b(digest_size=16)
    for part in parts:
        summed.update(len(part).to_bytes(8, "big") + part)
    return summed.digest()
