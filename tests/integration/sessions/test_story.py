"""The story of a relationship over HTTP: each sees their lines, in order, and who else sees each."""

from typing import Any

import pytest

from tests.integration.sessions.pairs import TARGET, Headers, Pair, a_placed_pair, a_returning_pair, a_tutor, outsiders
from tests.integration.sessions.test_agreements import sign_agreement
from tests.integration.sessions.test_assessments import sign_all
from tests.integration.sessions.test_break_offs import break_off
from tests.integration.sessions.test_feedback import TO_TUTORS, give
from tests.integration.sessions.test_observations import hold_observation
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S1", "S11")


async def story(pair: Pair, who: Headers, **query: Any) -> dict[str, Any]:
    parameters = "&".join(f"{name}={value}" for name, value in query.items())
    headers = who | pair.platform.after_own_commands("sessions")
    answer = await pair.platform["sessions"].get(f"{pair.path}/story?{parameters}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def lines(pair: Pair, who: Headers) -> list[str]:
    return [line["what"] for line in (await story(pair, who))["lines"]]


async def test_the_two_see_what_stays_between_them_and_others_only_facts(platform: Platform) -> None:
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    held = await pair.record(discussed="Starters.", targets=[TARGET])
    meeting = f"/meetings/{held.json()['meeting_id']}"
    await pair.put(f"{meeting}/note", {"on": "2026-09-21", "note": "Tired today."}, pair.mentor)

    whole = await lines(pair, pair.mentor)
    overseen = await lines(pair, pair.host_lead)

    assert whole[0].startswith("The relationship was opened, from 14 September 2026")
    assert "The mentor signed draft 2 of the agreement." in whole
    assert "The two met for 50 minutes; the mentor recorded it." in whole
    assert "The mentor set a target, due on 5 October 2026." in whole
    assert "You wrote a private note about a meeting." in whole
    assert "You wrote a private note about a meeting." not in await lines(pair, pair.trainee)
    assert set(overseen) < set(whole)
    assert "The mentor signed draft 2 of the agreement." not in overseen
    assert "Starters" not in f"{whole}"


async def test_a_line_has_its_day_and_says_who_sees_it(pair: Pair) -> None:
    held = await pair.record()
    amended = {"status": "held", "amended_on": "2026-09-23", "minutes": 40}
    await pair.put(f"/meetings/{held.json()['meeting_id']}", amended, pair.mentor)

    *_, first, last = (await story(pair, pair.trainee))["lines"]

    assert (first["on"], last["on"]) == ("2026-09-21", "2026-09-23")
    assert (last["about"], last["about_id"]) == ("meeting", held.json()["meeting_id"])
    assert last["seen_by"] == "Everybody who may see this relationship"
    assert last["because"]


async def test_a_page_goes_on_after_the_last_line_of_the_one_before(pair: Pair) -> None:
    for day in ("2026-09-21", "2026-09-28", "2026-10-05"):
        await pair.record(on=day)
    whole = await story(pair, pair.mentor)

    first = await story(pair, pair.mentor, limit=2)
    rest = await story(pair, pair.mentor, after=first["lines"][-1]["position"])

    assert (first["more"], rest["more"], whole["more"]) == (True, False, False)
    assert first["lines"] + rest["lines"] == whole["lines"]


async def test_of_a_break_off_the_mentor_sees_only_that_the_relationship_ended(platform: Platform) -> None:
    pair = await a_placed_pair(platform)
    assert (await break_off(pair, pair.trainee, contact="school_lead", reason="Enough.")).status_code == 201

    mentees, mentors, contacts = [await lines(pair, who) for who in (pair.trainee, pair.mentor, pair.host_lead)]

    asked = "The mentee asked a contact to get in touch: school lead."
    assert asked in mentees
    assert asked in contacts
    assert "The mentee broke the relationship off." in mentees
    assert not any("contact" in line or "broke" in line for line in mentors)
    assert any(line.startswith("The relationship ended") for line in mentors)


async def test_an_assessment_is_seen_by_those_whom_it_has_reached(platform: Platform) -> None:
    pair = await a_placed_pair(platform)
    tutor = await a_tutor(pair)
    await sign_all(pair, tutor)

    assert "The assessor wrote version 1 of an assessment." in await lines(pair, tutor)
    assert "The assessor wrote version 1 of an assessment." not in await lines(pair, pair.trainee)
    assert "The assessor shared an assessment." in await lines(pair, pair.trainee)


async def test_only_the_observed_sees_to_whom_an_observation_was_released(platform: Platform) -> None:
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    observation = await hold_observation(pair)
    released = await pair.post(f"{observation}/releases", {"on": "2026-10-05", "to": {"role": "tutor"}}, pair.trainee)
    assert released.status_code == 201, released.text

    assert "The record of an observation was released." in await lines(pair, pair.trainee)
    assert "The record of an observation was released." not in await lines(pair, pair.mentor)
    assert "An observation took place." in await lines(pair, pair.host_lead)


async def test_a_line_says_who_sees_feedback_and_they_do_once_it_is_released_to_them(platform: Platform) -> None:
    pair = await a_placed_pair(platform)
    tutor = await a_tutor(pair)
    path = await give(pair)
    given = "Feedback was given, version 1: mentor."
    assert [given in await lines(pair, who) for who in (pair.trainee, pair.mentor, tutor)] == [True, True, False]

    released = await pair.post(f"{path}/releases", TO_TUTORS, pair.trainee)

    assert (await pair.get(path, tutor, released)).status_code == 200
    for who in (pair.trainee, tutor):
        (line,) = [each for each in (await story(pair, who))["lines"] if each["what"] == given]
        assert line["seen_by"] == "The mentee, whoever gave it, and those to whom the mentee has released it"
        assert line["because"] == "Feedback belongs to the mentee, who decides who else reads it."
    assert given not in await lines(pair, pair.host_lead)
    assert "Feedback was released." not in await lines(pair, tutor)


async def test_to_others_there_is_no_story(platform: Platform, pair: Pair) -> None:
    for who in outsiders(platform):
        assert (await pair.get(f"{pair.path}/story", who)).status_code == 404
