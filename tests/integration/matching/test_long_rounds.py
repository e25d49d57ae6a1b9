"""A round in the hands of a worker: it dies, is overtaken, or is called off while it solves; others are not held up.

The platform's own worker does everything but long tasks; the tests do these, step by step.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.matching.main import SERVICE
from services.matching.processes import LONG_TASKS, TASKS
from services.matching.processes.deferred_rounds import DeferredRounds
from services.matching.rounds import running
from shared.kernel.loops.dispatcher import Dispatcher, TaskHandler
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore, PostgresTransaction
from shared.kernel.records import Conflict
from shared.kernel.unit import Unit
from tests.integration.matching.partnership import (
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)
from tests.support.services import Platform, eventually, run_services

SOLVE = "matching.solve_round"


@pytest.fixture(scope="module")
async def platform(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    """Matching, whose worker leaves long tasks alone."""
    service = replace(SERVICE, long_tasks={})
    async with run_services(
        postgres_admin_url, kafka_bootstrap, tmp_path_factory.mktemp("platform"), service
    ) as platform:
        yield platform


@pytest.fixture
async def store(platform: Platform) -> AsyncIterator[PostgresStore]:
    """The store as a worker has it."""
    async with await open_pool(platform.urls["matching"]["worker"], size=4) as pool:
        yield PostgresStore(pool, Keyring(platform.settings.master_key()))


class RoundInWork:
    """A round for two, which a worker has begun and not solved yet."""

    def __init__(self, partnership: Partnership, store: PostgresStore) -> None:
        self.partnership = partnership
        self.store = store
        self.programme = a_programme()
        self.mentor = a_mentor("900001", hours=3)

    async def ready(self) -> "RoundInWork":
        """Ask for it, and let a worker begin it."""
        partnership, programme = self.partnership, self.programme
        trainees = [a_trainee(), a_trainee()]
        await partnership.hears(
            programme, a_school("900001"), self.mentor, an_offer("900001", places=2), *trainees,
            *(referral_accepted(programme, trainee) for trainee in trainees),
        )  # fmt: skip
        await partnership.rests()
        asked = await partnership.round(programme, Prefer="respond-async")
        assert asked.status_code == 202
        self.where = asked.headers["Location"]
        await self.waits("matching.begin_round")
        assert await self.step() == 1
        await self.waits(SOLVE)
        shown = await self.reaches("begun")
        assert shown["counts"] == {"trainees": 2, "offers": 1, "mentors": 1, "candidates": 2}
        return self

    async def step(self, handlers: Mapping[str, TaskHandler] = LONG_TASKS) -> int:
        """One step of a worker."""
        return await Dispatcher("matching", handlers, batch=1).step(self.store)

    async def statements_of_a_step(self) -> list[str]:
        """One step of a worker: the statements that it sends."""
        listening = _ListeningStore(self.store)
        assert await Dispatcher("matching", LONG_TASKS, batch=1).step(listening) == 1
        return listening.statements

    def solving_and(self, then: Callable[[], Awaitable[object]]) -> Mapping[str, TaskHandler]:
        """The task, in which something else happens before its transaction ends."""

        async def solve(unit: Unit, about: Mapping[str, Any]) -> None:
            await LONG_TASKS[SOLVE](unit, about)
            await then()

        return {SOLVE: solve}

    async def tasks(self) -> list[tuple[str, str]]:
        """The partnership's long tasks and what came of them."""
        rows = await self.partnership.fetch(
            "select name, status from tasks where tenant = $1 and name = any ($2) order by name",
            self.partnership.tenant,
            list(LONG_TASKS),
        )
        return [(row["name"], row["status"]) for row in rows]

    async def waits(self, name: str) -> None:
        """Until a task waits."""

        async def there() -> bool:
            return (name, "waiting") in await self.tasks()

        await eventually(there)

    async def reaches(self, state: str) -> dict[str, Any]:
        """Until the round is shown in this state."""

        async def there() -> bool:
            answer = await self.partnership.platform["matching"].get(self.where, headers=self.partnership.lead())
            return answer.status_code == 200 and answer.json()["state"] == state

        await eventually(there)
        found: dict[str, Any] = await self.partnership.read(self.where)
        return found

    async def cancel(self) -> httpx.Response:
        """Cancel the round."""
        return await self.partnership.platform["matching"].post(
            f"{self.where}/cancellation", json={"on": "2026-07-10"}, headers=self.partnership.lead()
        )


class _ListeningStore:
    """A store that keeps the statements of its transactions."""

    transient_errors: tuple[type[BaseException], ...] = ()

    def __init__(self, store: PostgresStore) -> None:
        self.store = store
        self.statements: list[str] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        async with self.store.transaction() as transaction:
            with transaction.connection.query_logger(lambda sent: self.statements.append(sent.query)):
                yield transaction


@pytest.fixture
async def round_in_work(partnership: Partnership, store: PostgresStore) -> RoundInWork:
    return await RoundInWork(partnership, store).ready()


@pytest.mark.covers("M3")
async def test_a_worker_that_dies_while_it_solves_leaves_the_round_to_another(round_in_work: RoundInWork) -> None:
    solved = asyncio.Event()

    async def die() -> None:
        solved.set()
        await asyncio.Event().wait()

    worker = asyncio.create_task(round_in_work.step(round_in_work.solving_and(die)))
    await asyncio.wait_for(solved.wait(), 30)
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker

    assert (SOLVE, "waiting") in await round_in_work.tasks()
    assert await round_in_work.partnership.read("/pairs") == []
    assert await round_in_work.step() == 1
    shown = await round_in_work.reaches("solved")
    assert (shown["placed"], len(shown["pairs"])) == (2, 2)
    assert await round_in_work.tasks() == [("matching.begin_round", "done"), (SOLVE, "done")]


@pytest.mark.covers("M3")
async def test_the_worker_that_began_a_round_solves_it_without_reading_its_input_again(
    round_in_work: RoundInWork,
) -> None:
    statements = await round_in_work.statements_of_a_step()

    assert [statement for statement in statements if "from mentors" in statement] == []
    assert any("append" in statement for statement in statements)
    assert (await round_in_work.reaches("solved"))["placed"] == 2


@pytest.mark.covers("M3")
async def test_a_round_is_solved_from_what_was_recorded_since_it_was_begun(round_in_work: RoundInWork) -> None:
    await round_in_work.partnership.hears(round_in_work.mentor.model_copy(update={"capacity_hours": 1.5}))

    assert await round_in_work.step() == 1
    assert (await round_in_work.reaches("solved"))["placed"] == 1


@pytest.mark.covers("M3")
async def test_another_worker_solves_a_round_that_this_one_began(round_in_work: RoundInWork) -> None:
    other = DeferredRounds()

    assert await round_in_work.step({SOLVE: other.solve}) == 1
    assert (await round_in_work.reaches("solved"))["placed"] == 2


@pytest.mark.covers("M3")
async def test_a_round_for_more_than_may_wait_is_the_workers(
    round_in_work: RoundInWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 1)

    asked = await round_in_work.partnership.round(round_in_work.programme)

    assert (asked.status_code, asked.json()["state"]) == (202, "asked")

    async def is_over() -> bool:
        await round_in_work.step()
        state = (await round_in_work.partnership.read(asked.headers["Location"]))["state"]
        return bool(state in ("solved", "failed"))

    await eventually(is_over)


@pytest.mark.covers("M3")
async def test_a_round_that_another_lead_overtakes_looks_again_and_gives_nothing_out_twice(
    round_in_work: RoundInWork,
) -> None:
    with pytest.raises(Conflict):
        await round_in_work.step(
            round_in_work.solving_and(lambda: round_in_work.partnership.solve_round(round_in_work.programme))
        )

    assert await round_in_work.step() == 1
    shown = await round_in_work.reaches("failed")
    assert shown["failed_because"].startswith("Nobody waits")
    pairs = await round_in_work.partnership.read("/pairs")
    assert len(pairs) == len({pair["trainee_id"] for pair in pairs}) == 2
    assert str(shown["round_id"]) not in {pair["round_id"] for pair in pairs}


@pytest.mark.covers("M3")
async def test_a_round_that_is_called_off_while_it_is_solved_proposes_nobody(round_in_work: RoundInWork) -> None:
    with pytest.raises(Conflict):
        await round_in_work.step(round_in_work.solving_and(round_in_work.cancel))

    assert await round_in_work.step() == 1
    await round_in_work.reaches("cancelled")
    assert await round_in_work.tasks() == [("matching.begin_round", "done"), (SOLVE, "refused")]
    assert await round_in_work.partnership.read("/pairs") == []


@pytest.mark.covers("M3", "M5")
async def test_a_long_round_holds_up_no_reminder(round_in_work: RoundInWork, store: PostgresStore) -> None:
    partnership, other, trainee = round_in_work.partnership, a_programme(), a_trainee()
    await partnership.hears(
        other, a_school("900002"), a_mentor("900002"), an_offer("900002"), trainee, referral_accepted(other, trainee)
    )
    (pair,) = (await partnership.solve_round(other))["pairs"]

    async def let_proposal_lapse() -> None:
        late = Dispatcher("matching", TASKS, now=lambda: datetime(2036, 1, 1, tzinfo=UTC))

        async def has_lapsed() -> bool:
            await late.step(store)
            return bool((await partnership.read(f"/pairs/{pair['pair_id']}"))["status"] == "lapsed")

        await eventually(has_lapsed)

    # and, since a refusal only frees places, the round under way need not look again
    assert await round_in_work.step(round_in_work.solving_and(let_proposal_lapse)) == 1
    assert (await round_in_work.reaches("solved"))["placed"] == 2
