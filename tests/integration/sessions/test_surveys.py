"""A paired survey over HTTP: each sees their own answers and where to talk, and nobody sees the other's."""

import asyncio
from typing import Any

import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Pair, a_returning_pair, a_tutor, outsiders
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S1", "S11")
MENTORS, RETURNERS = {"routines": 4, "growing": 2}, {"routines": 1, "growing": 4}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the tenth programme."""
    return await a_returning_pair(platform)


async def answer(pair: Pair, who: dict[str, str], answers: dict[str, Any]) -> Any:
    return await pair.put(f"{pair.path}/survey/answers", {"on": "2026-09-14", "answers": answers}, who)


async def test_both_answer_and_see_where_to_talk_and_never_what_the_other_answered(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    first = await answer(pair, pair.mentor, MENTORS)
    assert first.json()["waits_for"] == "trainee"
    waiting = (await pair.get(f"{pair.path}/survey", pair.trainee, after=first)).json()
    assert (waiting["yours"], waiting["talk_about"], waiting["answered_by"]) == (None, None, ["mentor"])

    second = await answer(pair, pair.trainee, RETURNERS)

    assert second.json()["waits_for"] is None
    for who, own in ((pair.mentor, MENTORS), (pair.trainee, RETURNERS)):
        shown = await pair.get(f"{pair.path}/survey", who, after=second)
        assert shown.json()["yours"] == own
        assert [each["talk_about"] for each in shown.json()["talk_about"]] == ["Which routines?"]
    rows = await storage.rows(platform, postgres_admin_url)
    assert "routines=4" not in rows
    assert "routines=4" not in await storage.messages(platform)
    for who in (pair.host_lead, await a_tutor(pair)):
        assert (await pair.get(f"{pair.path}/survey", who)).status_code == 403
        assert (await answer(pair, who, MENTORS)).status_code == 403
    for who in outsiders(platform):
        assert (await pair.get(f"{pair.path}/survey", who)).status_code == 404


async def test_two_who_answer_at_once_are_compared_once(pair: Pair) -> None:
    answers = await asyncio.gather(answer(pair, pair.mentor, MENTORS), answer(pair, pair.trainee, RETURNERS))

    assert None in [each.json()["waits_for"] for each in answers]
    last = max(answers, key=lambda each: int(each.headers["Alongside-Position"]))
    shown = (await pair.get(f"{pair.path}/survey", pair.mentor, after=last)).json()
    assert (shown["version"], shown["compared_on"]) == (3, "2026-09-14")


async def test_an_answer_that_does_not_fit_is_refused_with_its_place(pair: Pair) -> None:
    wrong = await answer(pair, pair.mentor, {"routines": 9, "growing": 1})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/answers/routines")
    assert (await pair.get(f"{pair.path}/survey", pair.mentor)).json()["version"] == 0
