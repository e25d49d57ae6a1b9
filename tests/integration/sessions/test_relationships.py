"""A confirmed pair becomes a relationship that those concerned can see."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.sessions.domain.assessment_versions import STANDARDS
from shared.events.matching import PairWithdrawn, SupportConfirmed, SupportEnded
from shared.events.referral import PersonErased
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import MEETING, TARGET, TENANT, Pair, a_pair, a_placed_pair, a_tutor, outsiders
from tests.integration.sessions.test_assessments import interim
from tests.support.services import Platform, eventually, publish_events

OPENED, FORGOTTEN = "sessions.relationship_opened", "sessions.person_forgotten"


@pytest.mark.covers("S1")
async def test_a_confirmed_pair_opens_a_relationship_on_its_terms(pair: Pair) -> None:
    seen = await pair.get(pair.path, pair.trainee)

    assert (
        seen.json().items()
        >= {
            "relationship_id": str(pair.relationship_id),
            "trainee_id": str(pair.trainee_id),
            "mentor_id": str(pair.mentor_id),
            "school_urn": "900001",
            "starts_on": "2026-09-14",
            "ends_on": "2026-12-18",
            "meetings_per_week": 1,
            "targets_per_meeting": 3,
            "mentor_hours_per_week": 1.5,
            "opened_on": "2026-07-01",
        }.items()
    )
    assert (seen.json()["meetings"], seen.json()["targets"]) == ([], [])


@pytest.mark.covers("S1")
async def test_a_pair_that_is_confirmed_twice_has_one_relationship(platform: Platform, pair: Pair) -> None:
    before = await storage.events_of(platform, OPENED)
    again = pair.confirmation().model_copy(update={"mentor_id": uuid4()})
    next_one = Pair(platform)
    await publish_events(platform, "matching", TENANT, f"pair-{pair.relationship_id}", again, next_one.confirmation())

    async def is_open() -> bool:
        return (await next_one.get(next_one.path, next_one.mentor)).status_code == 200

    await eventually(is_open)  # one stream is taken in order: so the repeat was taken before
    assert await storage.events_of(platform, OPENED) == before + 1
    assert (await pair.get(pair.path, pair.trainee)).json()["mentor_id"] == str(pair.mentor_id)


@pytest.mark.covers("M6", "S1")
async def test_a_pair_withdrawn_by_a_repair_records_no_more_meetings_and_keeps_its_record(platform: Platform) -> None:
    pair = await a_pair(platform)
    recorded = await pair.record(on="2026-09-21")
    confirmed = pair.confirmation()
    parted = PairWithdrawn(
        happened_on=date(2026, 9, 25), pair_id=pair.relationship_id, round_id=uuid4(), reason="school_left",
        **confirmed.model_dump(include={"programme_id", "referral_id", "trainee_id", "mentor_id"}),
    )  # fmt: skip
    await publish_events(platform, "matching", TENANT, f"pair-{pair.relationship_id}", parted)

    async def has_ended() -> bool:
        return bool((await pair.get(pair.path, pair.mentor, recorded)).json()["ends_on"] == "2026-09-25")

    await eventually(has_ended)
    seen = (await pair.get(pair.path, pair.trainee)).json()
    assert (seen["ended_because"], len(seen["meetings"])) == ("school_left", 1)
    late = await pair.post(f"{pair.path}/meetings", MEETING | {"on": "2026-09-28"}, pair.mentor)
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (422, "/on")
    written_up = await pair.post(f"{pair.path}/meetings", MEETING | {"on": "2026-09-24"}, pair.mentor)
    assert written_up.status_code == 201


@pytest.mark.covers("S1")
async def test_a_relationship_does_not_exist_for_outsiders(platform: Platform, pair: Pair) -> None:
    for who in outsiders(platform):
        seen = await pair.get(pair.path, who)
        assert (seen.status_code, seen.json()["detail"]) == (404, "There is no such relationship.")


async def test_everybody_lists_what_they_may_know_of(platform: Platform) -> None:
    here, there = await a_pair(platform, school_urn="900011"), await a_pair(platform, school_urn="900012")

    async def list_relationships(who: dict[str, str]) -> set[str]:
        answer = await here.get("/relationships?limit=1000", who)
        assert answer.status_code == 200, answer.text
        return {found["relationship_id"] for found in answer.json()}

    both = {str(here.relationship_id), str(there.relationship_id)}
    assert (
        await list_relationships(here.mentor) == await list_relationships(here.trainee) == {str(here.relationship_id)}
    )
    assert await list_relationships(platform.bearer("school_lead", schools=("900011", "900012"))) == both
    assert await list_relationships(platform.bearer("partnership_lead")) >= both
    assert not both & await list_relationships(platform.bearer("tutor"))
    assert await list_relationships(await a_tutor(here)) == {str(here.relationship_id)}
    assert await list_relationships(await a_tutor(there, "mentor", role="assessor")) == {str(there.relationship_id)}
    for who in outsiders(platform):
        assert not both & await list_relationships(who)


async def test_a_list_comes_in_pages(platform: Platform) -> None:
    pairs = [await a_pair(platform, school_urn="900021") for _ in range(3)]
    lead = platform.bearer("school_lead", schools=("900021",))

    first = (await pairs[0].get("/relationships?limit=2", lead)).json()
    rest = (await pairs[0].get(f"/relationships?limit=2&after={first[-1]['relationship_id']}", lead)).json()

    assert (len(first), len(rest)) == (2, 1)
    assert {found["relationship_id"] for found in first + rest} == {str(pair.relationship_id) for pair in pairs}


@pytest.mark.covers("S1", "S11")
async def test_the_words_of_a_meeting_are_decrypted_only_for_mentor_and_trainee(platform: Platform, pair: Pair) -> None:
    said = await pair.record(discussed="Starters.", targets=[TARGET | {"measure": "Two lessons."}])

    for who in (pair.mentor, pair.trainee):
        seen = (await pair.get(pair.path, who, said)).json()
        assert seen["meetings"][0].items() >= {"discussed": "Starters.", "minutes": 50, "status": "held"}.items()
        assert seen["targets"][0].items() >= {"text": TARGET["text"], "measure": "Two lessons."}.items()
    for who in (platform.bearer("partnership_lead"), await a_tutor(pair), pair.host_lead):
        seen = (await pair.get(pair.path, who, said)).json()
        assert seen["meetings"][0].items() >= {"minutes": 50, "status": "held"}.items()
        assert not {"discussed", "reflection"} & seen["meetings"][0].keys()
        assert not {"text", "measure", "note"} & seen["targets"][0].keys()


@pytest.mark.covers("R8")
async def test_the_words_of_a_meeting_are_gone_when_the_trainee_is_erased(platform: Platform, pair: Pair) -> None:
    said = await pair.record(discussed="Starters.", targets=[TARGET])
    tutor = await a_tutor(pair)
    erased = PersonErased(happened_on=date(2026, 10, 1), person_id=pair.trainee_id)
    await publish_events(platform, "referral", TENANT, f"person-{pair.trainee_id}", erased)

    async def is_erased() -> bool:
        seen = (await pair.get(pair.path, pair.mentor, said)).json()
        return (seen["meetings"][0]["discussed"], seen["targets"][0]["text"]) == ("[erased]", "[erased]")

    await eventually(is_erased)
    seen = (await pair.get(pair.path, pair.mentor)).json()
    assert (seen["ends_on"], seen["ended_because"]) == ("2026-10-01", "trainee_left")
    (meeting,), (target,) = seen["meetings"], seen["targets"]
    before = await storage.events(platform)
    for who, answer in (
        (pair.trainee, await pair.post(f"{pair.path}/meetings", MEETING | {"on": "2026-09-28"}, pair.trainee)),
        (pair.mentor, await pair.post(f"{pair.path}/meetings", MEETING | {"on": "2026-09-28"}, pair.mentor)),
        (pair.mentor, await pair.post(f"{pair.path}/targets", TARGET | {"on": "2026-09-22"}, pair.mentor)),
        (
            pair.mentor,
            await pair.post(
                f"/targets/{target['target_id']}/reviews", {"on": "2026-09-28", "status": "met"}, pair.mentor
            ),
        ),
        (
            pair.mentor,
            await pair.put(
                f"/meetings/{meeting['meeting_id']}/note", {"on": "2026-09-28", "note": "Mine."}, pair.mentor
            ),
        ),
    ):
        assert (answer.status_code, answer.json()["type"]) == (410, "urn:alongside:problem:erased"), (who, answer.text)
    assert (await pair.post("/assessments", interim(pair, on="2026-09-28"), tutor)).status_code == 404
    assert await storage.events(platform) == before


@pytest.mark.covers("R8", "S1")
async def test_a_pair_with_a_person_who_was_erased_opens_no_relationship(platform: Platform) -> None:
    pair, next_pair = Pair(platform), Pair(platform)
    erased = PersonErased(happened_on=date(2026, 6, 30), person_id=pair.mentor_id)
    before = await storage.events_of(platform, FORGOTTEN)
    await publish_events(platform, "referral", TENANT, f"person-{pair.mentor_id}", erased)

    async def erasure_is_stored() -> bool:
        return await storage.events_of(platform, FORGOTTEN) == before + 1

    await eventually(erasure_is_stored)
    await publish_events(
        platform, "matching", TENANT, f"pair-{pair.relationship_id}", pair.confirmation(), next_pair.confirmation()
    )

    async def is_open() -> bool:
        return (await next_pair.get(next_pair.path, next_pair.mentor)).status_code == 200

    await eventually(is_open)  # one stream is taken in order
    assert (await pair.get(pair.path, pair.trainee)).status_code == 404


@pytest.mark.covers("S1")
async def test_after_the_end_nothing_more_is_recorded(platform: Platform) -> None:
    pair = await a_placed_pair(platform)
    set_target = await pair.post(f"{pair.path}/targets", TARGET | {"on": "2026-09-22"}, pair.mentor)
    reviews, tutor = f"/targets/{set_target.json()['target_id']}/reviews", await a_tutor(pair)
    before = await storage.events(platform)
    for answer in (
        await pair.post(f"{pair.path}/meetings", MEETING | {"on": "2026-12-21"}, pair.mentor),
        await pair.post(f"{pair.path}/targets", TARGET | {"on": "2026-12-21", "due_on": "2027-01-11"}, pair.mentor),
        await pair.post(reviews, {"on": "2026-12-21", "status": "met"}, pair.mentor),
        await pair.post("/assessments", interim(pair, on="2026-12-21"), tutor),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/on"), answer.text
    assert await storage.events(platform) == before


@pytest.mark.covers("M7", "S1")
async def test_a_confirmed_support_is_a_relationship_of_its_own_role_until_it_is_ended(
    platform: Platform, pair: Pair
) -> None:
    """Beside the lead mentor of the pair; meetings and targets are held in it like in any other."""
    beside = Pair(platform, trainee_id=pair.trainee_id)
    said: dict[str, Any] = {
        "support_id": beside.relationship_id,
        "programme_id": uuid4(),
        "mentee_id": beside.trainee_id,
        "mentor_id": beside.mentor_id,
        "role": "supporting",
        "facet": "behaviour",
    }
    confirmed = SupportConfirmed(
        **said,
        happened_on=date(2026, 9, 15),
        school_urn="900001",
        starts_on=date(2026, 9, 21),
        ends_on=date(2026, 12, 18),
        hours_per_week=0.5,
        meetings_per_week=0,
        targets_per_meeting=3,
        assessor_is_not_mentor=True,
    )
    stream = f"support-{beside.relationship_id}"
    await publish_events(platform, "matching", TENANT, stream, confirmed)

    async def is_open() -> bool:
        return (await beside.get(beside.path, beside.trainee)).status_code == 200

    await eventually(is_open)
    seen = (await beside.get(beside.path, beside.mentor)).json()
    assert (seen["role"], seen["mentor_hours_per_week"], seen["meetings_per_week"]) == ("supporting", 0.5, 0)
    assert (await pair.get(pair.path, pair.mentor)).json()["role"] == "lead"
    await beside.record(on="2026-09-28", targets=[TARGET])

    ended = SupportEnded(**said, happened_on=date(2026, 11, 13))
    await publish_events(platform, "matching", TENANT, stream, ended)

    async def over() -> bool:
        return bool((await beside.get(beside.path, beside.mentor)).json()["ended_because"] == "ended_by_them")

    await eventually(over)
    late = await beside.post(f"{beside.path}/meetings", MEETING | {"on": "2026-11-16"}, beside.mentor)
    assert late.status_code == 422
    assert (await beside.get(beside.path, beside.mentor)).json()["ends_on"] == "2026-11-13"


@pytest.mark.covers("M7", "S8")
async def test_a_supporting_mentor_does_not_assess_the_trainee(platform: Platform) -> None:
    pair = await a_placed_pair(platform)
    helping = uuid4()
    confirmed = SupportConfirmed(
        support_id=uuid4(),
        programme_id=uuid4(),
        mentee_id=pair.trainee_id,
        mentor_id=helping,
        role="buddy",
        happened_on=date(2026, 9, 15),
        school_urn="900001",
        starts_on=date(2026, 9, 21),
        ends_on=date(2026, 12, 18),
        hours_per_week=0.5,
        meetings_per_week=0,
        targets_per_meeting=3,
        assessor_is_not_mentor=True,
    )
    who = await a_tutor(pair, person_id=helping)
    await publish_events(platform, "matching", TENANT, f"support-{confirmed.support_id}", confirmed)

    async def is_open() -> bool:
        answer = await platform["sessions"].get(f"/relationships/{confirmed.support_id}", headers=who)
        return answer.status_code == 200

    await eventually(is_open)
    body = {
        "relationship_id": str(pair.relationship_id),
        "kind": "interim",
        "judgements": dict.fromkeys(STANDARDS, "on_track"),
        "on": "2026-10-23",
    }
    refused = await platform["sessions"].post("/assessments", json=body, headers=who)
    assert refused.status_code == 403, refused.text
