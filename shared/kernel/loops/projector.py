"""Moves read models on with the store they fold, and the cursors that say how far each is."""

import asyncio
from collections.abc import Sequence

import structlog

from shared.kernel.loops.follower import BATCH, LONGEST_PAUSE, keep_on
from shared.kernel.notifier import Notifier
from shared.kernel.readmodel import ReadModel
from shared.kernel.store import Store

log = structlog.get_logger()


class Projector:
    """Moves the live versions of read models on, all in one transaction, with the cursors that say how far they are.

    Those that stand at the same position, as they do but for one that was rebuilt or has failed, share one reading of
    the events. Where each read for itself, a service with eleven opened eleven transactions for every event.

    Error policy: a follower's; what one model cannot fold stops that model alone.
    """

    name = "projector"

    def __init__(self, models: Sequence[ReadModel], batch: int = BATCH) -> None:
        self._models = models
        self._batch = batch
        self._stands_still_until: dict[str, float] = {}

    async def step(self, store: Store) -> int:
        """One batch; the number of events dealt with, 0 also while another replica holds all cursors."""
        now = asyncio.get_running_loop().time()
        models = [one for one in self._models if self._stands_still_until.get(one.name, now) <= now]
        return await self._step(store, models)

    async def run(self, store: Store, notifier: Notifier) -> None:
        """Project until cancelled."""
        await keep_on(self.name, lambda: self.step(store), store, notifier, self._batch)

    async def _step(self, store: Store, models: Sequence[ReadModel]) -> int:
        try:
            return await self._project(store, models)
        except store.transient:
            raise
        except Exception as error:
            if len(models) == 1:
                log.exception("read model stands still", model=models[0].name, error=type(error).__name__)
                self._stands_still_until[models[0].name] = asyncio.get_running_loop().time() + LONGEST_PAUSE
                return 0
        return max([await self._step(store, [model]) for model in models])

    async def _project(self, store: Store, models: Sequence[ReadModel]) -> int:
        moved = 0
        async with store.transaction() as transaction:
            held = await transaction.hold_live({model.name: model.definition for model in models})
            standing = [(model, held[model.name]) for model in models if model.name in held]
            for position in {cursor.position for _, cursor in standing}:
                events = await transaction.read_after(position, self._batch)
                if not events:
                    continue
                here = [(model, cursor) for model, cursor in standing if cursor.position == position]
                await transaction.move_cursors([cursor.name for _, cursor in here], events[-1].position)
                for model, cursor in here:
                    await model.project(transaction, int(cursor.name.rpartition("@")[2]), events)
                moved = max(moved, len(events))
        return moved
