"""A series of meetings over HTTP: planned by a process, moved and cancelled by either, with an agenda for the two."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.events.referral import CalendarPeriod, PersonErased, SchoolCalendarRecorded
from shared.kernel.unit import utc_now
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import TENANT, Headers, Pair, a_pair, a_returning_pair, a_tutor, outsiders
from tests.integration.sessions.test_agreements import sign_agreement
from tests.support.services import Platform, eventually, publish_events

pytestmark = pytest.mark.covers("S2")
TODAY = utc_now().date()
WEEK = timedelta(weeks=1)
NEXT_MONDAY = TODAY + timedelta(days=7 - TODAY.weekday())
TOPIC = f"topic-{uuid4().hex}"


async def pair_of_today(platform: Platform, **known: Any) -> Pair:
    """A pair that works together today."""
    terms = {"starts_on": TODAY - WEEK, "ends_on": TODAY + 40 * WEEK, "amend_within_days": 14}
    return await a_pair(platform, terms=terms, **known)


async def series_of(pair: Pair, who: Headers, meetings: int = 0) -> dict[str, Any]:
    """The series, once it has as many meetings."""
    seen: dict[str, Any] = {}

    async def is_planned() -> bool:
        answer = await pair.get(f"{pair.path}/series", who)
        assert answer.status_code == 200, answer.text
        seen.update(answer.json())
        return len(seen["meetings"]) >= meetings

    await eventually(is_planned)
    return seen


async def set_series(pair: Pair, weekday: str = "monday") -> None:
    body = {"on": f"{TODAY}", "weekdays": [weekday], "starts_on": f"{TODAY}"}
    answer = await pair.put(f"{pair.path}/series", body, pair.mentor)
    assert answer.status_code == 200, answer.text


def change(**fields: Any) -> dict[str, Any]:
    return {"on": f"{TODAY}", "reason": "clash", **fields}


async def test_four_weeks_are_planned_and_either_moves_and_cancels(platform: Platform) -> None:
    pair = await pair_of_today(platform)
    assert (await series_of(pair, pair.mentor))["weekdays"] == []
    await set_series(pair)
    planned = (await series_of(pair, pair.trainee, meetings=3))["meetings"]
    assert {date.fromisoformat(each["planned_on"]).weekday() for each in planned} == {0}
    first, second = (f"{pair.path}/series/{each['planned_id']}" for each in planned[-2:])

    moved = await pair.put(f"{first}/day", change(to=f"{_other_day(planned[-2])}"), pair.trainee)
    assert moved.status_code == 200, moved.text
    last = await pair.put(f"{second}/cancellation", change(reason="illness"), pair.mentor)
    assert last.json()["cancelled"] is True

    shown = (await pair.get(f"{pair.path}/series", pair.host_lead, last)).json()["meetings"]
    told = {each["planned_id"]: (each["status"], each["changed_by"], each["reason"]) for each in shown}
    assert told[planned[-2]["planned_id"]] == ("moved", "trainee", "clash")
    assert told[planned[-1]["planned_id"]] == ("cancelled", "mentor", "illness")
    two = {"on": f"{TODAY}", "weekdays": ["monday", "friday"], "starts_on": f"{TODAY}"}
    refused = await pair.put(f"{pair.path}/series", two, pair.mentor)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/weekdays")


def _other_day(planned: dict[str, Any]) -> date:
    return date.fromisoformat(planned["planned_on"]) + timedelta(days=2)


async def test_nothing_is_planned_or_recorded_in_the_holidays(platform: Platform) -> None:
    urn = "900077"
    pair = await pair_of_today(platform, school_urn=urn)
    holidays = CalendarPeriod(kind="holiday", starts_on=TODAY - WEEK, ends_on=TODAY + 5 * WEEK)
    calendar = SchoolCalendarRecorded(happened_on=TODAY, urn=urn, periods=(holidays,))
    await publish_events(platform, "referral", TENANT, f"school-{urn}", calendar)
    await eventually(lambda: platform.has_consumed("sessions"))

    refused = await pair.post(f"{pair.path}/meetings", {"status": "held", "on": f"{TODAY}", "minutes": 30}, pair.mentor)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/on")
    assert "The school has holidays from" in refused.json()["detail"]


async def test_a_pause_cancels_what_is_planned_and_resumption_plans_anew(platform: Platform) -> None:
    pair = await pair_of_today(platform)
    await set_series(pair)
    planned = (await series_of(pair, pair.trainee, meetings=3))["meetings"]
    first = min(each["planned_on"] for each in planned if each["planned_on"] > f"{TODAY}")

    paused = await pair.post(f"{pair.path}/pause", {"on": f"{TODAY}"}, pair.trainee)
    assert (await pair.get(pair.path, pair.mentor, paused)).json()["paused_on"] == f"{TODAY}"
    shown = (await series_of(pair, pair.mentor))["meetings"]
    assert {(each["status"], each["reason"], each["changed_by"]) for each in shown if each["planned_on"] >= first} == {
        ("cancelled", "paused", "trainee")
    }

    resumed = await pair.post(f"{pair.path}/resumption", {"on": first}, pair.mentor)
    assert resumed.status_code == 201, resumed.text

    async def is_planned_anew() -> bool:
        return any(
            each["status"] == "planned" and each["planned_on"] == first
            for each in (await series_of(pair, pair.mentor))["meetings"]
        )

    await eventually(is_planned_anew)


async def test_the_agenda_is_for_the_two_and_sealed(platform: Platform, postgres_admin_url: str) -> None:
    pair = await pair_of_today(platform)
    await set_series(pair)
    planned = (await series_of(pair, pair.mentor, meetings=3))["meetings"][-1]
    path = f"{pair.path}/series/{planned['planned_id']}/agenda"
    item = {"on": f"{TODAY}", "text": TOPIC}
    added = await pair.post(path, item, pair.trainee)
    assert added.status_code == 201, added.text
    (item_id,) = added.json()["agenda"]
    for who, text in ((pair.mentor, TOPIC), (pair.trainee, TOPIC), (pair.host_lead, None)):
        shown = (await pair.get(f"{pair.path}/series", who, added)).json()["meetings"][-1]
        assert [(each["added_by"], each["text"]) for each in shown["agenda"]] == [("trainee", text)]
    assert TOPIC not in await storage.rows(platform, postgres_admin_url)

    theirs = await platform["sessions"].delete(f"{path}/{item_id}", params={"on": f"{TODAY}"}, headers=pair.mentor)
    assert theirs.status_code == 403
    own = await platform["sessions"].delete(f"{path}/{item_id}", params={"on": f"{TODAY}"}, headers=pair.trainee)
    assert own.json()["agenda"] == []


async def test_who_was_erased_leaves_the_other_the_agenda(platform: Platform) -> None:
    pair = await pair_of_today(platform)
    await set_series(pair)
    planned = (await series_of(pair, pair.mentor, meetings=3))["meetings"][-1]
    path = f"{pair.path}/series/{planned['planned_id']}"
    await pair.post(f"{path}/agenda", {"on": f"{TODAY}", "text": TOPIC}, pair.mentor)
    erased = PersonErased(happened_on=TODAY, person_id=pair.mentor_id)
    await publish_events(platform, "referral", TENANT, f"person-{pair.mentor_id}", erased)

    async def is_over() -> bool:
        stays = await pair.put(f"{path}/day", change(to=planned["planned_on"]), pair.trainee)
        return stays.status_code == 410

    await eventually(is_over)
    shown = (await series_of(pair, pair.trainee))["meetings"][-1]
    assert [each["text"] for each in shown["agenda"]] == [TOPIC]


async def test_who_may_arrange_meetings(platform: Platform) -> None:
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    body = {"on": "2026-09-14", "weekdays": ["monday"], "starts_on": "2026-09-14"}
    for who in (pair.host_lead, platform.bearer("partnership_lead"), await a_tutor(pair)):
        assert (await pair.put(f"{pair.path}/series", body, who)).status_code == 403
        assert (await pair.get(f"{pair.path}/series", who)).status_code == 200
    for who in outsiders(platform):
        assert (await pair.put(f"{pair.path}/series", body, who)).status_code == 404
        assert (await pair.get(f"{pair.path}/series", who)).status_code == 404
    nowhere = await pair.put(f"{pair.path}/series/{uuid4()}/cancellation", change(), pair.mentor)
    assert nowhere.json()["detail"] == "There is no such planned meeting."
