"""Another assessor gives a second opinion on an assessment, which stands beside it."""

from uuid import uuid4

import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Pair, a_placed_pair, a_tutor, outsiders
from tests.integration.sessions.test_appeals import submit
from tests.integration.sessions.test_assessments import ON, ON_TRACK
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S8")
REQUEST = ON | {"version": 1, "reason": "TS3 surprises me."}
OPINION = ON | {"version": 1, "judgements": ON_TRACK | {"TS3": "needs_support"}, "summary": "I saw it otherwise."}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    return await a_placed_pair(platform)


async def test_both_are_shown_to_those_who_read_the_assessment_and_nothing_changes(
    platform: Platform, pair: Pair
) -> None:
    tutor, other = await a_tutor(pair), await a_tutor(pair, "mentor", role="assessor")
    lead = platform.bearer("partnership_lead", subject=f"{uuid4()}")
    path = await submit(pair, tutor)
    assert (await pair.get(path, other)).status_code == 404
    assert (await pair.put(f"{path}/second-opinion", OPINION, other)).status_code == 404
    asked = await pair.put(f"{path}/second-opinion/request", REQUEST, pair.trainee)
    assert asked.json()["state"] == "asked", asked.text
    again = await pair.put(f"{path}/second-opinion/request", REQUEST, lead)
    assert again.json()["type"].endswith("opinion-asked-already")
    assert (await pair.get(path, other, asked)).status_code == 200
    written = await pair.put(f"{path}/second-opinion", OPINION, other)
    assert written.json()["state"] == "written", written.text
    for who in (pair.trainee, tutor, other, lead, pair.host_lead):
        shown = (await pair.get(f"{path}/second-opinion", who, written)).json()
        (opinion,) = shown["opinions"]
        assert opinion["steps"][0]["reason"] == REQUEST["reason"]
        assert (opinion["steps"][1]["summary"], opinion["steps"][1]["judgements"]["TS3"]) == (
            OPINION["summary"],
            "needs_support",
        )
    (version,) = (await pair.get(path, pair.trainee)).json()["versions"]
    assert (version["state"], version["judgements"]) == ("submitted", ON_TRACK)


async def test_who_asks_who_writes_and_who_neither(platform: Platform, pair: Pair) -> None:
    tutor = await a_tutor(pair)
    path = await submit(pair, tutor)
    for who, status in ((tutor, 403), (pair.host_lead, 403), (pair.mentor, 404)):
        assert (await pair.put(f"{path}/second-opinion/request", REQUEST, who)).status_code == status
    await pair.put(f"{path}/second-opinion/request", REQUEST, pair.trainee)
    for who, status in ((tutor, 403), (pair.trainee, 403), (pair.host_lead, 403), (pair.mentor, 404)):
        assert (await pair.put(f"{path}/second-opinion", OPINION, who)).status_code == status
    for who in outsiders(platform):
        assert (await pair.get(f"{path}/second-opinion", who)).status_code == 404
        assert (await pair.put(f"{path}/second-opinion", OPINION, who)).status_code == 404
    back = await pair.put(f"{path}/second-opinion/withdrawal", ON | {"version": 1}, pair.trainee)
    assert back.json()["state"] == "withdrawn"
    interim = await submit(pair, tutor, "interim")
    refused = await pair.put(f"{interim}/second-opinion/request", REQUEST, pair.trainee)
    assert refused.json()["type"].endswith("no-second-opinion")


async def test_what_a_second_opinion_says_is_stored_and_sent_nowhere_in_plain_text(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    marker, other = f"marker-{uuid4().hex}", await a_tutor(pair)
    path = await submit(pair, await a_tutor(pair))
    await pair.put(f"{path}/second-opinion/request", REQUEST | {"reason": marker}, pair.trainee)
    said = {"summary": marker, "comments": {"TS3": marker}}
    written = await pair.put(f"{path}/second-opinion", OPINION | said, other)
    assert written.status_code == 200, written.text
    assert marker not in await storage.messages(platform)
    assert marker not in await storage.rows(platform, postgres_admin_url)
