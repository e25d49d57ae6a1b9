"""The record of a meeting is amended and acknowledged, and the trainee's pulse stays the trainee's."""

from datetime import UTC, date, datetime

import pytest

from shared.events.sessions import MeetingHeld
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import MEETING, Pair, a_pair, a_tutor, outsiders
from tests.support.services import Platform, eventually

MISSED = {"status": "missed", "on": "2026-09-21", "reason": "trainee_absent"}
HELD_AFTER_ALL = {
    "status": "held",
    "amended_on": "2026-09-23",
    "minutes": 40,
    "discussed": "Questions that wait.",
}


@pytest.mark.covers("S2")
async def test_a_meeting_recorded_as_missed_by_mistake_is_amended_and_both_versions_are_shown(
    platform: Platform, pair: Pair
) -> None:
    recorded = await pair.post(f"{pair.path}/meetings", MISSED, pair.mentor)
    meeting_id = recorded.json()["meeting_id"]

    amended = await pair.put(f"/meetings/{meeting_id}", HELD_AFTER_ALL, pair.trainee)

    assert (amended.status_code, amended.json()) == (200, {"meeting_id": meeting_id, "version": 2})
    (meeting,) = (await pair.get(pair.path, pair.mentor, amended)).json()["meetings"]
    assert (
        meeting.items()
        >= {
            "on": "2026-09-21",
            "status": "held",
            "minutes": 40,
            "reason": None,
            "discussed": "Questions that wait.",
            "recorded_by": "trainee",
            "amended_on": "2026-09-23",
            "version": 2,
        }.items()
    )
    versions = (await pair.get(f"/meetings/{meeting_id}/versions", pair.mentor)).json()
    assert [
        (version["version"], version["status"], version["recorded_by"], version["written_on"]) for version in versions
    ] == [
        (1, "missed", "mentor", "2026-09-21"),
        (2, "held", "trainee", "2026-09-23"),
    ]
    today = datetime.now(UTC).date()
    assert all(abs((datetime.fromisoformat(each["recorded_at"]).date() - today).days) <= 1 for each in versions)
    held = MeetingHeld(
        happened_on=date(2026, 9, 21), meeting_id=meeting_id, relationship_id=pair.relationship_id, minutes=40
    )

    async def is_published() -> bool:
        return held.model_dump_json() in await storage.messages(platform)

    await eventually(is_published)
    assert "Questions that wait." not in await storage.messages(platform)


@pytest.mark.covers("S2")
async def test_the_other_of_the_two_acknowledges_the_record_until_it_is_amended(pair: Pair) -> None:
    meeting_id = (await pair.record()).json()["meeting_id"]
    acknowledgement = f"/meetings/{meeting_id}/acknowledgement"

    own = await pair.put(acknowledgement, {"on": "2026-09-22"}, pair.mentor)
    assert (own.status_code, own.json()["type"]) == (409, "urn:alongside:problem:your-own-record")
    done = await pair.put(acknowledgement, {"on": "2026-09-22"}, pair.trainee)
    assert (done.status_code, done.json()["version"]) == (200, 2)
    (meeting,) = (await pair.get(pair.path, pair.mentor, done)).json()["meetings"]
    assert meeting["acknowledged_on"] == "2026-09-22"

    amended = await pair.put(f"/meetings/{meeting_id}", HELD_AFTER_ALL, pair.mentor)
    (meeting,) = (await pair.get(pair.path, pair.mentor, amended)).json()["meetings"]
    assert (meeting["acknowledged_on"], meeting["version"]) == (None, 3)


async def test_the_second_of_two_amendments_of_one_version_is_refused(pair: Pair) -> None:
    meeting_id = (await pair.record()).json()["meeting_id"]
    first_version = {"If-Match": '"1"'}

    first = await pair.put(f"/meetings/{meeting_id}", HELD_AFTER_ALL, pair.trainee | first_version)
    second = await pair.put(f"/meetings/{meeting_id}", HELD_AFTER_ALL | {"minutes": 45}, pair.mentor | first_version)

    assert (first.status_code, second.status_code) == (200, 412)
    (meeting,) = (await pair.get(pair.path, pair.mentor, first)).json()["meetings"]
    assert meeting["minutes"] == 40


async def test_the_programmes_days_for_amending_count_from_the_day_on_which_it_was_recorded(platform: Platform) -> None:
    pair = await a_pair(platform, terms={"amend_within_days": 14})
    meeting_id = (await pair.record()).json()["meeting_id"]

    late = await pair.put(f"/meetings/{meeting_id}", HELD_AFTER_ALL, pair.mentor)

    assert late.status_code == 200, late.text  # it was recorded months after the meeting, and a moment ago


async def test_after_the_programmes_days_a_record_is_not_amended_whatever_day_it_names(platform: Platform) -> None:
    pair = await a_pair(platform, terms={"amend_within_days": -1})  # as if its days had gone by
    meeting_id = (await pair.record()).json()["meeting_id"]
    before = await storage.events(platform)

    refused = await pair.put(f"/meetings/{meeting_id}", HELD_AFTER_ALL, pair.mentor)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:too-late-to-amend")
    assert await storage.events(platform) == before


async def test_a_meeting_does_not_exist_for_outsiders(platform: Platform, pair: Pair) -> None:
    meeting_id = (await pair.record()).json()["meeting_id"]
    for who in outsiders(platform):
        for path, body in (
            (f"/meetings/{meeting_id}", HELD_AFTER_ALL),
            (f"/meetings/{meeting_id}/acknowledgement", {"on": "2026-09-22"}),
        ):
            refused = await pair.put(path, body, who)
            assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such meeting.")
        assert (await pair.get(f"/meetings/{meeting_id}/versions", who)).status_code == 404
    for who in (pair.host_lead, await a_tutor(pair), platform.bearer("partnership_lead")):
        assert (await pair.put(f"/meetings/{meeting_id}", HELD_AFTER_ALL, who)).status_code == 403
        assert (await pair.get(f"/meetings/{meeting_id}/versions", who)).status_code == 404


@pytest.mark.covers("S2", "S11")
async def test_how_it_goes_is_seen_by_the_trainee_and_by_nobody_else_and_nowhere_else(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    done = await pair.post(f"{pair.path}/meetings", MEETING | {"pulse": 2, "reflection": "Hard week."}, pair.trainee)
    meeting_id = done.json()["meeting_id"]

    (own,) = (await pair.get(pair.path, pair.trainee, done)).json()["meetings"]
    (seen,) = (await pair.get(pair.path, pair.mentor, done)).json()["meetings"]
    assert (own["pulse"], seen["pulse"], seen["reflection"]) == (2, None, "Hard week.")
    for who, pulse in ((pair.trainee, 2), (pair.mentor, None)):
        (version,) = (await pair.get(f"/meetings/{meeting_id}/versions", who)).json()
        assert version["pulse"] == pulse
    assert '"pulse": 2' not in await storage.rows(platform, postgres_admin_url)

    amended = await pair.put(f"/meetings/{meeting_id}", HELD_AFTER_ALL, pair.mentor)
    (own,) = (await pair.get(pair.path, pair.trainee, amended)).json()["meetings"]
    assert (own["pulse"], own["reflection"], own["minutes"]) == (2, "Hard week.", 40)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (HELD_AFTER_ALL | {"minutes": 0}, "/minutes"),
        (HELD_AFTER_ALL | {"amended_on": "2026-09-20"}, "/amended_on"),
        (HELD_AFTER_ALL | {"status": "postponed"}, "/status"),
        (HELD_AFTER_ALL | {"pulse": 3}, "/pulse"),
        (HELD_AFTER_ALL | {"reflection": "You talk too much."}, "/reflection"),
        (HELD_AFTER_ALL | {"targets": []}, "/targets"),
        ({"status": "missed", "amended_on": "2026-09-22", "reason": "rain"}, "/reason"),
    ],
)
async def test_a_bad_amendment_is_answered_with_the_field_and_not_stored(
    platform: Platform, pair: Pair, body: object, pointer: str
) -> None:
    meeting_id = (await pair.record()).json()["meeting_id"]
    before = await storage.events(platform)

    refused = await pair.put(f"/meetings/{meeting_id}", body, pair.mentor)

    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert await storage.events(platform) == before
