"""A meeting that was recorded on the wrong day is amended to its day, and counts on that day alone."""

import asyncio
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.referral.programmes import templates
from shared.events.sessions import MeetingHeld
from shared.kernel.unit import utc_now
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Headers, Pair, a_pair, a_pair_in
from tests.integration.sessions.test_nudges import miss, until_signs
from tests.integration.sessions.test_series import series_of
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("S2")
MONDAY, TUESDAY, THURSDAY, NEXT_WEEK = "2026-09-21", "2026-09-22", "2026-09-24", "2026-09-28"


async def correct(pair: Pair, meeting_id: str, on: str, who: Headers | None = None) -> httpx.Response:
    amended = {"status": "held", "on": on, "amended_on": "2026-11-05", "minutes": 40}
    return await pair.put(f"/meetings/{meeting_id}", amended, who or pair.trainee)


async def meetings(pair: Pair, after: httpx.Response) -> list[tuple[str, str, int]]:
    shown = (await pair.get(pair.path, pair.mentor, after)).json()["meetings"]
    return [(each["on"], each["meeting_id"], each["minutes"]) for each in shown]


async def test_the_day_of_a_record_is_corrected_and_every_version_keeps_its_own(platform: Platform, pair: Pair) -> None:
    meeting_id = (await pair.record(on=MONDAY)).json()["meeting_id"]

    corrected = await correct(pair, meeting_id, NEXT_WEEK)

    assert (corrected.status_code, corrected.json()) == (200, {"meeting_id": meeting_id, "version": 2})
    assert await meetings(pair, corrected) == [(NEXT_WEEK, meeting_id, 40)]
    versions = (await pair.get(f"/meetings/{meeting_id}/versions", pair.mentor)).json()
    assert [(each["on"], each["written_on"]) for each in versions] == [(MONDAY, MONDAY), (NEXT_WEEK, "2026-11-05")]
    story = (await pair.get(f"{pair.path}/story", pair.host_lead)).json()["lines"]
    line = (
        "The mentee amended the record of the meeting of 21 September 2026: it was held on 28 September 2026, for 40 "
    )
    assert story[-1]["what"] == f"{line}minutes."
    held = MeetingHeld(
        happened_on=date.fromisoformat(NEXT_WEEK),
        meeting_id=meeting_id,
        relationship_id=pair.relationship_id,
        minutes=40,
    )

    async def is_published() -> bool:
        return held.model_dump_json() in await storage.messages(platform)

    await eventually(is_published)


async def test_the_wrong_day_has_room_for_another_meeting_and_the_right_day_has_not(pair: Pair) -> None:
    first = (await pair.record(on=MONDAY)).json()["meeting_id"]
    await correct(pair, first, TUESDAY)

    again = await pair.post(f"{pair.path}/meetings", {"status": "held", "on": TUESDAY, "minutes": 30}, pair.mentor)
    assert (again.status_code, again.json()["type"]) == (409, "urn:alongside:problem:already-recorded")
    second = (await pair.record(on=MONDAY, minutes=30)).json()["meeting_id"]
    twice = await pair.post(f"{pair.path}/meetings", {"status": "held", "on": MONDAY, "minutes": 30}, pair.mentor)
    assert twice.status_code == 409

    taken = await correct(pair, second, TUESDAY)
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:alongside:problem:already-recorded")
    assert "22 September 2026 is recorded already, as held" in taken.json()["detail"]
    moved = await correct(pair, second, THURSDAY)
    back = await correct(pair, first, MONDAY)
    assert {moved.status_code, back.status_code} == {200}
    assert await meetings(pair, back) == [(MONDAY, first, 40), (THURSDAY, second, 40)]


async def test_of_a_correction_and_a_record_of_the_same_day_at_the_same_time_one_is_refused(pair: Pair) -> None:
    for week in range(4):
        monday = date.fromisoformat(MONDAY) + timedelta(weeks=week)
        wrong = (await pair.record(on=f"{monday}")).json()["meeting_id"]
        right = f"{monday + timedelta(days=1)}"
        new = {"status": "held", "on": right, "minutes": 30}

        both = await asyncio.gather(correct(pair, wrong, right), pair.post(f"{pair.path}/meetings", new, pair.mentor))

        assert sorted(each.status_code for each in both) in ([200, 409], [201, 409])
        last = await pair.record(on=f"{monday + timedelta(days=3)}")
        shown = [each[0] for each in await meetings(pair, last)]
        assert shown.count(right) == 1


@pytest.mark.parametrize(
    ("on", "says"), [("2026-09-11", "runs from 14 September 2026"), ("2026-10-26", "is paused since 24 October 2026")]
)
async def test_a_record_is_not_corrected_to_a_day_on_which_none_could_be_made(
    platform: Platform, pair: Pair, on: str, says: str
) -> None:
    meeting_id = (await pair.record(on=MONDAY)).json()["meeting_id"]
    await pair.post(f"{pair.path}/pause", {"on": "2026-10-24"}, pair.mentor)
    before = await storage.events(platform)
    amended = {"status": "held", "on": on, "amended_on": "2026-11-05", "minutes": 40}

    refused = await pair.put(f"/meetings/{meeting_id}", amended, pair.mentor)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/on")
    assert says in refused.json()["detail"]
    assert await storage.events(platform) == before


async def test_a_day_is_corrected_only_in_the_programmes_days(platform: Platform) -> None:
    pair = await a_pair(platform, terms={"amend_within_days": -1})  # as if its days had gone by
    meeting_id = (await pair.record(on=MONDAY)).json()["meeting_id"]
    refused = await correct(pair, meeting_id, TUESDAY)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:too-late-to-amend")


async def test_the_minutes_count_in_the_week_of_the_corrected_day(platform: Platform) -> None:
    pair = await a_pair_in(templates()["ite-placement"], platform)
    meeting_id = (await pair.record(on=MONDAY)).json()["meeting_id"]
    corrected = await correct(pair, meeting_id, NEXT_WEEK)
    shown = (await pair.get(f"{pair.path}/mentor-time", pair.mentor, corrected)).json()
    weeks = {week["week_of"]: week["minutes"] for week in shown["weeks"]}
    assert (weeks[MONDAY], weeks[NEXT_WEEK]) == (0, 40)


async def test_a_planned_day_is_answered_by_the_record_that_was_corrected_to_it(platform: Platform) -> None:
    today = utc_now().date()
    monday = today - timedelta(days=today.weekday() + 7)
    terms = {"starts_on": monday - timedelta(weeks=1), "ends_on": today + timedelta(weeks=40)}
    pair = await a_pair(platform, terms=terms)
    series = {"on": f"{monday}", "weekdays": ["monday"], "starts_on": f"{monday}"}
    assert (await pair.put(f"{pair.path}/series", series, pair.mentor)).status_code == 200
    await series_of(pair, pair.mentor, meetings=2)
    meeting_id = (await pair.record(on=f"{monday + timedelta(days=1)}")).json()["meeting_id"]
    amended = {"status": "held", "on": f"{monday}", "amended_on": f"{today}", "minutes": 40}

    corrected = await pair.put(f"/meetings/{meeting_id}", amended, pair.mentor)

    assert await plan_of(pair, monday, corrected) == ("planned", "held")
    paused = await pair.post(f"{pair.path}/pause", {"on": f"{monday}"}, pair.mentor)
    assert paused.status_code == 201, paused.text
    assert await plan_of(pair, monday, paused) == ("planned", "held")  # what has a record stays


async def plan_of(pair: Pair, day: date, after: httpx.Response) -> tuple[str, str | None]:
    planned = (await pair.get(f"{pair.path}/series", pair.mentor, after)).json()["meetings"]
    (found,) = [each for each in planned if each["planned_on"] == f"{day}"]
    return found["status"], found["outcome"]


async def test_the_two_end_early_after_the_corrected_day_and_not_before(pair: Pair) -> None:
    meeting_id = (await pair.record(on=NEXT_WEEK)).json()["meeting_id"]
    assert (await end(pair, MONDAY)).status_code == 422
    await correct(pair, meeting_id, MONDAY)
    assert (await end(pair, MONDAY)).status_code == 201
    later = (await pair.record(on=TUESDAY)).json()["meeting_id"]
    await correct(pair, later, NEXT_WEEK)
    assert (await end(pair, TUESDAY)).status_code == 422


async def end(pair: Pair, last_day: str) -> httpx.Response:
    return await pair.post(f"{pair.path}/ending", {"on": "2026-10-05", "last_day": last_day}, pair.mentor)


async def test_a_sign_is_found_by_the_corrected_days(platform: Platform) -> None:
    pair = await a_pair_in(
        templates()["ite-placement"],
        platform,
        terms={"ends_on": utc_now().date() + timedelta(days=60), "starts_on": date(2026, 9, 14)},
    )
    await miss(pair, MONDAY, NEXT_WEEK)
    await until_signs(pair, pair.trainee, "missed_in_a_row")
    held = (await pair.record(on="2026-09-14")).json()["meeting_id"]

    await correct(pair, held, "2026-10-05")

    await until_signs(pair, pair.trainee)


async def test_a_document_of_the_mentor_says_the_corrected_days(platform: Platform) -> None:
    pair = await a_pair_in(templates()["ite-placement"], platform)
    meeting_id = (await pair.record(on=MONDAY)).json()["meeting_id"]
    await correct(pair, meeting_id, NEXT_WEEK)
    await pair.record(on=MONDAY, minutes=30)
    issued = await pair.post("/recognitions", {"on": "2026-12-18", "name": "A Mentor"}, pair.mentor)
    assert issued.status_code == 201, issued.text
    document: dict[str, Any] = (
        await pair.get(f"/recognitions/{issued.json()['recognition_id']}", pair.mentor, issued)
    ).json()
    assert (document["mentoring"]["minutes"], document["mentoring"]["last_on"]) == (70, NEXT_WEEK)


async def test_two_corrections_to_one_day_at_the_same_time_leave_one_meeting_on_it(pair: Pair) -> None:
    one, other = [(await pair.record(on=day)).json()["meeting_id"] for day in (MONDAY, TUESDAY)]
    both = await asyncio.gather(correct(pair, one, THURSDAY), correct(pair, other, THURSDAY))
    assert sorted(each.status_code for each in both) == [200, 409]
    last = await pair.record(on=NEXT_WEEK)
    assert [on for on, *_ in await meetings(pair, last)].count(THURSDAY) == 1
