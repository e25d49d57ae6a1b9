"""A confirmed pair becomes a relationship that those concerned can see."""

from datetime import date
from uuid import uuid4

import pytest

from shared.events.referral import PersonErased
from tests.house import House, eventually, tell
from tests.integration.sessions import stored
from tests.integration.sessions.pairs import MEETING, TARGET, TENANT, Pair, a_pair, outsiders


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
async def test_a_pair_that_is_confirmed_twice_has_one_relationship(house: House, pair: Pair) -> None:
    before = await stored.events(house)
    again = pair.confirmed().model_copy(update={"mentor_id": uuid4()})
    next_one = Pair(house)
    await tell(house, "matching", TENANT, f"pair-{pair.relationship_id}", again, next_one.confirmed())

    async def taken() -> bool:
        return (await next_one.get(next_one.path, next_one.mentor)).status_code == 200

    await eventually(taken)  # one stream is taken in order: so the repeat was taken before
    assert await stored.events(house) == before + 3  # the next one's relationship, its mentor, and its host
    assert (await pair.get(pair.path, pair.trainee)).json()["mentor_id"] == str(pair.mentor_id)


@pytest.mark.covers("S1")
async def test_a_relationship_does_not_exist_for_outsiders(house: House, pair: Pair) -> None:
    for who in outsiders(house):
        seen = await pair.get(pair.path, who)
        assert (seen.status_code, seen.json()["detail"]) == (404, "There is no such relationship.")


async def test_everybody_lists_what_they_may_know_of(house: House) -> None:
    here, there = await a_pair(house, school_urn="900011"), await a_pair(house, school_urn="900012")

    async def listed(who: dict[str, str]) -> set[str]:
        answer = await here.get("/relationships?limit=1000", who)
        assert answer.status_code == 200, answer.text
        return {found["relationship_id"] for found in answer.json()}

    both = {str(here.relationship_id), str(there.relationship_id)}
    assert await listed(here.mentor) == await listed(here.trainee) == {str(here.relationship_id)}
    assert await listed(here.host_lead) == {str(here.relationship_id)}
    assert await listed(house.bearer("school_lead", schools=("900011", "900012"))) == both
    assert await listed(house.bearer("partnership_lead")) >= both
    assert await listed(house.bearer("tutor")) >= both
    for who in outsiders(house):
        assert not both & await listed(who)


async def test_a_list_comes_in_pages(house: House) -> None:
    pairs = [await a_pair(house, school_urn="900021") for _ in range(3)]
    lead = house.bearer("school_lead", schools=("900021",))

    first = (await pairs[0].get("/relationships?limit=2", lead)).json()
    rest = (await pairs[0].get(f"/relationships?limit=2&after={first[-1]['relationship_id']}", lead)).json()

    assert (len(first), len(rest)) == (2, 1)
    assert {found["relationship_id"] for found in first + rest} == {str(pair.relationship_id) for pair in pairs}


@pytest.mark.covers("S1", "S11")
async def test_what_was_said_is_opened_only_for_mentor_and_trainee(house: House, pair: Pair) -> None:
    said = await pair.record(discussed="Starters.", targets=[TARGET | {"measure": "Two lessons."}])

    for who in (pair.mentor, pair.trainee):
        seen = (await pair.get(pair.path, who, said)).json()
        assert seen["meetings"][0].items() >= {"discussed": "Starters.", "minutes": 50, "status": "held"}.items()
        assert seen["targets"][0].items() >= {"text": TARGET["text"], "measure": "Two lessons."}.items()
    for who in (house.bearer("partnership_lead"), house.bearer("tutor"), pair.host_lead):
        seen = (await pair.get(pair.path, who, said)).json()
        assert seen["meetings"][0].items() >= {"minutes": 50, "status": "held"}.items()
        assert not {"discussed", "reflection"} & seen["meetings"][0].keys()
        assert not {"text", "measure", "note"} & seen["targets"][0].keys()


@pytest.mark.covers("R8")
async def test_what_was_said_is_gone_when_the_trainee_is_erased(house: House, pair: Pair) -> None:
    said = await pair.record(discussed="Starters.", targets=[TARGET])
    erased = PersonErased(happened_on=date(2026, 10, 1), person_id=pair.trainee_id)
    await tell(house, "referral", TENANT, f"person-{pair.trainee_id}", erased)

    async def gone() -> bool:
        seen = (await pair.get(pair.path, pair.mentor, said)).json()
        return (seen["meetings"][0]["discussed"], seen["targets"][0]["text"]) == ("[erased]", "[erased]")

    await eventually(gone)
    later = await pair.post(f"{pair.path}/meetings", MEETING | {"on": "2026-10-05", "discussed": "More."}, pair.mentor)
    assert (later.status_code, later.json()["type"]) == (410, "urn:alongside:problem:erased")
