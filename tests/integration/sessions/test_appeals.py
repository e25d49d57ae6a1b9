"""A trainee appeals against an assessment, and somebody who took no part in it decides."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Headers, Pair, a_placed_pair, a_tutor, outsiders
from tests.integration.sessions.test_assessments import ON, sign_all, text
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S8")
WHY = ON | {"version": 1, "reason": "Nobody saw me teach in October."}
UPHELD = ON | {"version": 1, "outcome": "upheld", "reason": "No lesson was seen."}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    return await a_placed_pair(platform)


async def submit(pair: Pair, tutor: Headers, kind: str = "end_of_placement", **fields: Any) -> str:
    """Take an assessment of a kind to its submission; return its path."""
    path = await sign_all(pair, tutor, kind=kind, **fields)
    submitted = await pair.put(f"{path}/submission", ON, tutor)
    assert (await pair.get(path, pair.trainee, submitted)).status_code == 200
    return path


async def appeal_of(pair: Pair, path: str, who: Headers, after: Any = None) -> Any:
    """The appeal against the first version, as somebody sees it."""
    answer = await pair.get(f"{path}/appeal", who, after)
    assert answer.status_code == 200, answer.text
    (appeal, *_) = answer.json()["appeals"]
    return appeal


async def test_an_appeal_that_is_upheld_asks_for_a_correction_beside_the_old_version(
    platform: Platform, pair: Pair
) -> None:
    tutor, lead = await a_tutor(pair), platform.bearer("partnership_lead", subject=f"{uuid4()}")
    path = await submit(pair, tutor)
    before = await appeal_of(pair, path, pair.trainee)
    assert (before["until"], before["state"], before["steps"]) == ("2026-11-27", None, [])
    made = await pair.put(f"{path}/appeal", WHY, pair.trainee)
    assert made.json()["state"] == "made", made.text
    for who in (pair.trainee, tutor, lead):
        (step,) = (await appeal_of(pair, path, who, made))["steps"]
        assert (step["state"], step["reason"]) == ("made", WHY["reason"])
    assert [step["reason"] for step in (await appeal_of(pair, path, pair.host_lead))["steps"]] == [None]
    decided = await pair.put(f"{path}/appeal/decision", UPHELD, lead)
    assert decided.json()["state"] == "upheld"
    again = await pair.put(f"{path}/appeal/decision", UPHELD | {"outcome": "dismissed"}, lead)
    assert (again.status_code, "take the decision back" in again.json()["detail"]) == (409, True)
    corrected = await pair.post(f"{path}/corrections", text() | {"reason": "The appeal was upheld."}, tutor)
    assert corrected.json()["version"] == 2
    assert (await appeal_of(pair, path, tutor, corrected))["corrected_in"] == 2
    late = await pair.put(f"{path}/appeal/reversal", WHY, lead)
    assert late.status_code == 409
    versions = (await pair.get(path, pair.trainee)).json()["versions"]
    assert [each["state"] for each in versions] == ["submitted"]


async def test_a_decision_that_was_a_slip_is_taken_back_and_stays_readable(platform: Platform, pair: Pair) -> None:
    tutor, lead = await a_tutor(pair), platform.bearer("partnership_lead", subject=f"{uuid4()}")
    path = await submit(pair, tutor)
    await pair.put(f"{path}/appeal", WHY, pair.trainee)
    await pair.put(f"{path}/appeal/decision", UPHELD | {"outcome": "dismissed"}, lead)
    back = await pair.put(f"{path}/appeal/reversal", WHY | {"reason": "The wrong line."}, lead)
    assert back.json()["state"] == "made"
    last = await pair.put(f"{path}/appeal/decision", UPHELD, lead)
    steps = (await appeal_of(pair, path, pair.trainee, last))["steps"]
    assert [(step["state"], step["reversal"]) for step in steps] == [
        ("made", False),
        ("dismissed", False),
        ("made", True),
        ("upheld", False),
    ]


async def test_only_the_trainee_appeals_and_only_whom_the_programme_names_decides(
    platform: Platform, pair: Pair
) -> None:
    tutor_id = uuid4()
    tutor = await a_tutor(pair, person_id=tutor_id)
    path = await submit(pair, tutor)
    for who, status in ((tutor, 403), (pair.host_lead, 403), (pair.mentor, 404)):
        assert (await pair.put(f"{path}/appeal", WHY, who)).status_code == status
    for who in outsiders(platform):
        assert (await pair.put(f"{path}/appeal", WHY, who)).status_code == 404
        assert (await pair.get(f"{path}/appeal", who)).status_code == 404
    await pair.put(f"{path}/appeal", WHY, pair.trainee)
    tutor_who_leads = platform.bearer("tutor", "partnership_lead", subject=f"{tutor_id}")
    for who in (pair.trainee, tutor, tutor_who_leads, pair.host_lead):
        refused = await pair.put(f"{path}/appeal/decision", UPHELD, who)
        assert refused.status_code == 403, refused.text


async def test_an_appeal_keeps_to_the_programmes_days_and_can_be_taken_back(platform: Platform, pair: Pair) -> None:
    tutor = await a_tutor(pair)
    path = await submit(pair, tutor)
    late = await pair.put(f"{path}/appeal", WHY | {"on": "2026-11-28"}, pair.trainee)
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (409, "/on")
    unknown = await pair.put(f"{path}/appeal", WHY | {"version": 2}, pair.trainee)
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/version")
    before = await storage.events(platform)
    assert (await pair.put(f"{path}/appeal", WHY, pair.trainee)).status_code == 200
    after = await storage.events(platform)
    assert after != before
    assert (await pair.put(f"{path}/appeal", WHY, pair.trainee)).status_code == 200
    assert await storage.events(platform) == after
    step = ON | {"version": 1}
    assert (await pair.put(f"{path}/appeal/withdrawal", step, pair.trainee)).json()["state"] == "withdrawn"
    without = await submit(pair, tutor, "interim")
    assert (await pair.put(f"{without}/appeal", WHY, pair.trainee)).json()["type"].endswith("no-appeal")


async def test_why_somebody_appealed_is_stored_and_sent_nowhere_in_plain_text(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    marker, lead = f"marker-{uuid4().hex}", platform.bearer("partnership_lead", subject=f"{uuid4()}")
    path = await submit(pair, await a_tutor(pair))
    await pair.put(f"{path}/appeal", WHY | {"reason": marker}, pair.trainee)
    await pair.put(f"{path}/appeal/decision", UPHELD | {"reason": marker}, lead)
    await pair.put(f"{path}/appeal/reversal", WHY | {"reason": marker}, lead)
    assert marker not in await storage.messages(platform)
    assert marker not in await storage.rows(platform, postgres_admin_url)
