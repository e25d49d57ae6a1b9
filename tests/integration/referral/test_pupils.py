"""A pupil's referral: agreed criteria, countersignature, parental consent, and where they go instead."""

from typing import Any

import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import Partnership, topic_messages
from tests.integration.referral.requests import open_programme, pointer_of, post_ok, problem_of, register_pupil, send
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("R4")


@pytest.fixture(scope="module")
async def ours(platform: Platform) -> Partnership:
    ours = Partnership.new(platform)
    await ours.import_file("schools", partnership.SCHOOLS.read_bytes())
    return ours


async def refer_pupil(ours: Partnership, programme_id: str, pupil: str, **other: Any) -> str:
    """Refer a pupil as the year leader, countersign, wait until the referral is shown, and return its path."""
    body = {"purpose": "challenge", "reasons": ["attendance"], "note": "Often late.", "on": "2026-09-14"}
    leader = ours.bearer("school_lead", schools=("990001",))
    made = await post_ok(ours, "/referrals", leader, programme_id=programme_id, trainee_id=pupil, **body | other)
    where = f"/referrals/{made['referral_id']}"
    done = await post_ok(ours, f"{where}/countersignature", on="2026-09-15")
    await ours.get(where, done["position"])
    return where


async def test_a_pupil_is_taken_on_once_their_parent_has_agreed(ours: Partnership) -> None:
    where = await refer_pupil(ours, await open_programme(ours, "pupil-mentoring"), await register_pupil(ours, "P-10"))
    early = await send(ours, f"{where}/acceptance", on="2026-09-16")
    assert problem_of(early) == (409, "needs-consent")

    no = await post_ok(ours, f"{where}/consent", given=False, on="2026-09-16")
    assert problem_of(await send(ours, f"{where}/acceptance", on="2026-09-16")) == (409, "needs-consent")
    assert (await ours.get(where, no["position"]))["consented"] is False

    await post_ok(ours, f"{where}/consent", given=True, on="2026-09-17")
    done = await post_ok(ours, f"{where}/acceptance", on="2026-09-18")
    seen = await ours.get(where, done["position"])
    assert (seen["status"], seen["consent"], seen["consented"], seen["rules_version"]) == (
        "accepted",
        "parent",
        True,
        1,
    )


async def test_consent_that_is_taken_back_ends_the_support(ours: Partnership) -> None:
    where = await refer_pupil(ours, await open_programme(ours, "pupil-mentoring"), await register_pupil(ours, "P-11"))
    await post_ok(ours, f"{where}/consent", given=True, on="2026-09-17")
    await post_ok(ours, f"{where}/acceptance", on="2026-09-18")
    no = await post_ok(ours, f"{where}/consent", given=False, on="2026-10-01")
    assert no["status"] == "withdrawn"
    assert (await ours.get(where, no["position"]))["status"] == "withdrawn"

    async def is_published() -> bool:
        key = f"{ours.tenant}/referral-{where.rpartition('/')[2]}".encode()
        of_it = [message for message in await topic_messages(ours.platform, "referral") if message.key == key]
        return [dict(message.headers)["ce_type"] for message in of_it] == [
            b"referral.referral_made",
            b"referral.referral_accepted",
            b"referral.referral_withdrawn",
        ]

    await eventually(is_published)


async def test_a_pupil_who_was_referred_stays_recorded_and_the_referral_can_be_withdrawn(ours: Partnership) -> None:
    pupil = await register_pupil(ours, "P-39")
    where = await refer_pupil(ours, await open_programme(ours, "pupil-mentoring"), pupil)
    refused = await send(ours, f"/people/{pupil}/undo", on="2026-09-16")
    assert refused.json()["detail"].endswith("so the record stays. Withdraw the referral instead.")
    assert (await post_ok(ours, f"{where}/withdrawal", on="2026-09-16"))["status"] == "withdrawn"


async def test_a_referral_is_redirected_to_another_programme_for_reasons_of_its_own(ours: Partnership) -> None:
    where = await refer_pupil(ours, await open_programme(ours, "pupil-mentoring"), await register_pupil(ours, "P-12"))
    peers = await open_programme(ours, "pupil-peer")
    word = {"to_programme_id": peers, "reason": "A pupil can do this better.", "on": "2026-09-16"}
    before = await ours.count_events()
    wrong = await send(ours, f"{where}/redirection", reasons=["attendance"], **word)
    assert pointer_of(wrong) == "/reasons/0"
    assert await ours.count_events() == before

    done = await post_ok(ours, f"{where}/redirection", reasons=["bullying"], **word)
    seen = await ours.get(where, done["position"])
    assert (seen["status"], seen["to_programme_id"], seen["reason_redirected"]) == ("redirected", peers, word["reason"])
    new = await ours.get(f"/referrals/{done['to_referral_id']}")
    assert (new["status"], new["programme_id"], new["redirected_from"]) == ("referred", peers, where.rpartition("/")[2])
    assert new["trainee_id"] == seen["trainee_id"]


async def test_a_referral_is_redirected_to_a_role_that_the_programme_names(ours: Partnership) -> None:
    where = await refer_pupil(ours, await open_programme(ours, "pupil-mentoring"), await register_pupil(ours, "P-13"))
    word = {"reason": "This is for somebody trained in it.", "on": "2026-09-16"}
    assert pointer_of(await send(ours, f"{where}/redirection", to_role="caretaker", **word)) == "/to_role"
    done = await post_ok(ours, f"{where}/redirection", to_role="counsellor", **word)
    assert (await ours.get(where, done["position"]))["to_role"] == "counsellor"


async def test_a_referral_is_withdrawn_by_its_referrer_and_by_nobody_else_of_a_school(ours: Partnership) -> None:
    where = await refer_pupil(ours, await open_programme(ours, "pupil-mentoring"), await register_pupil(ours, "P-14"))
    assert problem_of(await send(ours, f"{where}/withdrawal", ours.bearer("tutor"), on="2026-09-20"))[0] == 403
    done = await post_ok(ours, f"{where}/withdrawal", reason="The family moved.", on="2026-09-20")
    seen = await ours.get(where, done["position"])
    assert (seen["status"], seen["reason_withdrawn"]) == ("withdrawn", "The family moved.")
    assert problem_of(await send(ours, f"{where}/acceptance", on="2026-09-21")) == (409, "not-open")


async def test_only_people_for_whom_a_programme_is_meant_are_referred_to_it(ours: Partnership) -> None:
    body = {"purpose": "induction", "reasons": ["general_placement"], "on": "2026-09-14"}
    pupil = await register_pupil(ours, "P-15")
    refused = await send(ours, "/referrals", programme_id=await open_programme(ours), trainee_id=pupil, **body)
    assert pointer_of(refused) == "/trainee_id"


async def test_a_mentee_gives_their_own_consent_and_nobody_elses(ours: Partnership) -> None:
    programme = await open_programme(ours, "new-to-post")
    teacher = await register_pupil(ours, "S-1", kind="teacher", year_group=None)
    where = await refer_pupil(ours, programme, teacher, purpose="induction", reasons=["new_post"])
    stranger = ours.bearer("trainee", subject=await register_pupil(ours, "S-2", kind="teacher", year_group=None))
    assert problem_of(await send(ours, f"{where}/consent", stranger, given=True, on="2026-09-20"))[0] == 404
    await post_ok(ours, f"{where}/consent", ours.bearer("trainee", subject=teacher), given=True, on="2026-09-20")
    assert (await post_ok(ours, f"{where}/acceptance", on="2026-09-20"))["status"] == "accepted"


async def test_every_step_has_the_day_of_its_effect_beside_the_time_of_its_record(ours: Partnership) -> None:
    where = await refer_pupil(ours, await open_programme(ours, "pupil-mentoring"), await register_pupil(ours, "P-16"))
    history = await ours.get(f"{where}/history")
    assert [(step["what"], step["happened_on"]) for step in history] == [
        ("referral.referral_made", "2026-09-14"),
        ("referral.referral_countersigned", "2026-09-15"),
    ]
    assert all(step["recorded_at"] and step["by"] for step in history)
    stranger = Partnership.new(ours.platform)
    assert (await ours.http.get(f"{where}/history", headers=stranger.lead)).status_code == 404
