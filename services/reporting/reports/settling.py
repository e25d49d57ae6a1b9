"""The loop that stores figures of groups once their period is settled (`settled.py`), of every partnership."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from pydantic import BaseModel

from services.reporting.reports.impact import SETTLED_IMPACT
from services.reporting.reports.parity import SETTLED_PARITY
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.settled import SettledFigures
from services.reporting.views.current_rows import current_rows
from services.reporting.views.keeping import PARTNERSHIPS
from shared.kernel.loops.follower import repeat
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import name_tenants
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.principal import Principal
from shared.kernel.settings import Settings
from shared.kernel.unit import utc_now

SETTLED: Sequence[SettledFigures] = (SETTLED_PARITY, SETTLED_IMPACT)
EVERY = 600.0
"""Seconds between two turns."""
WITHIN = 3_600.0
"""Seconds that the figures of a period may take to count."""
A = TypeVar("A", bound=BaseModel)


class _WorkerReader(ReportReader):
    """Reads as a worker: its connection sees the rows of all partnerships, and it has time."""

    @property
    def current_rows(self) -> str:
        """The beginning of every query."""
        return current_rows(past=self.position is not None, named=True)

    async def all(self, answer: type[A], sql: str, *values: object, unseal: bool = False) -> list[A]:
        """Return every row as an answer; nothing is sealed in what is counted."""
        assert not unseal
        return [answer.model_validate(dict(row)) for row in await self.connection.fetch(sql, *values, timeout=WITHIN)]


async def settle_figures(store: PostgresStore, notifier: Notifier, settings: Settings) -> None:
    """Store the figures of periods that are settled until cancelled: a loop of reporting's worker."""

    async def take_turn() -> int:
        number = await settle_figures_before(store, settings.today(utc_now()))
        await asyncio.sleep(EVERY)
        return number

    await repeat("settled figures", take_turn, store.transient_errors, notifier, 1)


async def settle_figures_before(store: PostgresStore, day: date) -> int:
    """Store the figures of periods that were settled before a day; return of how many programmes, by report and period.

    Each report of a partnership is left to one of the workers that do so at the same time.
    """
    async with store.pool.acquire() as connection:
        tenants = await connection.fetch(f"with recursive {PARTNERSHIPS} select tenant from partnerships")
        number = 0
        for tenant in (row["tenant"] for row in tenants if row["tenant"] is not None):
            for figures in SETTLED:
                async with connection.transaction():
                    await name_tenants(connection, [tenant])
                    await connection.execute(
                        "select pg_advisory_xact_lock(hashtextextended($1, 0))", f"settled/{tenant}/{figures.report}"
                    )
                    who = Principal("reporting", tenant, frozenset())
                    number += await figures.store(_WorkerReader(who, connection, store.keyring), day)
    return number
