"""Each read model, rebuilt while files and referrals come in, is what the running one was."""

import asyncio

import asyncpg
import pytest

from alongside.demo import partnership
from services.referral.projections import READ_MODELS
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.read_models import rebuild_read_model
from shared.kernel.readmodel import ReadModel
from tests.integration.referral.partnership import Partnership
from tests.integration.referral.requests import PROGRAMME, post_ok
from tests.support.services import Platform

CALENDAR = b"school_urn,period,kind,starts_on,ends_on\n990001,Autumn 1,term,2026-09-01,2026-10-23\n"


async def rows(pool: asyncpg.Pool, ours: Partnership, model: ReadModel) -> list[str]:
    found = await pool.fetch(f"select to_jsonb(r)::text as row from {model.name} r where tenant = $1", ours.tenant)
    return sorted(row["row"] for row in found)


@pytest.mark.covers("P13")
async def test_a_rebuilt_read_model_is_the_live_one(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", partnership.SCHOOLS.read_bytes())
    pool = await open_pool(platform.urls["referral"]["worker"], size=4)

    async def rebuild_all() -> None:
        for model in READ_MODELS:
            await rebuild_read_model(pool, model)

    async def go_on() -> str:
        programme = await ours.http.post("/programmes?again=true", json=PROGRAMME, headers=ours.lead)
        for kind, file in (
            ("mentors", partnership.MENTORS),
            ("trainees", partnership.TRAINEES),
            ("offers", partnership.OFFERS),
        ):
            brought = await ours.import_file(kind, file.read_bytes())
        await ours.import_file("calendars", CALENDAR)
        people = await ours.people_by_reference(brought["position"])
        for reference in ("T26-001", "T26-002", "T26-003"):
            body = {
                "programme_id": programme.json()["programme_id"],
                "trainee_id": people[reference]["person_id"],
                "purpose": "induction",
                "reasons": ["general_placement"],
                "on": "2026-07-02",
            }
            made = await ours.http.post("/referrals", json=body, headers=ours.lead)
            assert made.status_code == 201, made.text
        mentor, one, another = (people[reference]["person_id"] for reference in ("M-001", "T26-004", "T26-005"))
        relation = {"other_id": one, "kind": "family"}
        await post_ok(ours, f"/people/{mentor}/relations", **relation, on="2026-07-02")
        await post_ok(ours, f"/people/{one}/deferral", reason="A while abroad.", on="2026-07-02")
        await post_ok(ours, f"/people/{another}/merge", into=one, on="2026-07-02")
        limit = {"scope": "school", "academic_year": "2026/27", "school_urn": "990001", "places": 3}
        limited = await ours.http.put("/hosting-limits", json=limit | {"on": "2026-07-02"}, headers=ours.lead)
        assert limited.status_code == 200, limited.text
        last = await post_ok(
            ours, "/schools/990001/appetite", academic_year="2026/27", appetite="interested", on="2026-07-02"
        )
        return str(last["position"])

    try:
        _, last = await asyncio.gather(rebuild_all(), go_on())
        assert len(await ours.get("/referrals", last)) == 3
        live = {model.name: await rows(pool, ours, model) for model in READ_MODELS}
        await rebuild_all()
        assert {model.name: await rows(pool, ours, model) for model in READ_MODELS} == live
        assert {name for name, found in live.items() if not found} <= {"earlier"}  # brought by a file of its own
    finally:
        await pool.close()
