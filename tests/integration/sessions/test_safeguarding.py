"""A lead opens what was not released to them: explicit, for some days, logged, and told to the mentee."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Headers, Pair, a_pair, a_placed_pair, a_returning_pair, a_tutor, outsiders
from tests.integration.sessions.test_agreements import sign_agreement
from tests.integration.sessions.test_feedback import give
from tests.integration.sessions.test_journal import write
from tests.integration.sessions.test_measures import take
from tests.integration.sessions.test_observations import hold_observation
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S11")
REASON = f"reason-{uuid4().hex}"


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the programme of placements."""
    return await a_placed_pair(platform)


def a_lead(pair: Pair) -> Headers:
    """A lead of the partnership, whom the programme names for safeguarding."""
    return pair.platform.bearer("partnership_lead", subject=f"{uuid4()}")


async def open_record(pair: Pair, who: Headers | None = None, **fields: Any) -> httpx.Response:
    body = {"days": 7, "reason": REASON} | fields
    answer = await pair.post(f"{pair.path}/safeguarding", body, who or a_lead(pair))
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_lead_reads_everything_of_the_relationship_and_the_owner_sees_it(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    entry, feedback, measures = await write(pair), await give(pair), await take(pair)
    paths = [entry, feedback, f"/measures/{measures['series_id']}"]
    lead, other_lead = a_lead(pair), a_lead(pair)
    for path in paths:
        assert (await pair.get(path, lead)).status_code == 404

    opened = await open_record(pair, lead)

    shown = (await pair.get(f"{pair.path}/safeguarding", lead, opened)).json()
    assert {item["kind"] for item in shown["items"]} == {"journal_entry", "feedback", "measures"}
    assert [each["reason"] for each in shown["openings"]] == [REASON]
    for path in paths:
        assert (await pair.get(path, lead)).status_code == 200
        assert (await pair.get(path, other_lead)).status_code == 404
    listed = (await pair.get("/record", pair.trainee)).json()
    assert all("safeguarding" in [each["why"] for each in item["readers"]] for item in listed)
    (told,) = (await pair.get("/record/openings", pair.trainee)).json()
    assert (told["programme_role"], told["last_day"], told["closed_on"]) == (
        "provider",
        opened.json()["last_day"],
        None,
    )

    last = await pair.post(f"{pair.path}/safeguarding/{opened.json()['grant_id']}/closure", None, lead)

    assert last.status_code == 200, last.text
    for path in paths:
        assert (await pair.get(path, lead)).status_code == 404
    reads = (await pair.get("/record/reads", pair.trainee, last)).json()
    assert {(each["kind"], each["programme_role"], each["reader_id"]) for each in reads} == {
        (kind, "provider", None) for kind in ("journal_entry", "feedback", "measures")
    }
    (entry_read,) = (await pair.get("/journal/reads", pair.trainee)).json()
    assert (entry_read["reader_id"], entry_read["programme_role"]) == (None, "provider")
    assert REASON not in await storage.rows(platform, postgres_admin_url)
    assert "record_opened" not in await storage.messages(platform)


async def test_why_a_lead_opened_it_is_read_by_nobody_else_who_opened_it(pair: Pair) -> None:
    lead, other_lead = a_lead(pair), a_lead(pair)
    other_reason = f"reason-{uuid4().hex}"
    first = await open_record(pair, lead)
    second = await open_record(pair, other_lead, reason=other_reason)
    first_id, second_id = first.json()["grant_id"], second.json()["grant_id"]

    for who, reasons in (
        (lead, {first_id: REASON, second_id: None}),
        (other_lead, {first_id: None, second_id: other_reason}),
        (a_lead(pair), {first_id: None, second_id: None}),
    ):
        shown = (await pair.get(f"{pair.path}/safeguarding", who, second)).json()
        assert {each["grant_id"]: each["reason"] for each in shown["openings"]} == reasons
    told = await pair.get("/record/openings", pair.trainee, second)
    assert {each["grant_id"] for each in told.json()} == {first_id, second_id}
    assert "reason" not in told.text


async def test_the_owner_is_told_once_it_is_over_where_telling_would_put_somebody_at_risk(pair: Pair) -> None:
    entry, lead = await write(pair), a_lead(pair)
    opened = await open_record(pair, lead, tell_later=True)
    assert (await pair.get(entry, lead)).status_code == 200
    for path in ("/record/openings", "/record/reads"):
        assert (await pair.get(path, pair.trainee, opened)).json() == []
    (item,) = (await pair.get("/record", pair.trainee)).json()
    assert item["readers"] == []

    last = await pair.post(f"{pair.path}/safeguarding/{opened.json()['grant_id']}/closure", None, lead)

    (told,) = (await pair.get("/record/openings", pair.trainee, last)).json()
    assert told["closed_on"] is not None
    (read,) = (await pair.get("/record/reads", pair.trainee, last)).json()
    assert read["programme_role"] == "provider"


async def test_it_opens_what_the_programme_says_and_nothing_of_another_relationship(platform: Platform) -> None:
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    entry, observation = await write(pair), await hold_observation(pair)
    elsewhere = await a_placed_pair(platform, trainee_id=pair.trainee_id)
    feedback = await give(elsewhere)
    head = platform.bearer("school_lead", subject=f"{uuid4()}", schools=(pair.school_urn,))

    await open_record(pair, head, days=5)

    assert (await pair.get(observation, head)).status_code == 200
    assert (await pair.get(entry, head)).status_code == 404
    assert (await pair.get(feedback, head)).status_code == 404


async def test_nobody_opens_it_whom_the_programme_does_not_name(platform: Platform, pair: Pair) -> None:
    before = await storage.events(platform)
    body = {"days": 7, "reason": REASON}
    for who in (pair.mentor, pair.trainee):
        assert (await pair.post(f"{pair.path}/safeguarding", body, who)).status_code == 403
        assert (await pair.get(f"{pair.path}/safeguarding", who)).status_code == 403
    for who in outsiders(platform):
        assert (await pair.post(f"{pair.path}/safeguarding", body, who)).status_code == 404
        assert (await pair.get(f"{pair.path}/safeguarding", who)).status_code == 404
    assert await storage.events(platform) == before
    assert (await pair.post(f"{pair.path}/safeguarding", body, await a_tutor(pair))).status_code == 403


async def test_a_programme_of_an_earlier_version_opens_nothing(platform: Platform) -> None:
    pair = await a_pair(platform)
    refused = await pair.post(f"{pair.path}/safeguarding", {"days": 7, "reason": REASON}, a_lead(pair))
    assert refused.status_code in (404, 503)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"days": 15}, "/days"),
        ({"days": 9999}, "/days"),
        ({"days": 0}, "/days"),
        ({"reason": ""}, "/reason"),
        ({"tell_later": "yes"}, "/tell_later"),
    ],
)
async def test_a_bad_opening_is_answered_with_the_field_and_not_stored(
    platform: Platform, pair: Pair, fields: dict[str, Any], pointer: str
) -> None:
    before = await storage.events(platform)
    refused = await pair.post(f"{pair.path}/safeguarding", {"days": 7, "reason": REASON} | fields, a_lead(pair))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await storage.events(platform) == before
