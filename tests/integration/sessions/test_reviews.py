"""Reviews over HTTP: which are due, the facts, a decision that ends a relationship, and one that is taken back."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from shared.calendar import ENGLAND
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import TARGET, Pair, a_pair, a_returning_pair, outsiders
from tests.integration.sessions.test_agreements import sign_agreement
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("S10")
ON = "2026-10-05"
TODAY = f"{datetime.now(ENGLAND).date()}"
"""A closing is carried out in the morning after its notice, by the clock of the machine."""
NOTE, WHY = "canary-note", "canary-reason"


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the tenth programme, whose relationships the school's lead reviews every nine weeks."""
    return await a_returning_pair(platform, runs_today=True)


async def review(pair: Pair, decision: str, who: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
    body = {"on": ON, "decision": decision} | fields
    return await pair.post(f"{pair.path}/reviews", body, who or pair.host_lead)


async def due(pair: Pair, who: dict[str, str], query: str = "") -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await pair.get(f"/reviews/due?mentor_id={pair.mentor_id}{query}", who)).json()
    return listed


async def until_due(pair: Pair, query: str = "") -> dict[str, Any]:
    """Wait until the process has planned the review of the pair."""
    found: list[dict[str, Any]] = []

    async def is_listed() -> bool:
        found[:] = await due(pair, pair.host_lead, query)
        return bool(found)

    await eventually(is_listed)
    return found[0]


async def test_a_review_is_due_after_the_programme_s_weeks_for_those_who_review(platform: Platform, pair: Pair) -> None:
    listed = await until_due(pair)

    assert (listed["relationship_id"], listed["due_on"]) == (f"{pair.relationship_id}", "2026-11-16")
    assert (listed["last_decision"], listed["reviewed_on"]) == (None, None)
    assert await due(pair, pair.host_lead, "&by=2026-11-15") == []
    for who in (pair.mentor, pair.trainee, platform.bearer("partnership_lead"), *outsiders(platform)):
        assert await due(pair, who) == []


async def test_the_reviewer_sees_facts_and_what_was_released_and_never_a_word(pair: Pair) -> None:
    await sign_agreement(pair)
    await pair.record(discussed="canary-discussed", targets=[TARGET])
    await pair.post(f"{pair.path}/meetings", {"status": "missed", "on": "2026-09-28", "reason": "cover"}, pair.trainee)
    entry = {"on": "2026-09-21", "text": "Mine."}
    for text in ("Mine.", "For my lead."):
        written = await pair.post("/journal", entry | {"text": text}, pair.trainee)
    release = {"to": {"role": "school_lead"}, "on": "2026-09-21"}
    released = await pair.post(f"/journal/{written.json()['entry_id']}/releases", release, pair.trainee)

    pack = (await pair.get(f"{pair.path}/reviews", pair.host_lead, after=released)).json()

    assert pack["facts"] == {
        "since": "2026-09-14",
        "meetings_held": 1,
        "meetings_missed": 1,
        "minutes": 50,
        "with_agenda_of_mentee": 1,
        "targets_open": 1,
        "targets_met": 0,
        "targets_dropped": 0,
    }
    assert pack["decisions"] == ["close", "monitor", "continue"]
    assert [each["entry_id"] for each in pack["journal"]] == [written.json()["entry_id"]]
    assert "canary" not in f"{pack}"
    assert "pulse" not in f"{pack}"


async def test_a_decision_is_recorded_with_a_note_that_the_mentor_does_not_read(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    done = await review(pair, "monitor", note=NOTE)

    assert (done.status_code, done.json()["due_on"], done.json()["reviews"]) == (201, "2026-10-19", 1)
    for who, note in ((pair.host_lead, NOTE), (pair.trainee, NOTE), (pair.mentor, None)):
        (shown,) = (await pair.get(f"{pair.path}/reviews", who, after=done)).json()["reviews"]
        assert (shown["decision"], shown["note"]) == ("monitor", note)
    assert NOTE not in await storage.rows(platform, postgres_admin_url)
    again = await review(pair, "monitor", note=NOTE)
    assert (again.status_code, "Alongside-Position" in again.headers) == (201, False)
    other = await review(pair, "continue")
    assert (other.status_code, other.json()["type"]) == (409, "urn:alongside:problem:already-reviewed")


async def test_a_closed_relationship_ends_after_the_notice_as_an_event_that_matching_hears(
    platform: Platform, pair: Pair
) -> None:
    await pair.record(on="2026-10-12")
    done = await review(pair, "close")
    assert (done.json()["closes_on"], done.json()["due_on"]) == ("2026-10-08", None)

    async def has_ended() -> bool:
        shown = (await pair.get(pair.path, pair.mentor)).json()
        return bool(shown["ended_because"] == "closed_in_review" and shown["ends_on"] == "2026-10-12")

    await eventually(has_ended)

    async def is_published() -> bool:
        return "closed_in_review" in await storage.messages(platform)

    await eventually(is_published)
    late = await pair.post(f"{pair.path}/reviews/withdrawal", {"on": "2026-10-13", "reason": WHY}, pair.host_lead)
    assert (late.status_code, late.json()["type"]) == (409, "urn:alongside:problem:not-possible-now")


async def test_a_closing_is_taken_back_within_its_notice_and_the_earlier_one_stays_readable(pair: Pair) -> None:
    closed = await review(pair, "close", on=TODAY)
    assert closed.json()["closes_on"] > TODAY
    done = await pair.post(f"{pair.path}/reviews/withdrawal", {"on": TODAY, "reason": WHY}, pair.host_lead)

    assert (done.status_code, done.json()["closes_on"], done.json()["reviews"]) == (201, None, 0)
    (shown,) = (await pair.get(f"{pair.path}/reviews", pair.trainee, after=done)).json()["reviews"]
    assert (shown["decision"], shown["taken_back_on"], shown["reason"]) == ("close", TODAY, WHY)
    (hidden,) = (await pair.get(f"{pair.path}/reviews", pair.mentor)).json()["reviews"]
    assert hidden["reason"] is None
    assert (await review(pair, "continue", on=TODAY)).status_code == 201


async def test_nobody_else_reviews_and_only_what_the_programme_lets_one_decide(platform: Platform, pair: Pair) -> None:
    for who in (pair.mentor, pair.trainee, platform.bearer("partnership_lead")):
        assert (await review(pair, "continue", who)).status_code == 403
    for who in outsiders(platform):
        assert (await review(pair, "continue", who)).status_code == 404
        assert (await pair.get(f"{pair.path}/reviews", who)).status_code == 404
    wrong = await review(pair, "reward")
    assert wrong.status_code == 422
    unknown = await review(await a_pair(platform), "continue")
    assert unknown.status_code == 503
