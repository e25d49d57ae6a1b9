"""Reflections over HTTP: each of the two writes alone, and nobody reads it until its author releases it."""

from typing import Any

import httpx
import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Pair, a_returning_pair, outsiders
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("S10", "S14")
ON = "2026-10-05"
WORDS = "canary-worth"
TO_LEADS = {"to": {"role": "school_lead"}, "on": ON}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the tenth programme, which lets each say how it was."""
    return await a_returning_pair(platform)


async def write(pair: Pair, who: dict[str, str], step: str = "in_hindsight", **answers: Any) -> httpx.Response:
    return await pair.put(f"{pair.path}/reflections/{step}", {"on": ON, "answers": answers}, who)


async def test_each_finds_their_own_form_and_nobody_else_reads_the_answers(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    (empty,) = (await pair.get(f"{pair.path}/reflections", pair.trainee)).json()
    assert (empty["step"], empty["on"], empty["by"]) == ("in_hindsight", None, "trainee")
    done = await write(pair, pair.trainee, worth=WORDS, lighter=8)
    assert (done.status_code, done.json()["version"]) == (200, 1)
    path = f"/reflections/{done.json()['reflection_id']}"

    own = (await pair.get(path, pair.trainee, after=done)).json()
    assert own["answers"] == {"worth": WORDS, "lighter": 8}
    for who in (pair.mentor, pair.host_lead, platform.bearer("partnership_lead"), *outsiders(platform)):
        assert (await pair.get(path, who)).status_code == 404
    (mentors,) = (await pair.get(f"{pair.path}/reflections", pair.mentor)).json()
    assert (mentors["by"], mentors["on"]) == ("mentor", None)
    assert WORDS not in await storage.rows(platform, postgres_admin_url)
    assert WORDS not in await storage.messages(platform)


@pytest.mark.parametrize("side", ["trainee", "mentor"])
async def test_the_author_releases_it_to_a_role_sees_who_read_it_and_takes_it_back(pair: Pair, side: str) -> None:
    author = getattr(pair, side)
    answers: dict[str, Any] = {"worth": WORDS, **({"lighter": 2} if side == "trainee" else {})}
    done = await write(pair, author, **answers)
    path = f"/reflections/{done.json()['reflection_id']}"
    released = await pair.post(f"{path}/releases", TO_LEADS, author)
    assert (released.status_code, released.json()["released_to"]) == (201, [{"person_id": None, "role": "school_lead"}])

    pack = (await pair.get(f"{pair.path}/reviews", pair.host_lead, after=released)).json()
    assert [each["by"] for each in pack["reflections"]] == [side], pack
    opened = await pair.get(path, pair.host_lead)
    assert opened.json()["answers"]["worth"] == WORDS

    async def is_seen() -> bool:
        reads = (await pair.get("/reflections/reads", author)).json()
        return [read["reflection_id"] for read in reads] == [done.json()["reflection_id"]]

    await eventually(is_seen)
    (item,) = [each for each in (await pair.get("/record", author)).json() if each["kind"] == "reflection"]
    assert [(reader["role"], reader["why"]) for reader in item["readers"]] == [("school_lead", "released_to_role")]
    assert [each["kind"] for each in (await pair.get("/record/reads", author)).json()] == ["reflection"]
    revoked = await pair.post(f"{path}/revocations", TO_LEADS, author)
    assert revoked.json()["released_to"] == []
    assert (await pair.get(path, pair.host_lead)).status_code == 404
    assert (await pair.post(f"{path}/releases", TO_LEADS, pair.host_lead)).status_code == 404


async def test_what_is_wrong_is_refused_with_its_place_and_stores_nothing(platform: Platform, pair: Pair) -> None:
    missing = await write(pair, pair.trainee, lighter=8)
    assert (missing.status_code, missing.json()["type"]) == (409, "urn:alongside:problem:reflection-not-complete")
    wrong = await write(pair, pair.trainee, worth="x", lighter=11)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/answers/lighter")
    assert (await write(pair, pair.trainee, "no_such_step", worth="x")).status_code == 404
    assert (await write(pair, pair.host_lead, worth="x")).status_code == 403
    for who in outsiders(platform):
        assert (await write(pair, who, worth="x")).status_code == 404
    (empty,) = (await pair.get(f"{pair.path}/reflections", pair.trainee)).json()
    assert empty["version"] is None
