"""Exactly what two people agreed to goes on to the mentee's next mentor, and nobody else reads it."""

from typing import Any

import pytest

from shared.events.referral import PersonErased
from tests.integration.sessions.pairs import TARGET, TENANT, Pair, a_pair, a_returning_pair, a_tutor, outsiders
from tests.integration.sessions.test_agreements import sign_agreement
from tests.support.services import Platform, eventually, publish_events

pytestmark = pytest.mark.covers("S1", "S11")
DAY = {"on": "2026-10-05"}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the tenth programme, who have signed their agreement."""
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    return pair


async def next_pair(pair: Pair) -> Pair:
    """The mentee with another mentor, at another school."""
    known: dict[str, Any] = {"trainee_id": pair.trainee_id, "programme_id": pair.programme_id}
    return await a_pair(pair.platform, school_urn="900003", **known)


async def propose(pair: Pair, who: dict[str, str], **items: Any) -> Any:
    return await pair.post(f"{pair.path}/hand-over/items", DAY | items, who)


async def test_only_what_both_agreed_to_reaches_the_next_mentor(platform: Platform, pair: Pair) -> None:
    after = await next_pair(pair)
    held = await pair.record(targets=[TARGET, TARGET | {"text": "Stays here."}])
    first, second = held.json()["target_ids"]
    proposed = await propose(pair, pair.trainee, answers={"found_again": "My voice."}, target_ids=[first])
    await propose(pair, pair.mentor, target_ids=[second])
    for item_id in proposed.json()["waiting"]:
        await pair.post(f"{pair.path}/hand-over/items/{item_id}/agreement", DAY, pair.mentor)

    by_mentor = await pair.post(
        f"{pair.path}/hand-over", DAY | {"to_relationship_id": f"{after.relationship_id}"}, pair.mentor
    )
    done = await pair.post(
        f"{pair.path}/hand-over", DAY | {"to_relationship_id": f"{after.relationship_id}"}, pair.trainee
    )

    assert (by_mentor.status_code, done.status_code) == (403, 201), done.text
    for who in (after.mentor, after.trainee):
        (handed_on,) = (await after.get(f"{after.path}/handed-on", who, after=done)).json()
        assert handed_on["from_relationship_id"] == f"{pair.relationship_id}"
        assert {item["answer"] for item in handed_on["items"]} == {"My voice.", TARGET["text"]}
    own = (await pair.get(f"{pair.path}/hand-over", pair.mentor)).json()
    assert len(own["items"]) == 3
    assert own["passed_on_to"] == [f"{after.relationship_id}"]
    for who in (pair.mentor, *outsiders(platform)):
        assert (await after.get(f"{after.path}/handed-on", who)).status_code == 404
    for who in (after.host_lead, await a_tutor(after)):
        assert (await after.get(f"{after.path}/handed-on", who)).status_code == 403
    kept = await pair.post(f"{pair.path}/hand-over/items/{proposed.json()['waiting'][0]}/withdrawal", DAY, pair.trainee)
    assert (kept.status_code, kept.json()["type"]) == (409, "urn:alongside:problem:passed-on-already")

    to = DAY | {"to_relationship_id": f"{after.relationship_id}"}
    by_mentor = await pair.post(f"{pair.path}/hand-over/revocations", to, pair.mentor)
    revoked = await pair.post(f"{pair.path}/hand-over/revocations", to, pair.trainee)
    assert (by_mentor.status_code, revoked.status_code, revoked.json()["passed_on"]) == (403, 201, [])
    assert (await after.get(f"{after.path}/handed-on", after.mentor, after=revoked)).json() == []
    again = await pair.post(f"{pair.path}/hand-over", to, pair.trainee)
    assert len((await after.get(f"{after.path}/handed-on", after.mentor, after=again)).json()) == 1

    gone = PersonErased(happened_on=pair.confirmation().happened_on, person_id=pair.mentor_id)
    await publish_events(platform, "referral", TENANT, f"person-{pair.mentor_id}", gone)

    async def is_erased() -> bool:
        return bool((await propose(pair, pair.trainee, target_ids=[second])).status_code == 410)

    await eventually(is_erased)
    (still,) = (await after.get(f"{after.path}/handed-on", after.mentor)).json()
    assert {item["answer"] for item in still["items"]} == {"My voice.", TARGET["text"]}


async def test_what_cannot_be_passed_on_is_refused_with_its_place(pair: Pair) -> None:
    elsewhere = await a_pair(pair.platform)
    wrong = await propose(pair, pair.trainee, target_ids=[f"{pair.relationship_id}"])
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/target_ids/0")
    for to in (pair.relationship_id, elsewhere.relationship_id, pair.trainee_id):
        refused = await pair.post(f"{pair.path}/hand-over", DAY | {"to_relationship_id": f"{to}"}, pair.trainee)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/to_relationship_id")
    after = await next_pair(pair)
    body = DAY | {"to_relationship_id": f"{after.relationship_id}"}
    nothing = await pair.post(f"{pair.path}/hand-over", body, pair.trainee)
    assert (nothing.status_code, nothing.json()["type"]) == (409, "urn:alongside:problem:nothing-agreed")
