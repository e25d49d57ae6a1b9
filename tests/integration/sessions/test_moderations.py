"""A lead draws a sample of assessments, and a moderator agrees with each or sends it back."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Headers, Pair, a_placed_pair, a_tutor
from tests.integration.sessions.test_appeals import submit
from tests.integration.sessions.test_assessments import ON, read
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S8")


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    return await a_placed_pair(platform)


def sample_of(pair: Pair, **fields: object) -> dict[str, Any]:
    """The request to draw a sample of the pair's programme."""
    days = {"submitted_from": "2026-10-01", "submitted_until": "2026-11-30"}
    return ON | {"programme_id": f"{pair.programme_id}", "kind": "end_of_placement", "seed": 7} | days | fields


async def draw(pair: Pair, lead: Headers, **fields: object) -> str:
    """Draw a sample and return its path."""
    drawn = await pair.post("/moderations", sample_of(pair, **fields), lead)
    assert drawn.status_code == 201, drawn.text
    path = f"/moderations/{drawn.json()['moderation_id']}"
    assert (await pair.get(path, lead, drawn)).status_code == 200
    return path


async def test_a_sample_is_reproducible_and_seen_by_the_lead_and_the_moderator_only(
    platform: Platform, pair: Pair
) -> None:
    lead, moderator_id = platform.bearer("partnership_lead", subject=f"{uuid4()}"), uuid4()
    tutors = [await a_tutor(pair), await a_tutor(pair)]
    paths = [
        await submit(pair, tutor, again=True, comments={"TS1": f"{nth}"})
        for nth, tutor in enumerate([*tutors, tutors[0]])
    ]
    elsewhere = await a_placed_pair(platform)
    moderator = await a_tutor(elsewhere, person_id=moderator_id)
    sample = await draw(pair, lead)
    assert (await pair.post("/moderations", sample_of(pair), pair.host_lead)).status_code == 403
    shown = (await pair.get(sample, lead)).json()
    assert (shown["candidates"], shown["share_percent"], len(shown["sampled"])) == (3, 20, 2)
    assert len({each["assessor_id"] for each in shown["sampled"]}) == 2
    again = (await pair.get(await draw(pair, lead, on="2026-10-31"), lead)).json()
    assert [each["assessment_id"] for each in again["sampled"]] == [each["assessment_id"] for each in shown["sampled"]]
    first = f"/assessments/{shown['sampled'][0]['assessment_id']}"
    assert first in paths
    assert (await pair.get(first, moderator)).status_code == 404
    named = await pair.put(f"{sample}{first}/moderator", ON | {"person_id": f"{moderator_id}"}, lead)
    assert named.json()["state"] == "named", named.text
    assert read(await pair.get(first, moderator, named)) == ["submitted"]
    (seen,) = (await pair.get("/moderations", moderator)).json()
    assert ([each["assessment_id"] for each in seen["sampled"]], seen["drawn_from"]) == (
        [first.removeprefix("/assessments/")],
        [],
    )
    for who in (pair.trainee, pair.host_lead, *tutors):
        assert (await pair.get(sample, who)).status_code == 404
        assert (await pair.put(f"{sample}{first}/agreement", ON, who)).status_code == 404
    assert (await pair.put(f"{sample}{first}/agreement", ON, moderator)).json()["state"] == "agreed"


async def test_an_assessment_that_is_looked_at_again_is_returned_to_its_assessor(
    platform: Platform, pair: Pair
) -> None:
    lead, moderator_id = platform.bearer("partnership_lead", subject=f"{uuid4()}"), uuid4()
    tutor = await a_tutor(pair)
    path = await submit(pair, tutor)
    moderator = await a_tutor(pair, person_id=moderator_id)
    sample = await draw(pair, lead)
    await pair.put(f"{sample}{path}/moderator", ON | {"person_id": f"{moderator_id}"}, lead)
    back = await pair.put(f"{sample}{path}/return", ON | {"reason": "TS3 rests on nothing."}, moderator)
    assert back.json()["state"] == "sent_back", back.text
    (version,) = (await pair.get(path, tutor, back)).json()["versions"]
    assert (version["state"], version["returned_because"]) == ("returned", "TS3 rests on nothing.")
    assert (await pair.put(f"{path}/acknowledgement", ON, lead)).status_code == 409
    (item,) = (await pair.get(sample, lead)).json()["sampled"]
    assert (item["state"], item["reason"]) == ("sent_back", "TS3 rests on nothing.")


async def test_whoever_took_part_and_nobody_unknown_moderates(platform: Platform, pair: Pair) -> None:
    lead, tutor_id = platform.bearer("partnership_lead", subject=f"{uuid4()}"), uuid4()
    path = await submit(pair, await a_tutor(pair, person_id=tutor_id))
    sample = await draw(pair, lead)
    for person_id in (tutor_id, pair.trainee_id, pair.mentor_id, uuid4()):
        refused = await pair.put(f"{sample}{path}/moderator", ON | {"person_id": f"{person_id}"}, lead)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/person_id")
    empty = await pair.post("/moderations", sample_of(pair, submitted_from="2026-11-29"), lead)
    assert empty.json()["type"].endswith("nothing-to-sample")
    without_rule = await pair.post("/moderations", sample_of(pair, kind="interim"), lead)
    assert without_rule.json()["type"].endswith("no-moderation")
    assert (await pair.put(f"{sample}/discarding", ON, lead)).status_code == 200
    assert (await pair.put(f"{sample}{path}/agreement", ON, lead)).status_code == 404


async def test_why_an_assessment_goes_back_is_stored_and_sent_nowhere_in_plain_text(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    marker, moderator_id = f"marker-{uuid4().hex}", uuid4()
    lead = platform.bearer("partnership_lead", subject=f"{uuid4()}")
    path = await submit(pair, await a_tutor(pair))
    moderator = await a_tutor(pair, person_id=moderator_id)
    sample = await draw(pair, lead)
    await pair.put(f"{sample}{path}/moderator", ON | {"person_id": f"{moderator_id}"}, lead)
    back = await pair.put(f"{sample}{path}/return", ON | {"reason": marker}, moderator)
    assert back.status_code == 200
    assert marker not in await storage.messages(platform)
    assert marker not in await storage.rows(platform, postgres_admin_url)
