"""Who may see people and offers, and say what a school can host."""

from typing import Any

import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import Partnership
from tests.support.services import Platform

OFFER = {
    "school_urn": "990001",
    "subject": "maths",
    "phase": "secondary",
    "places": 3,
    "starts_on": "2027-01-11",
    "ends_on": "2027-03-26",
    "on": "2026-07-01",
}


@pytest.fixture(scope="module")
async def ours(platform: Platform) -> Partnership:
    """The sample partnership, projected."""
    ours = Partnership.new(platform)
    for kind in ("schools", "mentors", "trainees", "offers"):
        done = await ours.import_file(kind, getattr(partnership, kind.upper()).read_bytes())
    await ours.get("/people", done["position"])
    return ours


@pytest.mark.covers("R6")
async def test_a_schools_lead_sees_the_schools_mentors_and_nobody_else(ours: Partnership) -> None:
    head = ours.bearer("school_lead", schools=("990002",))
    seen = await ours.get("/people", who=head)
    assert {person["school_urn"] for person in seen} == {"990002"}
    assert {person["kind"] for person in seen} == {"mentor"}
    elsewhere = (await ours.people_by_reference())["M-001"]["person_id"]
    assert (await ours.http.get(f"/people/{elsewhere}", headers=head)).status_code == 404


@pytest.mark.covers("R6")
async def test_a_trainee_sees_their_own_record_and_no_other(ours: Partnership) -> None:
    people = await ours.people_by_reference()
    own, other = people["T26-001"]["person_id"], people["T26-002"]["person_id"]
    who = ours.bearer("trainee", subject=own)
    assert (await ours.get(f"/people/{own}", who=who))["given_name"] == "Aaliyah"
    assert (await ours.http.get(f"/people/{other}", headers=who)).status_code == 404
    assert (await ours.http.get("/people", headers=who)).status_code == 403


@pytest.mark.covers("M4")
async def test_names_are_answered_by_id_for_people_whom_the_lead_may_see(ours: Partnership) -> None:
    people = await ours.people_by_reference()
    here, elsewhere = people["M-001"]["person_id"], people["T26-001"]["person_id"]
    nobody = "00000000-0000-0000-0000-000000000001"

    async def names(who: dict[str, str]) -> dict[str, str]:
        answer = await ours.http.get("/names", params={"ids": f"{here},{elsewhere},{nobody}"}, headers=who)
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    assert await names(ours.bearer("partnership_lead")) == {here: "Amina Farooq", elsewhere: "Aaliyah Thompson"}
    assert await names(ours.bearer("school_lead", schools=("990001",))) == {here: "Amina Farooq"}
    refused = await ours.http.get("/names", params={"ids": here}, headers=ours.bearer("trainee", subject=elsewhere))
    assert refused.status_code == 403


@pytest.mark.covers("M4")
@pytest.mark.parametrize("ids", ["", "Amina", ",".join(["00000000-0000-0000-0000-000000000001"] * 201)])
async def test_ids_that_are_none_or_too_many_are_told(ours: Partnership, ids: str) -> None:
    answer = await ours.http.get("/names", params={"ids": ids}, headers=ours.bearer("partnership_lead"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "query:ids"


@pytest.mark.covers("R5")
async def test_a_schools_lead_offers_for_that_school_only(ours: Partnership) -> None:
    head = ours.bearer("school_lead", schools=("990001",))
    made = await ours.http.post("/offers", json=OFFER, headers=head)
    assert made.status_code == 201, made.text
    mine = await ours.get("/offers", made.headers["Alongside-Position"], who=head)
    assert {offer["school_urn"] for offer in mine} == {"990001"}
    [found] = [offer for offer in mine if offer["offer_id"] == made.json()["offer_id"]]
    assert (found["subject"], found["places"], found["academic_year"]) == ("mathematics", 3, "2026/27")
    before = await ours.count_events()
    theirs = await ours.http.post("/offers", json=OFFER | {"school_urn": "990002"}, headers=head)
    assert theirs.status_code == 403
    assert await ours.count_events() == before


@pytest.mark.covers("R5")
async def test_an_offer_said_again_is_changed_not_doubled_and_no_places_withdraw_it(ours: Partnership) -> None:
    async def record_offer(**other: Any) -> str:
        answer = await ours.http.post("/offers", json=OFFER | {"school_urn": "990003"} | other, headers=ours.lead)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["offer_id"])

    first, before = await record_offer(), await ours.count_events()
    assert await record_offer(subject="Mathematics") == first
    assert await ours.count_events() == before
    assert await record_offer(places=0) == first
    assert await ours.count_events() == before + 1
    assert await record_offer(starts_on="2027-01-18") != first


@pytest.mark.covers("R3", "R8")
@pytest.mark.parametrize("role", ["school_lead", "mentor", "trainee", "tutor", "operator"])
async def test_only_the_partnerships_lead_imports_and_erases(ours: Partnership, role: str) -> None:
    who = ours.bearer(role, schools=("990001",))
    person = (await ours.people_by_reference())["T26-001"]["person_id"]
    before = await ours.count_events(), await ours.count_imports()
    answers = [
        await ours.check_file("schools", partnership.SCHOOLS.read_bytes(), who),
        await ours.http.post(f"/people/{person}/erasure", json={"on": "2026-07-01"}, headers=who),
        await ours.http.get(f"/imports/{person}", headers=who),
        await ours.http.get(f"/imports/{person}/marked-copy", headers=who),
        await ours.http.post(f"/imports/{person}/confirmation", json={"on": "2026-07-01"}, headers=who),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert (await ours.count_events(), await ours.count_imports()) == before


@pytest.mark.covers("R1")
async def test_another_partnership_sees_nothing_of_ours(ours: Partnership, platform: Platform) -> None:
    theirs = Partnership.new(platform)
    person = (await ours.people_by_reference())["T26-001"]["person_id"]
    found = (await ours.check_file("schools", partnership.SCHOOLS.read_bytes())).json()["import_id"]
    for path in ("/people", "/schools", "/offers"):
        assert await theirs.get(path) == []
    for path in (f"/people/{person}", "/schools/990001", f"/imports/{found}", f"/imports/{found}/marked-copy"):
        assert (await theirs.http.get(path, headers=theirs.lead)).status_code == 404
    assert (await theirs.confirm(found)).status_code == 404
    erased = await theirs.http.post(f"/people/{person}/erasure", json={"on": "2026-07-01"}, headers=theirs.lead)
    assert erased.status_code == 404
