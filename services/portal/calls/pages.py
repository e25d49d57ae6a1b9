"""Lists that services give a page at a time, read whole; and parts of a page that can do without a service."""

from collections.abc import Awaitable, Callable
from types import GenericAlias
from typing import Any, TypeVar
from uuid import UUID

from services.portal.calls.answers import Part
from services.portal.calls.services import Away, ServicesAsPerson

T = TypeVar("T")
P = TypeVar("P", bound=Part)

AT_ONCE = 1000
"""Rows that are asked for at once: the most that a service gives."""


async def read_all(
    services: ServicesAsPerson, service: str, path: str, row: type[P], key: Callable[[P], UUID], **query: object
) -> list[P]:
    """Return every row of a list that is ordered by an id; raises `Away` and `Refused`."""
    answer: Any = GenericAlias(list, (row,))
    rows: list[P] = []
    after = None
    while True:
        page: list[P] = await services.get(service, path, answer, after=after, limit=AT_ONCE, **query)
        rows += page
        if len(page) < AT_ONCE:
            return rows
        after = key(page[-1])


async def unless_away(reading: Awaitable[T]) -> T | None:
    """Return what a service answers; None where it does not answer just now, for a page that shows the rest."""
    try:
        return await reading
    except Away:
        return None
