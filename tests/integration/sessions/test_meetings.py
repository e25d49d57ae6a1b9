"""Meetings and their targets from request to read table."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import MEETING, TARGET, Pair, a_tutor, outsiders
from tests.support.services import TODAY, Platform

MISSED = {"status": "missed", "on": "2026-09-28", "reason": "cover"}


@pytest.mark.covers("S2", "S3")
async def test_a_meeting_is_recorded_with_its_targets(pair: Pair) -> None:
    done = await pair.record(targets=[TARGET, TARGET | {"due_on": "2026-10-12"}])

    seen = (await pair.get(pair.path, pair.trainee, done)).json()

    assert [meeting["meeting_id"] for meeting in seen["meetings"]] == [done.json()["meeting_id"]]
    assert {target["target_id"] for target in seen["targets"]} == set(done.json()["target_ids"])
    assert {(target["set_on"], target["set_by"], target["status"]) for target in seen["targets"]} == {
        ("2026-09-21", "mentor", "open")
    }


@pytest.mark.covers("S2")
async def test_the_trainee_records_a_missed_meeting(pair: Pair) -> None:
    done = await pair.post(f"{pair.path}/meetings", MISSED, pair.trainee)

    assert done.status_code == 201, done.text
    (meeting,) = (await pair.get(pair.path, pair.mentor, done)).json()["meetings"]
    assert meeting.items() >= {"on": "2026-09-28", "status": "missed", "reason": "cover"}.items()
    assert meeting["recorded_by"] == "trainee"


@pytest.mark.covers("S2")
async def test_the_fourth_target_is_refused_and_nothing_is_stored(platform: Platform, pair: Pair) -> None:
    before = await storage.events(platform)

    refused = await pair.post(f"{pair.path}/meetings", MEETING | {"targets": [TARGET] * 4}, pair.mentor)

    assert (refused.status_code, refused.json()["type"]) == (422, "urn:alongside:problem:too-many-targets")
    assert refused.json()["errors"][0]["pointer"] == "/targets/3"
    assert await storage.events(platform) == before


@pytest.mark.covers("S2")
async def test_a_missed_meeting_is_not_turned_into_a_held_one(pair: Pair) -> None:
    await pair.post(f"{pair.path}/meetings", MISSED, pair.mentor)

    refused = await pair.post(f"{pair.path}/meetings", MEETING | {"on": MISSED["on"]}, pair.trainee)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:already-recorded")
    assert "recorded as missed; amend that record" in refused.json()["detail"]


@pytest.mark.covers("S2")
async def test_a_meeting_that_both_record_at_once_is_recorded_once(pair: Pair) -> None:
    answers = await asyncio.gather(
        *(
            pair.post(f"{pair.path}/meetings", MEETING | {"targets": [TARGET]}, who)
            for who in (pair.mentor, pair.trainee) * 3
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    done = next(answer for answer in answers if answer.status_code == 201)
    seen = (await pair.get(pair.path, pair.mentor, done)).json()
    assert (len(seen["meetings"]), len(seen["targets"])) == (1, 1)


async def test_the_reflection_is_the_trainees(pair: Pair) -> None:
    reflected = MEETING | {"reflection": "I talk too much."}

    refused = await pair.post(f"{pair.path}/meetings", reflected, pair.mentor)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reflection")

    done = await pair.post(f"{pair.path}/meetings", reflected, pair.trainee)
    (meeting,) = (await pair.get(pair.path, pair.mentor, done)).json()["meetings"]
    assert meeting["reflection"] == "I talk too much."


async def test_only_the_two_of_them_record(platform: Platform, pair: Pair) -> None:
    overseers = (platform.bearer("partnership_lead"), await a_tutor(pair), pair.host_lead)
    before = await storage.events(platform)
    for path, body in (("meetings", MEETING), ("meetings", MISSED), ("targets", TARGET | {"on": "2026-09-21"})):
        for who in overseers:
            assert (await pair.post(f"{pair.path}/{path}", body, who)).status_code == 403
        for who in outsiders(platform):
            assert (await pair.post(f"{pair.path}/{path}", body, who)).status_code == 404
    assert await storage.events(platform) == before


@pytest.mark.covers("S3")
async def test_a_target_is_set_reviewed_and_closed(pair: Pair) -> None:
    made = await pair.post(f"{pair.path}/targets", TARGET | {"on": "2026-09-22"}, pair.trainee)
    assert (made.status_code, made.json()["status"]) == (201, "open")
    reviews = f"/targets/{made.json()['target_id']}/reviews"

    going = await pair.post(reviews, {"on": "2026-09-28", "status": "progressing"}, pair.mentor)
    met = await pair.post(reviews, {"on": "2026-10-05", "status": "met", "note": "Seen on Thursday."}, pair.mentor)
    again = await pair.post(reviews, {"on": "2026-10-12", "status": "progressing"}, pair.trainee)

    assert (going.status_code, met.status_code, again.status_code) == (201, 201, 409)
    assert again.json()["type"] == "urn:alongside:problem:target-closed"
    (target,) = (await pair.get(pair.path, pair.trainee, met)).json()["targets"]
    assert target.items() >= {"status": "met", "reviewed_on": "2026-10-05", "note": "Seen on Thursday."}.items()


async def test_a_target_does_not_exist_for_outsiders(platform: Platform, pair: Pair) -> None:
    made = await pair.post(f"{pair.path}/targets", TARGET | {"on": "2026-09-22"}, pair.trainee)
    reviews = f"/targets/{made.json()['target_id']}/reviews"
    for who in outsiders(platform):
        refused = await pair.post(reviews, {"on": "2026-10-05", "status": "met"}, who)
        assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such target.")
    assert (await pair.post(reviews, {"on": "2026-10-05", "status": "met"}, pair.host_lead)).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (MEETING | {"minutes": "long"}, "/minutes"),
        (MEETING | {"minutes": 0}, "/minutes"),
        (MEETING | {"minutes": 241}, "/minutes"),
        (MEETING | {"agenda_by": "head"}, "/agenda_by"),
        (MEETING | {"on": "21 September"}, "/on"),
        (MEETING | {"on": "2026-09-13"}, "/on"),
        (MEETING | {"on": "2026-12-19"}, "/on"),
        (MEETING | {"mood": "good"}, "/mood"),
        (MEETING | {"discussed": ""}, "/discussed"),
        (MEETING | {"status": "postponed"}, "/status"),
        ({name: value for name, value in MEETING.items() if name != "status"}, "/status"),
        ({name: value for name, value in MEETING.items() if name != "minutes"}, "/minutes"),
        (MEETING | {"targets": [TARGET, {"text": "No date"}]}, "/targets/1/due_on"),
        (MEETING | {"targets": [TARGET, TARGET | {"due_on": "2026-09-21"}]}, "/targets/1/due_on"),
        (MISSED | {"reason": "rain"}, "/reason"),
        (MISSED | {"minutes": 50}, "/minutes"),
        (MISSED | {"on": "2027-01-11"}, "/on"),
    ],
)
async def test_a_bad_meeting_is_answered_with_the_field_and_not_stored(
    platform: Platform, pair: Pair, body: object, pointer: str
) -> None:
    before = await storage.events(platform)

    refused = await pair.post(f"{pair.path}/meetings", body, pair.mentor)

    assert refused.status_code == 422, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert await storage.events(platform) == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (TARGET, "/on"),
        (TARGET | {"on": "2026-10-05"}, "/due_on"),
        (TARGET | {"on": "2026-10-06"}, "/due_on"),
        (TARGET | {"on": "2026-09-13"}, "/on"),
        (TARGET | {"on": "2026-09-22", "text": 7}, "/text"),
        (TARGET | {"on": "2026-09-22", "owner": "me"}, "/owner"),
    ],
)
async def test_a_bad_target_is_answered_with_the_field_and_not_stored(
    platform: Platform, pair: Pair, body: object, pointer: str
) -> None:
    before = await storage.events(platform)

    refused = await pair.post(f"{pair.path}/targets", body, pair.mentor)

    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert await storage.events(platform) == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"on": "2026-09-28"}, "/status"),
        ({"on": "2026-09-28", "status": "open"}, "/status"),
        ({"on": "2026-09-21", "status": "met"}, "/on"),
        ({"on": "2026-09-28", "status": "met", "note": []}, "/note"),
        ({"on": "2026-09-28", "status": "met", "by": "me"}, "/by"),
    ],
)
async def test_a_bad_review_is_answered_with_the_field_and_not_stored(
    platform: Platform, pair: Pair, body: object, pointer: str
) -> None:
    made = await pair.post(f"{pair.path}/targets", TARGET | {"on": "2026-09-22"}, pair.trainee)
    before = await storage.events(platform)

    refused = await pair.post(f"/targets/{made.json()['target_id']}/reviews", body, pair.mentor)

    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert await storage.events(platform) == before


@pytest.mark.covers("S2")
@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"minutes": True}, "/minutes", "whole number"),
        ({"minutes": "30"}, "/minutes", "whole number"),
        ({"on": 1792972800}, "/on", "Give a date like"),
        ({"on": f"{TODAY + timedelta(days=30)}"}, "/on", "still to come"),
        ({"on": "2206-09-21"}, "/on", "Did you mean 21 September 2027?"),
        ({"targets": [TARGET, TARGET | {"due_on": "2206-10-05"}]}, "/targets/1/due_on", "Did you mean 5 October 2027?"),
        ({"discussed": "\u200b \x00"}, "/discussed", "Fill in this field"),
    ],
)
async def test_a_day_a_number_or_a_text_that_cannot_be_right_is_refused(
    platform: Platform, pair: Pair, fields: dict[str, object], pointer: str, words: str
) -> None:
    before = await storage.events(platform)

    refused = await pair.post(f"{pair.path}/meetings", MEETING | fields, pair.mentor)

    assert refused.status_code == 422, refused.text
    (error,) = refused.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]
    assert await storage.events(platform) == before


@pytest.mark.covers("S2")
async def test_invisible_characters_are_removed_from_the_text_of_a_meeting(pair: Pair) -> None:
    done = await pair.record(discussed="\ufeff Questions\x00 and\r\nanswers. 👩\u200d👧 ")

    (meeting,) = (await pair.get(pair.path, pair.mentor, done)).json()["meetings"]

    assert meeting["discussed"] == "Questions and\nanswers. 👩\u200d👧"


def _fields(body: Any) -> int:
    """How many fields somebody fills in."""
    match body:
        case dict():
            return sum(map(_fields, body.values()))
        case list():
            return sum(map(_fields, body))
        case _:
            return 1


@pytest.mark.covers("S2")
async def test_a_weekly_meeting_is_recorded_in_one_request_of_five_fields(pair: Pair) -> None:
    target = {"text": "Wait three seconds after each question.", "due_on": "2026-09-28"}
    week = {"status": "held", "on": "2026-09-21", "minutes": 45, "targets": [target]}
    assert _fields(week) <= 5

    done = await pair.post(f"{pair.path}/meetings", week, pair.mentor)

    assert done.status_code == 201, done.text
    seen = (await pair.get(pair.path, pair.trainee, done)).json()
    assert [(each["status"], each["minutes"]) for each in seen["meetings"]] == [("held", 45)]
    assert [(each["text"], each["due_on"]) for each in seen["targets"]] == [tuple(target.values())]


@pytest.mark.covers("S3")
async def test_a_target_and_its_review_are_amended_and_every_version_is_kept(platform: Platform, pair: Pair) -> None:
    made = await pair.post(f"{pair.path}/targets", TARGET | {"on": "2026-09-22"}, pair.trainee)
    path = f"/targets/{made.json()['target_id']}"
    reworded = {"text": "Wait five seconds.", "due_on": "2026-10-19", "amended_on": "2026-09-23"}
    review = {"on": "2026-10-05", "status": "met"}
    early = await pair.put(f"{path}/review", review | {"amended_on": "2026-10-06"}, pair.mentor)
    assert (early.status_code, early.json()["type"]) == (409, "urn:alongside:problem:not-reviewed")

    assert (await pair.put(path, reworded, pair.mentor)).status_code == 200
    await pair.post(f"{path}/reviews", review, pair.mentor)
    right = review | {"status": "progressing", "note": "Not yet.", "amended_on": "2026-10-06"}
    amended = await pair.put(f"{path}/review", right, pair.trainee)

    assert (amended.status_code, amended.json()["status"]) == (200, "progressing"), amended.text
    shown = (await pair.get(path, pair.mentor, after=amended)).json()
    assert (shown["text"], shown["due_on"], shown["set_on"]) == ("Wait five seconds.", "2026-10-19", "2026-09-22")
    assert (shown["status"], shown["note"], shown["amended_on"]) == ("progressing", "Not yet.", "2026-10-06")
    versions = (await pair.get(f"{path}/versions", pair.mentor)).json()
    assert [(each["version"], each["status"], each["written_by"]) for each in versions] == [
        (1, "set", "trainee"),
        (2, "set", "mentor"),
        (3, "met", "mentor"),
        (4, "progressing", "trainee"),
    ]
    assert all(each["recorded_at"] for each in versions)
    assert (versions[0]["text"], versions[3]["note"]) == (TARGET["text"], "Not yet.")
    for who in (pair.host_lead, *outsiders(platform)):
        assert (await pair.get(f"{path}/versions", who)).status_code == 404
    assert (await pair.put(path, reworded, pair.host_lead)).status_code == 403
