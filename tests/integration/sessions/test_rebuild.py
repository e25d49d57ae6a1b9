"""A rebuilt read model has the same rows as the live one."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.sessions.projections import READ_MODELS
from shared.kernel.postgres import open_pool, tenant_transaction
from shared.kernel.postgres.read_models import rebuild_read_model
from shared.kernel.readmodel import ReadModel
from tests.integration.sessions.pairs import TARGET, TENANT, Pair
from tests.integration.sessions.test_assessments import interim
from tests.integration.sessions.test_one_person import merge, until_theirs
from tests.support.services import Platform


@pytest.mark.covers("P13")
@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.name)
async def test_a_rebuilt_read_model_has_the_rows_of_the_live_one(
    platform: Platform, pair: Pair, model: ReadModel
) -> None:
    held = await pair.record(discussed="Starters.", targets=[TARGET])
    note = f"/meetings/{held.json()['meeting_id']}/note"
    await platform["sessions"].put(note, json={"on": "2026-09-21", "note": "Tired today."}, headers=pair.mentor)
    last = await pair.post("/assessments", interim(pair, comments={"TS1": "Warm."}), platform.bearer("tutor"))
    await pair.get(pair.path, pair.mentor, last)
    kept = replace(pair, mentor_id=uuid4())
    await merge(platform, pair.mentor_id, kept.mentor_id, "mentor")
    await until_theirs(kept)

    async with await open_pool(platform.urls["sessions"]["worker"], size=4) as pool:

        async def stored_rows() -> list[str]:
            async with tenant_transaction(pool, [TENANT]) as connection:
                rows = await connection.fetch(f"select r::text from {model.name} r order by 1")
            return [row[0] for row in rows]

        live = await stored_rows()
        await rebuild_read_model(pool, model)

        assert live
        assert await stored_rows() == live
