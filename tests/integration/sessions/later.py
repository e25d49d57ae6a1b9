"""Let days go by: run the tasks of sessions by a clock that is ahead of the machine's."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from services.sessions.processes.untouched_targets import TASKS as UNTOUCHED_TARGETS
from shared.kernel.loops.dispatcher import Dispatcher, TaskHandler
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.unit import utc_now
from tests.integration.sessions.pairs import Headers, Pair
from tests.support.services import Platform, eventually


async def run_tasks_later(
    platform: Platform, tasks: Mapping[str, TaskHandler], days: int, is_done: Callable[[], Awaitable[bool]]
) -> None:
    """Run the tasks that are due in some days, until they have done what is waited for."""
    later = Dispatcher("sessions", tasks, now=lambda: utc_now() + timedelta(days=days))
    async with await open_pool(platform.urls["sessions"]["worker"], size=4) as pool:
        store = PostgresStore(pool, Keyring(platform.settings.master_key()))

        async def is_done_later() -> bool:
            await later.step(store)
            return await is_done()

        await eventually(is_done_later)


async def stale_targets(pair: Pair, who: Headers) -> dict[str, bool]:
    """The targets of which somebody was told that nobody touches them, and whether the mentor was told too."""
    answer = await pair.platform["sessions"].get("/targets/stale", headers=who)
    assert answer.status_code == 200, answer.text
    return {each["target_id"]: each["mentor_told"] for each in answer.json()}


async def tell_of_untouched(pair: Pair, who: Headers, *target_ids: str, days: int) -> None:
    """Let so many days go by, after which somebody is told that nobody touches these targets."""

    async def is_known() -> bool:
        return {*target_ids} <= (await stale_targets(pair, who)).keys()

    await run_tasks_later(pair.platform, UNTOUCHED_TARGETS, days, is_known)
