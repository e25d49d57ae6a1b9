"""A formal assessment says nothing that was never raised with the trainee, or its assessor says why."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.sessions import storage, test_feedback
from tests.integration.sessions.pairs import Headers, Pair, a_placed_pair, a_tutor, outsiders
from tests.integration.sessions.test_assessments import ON, ON_TRACK, begin, sign_all, text
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S8")
OFF_TRACK: dict[str, Any] = {"judgements": ON_TRACK | {"TS7": "not_on_track"}}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    return await a_placed_pair(platform)


async def draft(pair: Pair, tutor: Headers, **fields: Any) -> str:
    return await begin(pair, tutor, kind="end_of_placement", **OFF_TRACK | fields)


async def test_what_was_never_raised_is_shared_with_a_reason_that_the_trainee_and_the_signers_read(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    tutor, marker = await a_tutor(pair), f"marker-{uuid4().hex}"
    path = await draft(pair, tutor)
    found = (await pair.get(f"{path}/unexpected", tutor)).json()
    assert (found["asks"], found["unexpected"], found["raised"]) == (True, ["TS7"], [])
    refused = await pair.put(f"{path}/sharing", ON, tutor)
    assert refused.json()["type"] == "urn:alongside:problem:never-raised-before"
    assert (refused.json()["errors"][0]["pointer"], "TS7" in refused.json()["detail"]) == ("/reasons", True)
    shared = await pair.put(f"{path}/sharing", ON | {"reasons": {"TS7": marker}}, tutor)
    assert shared.json()["state"] == "shared", shared.text
    for who in (pair.trainee, pair.host_lead, tutor):
        (version,) = (await pair.get(path, who, shared)).json()["versions"]
        assert version["unexpected"] == {"TS7": marker}
    assert marker not in await storage.messages(platform)
    assert marker not in await storage.rows(platform, postgres_admin_url)


async def test_what_an_earlier_assessment_raised_is_expected(platform: Platform, pair: Pair) -> None:
    tutor = await a_tutor(pair)
    interim = await sign_all(pair, tutor, **OFF_TRACK)
    path = await draft(pair, tutor)
    assert (await pair.get(f"{path}/unexpected", tutor)).json()["unexpected"] == ["TS7"]
    await pair.put(f"{interim}/submission", ON, tutor)
    found = (await pair.get(f"{path}/unexpected", tutor)).json()
    assert (found["unexpected"], found["raised"]) == (
        [],
        [{"standard": "TS7", "raised_in": "assessment", "on": ON["on"]}],
    )
    assert (await pair.get(f"{interim}/unexpected", tutor)).json()["raised"] == []
    needless = await pair.put(f"{path}/sharing", ON | {"reasons": {"TS7": "So."}}, tutor)
    assert (needless.status_code, needless.json()["errors"][0]["pointer"]) == (422, "/reasons/TS7")
    assert (await pair.put(f"{path}/sharing", ON, tutor)).json()["state"] == "shared"


async def test_an_interim_assessment_may_be_the_first_to_raise_something(platform: Platform, pair: Pair) -> None:
    tutor = await a_tutor(pair)
    path = await begin(pair, tutor, **OFF_TRACK)
    assert (await pair.get(f"{path}/unexpected", tutor)).json()["asks"] is False
    assert (await pair.put(f"{path}/sharing", ON, tutor)).status_code == 200


async def test_only_the_assessor_sees_what_would_come_unexpected(platform: Platform, pair: Pair) -> None:
    tutor = await a_tutor(pair)
    path = await draft(pair, tutor)
    for who in (pair.trainee, pair.mentor, pair.host_lead, *outsiders(platform)):
        assert (await pair.get(f"{path}/unexpected", who)).status_code == 404
    assert (await pair.put(path, text(judgements=ON_TRACK), tutor)).status_code == 200
    assert (await pair.put(f"{path}/sharing", ON, tutor)).status_code == 200


async def test_a_target_that_is_tagged_to_the_standard_has_raised_it(platform: Platform, pair: Pair) -> None:
    tutor = await a_tutor(pair)
    path = await draft(pair, tutor)
    target = {"text": "Calm starts.", "due_on": "2026-10-19", "on": "2026-10-05", "standards": ["TS7"]}
    assert (await pair.post(f"{pair.path}/targets", target, pair.mentor)).status_code == 201
    found = (await pair.get(f"{path}/unexpected", tutor)).json()
    assert (found["unexpected"], found["raised"]) == (
        [],
        [{"standard": "TS7", "raised_in": "target", "on": "2026-10-05"}],
    )


async def test_what_is_raised_after_the_day_of_the_sharing_does_not_help(platform: Platform, pair: Pair) -> None:
    tutor = await a_tutor(pair)
    path = await draft(pair, tutor, on="2026-10-02")
    target = {"text": "Calm starts.", "due_on": "2026-10-19", "on": "2026-10-05", "standards": ["TS7"]}
    await pair.post(f"{pair.path}/targets", target, pair.mentor)
    found = (await pair.get(f"{path}/unexpected?on=2026-10-02", tutor)).json()
    assert (found["on"], found["unexpected"], found["raised"]) == ("2026-10-02", ["TS7"], [])
    refused = await pair.put(f"{path}/sharing", {"on": "2026-10-02"}, tutor)
    assert (refused.status_code, "before: TS7." in refused.json()["detail"]) == (409, True)
    later = (await pair.get(f"{path}/unexpected?on=2026-10-05", tutor)).json()
    assert later["unexpected"] == []
    assert (await pair.put(f"{path}/sharing", {"on": "2026-10-05"}, tutor)).status_code == 200


async def observe(pair: Pair) -> str:
    """Observe a lesson that shows a need in TS7; return the path of the observation."""
    planned = {"on": "2026-09-16", "planned_on": "2026-09-21"}
    made = await pair.post(f"{pair.path}/observations", planned, pair.trainee)
    path = f"/observations/{made.json()['observation_id']}"
    await pair.put(f"{path}/acceptance", {"on": "2026-09-16"}, pair.mentor)
    held = {"on": "2026-09-21", "development_need": True, "standards": ["TS7"]}
    assert (await pair.put(f"{path}/held", held, pair.mentor)).status_code == 200
    return path


async def test_an_observation_counts_and_is_evidence_once_it_is_released_to_the_assessor(
    platform: Platform, pair: Pair
) -> None:
    tutor = await a_tutor(pair)
    observation = await observe(pair)
    observation_id = observation.removeprefix("/observations/")
    path = await draft(pair, tutor)
    assert (await pair.get(f"{path}/unexpected", tutor)).json()["unexpected"] == ["TS7"]
    resting = text(observations=[observation_id], **OFF_TRACK)
    refused = await pair.put(path, resting, tutor)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (403, "/observations/0")
    await pair.post(f"{observation}/releases", {"to": {"role": "tutor"}, "on": "2026-09-22"}, pair.trainee)
    found = (await pair.get(f"{path}/unexpected", tutor)).json()
    assert (found["unexpected"], found["raised"][0]["raised_in"]) == ([], "observation")
    rests = await pair.put(path, resting, tutor)
    assert rests.status_code == 200, rests.text
    (version,) = (await pair.get(path, tutor, rests)).json()["versions"]
    assert version["observations"] == [observation_id]
    await sign_all(pair, tutor, path)
    await pair.post(f"{observation}/revocations", {"to": {"role": "tutor"}, "on": "2026-10-30"}, pair.trainee)
    assert (await pair.get(observation, tutor)).status_code == 200
    assert (await pair.get(observation, await a_tutor(pair))).status_code == 404


async def test_feedback_counts_once_it_is_released_to_the_assessor(platform: Platform, pair: Pair) -> None:
    tutor = await a_tutor(pair)
    feedback = await test_feedback.give(pair, development_needs=["TS7"])
    path = await draft(pair, tutor)
    assert (await pair.get(f"{path}/unexpected", tutor)).json()["unexpected"] == ["TS7"]
    await pair.post(f"{feedback}/releases", {"to": {"role": "tutor"}, "on": "2026-10-01"}, pair.trainee)
    found = (await pair.get(f"{path}/unexpected", tutor)).json()
    assert (found["unexpected"], found["raised"][0]["raised_in"]) == ([], "feedback")
