"""What is due of assessments is listed for those who assess and oversee, and a draft can change hands."""

from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest

from tests.integration.sessions.pairs import Headers, Pair, a_placed_pair, a_tutor, assign, outsiders
from tests.integration.sessions.test_appeals import UPHELD, WHY, submit
from tests.integration.sessions.test_assessments import ON, ON_TRACK, begin, interim, read, sign_all, text
from tests.integration.sessions.test_support_plans import PLAN, submit_off_track
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S8")


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    return await a_placed_pair(platform)


async def every_task(pair: Pair, who: Headers, limit: int = 1000) -> list[dict[str, Any]]:
    """What is due for somebody, on pages of so many."""
    listed: list[dict[str, Any]] = []
    query = {"until": "2027-12-31", "limit": f"{limit}"}
    while page := (await pair.get(f"/assessments/due?{urlencode(query)}", who)).json():
        assert len(page) <= limit
        listed += page
        query["after"] = page[-1]["cursor"]
    return listed


async def tasks_of(pair: Pair, who: Headers) -> list[tuple[str, str, str]]:
    """What is due of the pair's trainee for somebody, as task, kind and day."""
    return [
        (each["task"], each["kind"], each["due_on"])
        for each in await every_task(pair, who)
        if each["relationship_id"] == f"{pair.relationship_id}"
    ]


async def test_what_is_due_is_listed_until_it_is_done(platform: Platform, pair: Pair) -> None:
    tutor, lead = await a_tutor(pair), platform.bearer("partnership_lead")
    write_both = [("assess", "interim", "2026-10-26"), ("assess", "end_of_placement", "2026-12-18")]
    for who in (tutor, lead, pair.host_lead):
        assert await tasks_of(pair, who) == write_both
    for who in (pair.trainee, pair.mentor, *outsiders(platform)):
        assert await tasks_of(pair, who) == []
    path = await sign_all(pair, tutor, judgements=ON_TRACK | {"TS7": "not_on_track"})
    signed = await pair.put(f"{path}/comment", ON, pair.trainee)
    assert signed.status_code == 409
    assert (await pair.get(path, tutor)).status_code == 200
    due = (await pair.get(f"{pair.path}/assessments/due", tutor)).json()[0]
    assert (due["state"], due["submit_by"], due["submission_overdue"]) == ("signed", "2026-11-13", True)
    assert await tasks_of(pair, lead) == [("submit", "interim", "2026-11-13"), write_both[1]]
    done = await pair.put(f"{path}/submission", ON, tutor)
    assert (await pair.get(path, tutor, done)).status_code == 200
    assert await tasks_of(pair, tutor) == [("plan_support", "interim", "2026-11-13"), write_both[1]]
    due = (await pair.get(f"{pair.path}/assessments/due", tutor)).json()[0]
    assert (due["submit_by"], due["support_plan_by"], due["support_plan_overdue"]) == (None, "2026-11-13", True)


async def test_what_is_due_comes_in_pages_and_goes_on_behind_what_was_done_meanwhile(
    platform: Platform, pair: Pair
) -> None:
    person_id = uuid4()
    tutor = await a_tutor(pair, person_id=person_id)
    await a_tutor(await a_placed_pair(platform), person_id=person_id)
    listed = await every_task(pair, tutor)
    assert len(listed) == 4
    assert await every_task(pair, tutor, limit=1) == listed
    gone = listed[0]["cursor"].replace("/assess/", "/submit/")
    behind = (await pair.get(f"/assessments/due?until=2027-12-31&after={quote(gone)}", tutor)).json()
    assert listed[0] not in behind


async def test_what_is_submitted_is_not_due_again_because_another_one_is_being_written(pair: Pair) -> None:
    tutor = await a_tutor(pair)
    path = await sign_all(pair, tutor)
    done = await pair.put(f"{path}/submission", ON, tutor)
    assert (await pair.get(path, tutor, done)).status_code == 200
    only_the_last = [("assess", "end_of_placement", "2026-12-18")]
    assert await tasks_of(pair, tutor) == only_the_last

    earlier = await pair.post("/assessments?again=true", interim(pair, on="2026-10-20"), tutor)
    assert (await pair.get(f"/assessments/{earlier.json()['assessment_id']}", tutor, earlier)).status_code == 200
    assert await tasks_of(pair, tutor) == only_the_last
    due = (await pair.get(f"{pair.path}/assessments/due", tutor)).json()[0]
    assert (f"/assessments/{due['assessment_id']}", due["overdue"]) == (path, False)

    reason = {"reason": "A level was wrong."}
    corrected = await pair.post(f"{path}/corrections", text(comments={"TS1": "Seen."}) | reason, tutor)
    assert corrected.status_code in (200, 201), corrected.text
    assert (await pair.get(path, tutor, corrected)).status_code == 200
    assert await tasks_of(pair, tutor) == only_the_last
    due = (await pair.get(f"{pair.path}/assessments/due", tutor)).json()[0]
    assert (due["state"], due["overdue"]) == ("drafting", False)


async def test_an_appeal_that_was_upheld_is_to_be_answered_by_a_correction(platform: Platform, pair: Pair) -> None:
    tutor, lead = await a_tutor(pair), platform.bearer("partnership_lead", subject=f"{uuid4()}")
    path = await submit(pair, tutor)
    await pair.put(f"{path}/appeal", WHY, pair.trainee)
    upheld = await pair.put(f"{path}/appeal/decision", UPHELD, lead)
    assert (await pair.get(path, tutor, upheld)).status_code == 200
    to_correct = ("correct", "end_of_placement", ON["on"])
    assert to_correct in await tasks_of(pair, tutor)
    reason = {"reason": "The appeal was upheld."}
    corrected = await pair.post(f"{path}/corrections", text(comments={"TS1": "Seen."}) | reason, tutor)
    assert (await pair.get(path, tutor, corrected)).status_code == 200
    assert to_correct in await tasks_of(pair, tutor)
    await sign_all(pair, tutor, path, version=2)
    done = await pair.put(f"{path}/submission", ON, tutor)
    assert (await pair.get(path, tutor, done)).status_code == 200
    assert to_correct not in await tasks_of(pair, tutor)


async def test_a_support_plan_that_is_shared_is_to_be_reviewed(platform: Platform, pair: Pair) -> None:
    tutor = await a_tutor(pair)
    path = await submit_off_track(pair, tutor)
    await pair.put(path, PLAN, tutor)
    shared = await pair.put(f"{path}/sharing", ON, tutor)
    assert (await pair.get(path, tutor, shared)).status_code == 200
    assert ("review_support", "interim", "2026-11-13") in await tasks_of(pair, tutor)


async def test_a_draft_whose_assessor_is_not_assigned_any_more_goes_on_with_another(
    platform: Platform, pair: Pair
) -> None:
    first_id = uuid4()
    assigned = await assign(pair, first_id, role="assessor")
    first = platform.bearer("mentor", subject=f"{first_id}")
    assert (await pair.get("/assignments", first, assigned)).status_code == 200
    path = await begin(pair, first, comments={"TS1": "Warm."}, observed_on=["2026-10-20"])
    second = await a_tutor(pair)
    early = await pair.put(f"{path}/assessor", ON, second)
    assert early.json()["type"].endswith("still-assigned")
    days = {"starts_on": "2026-09-01", "ends_on": "2026-10-30", "on": "2026-10-30"}
    of = f"/trainees/{pair.trainee_id}/assignments/{assigned.json()['assignment_id']}"
    assert (await pair.put(of, days, platform.bearer("partnership_lead"))).status_code == 200
    # a draft is its assessor's alone: nobody else learns that there is one
    for who in (pair.trainee, pair.mentor, pair.host_lead, *outsiders(platform)):
        assert (await pair.put(f"{path}/assessor", ON, who)).status_code == 404
    taken = await pair.put(f"{path}/assessor", ON | {"reason": "She left."}, second)
    assert (taken.json()["state"], taken.json()["version"]) == ("drafting", 2), taken.text
    (version,) = (await pair.get(path, second, taken)).json()["versions"]
    assert (version["version"], version["comments"], version["observed_on"]) == (2, {"TS1": "Warm."}, [])
    assert version["taken_over_because"] == "She left."
    own = (await pair.get(path, first)).json()["versions"]
    assert [each["version"] for each in own] == [1]
    assert (await pair.put(path, text(), second)).status_code == 200
    assert (await pair.put(path, text(), first)).status_code == 404
    shared = await pair.put(f"{path}/sharing", ON, second)
    assert read(await pair.get(path, pair.trainee, shared)) == ["shared"]
