"""Help by others over HTTP: offered, agreed to, taken up; an assessor never sees any of it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Pair, a_returning_pair, a_tutor, assign, outsiders
from tests.integration.sessions.test_agreements import sign_agreement
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S13")
ON = "2026-10-05"
WHY, OUTCOME = "canary-help", "canary-outcome"


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the tenth programme, in which the mentee agrees and the head of staff takes part."""
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    return pair


async def offer(pair: Pair, who: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
    body = {"on": ON, "kind": "voice", "organisation": "A choir.", "reason": WHY} | fields
    return await pair.post(f"{pair.path}/onward-referrals", body, who or pair.mentor)


async def take(pair: Pair, offered: httpx.Response, status: str, who: dict[str, str], **fields: Any) -> httpx.Response:
    body = {"on": ON, "status": status} | fields
    return await pair.post(f"/onward-referrals/{offered.json()['onward_id']}/steps", body, who)


async def test_the_mentee_agrees_and_it_goes_on_to_its_outcome(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    offered = await offer(pair)
    assert (offered.status_code, offered.json()["status"]) == (201, "offered")
    listed = await pair.get(f"{pair.path}/onward-referrals", pair.host_lead, after=offered)
    assert listed.json() == []
    assert (await take(pair, offered, "agreed", pair.mentor)).status_code == 403
    for status, who in (("agreed", pair.trainee), ("made", pair.mentor), ("taken_up", pair.trainee)):
        done = await take(pair, offered, status, who)
        assert (done.status_code, done.json()["status"]) == (201, status)
    done = await take(pair, offered, "ended", pair.host_lead, note=OUTCOME)

    for who in (pair.trainee, pair.mentor, pair.host_lead):
        (shown,) = (await pair.get(f"{pair.path}/onward-referrals", who, after=done)).json()
        assert (shown["reason"], shown["steps"][-1]["note"], shown["text"]) == (WHY, OUTCOME, "Voice training")
    back = await pair.post(
        f"/onward-referrals/{offered.json()['onward_id']}/steps/withdrawal", {"on": ON}, pair.host_lead
    )
    assert back.json()["status"] == "taken_up"
    stored = await storage.rows(platform, postgres_admin_url)
    published = await storage.messages(platform)
    for words in (WHY, OUTCOME, "A choir."):
        assert words not in stored
        assert words not in published
    assert "help_" not in published


async def test_an_assessor_sees_nothing_of_it_whoever_they_are_besides(platform: Platform, pair: Pair) -> None:
    offered = await offer(pair)
    await take(pair, offered, "agreed", pair.trainee)
    tutor, assessor = await a_tutor(pair), await a_tutor(pair, "mentor", role="assessor")
    lead_id = uuid4()
    await assign(pair, lead_id, role="assessor")
    lead = platform.bearer("school_lead", subject=str(lead_id), schools=(pair.school_urn,))
    path = f"/onward-referrals/{offered.json()['onward_id']}"
    for who in (tutor, assessor, lead, platform.bearer("partnership_lead"), *outsiders(platform)):
        assert (await pair.get(f"{pair.path}/onward-referrals", who)).status_code == 404
        assert (await pair.get(path, who)).status_code == 404
        assert (await take(pair, offered, "made", who)).status_code == 404
        assert (await offer(pair, who)).status_code == 404


async def test_what_is_wrong_is_refused_with_its_place(pair: Pair) -> None:
    wrong = await offer(pair, kind="magic")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/kind")
    offered = await offer(pair, pair.trainee)
    assert offered.json()["status"] == "agreed"
    skipped = await take(pair, offered, "ended", pair.trainee)
    assert (skipped.status_code, skipped.json()["type"]) == (409, "urn:alongside:problem:not-the-next-step")
