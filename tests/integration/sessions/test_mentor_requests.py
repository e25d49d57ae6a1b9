"""A mentee asks for another mentor over HTTP: the mentor learns nothing, the safe contact why, matching only that."""

from typing import Any

import httpx
import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Pair, a_returning_pair, outsiders
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("S12")
ON = "2026-10-05"
WHY = "canary-wish"


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the tenth programme, whose mentees turn to the school's lead."""
    return await a_returning_pair(platform)


async def request(pair: Pair, who: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
    body = {"on": ON, "contact": "school_lead", "reason": WHY} | fields
    return await pair.put(f"/mentor-requests/{pair.relationship_id}", body, who or pair.trainee)


async def test_the_mentor_gets_the_same_answer_with_a_request_and_without(pair: Pair) -> None:
    path = f"/mentor-requests/{pair.relationship_id}"
    before = await pair.get(path, pair.mentor)
    assert (await request(pair)).status_code == 200

    after = await pair.get(path, pair.mentor)

    assert (after.status_code, after.json()) == (404, before.json())


async def test_the_contact_reads_why_the_mentor_learns_nothing_and_it_goes_on(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    before = (await pair.get(pair.path, pair.mentor)).json()
    done = await request(pair)
    assert (done.status_code, done.json()["requested"]) == (200, True)
    assert "Your mentor is not told" in done.json()["what_happens"]

    path = f"/mentor-requests/{pair.relationship_id}"
    (notice,) = [
        each
        for each in (await pair.get("/mentor-requests", pair.host_lead, after=done)).json()
        if each["relationship_id"] == f"{pair.relationship_id}"
    ]
    assert (notice["has_reason"], notice["contact"]) == (True, "school_lead")
    assert (await pair.get(path, pair.host_lead)).json()["reason"] == WHY

    async def is_seen() -> bool:
        (own,) = (await pair.get("/mentor-requests", pair.trainee)).json()
        return len(own["read_by"]) == 1

    await eventually(is_seen)
    assert (await pair.get(pair.path, pair.mentor)).json() == before
    assert (await pair.get("/mentor-requests", pair.mentor)).json() == []
    assert (await pair.get("/break-offs", pair.host_lead)).text.count(f"{pair.relationship_id}") == 0
    for who in (pair.mentor, platform.bearer("partnership_lead"), *outsiders(platform)):
        assert (await pair.get(path, who)).status_code == 404
    assert WHY not in await storage.rows(platform, postgres_admin_url)
    assert (await request(pair)).headers.get("Alongside-Position") is None

    published = ""

    async def is_published() -> bool:
        nonlocal published
        published = await storage.messages(platform)
        return f"{pair.relationship_id}" in published and "another_mentor_requested" in published

    await eventually(is_published)
    assert WHY not in published


async def test_the_mentee_withdraws_it_and_nobody_reads_it_any_more(platform: Platform, pair: Pair) -> None:
    await request(pair)
    path = f"/mentor-requests/{pair.relationship_id}"
    done = await pair.put(f"{path}/withdrawal", {"on": ON}, pair.trainee)
    assert (done.status_code, done.json()["requested"]) == (200, False)
    assert (await pair.get(path, pair.host_lead)).status_code == 404
    assert (await pair.get("/mentor-requests", pair.trainee, after=done)).json() == []

    async def is_published() -> bool:
        return "mentor_request_withdrawn" in await storage.messages(platform)

    await eventually(is_published)
    assert (await request(pair)).status_code == 200
    assert (await pair.get(path, pair.host_lead)).json()["reason"] == WHY


async def test_nobody_else_asks_and_only_a_safe_contact_is_told(platform: Platform, pair: Pair) -> None:
    assert (await request(pair, pair.mentor)).status_code == 403
    assert (await request(pair, pair.host_lead)).status_code == 403
    for who in outsiders(platform):
        assert (await request(pair, who)).status_code == 404
    wrong = await request(pair, contact="tutor")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/contact")
