"""Drafts: what somebody types is kept until it is sent, offered after every refusal, and nobody else's business."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from services.sessions.domain.drafts import DRAFTS_A_PERSON
from shared.events.referral import PersonErased
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import MEETING, TENANT, Headers, Pair, a_pair, outsiders
from tests.integration.sessions.test_one_person import merge, until_theirs
from tests.support.services import Platform, eventually, publish_events

pytestmark = pytest.mark.covers("S2", "S11")
MARKER = f"marker-{uuid4().hex}"
HALF_TYPED = {"status": "held", "on": "yesterd", "discussed": MARKER, "no such field": [None]}


def form_of(pair: Pair) -> dict[str, Any]:
    """The form by which a meeting of the pair is recorded."""
    return {"method": "POST", "path": f"{pair.path}/meetings"}


async def keep(
    pair: Pair,
    path: str,
    body: Any = HALF_TYPED,
    *,
    who: Headers | None = None,
    if_match: str | None = None,
    form: Mapping[str, str] | None = None,
) -> httpx.Response:
    headers = (who or pair.mentor) | ({} if if_match is None else {"If-Match": if_match})
    return await pair.put(path, form_of(pair) | dict(form or {}) | {"body": body}, headers)


async def send(pair: Pair, path: str, body: Any, who: Headers | None = None, **headers: str) -> httpx.Response:
    """Record a meeting from a draft."""
    named = {"Alongside-Draft": path.removeprefix("/drafts/")} | headers
    return await pair.post(f"{pair.path}/meetings", body, (who or pair.mentor) | named)


async def body_of(pair: Pair, path: str) -> Any:
    """Return what is kept as the mentor's draft; None where there is none."""
    answer = await pair.get(path, pair.mentor)
    return answer.json()["body"] if answer.status_code == 200 else None


async def count(platform: Platform, where: str = "true") -> int:
    return int((await query(platform, f"select count(*) from drafts where {where}"))[0][0])


async def query(platform: Platform, statement: str, *values: object) -> Any:
    connection = await asyncpg.connect(platform.urls["sessions"]["app"])
    try:
        async with connection.transaction():
            await connection.execute("select set_config('alongside.tenants', $1, true)", TENANT)
            return await connection.fetch(statement, *values)
    finally:
        await connection.close()


@pytest.fixture
def path() -> str:
    return f"/drafts/{uuid4()}"


async def test_a_draft_is_kept_as_typed_listed_and_shown(pair: Pair, path: str) -> None:
    kept = await keep(pair, path)
    assert (kept.status_code, kept.json()["version"]) == (200, 1), kept.text
    (await keep(pair, path, HALF_TYPED | {"minutes": "abo"})).raise_for_status()

    shown = await pair.get(path, pair.mentor)

    assert shown.json()["body"] == HALF_TYPED | {"minutes": "abo"}
    assert shown.headers["ETag"].startswith('"2-')
    (listed,) = (await pair.get("/drafts", pair.mentor)).json()
    assert listed == {name: value for name, value in shown.json().items() if name != "body"}
    assert (listed["method"], listed["path"], listed["version"]) == ("POST", f"{pair.path}/meetings", 2)


async def test_its_texts_are_normalised_as_everywhere(pair: Pair, path: str) -> None:
    await keep(pair, path, {"discussed": "  Caf\u0065\u0301\u200b \r\n two  "})
    assert await body_of(pair, path) == {"discussed": "Caf\u00e9 \n two"}


async def test_two_devices_do_not_write_over_each_other_unseen(pair: Pair, path: str) -> None:
    await keep(pair, path)
    seen = (await pair.get(path, pair.mentor)).headers["ETag"]
    assert (await keep(pair, path, {"discussed": "one"}, if_match=seen)).status_code == 200
    refused = await keep(pair, path, {"discussed": "other"}, if_match=seen)
    assert (refused.status_code, refused.json()["type"]) == (412, "urn:alongside:problem:draft-changed")
    assert await body_of(pair, path) == {"discussed": "one"}
    deleted = await pair.platform["sessions"].delete(path, headers=pair.mentor | {"If-Match": seen})
    assert deleted.status_code == 412
    assert await body_of(pair, path) == {"discussed": "one"}


async def test_both_of_two_at_once_are_kept_one_after_the_other(pair: Pair, path: str) -> None:
    answers = await asyncio.gather(*(keep(pair, path, {"minutes": nth}) for nth in range(8)))
    assert sorted(answer.json()["version"] for answer in answers) == list(range(1, 9))
    last = max(range(8), key=lambda nth: answers[nth].json()["version"])
    assert await body_of(pair, path) == {"minutes": last}


async def test_a_draft_is_discarded_with_the_request_that_sends_it(pair: Pair, path: str) -> None:
    await keep(pair, path)
    sent = await send(pair, path, MEETING)
    assert sent.status_code == 201, sent.text
    assert (await pair.get(path, pair.mentor)).status_code == 404
    assert (await pair.get("/drafts", pair.mentor)).json() == []


async def test_what_is_typed_late_does_not_bring_a_draft_back_that_was_sent(pair: Pair, path: str) -> None:
    seen = f'"{(await keep(pair, path)).json()["version"]}"'
    await send(pair, path, MEETING)
    late = await keep(pair, path, if_match=seen)
    assert (late.status_code, late.json()["type"]) == (412, "urn:alongside:problem:draft-changed")
    assert (await pair.get("/drafts", pair.mentor)).json() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (MEETING | {"on": "2027-09-21"}, 422),
        (MEETING | {"minutes": "many"}, 422),
        ({"minutes": 50, "discussed": MARKER}, 422),
        (MEETING | {"discussed": MARKER}, 409),
    ],
    ids=["outside", "no number", "incomplete", "recorded already"],
)
async def test_a_refused_request_keeps_what_was_typed_and_says_where(
    platform: Platform, pair: Pair, path: str, body: dict[str, Any], status: int
) -> None:
    await pair.record()
    await keep(pair, path, {"discussed": "older"})
    before = await storage.events(platform)

    refused = await send(pair, path, body)

    assert (refused.status_code, refused.json()["draft"]) == (status, path), refused.text
    assert await body_of(pair, path) == body
    assert await storage.events(platform) == before


async def test_a_request_that_comes_too_late_keeps_what_was_typed(pair: Pair, path: str) -> None:
    meeting = f"/meetings/{(await pair.record()).json()['meeting_id']}"
    amended = {"status": "held", "amended_on": "2026-09-22", "minutes": 40, "discussed": MARKER}
    named = {"Alongside-Draft": path.removeprefix("/drafts/"), "If-Match": '"7"'}
    refused = await pair.put(meeting, amended, pair.mentor | named)
    assert (refused.status_code, refused.json()["draft"]) == (412, path)
    shown = (await pair.get(path, pair.mentor)).json()
    assert (shown["method"], shown["path"], shown["body"]) == ("PUT", meeting, amended)


@pytest.mark.parametrize(
    "content", [b"{", b"[1]", b'{"on": "2026-09-21", "on": "2026-09-22"}', b'{"discussed": "\\ud83d"}']
)
async def test_what_cannot_be_kept_leaves_the_draft_that_is_there(pair: Pair, path: str, content: bytes) -> None:
    await keep(pair, path)
    headers = pair.mentor | {"Alongside-Draft": path[8:], "Content-Type": "application/json"}
    refused = await pair.platform["sessions"].post(f"{pair.path}/meetings", content=content, headers=headers)
    assert refused.status_code in (400, 422), refused.text
    assert await body_of(pair, path) == HALF_TYPED


async def test_a_refusal_names_no_draft_that_is_not_there(pair: Pair, path: str) -> None:
    refused = await send(pair, path, [1])
    assert (refused.status_code, "draft" in refused.json()) == (422, False)
    assert (await pair.get("/drafts", pair.mentor)).json() == []


async def test_an_error_of_the_service_keeps_what_was_typed(
    pair: Pair, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError(MARKER)

    monkeypatch.setattr("services.sessions.commands.meetings.record_meeting", fail)
    failed = await send(pair, path, MEETING)
    assert (failed.status_code, failed.json()["draft"]) == (500, path)
    assert await body_of(pair, path) == MEETING


async def test_a_lost_session_keeps_the_draft_of_before(pair: Pair, path: str) -> None:
    await keep(pair, path)
    refused = await send(pair, path, MEETING, who={"Authorization": "Bearer x"})
    assert (refused.status_code, "draft" in refused.json()) == (401, False)
    assert await body_of(pair, path) == HALF_TYPED


async def test_a_draft_is_sent_and_kept_for_its_own_form_only(platform: Platform, pair: Pair, path: str) -> None:
    await keep(pair, path)
    named = pair.mentor | {"Alongside-Draft": path[8:]}
    before = await storage.events(platform)
    refused = await pair.post("/journal", {"on": "2026-09-21", "text": "x"}, named)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:draft-of-another-form")
    assert "draft" not in refused.json()
    assert await storage.events(platform) == before
    again = await keep(pair, path, form={"path": "/journal"})
    assert again.json()["type"] == "urn:alongside:problem:draft-of-another-form"
    assert await body_of(pair, path) == HALF_TYPED


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "/relationships"},
        {"path": "/nowhere"},
        {"method": "PUT"},
        {"path": "/drafts/00000000-0000-4000-8000-000000000001"},
    ],
)
async def test_a_draft_is_for_a_form_that_there_is(pair: Pair, path: str, wrong: dict[str, str]) -> None:
    refused = await keep(pair, path, form=wrong)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/path")


async def test_a_draft_is_named_only_where_there_is_one(pair: Pair, path: str) -> None:
    named = pair.mentor | {"Alongside-Draft": path[8:]}
    for answer in (await pair.get("/drafts", named), await pair.put(path, form_of(pair) | {"body": {}}, named)):
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "header:alongside-draft")
    refused = await send(pair, "mine", MEETING)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "header:alongside-draft")


async def test_nobody_else_sees_a_draft_or_touches_it(platform: Platform, pair: Pair, path: str) -> None:
    await keep(pair, path)
    lead = platform.bearer("partnership_lead")
    for who in (pair.trainee, pair.host_lead, lead, *outsiders(platform)):
        assert (await pair.get(path, who)).status_code == 404
        assert path[8:] not in (await pair.get("/drafts", who)).text
        assert (await platform["sessions"].delete(path, headers=who)).status_code == 404
    (await keep(pair, path, {"discussed": "the trainee's"}, who=pair.trainee)).raise_for_status()
    assert await body_of(pair, path) == HALF_TYPED
    await send(pair, path, MEETING, who=pair.trainee)
    assert await body_of(pair, path) == HALF_TYPED


async def test_a_draft_is_nowhere_in_the_open(
    platform: Platform, pair: Pair, path: str, postgres_admin_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = await storage.events(platform)
    await keep(pair, path)
    await send(pair, path, MEETING | {"discussed": MARKER, "on": "2031-01-01"})
    assert await body_of(pair, path) is not None
    kept = await storage.rows(platform, postgres_admin_url)
    assert MARKER not in kept
    assert MARKER.encode().hex() not in kept
    assert MARKER not in await storage.messages(platform)
    assert MARKER not in caplog.text
    assert await storage.events(platform) == before


async def test_a_person_has_room_for_so_many_drafts(pair: Pair, path: str) -> None:
    for _ in range(DRAFTS_A_PERSON):
        (await keep(pair, f"/drafts/{uuid4()}", {})).raise_for_status()
    refused = await keep(pair, path)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:too-many-drafts")
    typed_into_another = await send(pair, path, {"status": "held"})
    assert (typed_into_another.status_code, "draft" in typed_into_another.json()) == (422, False)
    large = await keep(pair, path, {"text": "x" * 300_000}, who=pair.trainee)
    assert (large.status_code, large.json()["type"]) == (413, "urn:alongside:problem:draft-too-large")


async def test_an_old_draft_is_gone_and_deleted_with_the_next_one(platform: Platform, pair: Pair, path: str) -> None:
    await keep(pair, path)
    own = f"draft_id = '{path[8:]}'"
    await query(platform, f"update drafts set kept_at = kept_at - interval '31 days' where {own}")
    assert await body_of(pair, path) is None
    assert (await pair.get("/drafts", pair.mentor)).json() == []
    assert await count(platform, own) == 1
    await keep(pair, f"/drafts/{uuid4()}")
    assert await count(platform, own) == 0


@pytest.mark.covers("R7")
async def test_a_draft_of_a_merged_record_is_that_of_the_kept_one(pair: Pair, path: str) -> None:
    await keep(pair, path)
    kept = replace(pair, mentor_id=uuid4())
    await merge(pair.platform, pair.mentor_id, kept.mentor_id, "mentor")
    await until_theirs(kept)
    assert await body_of(kept, path) == HALF_TYPED
    assert await body_of(pair, path) == HALF_TYPED
    assert (await keep(kept, path, {"minutes": 5})).json()["version"] == 2
    assert [each["draft_id"] for each in (await pair.get("/drafts", pair.mentor)).json()] == [path[8:]]
    assert (await send(kept, path, MEETING)).status_code == 201
    assert await body_of(kept, path) is None


@pytest.mark.covers("R8")
async def test_drafts_are_gone_when_their_owner_is_erased(platform: Platform, path: str) -> None:
    pair = await a_pair(platform)
    await keep(pair, path)
    (theirs,) = await query(platform, "select * from drafts where draft_id = $1", path[8:])
    erased = PersonErased(happened_on=date(2026, 10, 1), person_id=pair.mentor_id)
    await publish_events(platform, "referral", TENANT, f"person-{pair.mentor_id}", erased)

    async def is_gone() -> bool:
        return await count(platform, f"draft_id = '{path[8:]}'") == 0

    await eventually(is_gone)
    assert (await keep(pair, path)).status_code == 410
    assert (await send(pair, path, MEETING)).status_code == 410
    assert await count(platform, f"draft_id = '{path[8:]}'") == 0
    columns = ", ".join(f"${nth}" for nth in range(1, len(theirs) + 1))
    await query(platform, f"insert into drafts values ({columns})", *theirs)  # as a restored backup would
    assert await body_of(pair, path) is None
    assert (await pair.get("/drafts", pair.mentor)).json() == []


async def test_an_autosave_leaves_no_stream(platform: Platform, pair: Pair, path: str) -> None:
    before = await storage.events(platform)
    for nth in range(20):
        await keep(pair, path, {"minutes": nth})
    assert await storage.events(platform) == before
    assert await count(platform, f"draft_id = '{path[8:]}'") == 1
    assert json.dumps(await body_of(pair, path)) == '{"minutes": 19}'
