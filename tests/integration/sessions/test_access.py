"""A person's own record: everything that is theirs in one list, who else can see it and why, and who has read it."""

from uuid import uuid4

import pytest

from tests.integration.sessions.pairs import TARGET, Pair, a_placed_pair, a_returning_pair, a_tutor, outsiders
from tests.integration.sessions.test_agreements import sign_agreement
from tests.integration.sessions.test_assessments import ON, begin
from tests.integration.sessions.test_journal import TO_TUTORS, write
from tests.integration.sessions.test_observations import hold_observation, put
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S11")


async def readers(pair: Pair) -> dict[str, list[dict[str, object]]]:
    """Everybody else who can see an item of the trainee, by its id."""
    listed = (await pair.get("/record", pair.trainee)).json()
    return {each["item_id"]: each["readers"] for each in listed}


async def test_the_owner_sees_everything_that_is_theirs_and_who_else_can_see_it_and_why(platform: Platform) -> None:
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    entry, observation = await write(pair), await hold_observation(pair)
    to_mentor = {"to": {"person_id": str(pair.mentor_id)}, "on": "2026-09-22"}
    for path in (entry, observation):
        await pair.post(f"{path}/releases", TO_TUTORS, pair.trainee)
    last = await pair.post(f"{entry}/releases", to_mentor, pair.trainee)

    listed = (await pair.get("/record", pair.trainee, last)).json()
    assert {(each["kind"], each["on"], each["relationship_id"]) for each in listed} == {
        ("observation", "2026-09-21", str(pair.relationship_id)),
        ("journal_entry", "2026-09-21", None),
    }
    tutors = {"person_id": None, "role": "tutor", "programme_role": None, "why": "released_to_role", "until": None}
    mentor = {"person_id": str(pair.mentor_id), "role": None, "programme_role": None, "until": None}
    assert await readers(pair) == {
        entry[9:]: [tutors, mentor | {"why": "released_to_person"}],
        observation[14:]: [mentor | {"why": "works_with_owner"}, tutors],
    }
    spoken = await put(pair, f"{observation}/feedback", pair.mentor)
    assert (await pair.get("/record", pair.trainee, spoken)).status_code == 200
    assert (await readers(pair))[observation[14:]] == [tutors]


async def test_an_assessor_whose_assessment_rests_on_an_entry_is_shown_after_the_release_is_revoked(
    platform: Platform,
) -> None:
    pair, tutor_id = await a_placed_pair(platform), uuid4()
    entry, tutor = await write(pair), await a_tutor(pair, person_id=tutor_id)
    await pair.post(f"{entry}/releases", TO_TUTORS, pair.trainee)
    drafted = await begin(pair, tutor, evidence=[entry[9:]])
    await pair.put(f"{drafted}/sharing", ON, tutor)
    await pair.put(f"{drafted}/comment", ON, pair.trainee)
    await pair.post(f"{drafted}/signatures", ON | {"version": 1}, tutor)
    last = await pair.post(f"{entry}/revocations", TO_TUTORS, pair.trainee)

    assert (await pair.get("/record", pair.trainee, last)).status_code == 200
    (kept,) = (await readers(pair))[entry[9:]]
    assert (kept["person_id"], kept["why"]) == (str(tutor_id), "assessment_rests_on_it")


async def test_the_owner_sees_in_one_list_who_has_read_anything_of_theirs(platform: Platform) -> None:
    pair, tutor_id = await a_returning_pair(platform), uuid4()
    await sign_agreement(pair)
    tutor = await a_tutor(pair, person_id=tutor_id)
    paths = [await write(pair), await hold_observation(pair)]
    for path in paths:
        await pair.post(f"{path}/releases", TO_TUTORS, pair.trainee)
        assert (await pair.get(path, tutor)).status_code == 200
    last = await pair.post(f"{paths[0]}/revocations", TO_TUTORS, pair.trainee)

    reads = (await pair.get("/record/reads", pair.trainee, last)).json()

    assert {(each["item_id"], each["kind"], each["reader_id"]) for each in reads} == {
        (paths[0][9:], "journal_entry", str(tutor_id)),
        (paths[1][14:], "observation", str(tutor_id)),
    }


async def test_the_owner_sees_what_is_recorded_in_their_relationships_and_who_sees_it(platform: Platform) -> None:
    pair = await a_placed_pair(platform, terms={"mentor_reads_for_days": 7})
    held = await pair.record(discussed="Starters.", targets=[TARGET])
    meeting = held.json()["meeting_id"]
    await pair.put(f"/meetings/{meeting}/note", {"on": "2026-09-21", "note": "Tired."}, pair.mentor)
    last = await pair.put(f"/meetings/{meeting}/note", {"on": "2026-09-21", "note": "Nervous."}, pair.trainee)

    parts = (await pair.get("/record/parts", pair.trainee, last)).json()

    assert {(each["what"], each["number"], each["mentor_until"], each["seen_by"]) for each in parts} == {
        ("meetings", 1, "2026-12-25", "The mentor and the mentee"),
        ("targets", 1, "2026-12-25", "The mentor and the mentee"),
        ("notes", 1, None, "Only you"),
    }
    of_mentor = (await pair.get("/record/parts", pair.mentor)).json()
    assert [(each["what"], each["number"]) for each in of_mentor] == [("notes", 1)]


async def test_the_owner_sees_who_else_reads_their_agreement(platform: Platform) -> None:
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    wait = platform.after_own_commands("sessions")
    for who in (pair.trainee, pair.mentor):
        (part,) = (await pair.get("/record/parts", who | wait)).json()
        assert (part["what"], part["seen_by"]) == (
            "agreement",
            "The mentor and the mentee, and whoever is: Head of staff",
        )


async def test_nobody_sees_the_record_of_somebody_else(platform: Platform, pair: Pair) -> None:
    last = await pair.post(f"{await write(pair)}/releases", TO_TUTORS, pair.trainee)
    others = [pair.mentor, pair.host_lead, platform.bearer("partnership_lead"), *outsiders(platform)]
    for who in others:
        for path in ("/record", "/record/reads", "/record/openings"):
            answer = await pair.get(path, who, last)
            assert answer.json() == [], path
