"""A journal is its owner's: others read what is released to them, and the owner sees who did."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import httpx
import pytest

from shared.events.referral import PeopleMerged, PersonErased
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import (
    TENANT,
    Headers,
    Pair,
    a_pair,
    a_placed_pair,
    a_returning_pair,
    a_tutor,
    outsiders,
)
from tests.integration.sessions.test_agreements import sign_agreement
from tests.integration.sessions.test_assessments import ON, begin, interim
from tests.integration.sessions.test_observations import hold_observation
from tests.support.services import Platform, eventually, publish_events

MARKER = f"marker-{uuid4().hex}"
ENTRY = {"on": "2026-09-21", "text": MARKER, "link": f"https://video.example/{MARKER}", "tags": ["TS7"]}
TO_TUTORS = {"to": {"role": "tutor"}, "on": "2026-09-22"}


async def write(pair: Pair, **fields: object) -> str:
    answer = await pair.post("/journal", ENTRY | fields, pair.trainee)
    assert answer.status_code == 201, answer.text
    return f"/journal/{answer.json()['entry_id']}"


def readers(platform: Platform, pair: Pair) -> list[Headers]:
    """Everybody but the owner."""
    return [
        pair.mentor,
        pair.host_lead,
        platform.bearer("partnership_lead"),
        platform.bearer("tutor"),
        *outsiders(platform),
    ]


@pytest.mark.covers("S5", "S11")
async def test_an_entry_is_read_by_its_owner_and_by_nobody_else_and_nowhere_else(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    entry = await write(pair)

    own = await pair.get(entry, pair.trainee)
    assert own.json().items() >= {"text": MARKER, "link": ENTRY["link"], "tags": ["TS7"], "version": 1}.items()
    for who in readers(platform, pair):
        refused = await pair.get(entry, who)
        assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such journal entry.")
    kept = await storage.rows(platform, postgres_admin_url)
    assert "sessions.journal_entry_written" in kept
    assert MARKER not in kept
    meeting = (await pair.record()).json()["meeting_id"]

    async def is_published() -> bool:
        return meeting in await storage.messages(platform)

    await eventually(is_published)  # and so whatever would have been published of the entry before it
    messages = await storage.messages(platform)
    assert MARKER not in messages
    assert "journal" not in messages


@pytest.mark.covers("S11")
async def test_a_released_entry_is_read_by_those_named_until_it_is_revoked_and_the_owner_sees_who_did(
    platform: Platform, pair: Pair
) -> None:
    entry, tutor_id = await write(pair), uuid4()
    tutor = await a_tutor(pair, person_id=tutor_id)
    released = await pair.post(f"{entry}/releases", TO_TUTORS, pair.trainee)
    assert (released.status_code, released.json()["released_to"]) == (201, [{"person_id": None, "role": "tutor"}])

    assert (await pair.get(entry, tutor)).json()["text"] == MARKER
    assert (await pair.get(entry, pair.mentor)).status_code == 404
    (listed,) = (await pair.get(f"/journal?owner_id={pair.trainee_id}", tutor, released)).json()
    assert (listed["entry_id"], listed["released_to"], "text" in listed) == (entry[9:], [], False)
    last = await pair.post(f"{entry}/revocations", TO_TUTORS, pair.trainee)
    assert (last.status_code, last.json()["released_to"], last.json()["used_in"]) == (201, [], [])
    assert (await pair.get(entry, tutor)).status_code == 404
    assert (await pair.get(f"/journal?owner_id={pair.trainee_id}", tutor, last)).json() == []
    (read,) = (await pair.get("/journal/reads", pair.trainee, last)).json()
    assert (read["entry_id"], read["reader_id"]) == (entry[9:], str(tutor_id))
    for who in readers(platform, pair):
        assert (await pair.get("/journal/reads", who)).json() == []


@pytest.mark.covers("S11")
@pytest.mark.parametrize("to", ["mentor", "school_lead", "partnership_lead"])
async def test_an_entry_is_released_to_a_person_or_to_a_role(platform: Platform, pair: Pair, to: str) -> None:
    entry = await write(pair)
    audience = {"person_id": str(pair.mentor_id)} if to == "mentor" else {"role": to}
    who = {
        "mentor": pair.mentor,
        "school_lead": pair.host_lead,
        "partnership_lead": platform.bearer("partnership_lead"),
    }

    done = await pair.post(f"{entry}/releases", {"to": audience, "on": "2026-09-22"}, pair.trainee)
    assert done.status_code == 201, done.text

    answers = {role: (await pair.get(entry, headers)).status_code for role, headers in who.items()}
    assert answers == dict.fromkeys(who, 404) | {to: 200}
    for outsider in outsiders(platform):
        assert (await pair.get(entry, outsider)).status_code == 404


async def test_only_the_owner_changes_releases_and_removes_an_entry(platform: Platform, pair: Pair) -> None:
    entry = await write(pair)
    await pair.post(f"{entry}/releases", {"to": {"person_id": str(pair.mentor_id)}, "on": "2026-09-22"}, pair.trainee)
    before = await storage.events(platform)
    for who in readers(platform, pair):
        for answer in (
            await pair.put(entry, ENTRY, who),
            await pair.post(f"{entry}/releases", TO_TUTORS, who),
            await pair.post(f"{entry}/revocations", TO_TUTORS, who),
            await platform["sessions"].delete(f"{entry}?on=2026-09-23", headers=who),
        ):
            assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such journal entry.")
    assert await storage.events(platform) == before


@pytest.mark.covers("S5")
async def test_an_entry_is_replaced_and_removed(platform: Platform, pair: Pair) -> None:
    entry = await write(pair)
    replaced = await pair.put(entry, {"on": "2026-09-23", "text": "Not for long."}, pair.trainee)
    assert (replaced.status_code, replaced.json()["version"]) == (200, 2)
    opened = (await pair.get(entry, pair.trainee)).json()
    assert (opened["text"], opened["link"], opened["tags"]) == ("Not for long.", None, [])
    stale = await pair.put(entry, ENTRY, pair.trainee | {"If-Match": '"1"'})
    assert stale.status_code == 412

    removed = await platform["sessions"].delete(f"{entry}?on=2026-09-24", headers=pair.trainee)

    assert removed.status_code == 200
    assert (await pair.get(entry, pair.trainee)).status_code == 404
    assert (await pair.get("/journal", pair.trainee, removed)).json() == []


@pytest.mark.covers("S8", "S11")
async def test_an_assessment_rests_on_what_the_trainee_released_to_its_assessor(platform: Platform) -> None:
    pair = await a_placed_pair(platform)
    shown, kept_back = await write(pair), await write(pair, text="Not for others.")
    await pair.post(f"{shown}/releases", TO_TUTORS, pair.trainee)
    tutor = await a_tutor(pair)
    before = await storage.events(platform)

    refused = await pair.post("/assessments", interim(pair, evidence=[shown[9:], kept_back[9:]]), tutor)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:alongside:problem:not-released-to-you")
    assert await storage.events(platform) == before

    drafted = await begin(pair, tutor, evidence=[shown[9:]])
    revoked = await pair.post(f"{shown}/revocations", TO_TUTORS, pair.trainee)
    assert revoked.json()["used_in"] == []
    await pair.put(f"{drafted}/sharing", ON, tutor)
    await pair.put(f"{drafted}/comment", ON, pair.trainee)
    refused = await pair.post(f"{drafted}/signatures", ON | {"version": 1}, tutor)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:alongside:problem:not-released-to-you")
    await pair.post(f"{shown}/releases", TO_TUTORS, pair.trainee)
    assert (await pair.post(f"{drafted}/signatures", ON | {"version": 1}, tutor)).status_code == 201
    revoked = await pair.post(f"{shown}/revocations", TO_TUTORS, pair.trainee)
    assert revoked.json()["used_in"] == [drafted.removeprefix("/assessments/")]
    assert (await pair.get(shown, tutor)).status_code == 200
    assert (await pair.get(shown, platform.bearer("tutor"))).status_code == 404
    stays = await platform["sessions"].delete(f"{shown}?on=2026-10-24", headers=pair.trainee)
    assert (stays.status_code, "An assessment rests on this entry" in stays.json()["detail"]) == (422, True)


@pytest.mark.covers("R7", "S11")
async def test_a_merged_person_goes_on_with_their_journal_and_with_what_was_released_to_them(
    platform: Platform,
) -> None:
    pair = await a_pair(platform)
    entry = await write(pair)
    await pair.post(f"{entry}/releases", {"to": {"person_id": str(pair.mentor_id)}, "on": "2026-09-22"}, pair.trainee)
    kept = replace(pair, trainee_id=uuid4(), mentor_id=uuid4())
    for merged_id, into, kind in (
        (pair.trainee_id, kept.trainee_id, "trainee"),
        (pair.mentor_id, kept.mentor_id, "mentor"),
    ):
        event = {"happened_on": date(2026, 10, 1), "merged_id": merged_id, "kept_id": into, "kind": kind}
        await publish_events(platform, "referral", TENANT, f"person-{merged_id}", PeopleMerged.model_validate(event))

    async def theirs() -> bool:
        return all([(await kept.get(entry, who)).status_code == 200 for who in (kept.trainee, kept.mentor)])

    await eventually(theirs)
    released = await kept.post(f"{entry}/releases", TO_TUTORS, kept.trainee)
    assert [each["entry_id"] for each in (await kept.get("/journal", kept.trainee, released)).json()] == [entry[9:]]


@pytest.mark.covers("S11")
async def test_nothing_is_released_to_nobody(platform: Platform) -> None:
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    nobody = {"to": {"person_id": str(uuid4())}, "on": "2026-09-22"}
    for path in (await write(pair), await hold_observation(pair)):
        before = await storage.events(platform)
        refused = await pair.post(f"{path}/releases", nobody, pair.trainee)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/to/person_id")
        assert await storage.events(platform) == before


@pytest.mark.covers("R8", "S5")
async def test_a_journal_is_gone_when_its_owner_is_erased(platform: Platform) -> None:
    pair = await a_pair(platform)
    entry = await write(pair)
    await pair.post(f"{entry}/releases", {"to": {"role": "partnership_lead"}, "on": "2026-09-22"}, pair.trainee)
    erased = PersonErased(happened_on=date(2026, 10, 1), person_id=pair.trainee_id)
    await publish_events(platform, "referral", TENANT, f"person-{pair.trainee_id}", erased)

    async def is_erased() -> bool:
        return bool((await pair.get(entry, platform.bearer("partnership_lead"))).json().get("text") == "[erased]")

    await eventually(is_erased)
    more = await pair.post("/journal", ENTRY, pair.trainee)
    released = await pair.post(f"{entry}/releases", {"to": {"role": "school_lead"}, "on": "2026-10-02"}, pair.trainee)
    for answer in (more, released):
        assert (answer.status_code, answer.json()["type"]) == (410, "urn:alongside:problem:erased")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"on": "2026-09-21"}, "/text"),
        (ENTRY | {"text": ""}, "/text"),
        (ENTRY | {"text": "x" * 5000}, "/text"),
        (ENTRY | {"link": "javascript:alert(1)"}, "/link"),
        (ENTRY | {"tags": ["TS9"]}, "/tags/0"),
        (ENTRY | {"on": "soon"}, "/on"),
        (ENTRY | {"share": True}, "/share"),
    ],
)
async def test_a_bad_entry_is_answered_with_the_field_and_not_stored(
    platform: Platform, pair: Pair, body: object, pointer: str
) -> None:
    before = await storage.events(platform)
    refused = await pair.post("/journal", body, pair.trainee)
    assert _pointers(refused) == (422, [pointer])
    assert await storage.events(platform) == before


@pytest.mark.parametrize("to", [{}, {"role": "parent"}, {"role": "tutor", "person_id": str(uuid4())}])
async def test_a_release_names_a_person_or_a_role(pair: Pair, to: dict[str, str]) -> None:
    refused = await pair.post(f"{await write(pair)}/releases", {"to": to, "on": "2026-09-22"}, pair.trainee)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith("/to")


def _pointers(answer: httpx.Response) -> tuple[int, list[str]]:
    return answer.status_code, [error["pointer"] for error in answer.json()["errors"]]
