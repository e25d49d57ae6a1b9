"""A mentee breaks off over HTTP, pauses and early ends are arranged, and who learns what of it."""

import asyncio
from typing import Any

import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Pair, a_returning_pair, outsiders
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("S1", "S11")
ON = "2026-10-05"
WHY = "canary-why"


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the tenth programme, whose mentees turn to the school's lead."""
    return await a_returning_pair(platform)


async def break_off(pair: Pair, who: dict[str, str], **fields: Any) -> Any:
    return await pair.post(f"{pair.path}/break-off", {"on": ON, **fields}, who)


async def test_the_mentee_ends_it_alone_and_the_mentor_learns_only_that_it_ended(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    done = await break_off(pair, pair.trainee, contact="school_lead", reason=WHY)

    assert done.json() == {
        "relationship_id": f"{pair.relationship_id}",
        "ended_on": ON,
        "contact": "school_lead",
        "what_happens": "The head of staff listens, and tells nobody.",
    }
    shown = (await pair.get(pair.path, pair.mentor, after=done)).json()
    assert (shown["ends_on"], shown["ended_because"]) == (ON, "ended_by_them")
    assert (await pair.get("/break-offs", pair.mentor)).json() == []
    assert (await pair.get(f"/break-offs/{pair.relationship_id}", pair.mentor)).status_code == 404
    assert WHY not in await storage.rows(platform, postgres_admin_url)
    late = {"status": "held", "on": "2026-10-06", "minutes": 40}
    assert (await pair.post(f"{pair.path}/meetings", late, pair.mentor)).status_code == 422

    published = ""

    async def is_published() -> bool:
        nonlocal published
        published = await storage.messages(platform)
        return f"relationship-{pair.relationship_id}" in published and "relationship_broken_off" in published

    await eventually(is_published)
    assert WHY not in published


async def test_the_chosen_contact_reads_why_and_the_mentee_sees_that_they_did(platform: Platform, pair: Pair) -> None:
    done = await break_off(pair, pair.trainee, contact="school_lead", reason=WHY)

    listed = (await pair.get("/break-offs", pair.host_lead, after=done)).json()
    (notice,) = (each for each in listed if each["relationship_id"] == f"{pair.relationship_id}")
    assert (notice["has_reason"], notice["read_by"]) == (True, [])
    opened = await pair.get(f"/break-offs/{pair.relationship_id}", pair.host_lead)
    assert (opened.json()["reason"], opened.json()["contact"]) == (WHY, "school_lead")
    (own,) = (await pair.get("/break-offs", pair.trainee, after=opened)).json()
    assert len(own["read_by"]) == 1
    others = [*outsiders(platform), platform.bearer("tutor"), platform.bearer("partnership_lead")]
    for who in others:
        assert (await pair.get(f"/break-offs/{pair.relationship_id}", who)).status_code == 404
        listed = (await pair.get("/break-offs", who)).json()
        assert f"{pair.relationship_id}" not in f"{listed}"


async def test_nobody_else_breaks_off_and_a_contact_is_one_of_the_programmes(platform: Platform, pair: Pair) -> None:
    refused = await break_off(pair, pair.mentor)
    assert (refused.status_code, "Only the mentee breaks off" in refused.json()["detail"]) == (403, True)
    for who in outsiders(platform):
        assert (await break_off(pair, who)).status_code == 404
    for fields in ({"reason": WHY}, {"contact": "tutor"}):
        wrong = await break_off(pair, pair.trainee, **fields)
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/contact")
    assert "school_lead" in wrong.json()["detail"]
    assert (await break_off(pair, pair.trainee, contact="school_lead", reason="x" * 5000)).status_code == 422
    assert (await pair.get(pair.path, pair.mentor)).json()["ended_because"] is None
    alone = await break_off(pair, pair.trainee)
    assert (alone.status_code, alone.json()["contact"]) == (201, None)
    assert "can tell by whom, never why. Nobody is asked" in alone.json()["what_happens"]
    again = await break_off(pair, pair.trainee)
    assert (again.status_code, again.json()["type"]) == (409, "urn:alongside:problem:not-possible-now")


async def test_nothing_ends_before_what_is_recorded_in_it(pair: Pair) -> None:
    await pair.record(on="2026-10-12")
    await pair.post(f"{pair.path}/days/log", {"days": [{"on": "2026-10-13"}]}, pair.trainee)
    for who in (pair.mentor, pair.trainee):
        ending = {"on": "2026-10-14", "last_day": "2026-10-12"}
        refused = await pair.post(f"{pair.path}/ending", ending, who)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/last_day")
    refused = await break_off(pair, pair.trainee)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/on")
    assert "13 October 2026: that is the earliest last day" in refused.json()["detail"]
    gone = {"days": [{"on": "2026-10-13"}]}
    assert (await pair.post(f"{pair.path}/days/removal", gone, pair.trainee)).status_code == 200
    assert (await pair.post(f"{pair.path}/break-off", {"on": "2026-10-12"}, pair.trainee)).status_code == 201


async def test_a_pause_by_one_and_a_resumption_by_the_other(pair: Pair) -> None:
    paused = await pair.post(f"{pair.path}/pause", {"on": ON}, pair.trainee)
    assert (paused.status_code, paused.json()["paused_on"]) == (201, ON)
    assert (await pair.get(pair.path, pair.mentor, after=paused)).json()["paused_on"] == ON
    missed = {"status": "missed", "on": "2026-10-12", "reason": "other"}
    refused = await pair.post(f"{pair.path}/meetings", missed, pair.mentor)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/on")
    resumed = await pair.post(f"{pair.path}/resumption", {"on": "2026-10-12"}, pair.mentor)
    assert resumed.json()["paused_on"] is None
    assert (await pair.post(f"{pair.path}/meetings", missed, pair.mentor)).status_code == 201
    lead = await pair.post(f"{pair.path}/pause", {"on": ON}, pair.host_lead)
    assert (lead.status_code, lead.json()["detail"]) == (
        403,
        "Only the mentor and the trainee pause or end their relationship.",
    )


async def test_an_early_end_is_agreed_by_both_even_if_both_propose_it_at_once(pair: Pair) -> None:
    ending = {"on": ON, "last_day": "2026-11-06"}
    answers = await asyncio.gather(
        *(pair.post(f"{pair.path}/ending", ending, who) for who in (pair.mentor, pair.trainee))
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    last = max(answers, key=lambda answer: int(answer.headers["Alongside-Position"]))
    shown = (await pair.get(pair.path, pair.mentor, after=last)).json()
    assert (shown["ends_on"], shown["ended_because"], shown["proposed_end"]) == ("2026-11-06", "ended_by_them", None)


async def test_a_proposed_end_is_taken_back_and_then_holds_for_neither(pair: Pair) -> None:
    ending = {"on": ON, "last_day": "2026-11-06"}
    await pair.post(f"{pair.path}/ending", ending, pair.mentor)
    back = await pair.post(f"{pair.path}/ending/withdrawal", {"on": ON}, pair.mentor)
    assert (back.status_code, back.json()["proposed_end"]) == (201, None)
    agreed = await pair.post(f"{pair.path}/ending", ending, pair.trainee)
    shown = (await pair.get(pair.path, pair.mentor, after=agreed)).json()
    assert (shown["ended_because"], shown["proposed_end"], shown["proposed_end_by"]) == (None, "2026-11-06", "trainee")


async def test_a_mentee_who_broke_off_asks_another_time_in_other_words(pair: Pair) -> None:
    path, other = (
        f"/break-offs/{pair.relationship_id}",
        {"on": ON, "contact": "school_lead", "reason": "I said too much."},
    )
    assert (await pair.put(path, other, pair.trainee)).status_code == 404
    await break_off(pair, pair.trainee, contact="school_lead", reason=WHY)
    assert (await pair.get(path, pair.host_lead)).json()["reason"] == WHY
    assert (await pair.put(path, other, pair.mentor)).status_code == 403

    done = await pair.put(path, other, pair.trainee)

    assert (done.status_code, done.json()["ended_on"]) == (200, ON)
    assert (await pair.get(path, pair.host_lead)).json()["reason"] == "I said too much."

    async def both_readings_are_shown() -> bool:
        own = (await pair.get("/break-offs", pair.trainee, after=done)).json()
        return [len(each["read_by"]) for each in own] == [2]

    await eventually(both_readings_are_shown)
    wrong = await pair.put(path, other | {"contact": "tutor"}, pair.trainee)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/contact")
