"""Folds the events of the store into its read models, and moves the cursors that say how far each is."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

from shared.kernel.loops.follower import LONGEST_PAUSE, FollowerTransaction, repeat
from shared.kernel.notifier import Notifier
from shared.kernel.readmodel import ReadModel, RowStore
from shared.kernel.store import Transactions

BATCH = 2000
"""Events projected in one transaction, if so many wait: each batch is a commit and some statements for each model."""

log = structlog.get_logger()


class ProjectorTransaction(FollowerTransaction, RowStore, Protocol):
    """What the projector needs of its transaction."""


class Projector:
    """Moves the live versions of all read models of a service in one transaction.

    Read models at the same position share one reading of the events. They all stand at the same position, except one
    that was rebuilt or has failed. When each read model read for itself, a service with eleven of them opened eleven
    transactions for every event.

    Error policy: a follower's; an error of one read model stops that read model alone.
    """

    name = "projector"

    def __init__(self, models: Sequence[ReadModel], batch: int = BATCH) -> None:
        self._models = models
        self._batch = batch
        self._paused_until: dict[str, float] = {}

    async def step(self, store: Transactions[ProjectorTransaction]) -> int:
        """Project one batch; return the number of its events, also 0 while another replica holds all cursors."""
        now = asyncio.get_running_loop().time()
        return await self._step(
            store, [model for model in self._models if self._paused_until.get(model.name, now) <= now]
        )

    async def run(self, store: Transactions[ProjectorTransaction], notifier: Notifier) -> None:
        """Project events until cancelled."""
        await repeat(self.name, lambda: self.step(store), store.transient_errors, notifier, self._batch)

    async def _step(self, store: Transactions[ProjectorTransaction], models: Sequence[ReadModel]) -> int:
        """Project a batch into all models together.

        Where that fails, project it into each model by itself, and pause the model that fails.
        """
        try:
            return await self._project(store, models)
        except store.transient_errors:
            raise
        except Exception as error:
            if len(models) == 1:
                log.exception("read model stands still", model=models[0].name, error=type(error).__name__)
                self._paused_until[models[0].name] = asyncio.get_running_loop().time() + LONGEST_PAUSE
                return 0
        return max([await self._step(store, [model]) for model in models])

    async def _project(self, store: Transactions[ProjectorTransaction], models: Sequence[ReadModel]) -> int:
        moved = 0
        async with store.transaction() as transaction:
            held = await transaction.lock_live_cursors({model.name: model.definition for model in models})
            standing = [(model, held[model.name]) for model in models if model.name in held]
            for position in {cursor.position for _, cursor in standing}:
                events = await transaction.read_model_events(position, self._batch)
                if not events:
                    continue
                here = [(model, cursor) for model, cursor in standing if cursor.position == position]
                await transaction.move_cursors([cursor.name for _, cursor in here], events[-1].position)
                for model, cursor in here:
                    await model.project(transaction, int(cursor.name.rpartition("@")[2]), events)
                moved = max(moved, len(events))
        return moved
