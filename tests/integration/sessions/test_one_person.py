"""Two records of one person: what was theirs under either is theirs under the one that was kept."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from shared.events.referral import PeopleMerged
from shared.events.sessions import RelationshipRehomed
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import MEETING, TENANT, Pair, a_pair, a_placed_pair
from tests.integration.sessions.test_assessments import interim
from tests.support.services import Platform, eventually, publish_events

pytestmark = pytest.mark.covers("R7")


async def merge(platform: Platform, one: UUID, into: UUID, kind: str) -> None:
    event = PeopleMerged.model_validate(
        {"happened_on": date(2026, 10, 1), "merged_id": one, "kept_id": into, "kind": kind}
    )
    await publish_events(platform, "referral", TENANT, f"person-{one}", event)


async def until_theirs(pair: Pair) -> None:
    """Wait until both of a pair see the relationship."""

    async def theirs() -> bool:
        return all([(await pair.get(pair.path, who)).status_code == 200 for who in (pair.mentor, pair.trainee)])

    await eventually(theirs)


async def test_a_merged_mentor_goes_on_with_their_relationships_and_their_notes(platform: Platform) -> None:
    pair = await a_pair(platform)
    note = f"/meetings/{(await pair.record()).json()['meeting_id']}/note"
    body = {"on": "2026-09-21", "note": "For myself."}
    await platform["sessions"].put(note, json=body, headers=pair.mentor | {"Idempotency-Key": str(uuid4())})
    kept = replace(pair, mentor_id=uuid4())
    await merge(platform, pair.mentor_id, kept.mentor_id, "mentor")
    await until_theirs(kept)

    assert (await kept.get(note, kept.mentor)).json()["note"] == "For myself."
    assert (await kept.post(f"{kept.path}/meetings", MEETING | {"on": "2026-10-05"}, kept.mentor)).status_code == 201
    assert (await pair.get(pair.path, pair.mentor)).json()["mentor_id"] == str(kept.mentor_id)


async def test_the_rehoming_of_a_relationship_is_published(platform: Platform) -> None:
    pair = await a_pair(platform)
    kept = replace(pair, mentor_id=uuid4())
    await merge(platform, pair.mentor_id, kept.mentor_id, "mentor")
    rehomed = RelationshipRehomed(
        happened_on=date(2026, 10, 1),
        relationship_id=pair.relationship_id,
        trainee_id=pair.trainee_id,
        mentor_id=kept.mentor_id,
    )

    async def is_published() -> bool:
        return rehomed.model_dump_json() in await storage.messages(platform)

    await eventually(is_published)


async def test_a_mentor_with_two_records_does_not_assess_under_the_other_id(platform: Platform) -> None:
    pair = await a_placed_pair(platform)
    kept = replace(pair, mentor_id=uuid4())
    await merge(platform, pair.mentor_id, kept.mentor_id, "mentor")
    await until_theirs(kept)
    who = platform.bearer("tutor", "mentor", subject=str(kept.mentor_id))
    answer = await kept.post("/assessments", interim(kept), who)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (403, "mentors-do-not-assess")


async def test_a_merged_trainee_keeps_the_meetings_of_the_merged_record(platform: Platform) -> None:
    pair = await a_pair(platform)
    await pair.record()
    kept = replace(pair, trainee_id=uuid4())
    await merge(platform, pair.trainee_id, kept.trainee_id, "trainee")
    await until_theirs(kept)
    found = (await kept.get(kept.path, kept.trainee)).json()
    assert found["trainee_id"] == str(kept.trainee_id)
    assert len(found["meetings"]) == 1


async def test_a_pair_that_is_confirmed_late_opens_under_the_record_that_was_kept(platform: Platform) -> None:
    pair = Pair(platform)
    kept = replace(pair, mentor_id=uuid4(), trainee_id=uuid4())
    middle = uuid4()
    await merge(platform, pair.mentor_id, middle, "mentor")
    await merge(platform, pair.trainee_id, kept.trainee_id, "trainee")
    await merge(platform, middle, kept.mentor_id, "mentor")
    await merge(platform, pair.mentor_id, kept.mentor_id, "mentor")  # as referral tells of a chain
    await publish_events(platform, "matching", TENANT, f"pair-{pair.relationship_id}", pair.confirmation())
    await until_theirs(kept)
