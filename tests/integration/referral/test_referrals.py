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


async def test_whoever_waits_or_is_accepted_is_not_referred_again_for_the_same_purpose(ours: Partnership) -> None:
    programme_id, who = await open_programme(ours), await trainee(ours, "T26-003")
    made = await refer(ours, ours.bearer("tutor"), who, programme_id=programme_id)
    first = f"/referrals/{made.json()['referral_id']}"
    for step in ("countersignature", "acceptance"):
        done = await ours.http.post(f"{first}/{step}", headers=ours.lead, json={"on": "2026-07-03"})
    await ours.get(first, done.headers["Alongside-Position"])

    again = await refer(ours, ours.bearer("school_lead"), who, programme_id=programme_id, note=None)

    assert (again.status_code, again.json()["type"]) == (409, "urn:alongside:problem:referred-before")
    assert f"referral {made.json()['referral_id']}, which is accepted" in again.json()["detail"]
    # the second placement of a course is another purpose, and a referral that was withdrawn stands in nobody's way
    second = {"purpose": "progression", "reasons": ["contrasting_placement"]}
    assert (await refer(ours, ours.lead, who, programme_id=programme_id, **second)).status_code == 201
    back = await ours.http.post(f"{first}/withdrawal", headers=ours.lead, json={"on": "2026-07-04"})
    await ours.get(first, back.headers["Alongside-Position"])
    third = await refer(ours, ours.lead, who, programme_id=programme_id)
    await ours.get(f"/referrals/{third.json()['referral_id']}", third.headers["Alongside-Position"])
    mistake = {"step": "withdrawal", "reason": "Meant somebody else.", "on": "2026-07-05"}
    reopened = await ours.http.post(f"{first}/reversal", headers=ours.lead, json=mistake)
    assert (reopened.status_code, reopened.json()["type"]) == (409, "urn:alongside:problem:referred-before")


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


async def refer_and_sign(ours: Partnership, reference: str, **other: Any) -> str:
    """Refer somebody and countersign it; return the path of the referral."""
    made = await refer(ours, ours.bearer("tutor"), await trainee(ours, reference), **other)
    where = f"/referrals/{made.json()['referral_id']}"
    await ours.http.post(f"{where}/countersignature", headers=ours.lead, json={"on": "2026-07-03"})
    return where


@pytest.mark.parametrize(
    ("reference", "step", "body"),
    [
        ("T26-007", "acceptance", {"priority": "urgent", "mentor_hours_per_week": 2}),
        ("T26-008", "refusal", {"reason": "The course is full."}),
        ("T26-009", "withdrawal", {"reason": "They left."}),
    ],
)
async def test_a_step_that_was_a_mistake_is_taken_back_and_stays_readable(
    ours: Partnership, reference: str, step: str, body: dict[str, Any]
) -> None:
    where = await refer_and_sign(ours, reference)
    done = await ours.http.post(f"{where}/{step}", headers=ours.lead, json=body | {"on": "2026-07-06"})
    assert done.status_code == 200, done.text
    mistake = {"step": step, "reason": "The wrong row.", "on": "2026-07-07"}
    for who, status in ((ours.bearer("school_lead", "tutor"), 403), (ours.bearer("mentor"), 404)):
        assert (await ours.http.post(f"{where}/reversal", headers=who, json=mistake)).status_code == status
    other = "refusal" if step != "refusal" else "withdrawal"
    wrong = await ours.http.post(f"{where}/reversal", headers=ours.lead, json=mistake | {"step": other})
    assert (wrong.status_code, step in wrong.json()["detail"]) == (409, True)

    back = await ours.http.post(f"{where}/reversal", headers=ours.lead, json=mistake)

    assert (back.status_code, back.json()["status"]) == (200, "countersigned")
    position = back.headers["Alongside-Position"]
    seen = await ours.get(where, position)
    assert (seen["status"], seen["changed_on"], seen["priority"]) == ("countersigned", "2026-07-03", "usual")
    assert (seen["mentor_hours_per_week"], seen["reason_declined"], seen["reason_withdrawn"]) == (None, None, None)
    assert seen["reason_reversed"] == "The wrong row."
    assert (await ours.get(where, position, ours.bearer("tutor")))["reason_reversed"] is None
    history = [entry["what"] for entry in await ours.get(f"{where}/history", position)]
    assert history[-1] == "referral.step_reversed"
    assert len(history) == 4
    again = await ours.http.post(f"{where}/reversal", headers=ours.lead, json=mistake)
    assert again.status_code == 409


async def test_whoever_withdrew_a_referral_takes_that_back_themselves(ours: Partnership) -> None:
    where = await refer_and_sign(ours, "T26-010")
    own = ours.bearer("trainee", subject=await trainee(ours, "T26-010"))
    assert (await ours.http.post(f"{where}/withdrawal", headers=own, json={"on": "2026-07-06"})).status_code == 200
    mistake = {"step": "withdrawal", "reason": "I meant another one.", "on": "2026-07-06"}
    back = await ours.http.post(f"{where}/reversal", headers=own, json=mistake)
    assert (back.status_code, back.json()["status"]) == (200, "countersigned")


async def test_a_redirection_that_is_taken_back_withdraws_the_referral_that_it_made(ours: Partnership) -> None:
    where = await refer_and_sign(ours, "T26-011")
    other = await open_programme(ours)
    to = {"to_programme_id": other, "reasons": ["general_placement"], "reason": "Fits better.", "on": "2026-07-06"}
    done = await ours.http.post(f"{where}/redirection", headers=ours.lead, json=to)
    mistake = {"step": "redirection", "reason": "The wrong trainee.", "on": "2026-07-07"}

    back = await ours.http.post(f"{where}/reversal", headers=ours.lead, json=mistake)

    assert (back.status_code, back.json()["status"]) == (200, "countersigned"), back.text
    position = back.headers["Alongside-Position"]
    made = await ours.get(f"/referrals/{done.json()['to_referral_id']}", position)
    assert (made["status"], made["reason_withdrawn"]) == ("withdrawn", "The wrong trainee.")
    assert (await ours.get(where, position))["to_programme_id"] is None


async def test_nobody_is_referred_to_a_programme_that_was_opened_by_mistake(ours: Partnership) -> None:
    programme_id = await open_programme(ours)
    path, day = f"/programmes/{programme_id}", {"on": "2026-07-01"}
    tutor = await ours.http.post(f"{path}/closure", headers=ours.bearer("tutor"), json=day)
    closed = await ours.http.post(f"{path}/closure", headers=ours.lead, json=day)
    assert (tutor.status_code, closed.json()) == (403, {"programme_id": programme_id, "closed_on": "2026-07-01"})
    assert (await ours.get(path, closed.headers["Alongside-Position"]))["closed_on"] == "2026-07-01"
    refused = await refer(ours, ours.lead, await trainee(ours, "T26-012"), programme_id=programme_id)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/programme_id")
    assert "Reopen it" in refused.json()["errors"][0]["detail"]

    reopened = await ours.http.post(f"{path}/reopening", headers=ours.lead, json=day)

    assert reopened.json()["closed_on"] is None
    made = await refer(ours, ours.lead, await trainee(ours, "T26-012"), programme_id=programme_id)
    assert made.status_code == 201, made.text
