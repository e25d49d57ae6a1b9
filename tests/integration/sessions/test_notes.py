"""A private note is for its author's eyes only: the mentor's and the trainee's about one meeting."""

from uuid import uuid4

import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Pair, outsiders
from tests.support.services import Platform, eventually

MARKER = f"marker-{uuid4().hex}"


@pytest.mark.covers("S2")
async def test_a_private_note_is_read_by_its_author_and_by_nobody_and_nowhere_else(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    note = f"/meetings/{(await pair.record()).json()['meeting_id']}/note"
    body = {"on": "2026-09-21", "note": MARKER}
    key = {"Idempotency-Key": str(uuid4())}
    written = await platform["sessions"].put(note, json=body, headers=pair.mentor | key)
    assert written.status_code == 200, written.text

    own = await pair.get(note, pair.mentor, written)
    assert own.json()["note"] == MARKER
    others = (
        pair.trainee,
        pair.host_lead,
        platform.bearer("partnership_lead"),
        platform.bearer("tutor"),
        *outsiders(platform),
    )
    for who in others:
        assert (await pair.get(note, who)).status_code == 404

    kept = await storage.rows(platform, postgres_admin_url)
    assert "sessions.note_written" in kept
    assert MARKER not in kept
    assert MARKER.encode().hex() not in kept
    later = (await pair.record(on="2026-09-28")).json()["meeting_id"]

    async def is_published() -> bool:
        return later in await storage.messages(platform)

    await eventually(is_published)  # and so whatever would have been said of the note before it
    said = await storage.messages(platform)
    assert MARKER not in said
    assert "note_written" not in said


@pytest.mark.covers("S2")
async def test_mentor_and_trainee_each_keep_a_note_of_their_own(pair: Pair) -> None:
    note = f"/meetings/{(await pair.record()).json()['meeting_id']}/note"
    await pair.put(note, {"on": "2026-09-21", "note": "The mentor's."}, pair.mentor)
    last = await pair.put(note, {"on": "2026-09-21", "note": "The trainee's."}, pair.trainee)

    assert (await pair.get(note, pair.mentor, last)).json()["note"] == "The mentor's."
    assert (await pair.get(note, pair.trainee, last)).json()["note"] == "The trainee's."


async def test_after_the_end_of_the_relationship_no_note_is_written(platform: Platform, pair: Pair) -> None:
    note = f"/meetings/{(await pair.record()).json()['meeting_id']}/note"
    before = await storage.events(platform)
    refused = await pair.put(note, {"on": "2026-12-19", "note": "Mine."}, pair.mentor)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/on")
    assert await storage.events(platform) == before


@pytest.mark.covers("S2")
async def test_nobody_else_writes_a_note(platform: Platform, pair: Pair) -> None:
    note = f"/meetings/{(await pair.record()).json()['meeting_id']}/note"
    before = await storage.events(platform)
    others = (
        pair.host_lead,
        platform.bearer("partnership_lead"),
        platform.bearer("tutor"),
        *outsiders(platform),
    )
    for who in others:
        refused = await platform["sessions"].put(note, json={"on": "2026-09-21", "note": "Mine."}, headers=who)
        assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such note.")
    assert await storage.events(platform) == before


async def test_a_note_is_replaced_by_the_next(platform: Platform, pair: Pair) -> None:
    note = f"/meetings/{(await pair.record()).json()['meeting_id']}/note"
    for text in ("Tired today.", "Better in the afternoon."):
        last = await platform["sessions"].put(note, json={"on": "2026-09-21", "note": text}, headers=pair.mentor)

    assert (await pair.get(note, pair.mentor, last)).json()["note"] == "Better in the afternoon."


async def test_there_is_no_note_about_a_meeting_that_is_not_there(platform: Platform, pair: Pair) -> None:
    refused = await platform["sessions"].put(
        f"/meetings/{uuid4()}/note", json={"on": "2026-09-21", "note": "Mine."}, headers=pair.mentor
    )
    assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such note.")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"on": "2026-09-21"}, "/note"),
        ({"on": "2026-09-21", "note": ""}, "/note"),
        ({"note": "Mine.", "on": "soon"}, "/on"),
        ({"on": "2026-09-21", "note": "Mine.", "share": True}, "/share"),
    ],
)
async def test_a_bad_note_is_answered_with_the_field_and_not_stored(
    platform: Platform, pair: Pair, body: object, pointer: str
) -> None:
    note = f"/meetings/{(await pair.record()).json()['meeting_id']}/note"
    before = await storage.events(platform)

    refused = await platform["sessions"].put(note, json=body, headers=pair.mentor)

    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert await storage.events(platform) == before
