"""Each read model, rebuilt while answers come in, is what the running one was."""

import asyncio

import httpx
import pytest

from services.matching.projections import READ_MODELS
from shared.kernel.postgres import open_pool
from shared.kernel.projector import rebuild
from shared.kernel.readmodel import ReadModel
from tests.integration.matching.partnership import (
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    accepted,
    an_offer,
)


async def rows(partnership: Partnership, model: ReadModel) -> list[str]:
    found = await partnership.fetch(
        f"select to_jsonb(r)::text as row from {model.name} r where tenant = $1 order by 1", partnership.tenant
    )
    return [row["row"] for row in found]


@pytest.mark.covers("P13")
async def test_a_rebuilt_read_model_is_the_live_one(partnership: Partnership) -> None:
    programme, trainees = a_programme(), [a_trainee() for _ in range(6)]
    await partnership.hears(
        programme, a_school("900001"), a_mentor("900001", hours=6), an_offer("900001", places=4), *trainees,
        *(accepted(programme, trainee) for trainee in trainees),
    )  # fmt: skip
    pairs = (await partnership.solved(programme))["pairs"]
    pool = await open_pool(partnership.house.urls["matching"]["worker"], size=4)

    async def rebuild_all() -> None:
        for model in READ_MODELS:
            await rebuild(pool, model)

    async def answer_some() -> httpx.Response:
        for pair in pairs[:2]:
            await partnership.answers(pair, "acceptance", partnership.lead(), side="mentor")
        await partnership.answers(pairs[2], "refusal", partnership.lead(), side="trainee", reason="Too far.")
        return await partnership.answers(pairs[3], "acceptance", partnership.lead(), side="trainee")

    try:
        _, last = await asyncio.gather(rebuild_all(), answer_some())
        answered = await partnership.seen("/pairs", after=last)
        assert {pair["changed_on"] for pair in answered} == {"2026-07-12"}
        live = {model.name: await rows(partnership, model) for model in READ_MODELS}
        await rebuild_all()
        assert {model.name: await rows(partnership, model) for model in READ_MODELS} == live
        assert all(found for name, found in live.items() if name not in ("merges", "travel_times"))
    finally:
        await pool.close()
