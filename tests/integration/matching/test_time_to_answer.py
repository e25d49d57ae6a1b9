"""A proposal that nobody answers: a reminder, and in the end it lapses, by the worker's clock."""

from datetime import date
from typing import Any

import pytest

from shared.calendar import working_days_after
from shared.kernel.postgres import connect, open_pool, tasks
from shared.kernel.postgres.status import status
from tests.integration.matching.partnership import Partnership
from tests.integration.matching.test_answers import a_proposal
from tests.support.services import eventually


async def falls_due(partnership: Partnership, pair: dict[str, Any], name: str) -> None:
    """Set the due time of a task to the past."""
    connection = await connect(partnership.platform.urls["matching"]["worker"])

    async def make_task_due() -> bool:
        done = await connection.execute(
            """update tasks set due_at = clock_timestamp()
               where name = $1 and body ->> 'pair_id' = $2 and status = 'waiting'""",
            name,
            pair["pair_id"],
        )
        return done == "UPDATE 1"

    await eventually(make_task_due)
    await connection.close()


async def until(partnership: Partnership, pair: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def is_shown() -> bool:
        found.update(await partnership.read(f"/pairs/{pair['pair_id']}"))
        return all(found[name] == value for name, value in wanted.items())

    await eventually(is_shown)
    return found


@pytest.mark.covers("M5")
async def test_a_pair_says_by_when_it_is_to_be_answered(partnership: Partnership) -> None:
    _, pair = await a_proposal(partnership)
    today = date.today()  # noqa: DTZ011  # the worker's clock
    shown = await until(partnership, pair, answer_by=str(working_days_after(max(today, date(2026, 7, 10)), 10)))
    assert shown["reminded_on"] is None


@pytest.mark.covers("M5")
async def test_a_proposal_that_nobody_answers_lapses_and_its_place_is_free_again(partnership: Partnership) -> None:
    programme, pair = await a_proposal(partnership)
    await partnership.answers(pair, "acceptance", partnership.mentor(pair["mentor_id"]))

    await falls_due(partnership, pair, "matching.remind")
    await until(partnership, pair, status="proposed", reminded_on=str(date.today()))  # noqa: DTZ011  # the worker's clock
    await falls_due(partnership, pair, "matching.lapse")
    await until(partnership, pair, status="lapsed")

    late = await partnership.platform["matching"].post(
        f"/pairs/{pair['pair_id']}/acceptance",
        json={"on": str(date.today())},  # noqa: DTZ011  # the worker's clock
        headers=partnership.trainee(pair["trainee_id"]),
    )
    assert late.status_code == 409, late.text
    assert "lapsed" in late.json()["detail"]
    (again,) = (await partnership.solve_round(programme))["pairs"]
    assert (again["trainee_id"], again["mentor_id"]) == (pair["trainee_id"], pair["mentor_id"])


@pytest.mark.covers("M5")
async def test_an_answer_takes_the_timers_back(partnership: Partnership) -> None:
    _, pair = await a_proposal(partnership)
    for side in ("mentor", "trainee"):
        await partnership.answers(pair, "acceptance", partnership.lead(), side=side)

    async def tasks_are_withdrawn() -> bool:
        rows = await partnership.fetch("select status from tasks where body ->> 'pair_id' = $1", pair["pair_id"])
        return [row["status"] for row in rows] == ["withdrawn", "withdrawn"]

    await eventually(tasks_are_withdrawn)


async def test_a_task_that_failed_is_listed_first_and_tried_again_when_an_operator_says_so(
    partnership: Partnership,
) -> None:
    _, pair = await a_proposal(partnership)
    await until(partnership, pair, status="proposed")

    async with await open_pool(partnership.platform.urls["matching"]["worker"], size=1) as pool:

        async def make_task_fail() -> bool:
            done = await pool.execute(
                """update tasks set status = 'failed', attempts = 10, reason = 'OSError in somewhere.py:7'
                   where name = 'matching.remind' and body ->> 'pair_id' = $1 and status = 'waiting'""",
                pair["pair_id"],
            )
            return done == "UPDATE 1"

        await eventually(make_task_fail)
        first = (await tasks.list_open(pool))[0]
        assert (first.name, first.status, first.attempts) == ("matching.remind", "failed", 10)
        assert (await status("matching", pool)).tasks.failed == 1

        assert await tasks.retry(pool, first.id)
        await until(partnership, pair, reminded_on=str(date.today()))  # noqa: DTZ011  # the worker's clock
        assert not await tasks.retry(pool, first.id), "it is done"
        assert (await status("matching", pool)).tasks.failed == 0
