"""A referral from request to read table."""

from uuid import uuid4

import pytest

from tests.house import House

PROGRAMME = {
    "template": "ite-placement",
    "academic_year": "2026/27",
    "starts_on": "2026-09-01",
    "ends_on": "2027-07-31",
    "on": "2026-07-01",
}


async def a_programme(house: House) -> str:
    answer = await house["referral"].post("/programmes", json=PROGRAMME, headers=house.bearer("partnership_lead"))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["programme_id"])


@pytest.mark.covers("R4")
async def test_a_referral_is_countersigned_by_a_second_person_and_accepted(house: House) -> None:
    programme = await a_programme(house)
    referrer, lead = house.bearer("school_lead"), house.bearer("partnership_lead")
    made = await house["referral"].post(
        "/referrals",
        headers=referrer,
        json={
            "programme_id": programme,
            "trainee_id": str(uuid4()),
            "purpose": "induction",
            "reasons": ["general_placement"],
            "note": "Would like a school near home.",
            "on": "2026-07-02",
        },
    )
    assert made.status_code == 201, made.text
    where = f"/referrals/{made.json()['referral_id']}"

    own = await house["referral"].post(f"{where}/countersignature", headers=referrer, json={"on": "2026-07-03"})
    assert (own.status_code, own.json()["type"]) == (409, "urn:alongside:problem:needs-another-signature")

    early = await house["referral"].post(f"{where}/acceptance", headers=lead, json={"on": "2026-07-03"})
    assert early.status_code == 409

    signed = await house["referral"].post(f"{where}/countersignature", headers=lead, json={"on": "2026-07-03"})
    assert signed.json()["status"] == "countersigned"
    accepted = await house["referral"].post(f"{where}/acceptance", headers=lead, json={"on": "2026-07-04"})
    assert accepted.json()["status"] == "accepted"

    seen = await house["referral"].get(
        where, headers=lead | {"Alongside-Min-Position": accepted.headers["Alongside-Position"]}
    )
    assert seen.status_code == 200, seen.text
    assert seen.json()["status"] == "accepted"
    assert seen.json()["changed_on"] == "2026-07-04"
