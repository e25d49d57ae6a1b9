"""An assessment that says not on track asks for a support plan, which those whom the programme names write and read."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Headers, Pair, a_placed_pair, a_tutor, outsiders
from tests.integration.sessions.test_assessments import ON, ON_TRACK, sign_all
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S8")
OFF_TRACK = ON_TRACK | {"TS7": "not_on_track"}
GOAL = {"goal": "Calm starts of lessons.", "help": "Ms Fox, in two lessons a week.", "standards": ["TS7"]}
PLAN = ON | {"goals": [GOAL], "review_on": ["2026-11-13", "2026-11-27"]}
REVIEW = {"on": "2026-11-13", "review_on": "2026-11-13", "progress": "go_on", "text": "Two of three were calm."}
CLOSING = {"on": "2026-11-27", "outcome": "achieved", "text": "All starts are calm."}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    return await a_placed_pair(platform)


async def submit_off_track(pair: Pair, tutor: Headers) -> str:
    """Submit an assessment that asks for a plan; return the path of the plan."""
    path = await sign_all(pair, tutor, judgements=OFF_TRACK)
    submitted = await pair.put(f"{path}/submission", ON, tutor)
    assert (await pair.get(path, pair.trainee, submitted)).status_code == 200
    return f"{path}/support-plan"


async def plan_of(pair: Pair, path: str, who: Headers, after: Any = None) -> Any:
    answer = await pair.get(path, who, after)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_plan_is_due_written_shared_acknowledged_reviewed_and_closed(platform: Platform, pair: Pair) -> None:
    tutor, lead = await a_tutor(pair), platform.bearer("partnership_lead")
    path = await submit_off_track(pair, tutor)
    for who in (tutor, lead):
        due = await plan_of(pair, path, who)
        assert (due["asked_for"], due["due_on"], due["overdue"], due["versions"]) == (True, "2026-11-13", True, [])
    drafted = await pair.put(path, PLAN, tutor)
    assert drafted.json()["state"] == "drafting", drafted.text
    assert (await plan_of(pair, path, pair.trainee, drafted))["versions"] == []
    shared = await pair.put(f"{path}/sharing", ON, tutor)
    for who in (tutor, lead, pair.trainee, pair.mentor, pair.host_lead):
        found = await plan_of(pair, path, who, shared)
        (version,) = found["versions"]
        assert (version["state"], version["goals"], version["review_on"]) == ("shared", [GOAL], PLAN["review_on"])
        assert (found["overdue"], found["next_review_on"]) == (False, "2026-11-13")
    assert (await pair.put(f"{path}/acknowledgement", ON, pair.trainee)).json()["state"] == "acknowledged"
    reviewed = await pair.put(f"{path}/review", REVIEW, tutor)
    found = await plan_of(pair, path, pair.trainee, reviewed)
    assert (found["steps"][0]["text"], found["next_review_on"]) == (REVIEW["text"], "2026-11-27")
    assert (await pair.put(f"{path}/closing", CLOSING, tutor)).json()["state"] == "closed"
    late = await pair.put(path, PLAN | {"on": "2026-11-27"}, tutor)
    assert (late.status_code, "Reopen it" in late.json()["detail"]) == (409, True)
    again = {"on": "2026-11-27", "text": "Closed by mistake."}
    assert (await pair.put(f"{path}/reopening", again, tutor)).json()["state"] == "shared"
    second = await pair.put(path, PLAN | {"on": "2026-11-27"}, tutor)
    assert second.json()["version"] == 2
    found = await plan_of(pair, path, tutor, second)
    assert [each["state"] for each in found["versions"]] == ["shared", "drafting"]
    assert [each["outcome"] for each in found["steps"]] == [None, "achieved", None]


async def test_a_plan_is_written_by_whom_the_programme_names_and_acknowledged_by_the_trainee(
    platform: Platform, pair: Pair
) -> None:
    tutor, lead = await a_tutor(pair), platform.bearer("partnership_lead")
    path = await submit_off_track(pair, tutor)
    for who in (pair.trainee, pair.mentor, pair.host_lead, lead):
        assert (await pair.put(path, PLAN, who)).status_code == 403
    await pair.put(path, PLAN, tutor)
    await pair.put(f"{path}/sharing", ON, tutor)
    for who in (tutor, pair.mentor, lead):
        assert (await pair.put(f"{path}/acknowledgement", ON, who)).status_code == 403
    for who in outsiders(platform):
        assert (await pair.put(path, PLAN, who)).status_code == 404
        assert (await pair.get(path, who)).status_code == 404


async def test_an_assessment_that_finds_the_trainee_on_track_asks_for_no_plan(pair: Pair) -> None:
    tutor = await a_tutor(pair)
    path = await sign_all(pair, tutor)
    refused = await pair.put(f"{path}/support-plan", PLAN, tutor)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:no-plan-asked-for")
    weekend = await pair.put(f"{path}/support-plan", PLAN | {"review_on": ["2026-11-14"]}, tutor)
    assert weekend.status_code == 409
    assert (await plan_of(pair, f"{path}/support-plan", pair.trainee))["asked_for"] is False


async def test_what_a_plan_says_is_stored_and_sent_nowhere_in_plain_text(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    marker, tutor = f"marker-{uuid4().hex}", await a_tutor(pair)
    path = await submit_off_track(pair, tutor)
    await pair.put(path, PLAN | {"goals": [GOAL | {"goal": marker, "help": marker}]}, tutor)
    await pair.put(f"{path}/sharing", ON, tutor)
    await pair.put(f"{path}/review", REVIEW | {"text": marker}, tutor)
    await pair.put(f"{path}/closing", CLOSING | {"text": marker}, tutor)
    last = await pair.put(f"{path}/reopening", {"on": "2026-11-27", "text": marker}, tutor)
    assert (await plan_of(pair, path, tutor, last))["steps"][-1]["text"] == marker
    assert marker not in await storage.messages(platform)
    assert marker not in await storage.rows(platform, postgres_admin_url)
