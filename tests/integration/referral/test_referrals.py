"""A referral from request to read table."""

from typing import Any

import httpx
import pytest

from alongside import partnership
from tests.house import House
from tests.integration.referral.brought import Headers, Partnership

PROGRAMME = {
    "template": "ite-placement",
    "academic_year": "2026/27",
    "starts_on": "2026-09-01",
    "ends_on": "2027-07-31",
    "on": "2026-07-01",
}

pytestmark = pytest.mark.covers("R4")


@pytest.fixture(scope="module")
async def ours(house: House) -> Partnership:
    """A partnership with its sample trainees."""
    ours = Partnership.new(house)
    done = await ours.imported("trainees", partnership.TRAINEES.read_bytes())
    await ours.by_reference(done["position"])
    return ours


async def a_programme(ours: Partnership) -> str:
    answer = await ours.http.post("/programmes", json=PROGRAMME, headers=ours.lead)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["programme_id"])


async def trainee(ours: Partnership, reference: str) -> str:
    return str((await ours.by_reference())[reference]["person_id"])


async def refer(ours: Partnership, who: Headers, trainee_id: str, **other: Any) -> httpx.Response:
    body = {
        "programme_id": await a_programme(ours),
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

    seen = await ours.seen(where, accepted.headers["Alongside-Position"])
    assert seen["status"] == "accepted"
    assert seen["changed_on"] == "2026-07-04"


async def test_only_a_trainee_of_the_partnership_is_referred(ours: Partnership, house: House) -> None:
    theirs = Partnership.new(house)
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
