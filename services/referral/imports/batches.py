"""The rows of a file in batches, each recorded in one append."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from services.referral.imports.kinds import FileKind
from shared.spreadsheets.content import FileContent
from shared.spreadsheets.rows import Draft, Reading

BATCH = 1000
"""Rows in one append: enough to be fast, few enough to be small in memory and to show progress."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that are recorded together; `through_line` is the line of the last row, `last` marks the last batch."""

    drafts: Sequence[Draft[Any]]
    through_line: int
    last: bool


async def batches(
    kind: FileKind[Any], content: FileContent, use: Callable[[Reading[Any]], None] = lambda _: None
) -> AsyncGenerator[Batch, None]:
    """Read the rows of a file in a thread, in batches; `use` is called with the reading after the last of them.

    There is at least one batch, which may be empty. Raises `FileError` if the file cannot be read as a table.
    """
    reading = await asyncio.to_thread(kind.read, content)
    drafts = iter(reading)
    size = None if kind.whole else BATCH
    now = await asyncio.to_thread(lambda: list(islice(drafts, size)))
    while True:
        then = await asyncio.to_thread(lambda: list(islice(drafts, size)))
        yield Batch(now, now[-1].line if now else 0, last=not then)
        if not then:
            break
        now = then
    use(reading)
