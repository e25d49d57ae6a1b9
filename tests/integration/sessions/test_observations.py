"""A lesson is observed over HTTP: planned by both, written by each, and the observed decides who else reads it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.events.referral import PersonErased
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import TENANT, Headers, Pair, a_pair, a_returning_pair, a_tutor, outsiders
from tests.integration.sessions.test_agreements import sign_agreement
from tests.integration.sessions.test_one_person import merge
from tests.support.services import Platform, eventually, publish_events

pytestmark = pytest.mark.covers("S4")
PLAN = {"on": "2026-09-16", "planned_on": "2026-09-21"}
TO_TUTORS = {"to": {"role": "tutor"}, "on": "2026-09-22"}
QUESTION, SEEN = f"question-{uuid4().hex}", f"seen-{uuid4().hex}"


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair that has signed its agreement, in the tenth programme: there an observation is the observed one's."""
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    return pair


async def plan(pair: Pair, who: Headers) -> str:
    answer = await pair.post(f"{pair.path}/observations", PLAN, who)
    assert answer.status_code == 201, answer.text
    return f"/observations/{answer.json()['observation_id']}"


async def put(pair: Pair, path: str, who: Headers, **body: Any) -> httpx.Response:
    answer = await pair.put(path, {"on": "2026-09-21"} | body, who)
    assert answer.status_code == 200, answer.text
    return answer


async def hold_observation(pair: Pair) -> str:
    """Hold an observation of which both have written their parts, and return its path."""
    path = await plan(pair, pair.trainee)
    await put(pair, f"{path}/acceptance", pair.mentor)
    await put(pair, f"{path}/answers", pair.trainee, answers={"question": QUESTION})
    await put(pair, f"{path}/held", pair.mentor, development_need=True)
    await put(pair, f"{path}/answers", pair.mentor, answers={"calm": 7, "seen": SEEN})
    return path


async def test_it_is_asked_for_moved_accepted_written_and_spoken_about(pair: Pair) -> None:
    path = await plan(pair, pair.mentor)
    assert (await pair.put(f"{path}/acceptance", {"on": "2026-09-16"}, pair.mentor)).status_code == 422
    moved = (await put(pair, f"{path}/day", pair.trainee, on="2026-09-16", planned_on="2026-09-23")).json()
    assert (moved["planned_on"], moved["asked_by"], moved["accepted"]) == ("2026-09-23", "trainee", False)
    early = await pair.put(f"{path}/held", {"on": "2026-09-23", "development_need": False}, pair.mentor)
    assert (early.status_code, early.json()["type"]) == (409, "urn:alongside:problem:not-accepted")
    await put(pair, f"{path}/acceptance", pair.mentor)
    await put(pair, f"{path}/answers", pair.trainee, answers={"question": "first"})
    await put(pair, f"{path}/answers", pair.trainee, answers={"question": QUESTION})
    await put(pair, f"{path}/held", pair.mentor, on="2026-09-23", development_need=False)
    await put(pair, f"{path}/answers", pair.mentor, on="2026-09-23", answers={"calm": 7})

    for who in (pair.trainee, pair.mentor):
        opened = (await pair.get(path, who)).json()
        assert opened["answers"] == {"question": QUESTION, "calm": 7}
        assert [(version["by"], version["answers"]) for version in opened["versions"]] == [
            ("trainee", {"question": "first"}),
            ("trainee", {"question": QUESTION}),
            ("mentor", {"calm": 7}),
        ]
    last = await put(pair, f"{path}/feedback", pair.mentor, on="2026-09-24")
    assert (await pair.get(path, pair.mentor)).status_code == 404, "the record is the observed one's now"
    assert (await pair.get(path, pair.trainee)).json()["feedback_on"] == "2026-09-24"
    (listed,) = (await pair.get(f"{pair.path}/observations", pair.host_lead, last)).json()
    assert (listed["held_on"], listed["feedback_on"], listed["development_need"]) == ("2026-09-23", "2026-09-24", None)


async def test_what_was_written_is_nowhere_in_clear_and_nobody_else_reads_it(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    path = await hold_observation(pair)

    overseers = [pair.host_lead, platform.bearer("partnership_lead"), await a_tutor(pair)]
    for who in [*overseers, *outsiders(platform)]:
        refused = await pair.get(path, who)
        assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such observation.")
        refused = await pair.put(f"{path}/answers", {"on": "2026-09-21", "answers": {}}, who)
        assert refused.status_code == (403 if who in overseers else 404)
    for who in outsiders(platform):
        assert (await pair.get(f"{pair.path}/observations", who)).status_code == 404
    kept = await storage.rows(platform, postgres_admin_url)
    assert "sessions.observation_written" in kept
    assert QUESTION not in kept
    assert SEEN not in kept


async def test_the_observed_releases_it_and_sees_who_read_it(platform: Platform, pair: Pair) -> None:
    path, tutor_id = await hold_observation(pair), uuid4()
    tutor = await a_tutor(pair, person_id=tutor_id)
    refused = await pair.post(f"{path}/releases", TO_TUTORS, pair.mentor)
    assert (refused.status_code, refused.json()["detail"]) == (403, "Who was observed decides who else reads this.")
    released = await pair.post(f"{path}/releases", TO_TUTORS, pair.trainee)
    assert (released.status_code, released.json()["released_to"]) == (201, [{"person_id": None, "role": "tutor"}])

    opened = (await pair.get(path, tutor)).json()
    assert (opened["answers"]["seen"], opened["released_to"]) == (SEEN, [])
    last = await pair.post(f"{path}/revocations", TO_TUTORS, pair.trainee)
    assert (await pair.get(path, tutor)).status_code == 404
    assert (await pair.get(path, platform.bearer("tutor"))).status_code == 404
    (read,) = (await pair.get(f"{path}/reads", pair.trainee, last)).json()
    assert read["reader_id"] == str(tutor_id)
    assert (await pair.get(f"{path}/reads", pair.mentor, last)).status_code == 404


async def test_a_release_to_two_records_of_one_person_is_revoked_as_one(platform: Platform, pair: Pair) -> None:
    path, merged_id, kept_id = await hold_observation(pair), uuid4(), uuid4()
    await a_pair(platform, mentor_id=merged_id)
    released = {"to": {"person_id": f"{merged_id}"}, "on": "2026-09-22"}
    await pair.post(f"{path}/releases", released, pair.trainee)
    await merge(platform, merged_id, kept_id, "mentor")
    reader = platform.bearer("mentor", subject=f"{kept_id}")

    async def is_read() -> bool:
        return (await pair.get(path, reader)).status_code == 200

    await eventually(is_read)
    to_kept = {"to": {"person_id": f"{kept_id}"}, "on": "2026-09-23"}
    await pair.post(f"{path}/releases", to_kept, pair.trainee)

    revoked = await pair.post(f"{path}/revocations", to_kept, pair.trainee)

    assert (revoked.status_code, revoked.json()["released_to"]) == (201, [])
    assert not await is_read()


@pytest.mark.parametrize("gone", ["mentor", "trainee"])
async def test_who_was_erased_leaves_the_other_what_is_theirs(platform: Platform, pair: Pair, gone: str) -> None:
    path = await hold_observation(pair)
    person_id = pair.mentor_id if gone == "mentor" else pair.trainee_id
    erased = PersonErased(happened_on=pair.confirmation().ends_on, person_id=person_id)
    await publish_events(platform, "referral", TENANT, f"person-{person_id}", erased)
    stays = pair.trainee if gone == "mentor" else pair.mentor

    async def is_over() -> bool:
        told_again = {"on": "2026-09-21", "development_need": True}
        return (await pair.put(f"{path}/held", told_again, pair.mentor)).status_code == 410

    await eventually(is_over)
    opened = await pair.get(path, stays)
    assert opened.status_code == 200, opened.text
    answers = opened.json()["answers"]
    assert answers == ({"question": QUESTION, "calm": 7, "seen": SEEN} if gone == "mentor" else {})
