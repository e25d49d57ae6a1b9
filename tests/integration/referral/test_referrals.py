"""A referral from request to read table."""

from typing import Any

import httpx
import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import Headers, Partnership
from tests.support.services import Platform

PROGRAMME = {
    "template": "ite-placement",
    "academic_year": "2026/27",
    "starts_on": "2026-09-01",
    "ends_on": "2027-07-31",
    "on": "2026-07-01",
}

pytestmark = pytest.mark.covers("R4")


@pytest.fixture(scope="module")
async def ours(platform: Platform) -> Partnership:
    """A partnership with its sample trainees."""
    ours = Partnership.new(platform)
    done = await ours.import_file("trainees", partnership.TRAINEES.read_bytes())
    await ours.people_by_reference(done["position"])
    return ours


async def open_programme(ours: Partnership) -> str:
    answer = await ours.http.post("/programmes?again=true", json=PROGRAMME, headers=ours.lead)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["programme_id"])


async def trainee(ours: Partnership, reference: str) -> str:
    return str((await ours.people_by_reference())[reference]["person_id"])


async def refer(ours: Partnership, who: Headers, trainee_id: str, **other: Any) -> httpx.Response:
    body = {
        "programme_id": await open_programme(ours),
        "trainee_id": trainee_id,
        "purpose": "induction",
        "reasons": ["general_placement"],
        "note": "Would like a school near home.",
        "on": "2026-07-02",
    }
    return await ours.http.post("/referrals", headers=who, json=body | other)


async def test_a_referral_is_countersigned_by_a_second_person_and_accepted(ours: Partnership) -> None:
    referrer, lead = ours.bearer("school_lead"), ours.lead
    made = await refer(ours, referrer, await trainee(ours, "T26-001"))
    assert made.status_code == 201, made.text
    where = f"/referrals/{made.json()['referral_id']}"

    own = await ours.http.post(f"{where}/countersignature", headers=referrer, json={"on": "2026-07-03"})
    assert (own.status_code, own.json()["type"]) == (409, "urn:alongside:problem:needs-another-signature")

    early = await ours.http.post(f"{where}/acceptance", headers=lead, json={"on": "2026-07-03"})
    assert early.status_code == 409

    signed = await ours.http.post(f"{where}/countersignature", headers=lead, json={"on": "2026-07-03"})
    assert signed.json()["status"] == "countersigned"
    accepted = await ours.http.post(f"{where}/acceptance", headers=lead, json={"on": "2026-07-04"})
    assert accepted.json()["status"] == "accepted"

    seen = await ours.get(where, accepted.headers["Alongside-Position"])
    assert seen["status"] == "accepted"
    assert seen["changed_on"] == "2026-07-04"


async def test_only_a_trainee_of_the_partnership_is_referred(ours: Partnership, platform: Platform) -> None:
    theirs = Partnership.new(platform)
    refused = await refer(theirs, theirs.lead, await trainee(ours, "T26-002"))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/trainee_id"


async def test_nothing_more_is_done_with_the_referral_of_somebody_erased(ours: Partnership) -> None:
    who = await trainee(ours, "T26-003")
    made = await refer(ours, ours.bearer("tutor"), who)
    erased = await ours.http.post(f"/people/{who}/erasure", headers=ours.lead, json={"on": "2026-07-05"})
    assert erased.status_code == 200, erased.text

    again = await refer(ours, ours.lead, who)
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (410, "/trainee_id")
    where = f"/referrals/{made.json()['referral_id']}/countersignature"
    late = await ours.http.post(where, headers=ours.lead, json={"on": "2026-07-06"})
    assert late.status_code == 410


async def test_the_words_of_a_referral_are_for_trainee_referrer_and_partnership_lead(ours: Partnership) -> None:
    person = await trainee(ours, "T26-004")
    referrer, another = ours.bearer("tutor"), ours.bearer("school_lead", "tutor")
    made = await refer(ours, referrer, person)
    where = f"/referrals/{made.json()['referral_id']}"
    word = {"on": "2026-07-06", "reason": "The course is full."}
    declined = await ours.http.post(f"{where}/refusal", headers=ours.lead, json=word)
    position = declined.headers["Alongside-Position"]

    for who in (ours.lead, referrer, ours.bearer("trainee", subject=person)):
        seen = await ours.get(where, position, who)
        assert (seen["note"], seen["reason_declined"]) == ("Would like a school near home.", "The course is full.")

    seen = await ours.get(where, position, another)
    assert (seen["status"], seen["note"], seen["reason_declined"]) == ("declined", None, None)


async def test_a_trainee_sees_their_own_referrals_and_no_others(ours: Partnership) -> None:
    person = await trainee(ours, "T26-005")
    made = await refer(ours, ours.lead, person)
    position = made.headers["Alongside-Position"]

    own = await ours.get("/referrals", position, ours.bearer("trainee", subject=person))
    assert [each["trainee_id"] for each in own] == [person]

    stranger = ours.bearer("trainee", subject=await trainee(ours, "T26-006"))
    assert await ours.get("/referrals", position, stranger) == []
    answer = await ours.http.get(f"/referrals/{made.json()['referral_id']}", headers=stranger)
    assert answer.status_code == 404


async def test_mentors_see_no_referrals(ours: Partnership) -> None:
    answer = await ours.http.get("/referrals", headers=ours.bearer("mentor"))
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:alongside:problem:not-allowed")
