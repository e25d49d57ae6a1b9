"""Feedback over HTTP: given by the mentor or a tutor, and read by nobody else until the trainee releases it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Headers, Pair, a_placed_pair, a_tutor, outsiders
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("S7")
SEEN = f"seen-{uuid4().hex}"
FEEDBACK = {"on": "2026-09-21", "text": SEEN, "next_step": SEEN, "areas": ["pedagogy"], "development_needs": ["TS7"]}
TO_TUTORS = {"to": {"role": "tutor"}, "on": "2026-09-22"}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the programme of placements."""
    return await a_placed_pair(platform)


async def give(pair: Pair, who: Headers | None = None, **fields: Any) -> str:
    answer = await pair.post(f"{pair.path}/feedback", FEEDBACK | fields, who or pair.mentor)
    assert answer.status_code == 201, answer.text
    return f"/feedback/{answer.json()['feedback_id']}"


async def list_feedback(pair: Pair, who: Headers, after: httpx.Response) -> list[str]:
    answer = await pair.get(f"{pair.path}/feedback", who, after)
    assert answer.status_code == 200, answer.text
    return [f"/feedback/{each['feedback_id']}" for each in answer.json()]


async def test_mentor_and_tutor_give_it_and_the_trainee_acknowledges_it(platform: Platform, pair: Pair) -> None:
    tutor_id = uuid4()
    tutor = await a_tutor(pair, person_id=tutor_id)
    paths = [await give(pair), await give(pair, tutor, areas=["assessment"], development_needs=[])]
    amended = FEEDBACK | {"text": "Anew.", "amended_on": "2026-09-22"}
    del amended["on"]
    assert (await pair.put(paths[0], amended, pair.mentor)).json()["version"] == 2
    assert (await pair.put(paths[0], amended, tutor)).status_code == 404
    acknowledged = await pair.put(f"{paths[0]}/acknowledgement", {"on": "2026-09-23"}, pair.trainee)
    assert acknowledged.json()["acknowledged_on"] == "2026-09-23"
    assert (await pair.put(f"{paths[0]}/acknowledgement", {"on": "2026-09-23"}, pair.mentor)).status_code == 404

    opened = (await pair.get(paths[0], pair.trainee)).json()
    assert (opened["text"], opened["role"], opened["development_needs"]) == ("Anew.", "mentor", ["TS7"])
    assert [version["text"] for version in opened["versions"]] == [SEEN, "Anew."]
    assert sorted(await list_feedback(pair, pair.trainee, acknowledged)) == sorted(paths)
    assert await list_feedback(pair, pair.mentor, acknowledged) == paths[:1]
    assert await list_feedback(pair, tutor, acknowledged) == paths[1:]
    assert (await pair.get(paths[1], tutor)).json()["author_id"] == str(tutor_id)

    async def each_is_published_once() -> bool:
        told = await storage.messages(platform)
        return [told.count(f'"feedback_id":"{path.rpartition("/")[2]}"') for path in paths] == [1, 1]

    await eventually(each_is_published_once)


async def test_nobody_else_reads_it_and_it_is_nowhere_in_clear(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    path = await give(pair)
    overseers = [pair.host_lead, platform.bearer("partnership_lead"), await a_tutor(pair)]
    for who in [*overseers, *outsiders(platform)]:
        refused = await pair.get(path, who)
        assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such feedback.")
    for who in overseers:
        assert (await pair.get(f"{pair.path}/feedback", who)).json() == []
    for who in outsiders(platform):
        assert (await pair.get(f"{pair.path}/feedback", who)).status_code == 404
    kept = await storage.rows(platform, postgres_admin_url)
    assert "sessions.feedback_written" in kept
    assert SEEN not in kept


@pytest.mark.covers("S11")
async def test_the_trainee_releases_it_and_sees_who_read_it(platform: Platform, pair: Pair) -> None:
    path, tutor_id = await give(pair), uuid4()
    tutor = await a_tutor(pair, person_id=tutor_id)
    assert (await pair.post(f"{path}/releases", TO_TUTORS, pair.mentor)).status_code == 404
    released = await pair.post(f"{path}/releases", TO_TUTORS, pair.trainee)
    assert (released.status_code, released.json()["released_to"]) == (201, [{"person_id": None, "role": "tutor"}])
    assert await list_feedback(pair, tutor, released) == [path]
    opened = (await pair.get(path, tutor)).json()
    assert (opened["text"], opened["released_to"]) == (SEEN, [])
    shown = (await pair.get("/record", pair.trainee, released)).json()
    assert [(each["kind"], [reader["why"] for reader in each["readers"]]) for each in shown] == [
        ("feedback", ["works_with_owner", "released_to_role"])
    ]

    last = await pair.post(f"{path}/revocations", TO_TUTORS, pair.trainee)

    assert (await pair.get(path, tutor)).status_code == 404
    (read,) = (await pair.get("/record/reads", pair.trainee, last)).json()
    assert (read["kind"], read["reader_id"]) == ("feedback", str(tutor_id))


async def test_who_is_not_named_by_the_programme_gives_none(platform: Platform, pair: Pair) -> None:
    before = await storage.events(platform)
    for who in (pair.trainee, pair.host_lead, platform.bearer("partnership_lead")):
        assert (await pair.post(f"{pair.path}/feedback", FEEDBACK, who)).status_code == 403
    for who in outsiders(platform):
        assert (await pair.post(f"{pair.path}/feedback", FEEDBACK, who)).status_code == 404
    assert await storage.events(platform) == before


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"level": "good"}, "/level"),
        ({"areas": ["singing"]}, "/areas/0"),
        ({"areas": []}, "/areas"),
        ({"areas": ["Peda gogy"]}, "/areas/0"),
        ({"development_needs": ["TS9"]}, "/development_needs/0"),
        ({"text": ""}, "/text"),
        ({"next_step": "x" * 5000}, "/next_step"),
        ({"on": "2026-08-01"}, "/on"),
    ],
)
async def test_bad_feedback_is_answered_with_the_field_and_not_stored(
    platform: Platform, pair: Pair, fields: dict[str, Any], pointer: str
) -> None:
    before = await storage.events(platform)
    refused = await pair.post(f"{pair.path}/feedback", FEEDBACK | fields, pair.mentor)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert await storage.events(platform) == before
