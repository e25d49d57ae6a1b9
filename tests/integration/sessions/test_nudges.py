"""Nudges over HTTP: the pair first, then those whom the programme names, of a pulse the mentee alone."""

import re
from typing import Any

import pytest

from services.sessions.processes.signs import PASS_ON, TASKS
from tests.integration.sessions import storage
from tests.integration.sessions.later import run_tasks_later
from tests.integration.sessions.pairs import Pair, a_returning_pair, outsiders
from tests.integration.sessions.test_agreements import sign_agreement
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("S12")
MISSED = ("2026-09-21", "2026-09-28", "2026-10-05")


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the tenth programme: three missed in a row, two without agenda or a pulse that falls over three."""
    pair = await a_returning_pair(platform, runs_today=True)
    await sign_agreement(pair)
    return pair


async def nudges(pair: Pair, who: dict[str, str]) -> list[dict[str, Any]]:
    listed = (await pair.get("/nudges", who)).json()
    return [each for each in listed if each["relationship_id"] == f"{pair.relationship_id}"]


async def miss(pair: Pair, *days: str) -> None:
    for day in days:
        missed = {"status": "missed", "on": day, "reason": "cover"}
        assert (await pair.post(f"{pair.path}/meetings", missed, pair.mentor)).status_code == 201


async def until_signs(pair: Pair, who: dict[str, str], *signs: str) -> list[dict[str, Any]]:
    """Wait until somebody sees exactly these signs."""
    found: list[dict[str, Any]] = []

    async def are_seen() -> bool:
        found[:] = await nudges(pair, who)
        return sorted(each["sign"] for each in found) == sorted(signs)

    await eventually(are_seen)
    return found


async def test_both_are_told_say_that_they_have_talked_and_take_it_back(platform: Platform, pair: Pair) -> None:
    await miss(pair, *MISSED)
    (own,) = await until_signs(pair, pair.trainee, "missed_in_a_row")
    assert "missed" in own["text"]
    assert own["passes_on_on"] > own["on"]
    (mentors,) = await until_signs(pair, pair.mentor, "missed_in_a_row")
    assert mentors["nudge_id"] == own["nudge_id"]
    for who in (pair.host_lead, platform.bearer("partnership_lead"), *outsiders(platform)):
        assert await nudges(pair, who) == []

    path = f"{pair.path}/nudges/{own['nudge_id']}"
    talked = await pair.put(f"{path}/talk", {"on": own["on"]}, pair.mentor)
    assert (talked.status_code, talked.json()["talked_on"]) == (200, own["on"])
    back = await pair.put(f"{path}/no-talk", {"on": own["on"]}, pair.trainee)
    assert back.json()["talked_on"] is None
    assert (await pair.put(f"{path}/talk", {"on": "2026-09-21"}, pair.mentor)).status_code == 422
    assert (await pair.put(f"{path}/talk", {"on": own["on"]}, pair.host_lead)).status_code == 403
    for who in outsiders(platform):
        assert (await pair.put(f"{path}/talk", {"on": own["on"]}, who)).status_code == 404
    await pair.record(on="2026-10-12")
    await until_signs(pair, pair.mentor)


async def test_a_falling_pulse_is_told_to_the_mentee_alone_and_stored_and_published_for_nobody(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    for day, pulse in zip(MISSED, (5, 4, 3), strict=True):
        held = {"status": "held", "on": day, "minutes": 30, "agenda_by": "mentee", "pulse": pulse}
        assert (await pair.post(f"{pair.path}/meetings", held, pair.trainee)).status_code == 201
    (own,) = await until_signs(pair, pair.trainee, "falling_pulse")
    assert own["passes_on_on"] is None
    assert await nudges(pair, pair.mentor) == []
    path = f"{pair.path}/nudges/{own['nudge_id']}"
    assert (await pair.put(f"{path}/talk", {"on": own["on"]}, pair.mentor)).status_code == 404
    assert (await pair.put(f"{path}/talk", {"on": own["on"]}, pair.trainee)).status_code == 200
    stored = re.sub(r'falling_pulse[\\"]+:', "", await storage.rows(platform, postgres_admin_url))  # the rule's name
    assert "falling_pulse" not in stored
    assert "nudge" not in await storage.messages(platform)


async def test_those_whom_the_programme_names_learn_only_that_a_conversation_may_help(
    platform: Platform, pair: Pair
) -> None:
    await miss(pair, *MISSED)
    await until_signs(pair, pair.trainee, "missed_in_a_row")

    async def is_passed_on() -> bool:
        return bool(await nudges(pair, pair.host_lead))

    await run_tasks_later(platform, {PASS_ON: TASKS[PASS_ON]}, 12, is_passed_on)
    (seen,) = await nudges(pair, pair.host_lead)
    assert (seen["sign"], seen["text"], seen["passes_on_on"]) == (None, "A conversation may help.", None)
    assert await nudges(pair, platform.bearer("partnership_lead")) == []
    talked = await pair.put(f"{pair.path}/nudges/{seen['nudge_id']}/talk", {"on": seen["on"]}, pair.trainee)
    assert talked.status_code == 200

    async def is_gone() -> bool:
        return await nudges(pair, pair.host_lead) == []

    await eventually(is_gone)
