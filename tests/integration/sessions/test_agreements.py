"""Two people agree over HTTP, in a programme with a form of its own; until then only facts are recorded."""

from typing import Any

import httpx
import pytest

from shared.events.referral import PersonErased
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import TARGET, TENANT, Headers, Pair, a_returning_pair, a_tutor, outsiders
from tests.support.services import Platform, eventually, publish_events

pytestmark = pytest.mark.covers("S1")
RETURNERS = {"between_us": "canary-joint", "years_away": 6, "confidence": 4, "pace": "gently"}
COMPANIONS = {"between_us": "canary-joint", "pace": "gently", "can_show": "canary-mentors"}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the tenth programme."""
    return await a_returning_pair(platform)


async def write(pair: Pair, who: Headers, answers: dict[str, Any], **headers: str) -> httpx.Response:
    body = {"on": "2026-09-14", "answers": answers}
    return await pair.put(f"{pair.path}/agreement", body, who | headers)


async def sign(pair: Pair, who: Headers, draft: int) -> httpx.Response:
    return await pair.post(f"{pair.path}/agreement/signatures", {"on": "2026-09-15", "draft": draft}, who)


async def sign_agreement(pair: Pair) -> httpx.Response:
    """Let both write their parts and sign; return the answer to the second signature."""
    await write(pair, pair.trainee, RETURNERS)
    await write(pair, pair.mentor, COMPANIONS)
    await sign(pair, pair.trainee, 2)
    done = await sign(pair, pair.mentor, 2)
    assert done.json()["in_force"] == 2, done.text
    return done


async def test_before_anybody_writes_both_see_the_programmes_own_form(pair: Pair) -> None:
    shown = (await pair.get(f"{pair.path}/agreement", pair.trainee)).json()

    assert (shown["draft"], shown["version"], shown["answers"], shown["in_force"]) == (0, 0, {}, None)
    assert shown["form"]["title"] == "The way back"
    assert shown["missing"] == ["between_us", "years_away", "confidence", "pace"]


async def test_both_write_and_sign_and_see_the_same(pair: Pair) -> None:
    done = await sign_agreement(pair)

    for who in (pair.mentor, pair.trainee, pair.host_lead):
        shown = (await pair.get(f"{pair.path}/agreement", who, after=done)).json()
        assert shown["answers"] == RETURNERS | COMPANIONS
        assert shown["in_force"] == {"draft": 2, "agreed_on": "2026-09-15", "answers": RETURNERS | COMPANIONS}
        assert (shown["signed_by"], shown["next_to_sign"], shown["missing"]) == (["trainee", "mentor"], None, [])
    assert (await pair.get(pair.path, pair.mentor)).json()["agreed_on"] == "2026-09-15"


async def test_until_both_have_signed_only_facts_are_recorded(pair: Pair) -> None:
    await write(pair, pair.trainee, RETURNERS)
    held = {"status": "held", "on": "2026-09-21", "minutes": 40}
    for field, more in (("discussed", {"discussed": "x"}), ("text", {"targets": [TARGET]})):
        refused = await pair.post(f"{pair.path}/meetings", held | more, pair.mentor)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:agreement-first")
        assert refused.json()["errors"][0]["pointer"].endswith(f"/{field}")
    target = await pair.post(f"{pair.path}/targets", TARGET | {"on": "2026-09-21"}, pair.trainee)
    assert target.status_code == 409
    facts = await pair.post(f"{pair.path}/meetings", held | {"agenda_by": "mentee"}, pair.mentor)
    assert facts.status_code == 201
    meeting = f"/meetings/{facts.json()['meeting_id']}"
    reflected = {"status": "held", "amended_on": "2026-09-22", "minutes": 40, "reflection": "x"}
    assert (await pair.put(meeting, reflected, pair.trainee)).status_code == 409

    await sign_first_draft(pair)

    assert (await pair.put(meeting, reflected, pair.trainee)).status_code == 200
    again = held | {"on": "2026-09-28", "discussed": "x", "targets": [TARGET]}
    assert (await pair.post(f"{pair.path}/meetings", again, pair.mentor)).status_code == 201


async def sign_first_draft(pair: Pair) -> None:
    await sign(pair, pair.trainee, 1)
    assert (await sign(pair, pair.mentor, 1)).status_code == 201


async def test_a_change_that_meets_a_newer_one_is_refused_and_can_be_repeated(pair: Pair) -> None:
    first = await write(pair, pair.trainee, RETURNERS)
    version = f'"{first.json()["version"]}"'
    assert (await write(pair, pair.mentor, COMPANIONS, **{"If-Match": version})).status_code == 200
    late = await write(pair, pair.trainee, RETURNERS, **{"If-Match": version})
    assert (late.status_code, "look at it again" in late.json()["detail"]) == (412, True)
    stale = await sign(pair, pair.trainee, 1)
    assert (stale.status_code, stale.json()["errors"][0]["pointer"]) == (412, "/draft")
    signed = await pair.post(
        f"{pair.path}/agreement/signatures", {"on": "2026-09-15", "draft": 2}, pair.trainee | {"If-Match": '"2"'}
    )
    assert signed.status_code == 201
    last = await pair.post(
        f"{pair.path}/agreement/signatures", {"on": "2026-09-15", "draft": 2}, pair.mentor | {"If-Match": '"3"'}
    )
    assert last.json()["in_force"] == 2, last.text


async def test_outsiders_know_of_no_agreement_and_those_who_oversee_read_it_only_if_the_form_says_so(
    pair: Pair,
) -> None:
    await write(pair, pair.trainee, RETURNERS)
    for who in outsiders(pair.platform):
        assert (await pair.get(f"{pair.path}/agreement", who)).status_code == 404
        assert (await write(pair, who, RETURNERS)).status_code == 404
    tutor = await a_tutor(pair)
    assert (await pair.get(f"{pair.path}/agreement", tutor)).status_code == 403
    assert (await write(pair, tutor, RETURNERS)).status_code == 403


async def test_nothing_that_is_written_is_stored_or_published_plainly(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    done = await sign_agreement(pair)
    await pair.get(pair.path, pair.mentor, after=done)

    rows = await storage.rows(platform, postgres_admin_url)
    assert f"{pair.relationship_id}" in rows
    assert "canary" not in rows
    assert "canary" not in await storage.messages(platform)


@pytest.mark.parametrize(
    ("erased", "left"),
    [
        ("trainee", COMPANIONS | {"years_away": "[erased]", "confidence": "[erased]"}),
        ("mentor", RETURNERS | {"can_show": "[erased]"}),
    ],
)
async def test_erasing_one_leaves_the_other_what_is_theirs(
    platform: Platform, pair: Pair, erased: str, left: dict[str, Any]
) -> None:
    await sign_agreement(pair)
    person = {"trainee": pair.trainee_id, "mentor": pair.mentor_id}[erased]
    gone = PersonErased(happened_on=pair.confirmation().happened_on, person_id=person)
    await publish_events(platform, "referral", TENANT, f"person-{person}", gone)
    who = pair.mentor if erased == "trainee" else pair.trainee

    async def is_shown() -> bool:
        shown = (await pair.get(f"{pair.path}/agreement", who)).json()
        return bool(shown["answers"] == left and shown["in_force"]["answers"] == left)

    await eventually(is_shown)
    assert (await write(pair, who, {})).status_code == 410
