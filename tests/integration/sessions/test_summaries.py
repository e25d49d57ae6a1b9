"""The agreed summary over HTTP: between the two until both have signed, then with those whom the programme names."""

from typing import Any

import httpx
import pytest

from services.sessions.processes.common_needs import TASKS
from shared.kernel.postgres import open_pool, tenant_transaction
from tests.integration.sessions import storage
from tests.integration.sessions.later import run_tasks_later
from tests.integration.sessions.pairs import Pair, a_pair, a_returning_pair, outsiders
from tests.integration.sessions.test_agreements import sign_agreement
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("S15")
ON = "2026-10-05"
WORDS = "canary-summary"


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the tenth programme, whose summary goes to the head of staff."""
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    return pair


async def write(pair: Pair, who: dict[str, str], *needs: str, **fields: Any) -> httpx.Response:
    body = {"on": ON, "answers": {"for_the_school": WORDS}, "needs": needs} | fields
    return await pair.put(f"{pair.path}/summary", body, who)


async def sign_summary(pair: Pair, *needs: str) -> httpx.Response:
    """Write a summary and sign it, the mentor first, as the programme wants it."""
    written = await write(pair, pair.trainee, *needs)
    assert written.status_code == 200, written.text
    signature = {"on": ON, "draft": written.json()["draft"]}
    for who in (pair.mentor, pair.trainee):
        signed = await pair.post(f"{pair.path}/summary/signatures", signature, who)
        assert signed.status_code == 201, signed.text
    return signed


async def test_it_is_between_the_two_until_both_have_signed(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    written = await write(pair, pair.trainee, "pace")
    shown = (await pair.get(f"{pair.path}/summary", pair.mentor, after=written)).json()
    assert (shown["answers"], shown["needs"], shown["next_to_sign"]) == ({"for_the_school": WORDS}, ["pace"], "mentor")
    assert [need["code"] for need in shown["choices"]] == ["up_to_date", "pace"]
    path = f"/summaries/{pair.relationship_id}"
    for who in (pair.host_lead, platform.bearer("partnership_lead"), *outsiders(platform)):
        assert (await pair.get(path, who)).status_code == 404
    assert (await pair.get(f"{pair.path}/summary", pair.host_lead)).status_code == 403

    signed = await sign_summary(pair, "pace")

    assert signed.json()["in_force"] == 2
    listed = (await pair.get("/summaries", pair.host_lead, after=signed)).json()
    assert f"{pair.relationship_id}" in [each["relationship_id"] for each in listed]
    opened = (await pair.get(path, pair.host_lead)).json()
    assert (opened["answers"], opened["needs"]) == ({"for_the_school": WORDS}, ["pace"])
    for who in (pair.mentor, pair.trainee, platform.bearer("partnership_lead"), *outsiders(platform)):
        assert (await pair.get(path, who)).status_code == 404
        assert f"{pair.relationship_id}" not in (await pair.get("/summaries", who)).text

    async def is_seen() -> bool:
        return len((await pair.get(f"{pair.path}/summary", pair.trainee)).json()["reads"]) == 1

    await eventually(is_seen)
    assert WORDS not in await storage.rows(platform, postgres_admin_url)
    published = await storage.messages(platform)
    assert WORDS not in published
    assert "needs_named" not in published


async def test_either_takes_it_back_and_nobody_reads_it_any_more(pair: Pair) -> None:
    await sign_summary(pair)
    back = await pair.post(f"{pair.path}/summary/withdrawal", {"on": ON}, pair.mentor)
    assert (back.status_code, back.json()["in_force"], back.json()["signed_by"]) == (201, None, [])
    assert (await pair.get(f"/summaries/{pair.relationship_id}", pair.host_lead)).status_code == 404
    listed = (await pair.get("/summaries", pair.host_lead, after=back)).text
    assert f"{pair.relationship_id}" not in listed


async def test_what_is_wrong_is_refused_with_its_place(platform: Platform, pair: Pair) -> None:
    wrong = await write(pair, pair.trainee, "pace", "more money")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/needs/1")
    for who in outsiders(platform):
        assert (await write(pair, who)).status_code == 404
    assert (await write(pair, pair.host_lead)).status_code == 403


async def count_needs_later(pair: Pair) -> None:
    """Let the process do in a year what is due by then: count the needs of the terms that are over."""
    platform = pair.platform
    read = """select count(*) from events where tenant = $1 and type = 'sessions.needs_counted'
              and body->>'programme_id' = $2"""
    async with await open_pool(platform.urls["sessions"]["worker"], size=1) as pool:

        async def are_counted() -> bool:
            async with tenant_transaction(pool, [platform.tenant]) as connection:
                return bool(await connection.fetchval(read, platform.tenant, f"{pair.programme_id}"))

        await run_tasks_later(platform, TASKS, 366, are_counted)


async def test_needs_are_counted_after_the_term_from_the_smallest_group_on(platform: Platform, pair: Pair) -> None:
    second = await a_pair(platform, programme_id=pair.programme_id)
    await sign_summary(pair, "pace")
    signed = await sign_summary(second, "up_to_date", "pace")

    async def shared(who: dict[str, str]) -> list[dict[str, Any]]:
        counts = (await pair.get("/common-needs", who, after=signed)).json()
        return [count for count in counts if count["programme_id"] == f"{pair.programme_id}"]

    assert await shared(pair.host_lead) == []
    await count_needs_later(pair)

    async def are_shown() -> bool:
        return bool(await shared(pair.host_lead))

    await eventually(are_shown)
    for who in (pair.host_lead, platform.bearer("partnership_lead")):
        (count,) = await shared(who)
        assert count["needs"] == [{"code": "pace", "text": "The pace of a school day", "people": 2}]
    for who in (pair.mentor, pair.trainee, platform.bearer("school_lead", schools=("900002",))):
        assert await shared(who) == []
    published = await storage.messages(platform)
    assert "common_needs_counted" in published
    assert "up_to_date" not in "".join(line for line in published.splitlines() if '"needs":[{' in line)
