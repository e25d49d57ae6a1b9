"""An early career teacher gets a mentor of their school who has that role, from the referral to the relationship."""

from typing import Any

import pytest

from services.matching.main import SERVICE as MATCHING
from services.referral.main import SERVICE as REFERRAL
from services.sessions.main import SERVICE as SESSIONS
from tests.integration.referral.partnership import Partnership
from tests.integration.referral.requests import open_programme, post_ok, register_pupil
from tests.integration.wire.test_solver_inputs import OTHER_SCHOOL, SCHOOL, Season
from tests.support.services import SharedServices, eventually

ON = "2026-09-07"


async def declare(season: Season, reference: str, role: str) -> None:
    """Let a mentor say which role they take."""
    person_id = season.people[reference]
    who = season.ours.bearer("mentor", subject=person_id)
    await post_ok(season.ours, f"/people/{person_id}/mentoring", who, role_kinds=[role], facets=["subject"], on=ON)


@pytest.mark.covers("M7", "R4")
async def test_a_teacher_is_mentored_by_an_ect_mentor_of_their_school(shared_services: SharedServices) -> None:
    platform = await shared_services.of(REFERRAL, MATCHING, SESSIONS)
    season = await Season(Partnership.new(platform)).prepare()
    programme_id = await open_programme(season.ours, "ect-induction")
    for reference, urn, role in (
        ("M-1", SCHOOL, "general_mentor"),
        ("M-2", OTHER_SCHOOL, "ect_mentor"),
        ("M-3", SCHOOL, "ect_mentor"),
    ):
        await season.mentor(reference, school_urn=urn)
        await declare(season, reference, role)
    teacher = await register_pupil(season.ours, "E-1", kind="teacher", year_group=None)
    about = {"purpose": "induction", "reasons": ["statutory_induction"], "on": ON}
    made = await post_ok(season.ours, "/referrals", programme_id=programme_id, trainee_id=teacher, **about)
    where = f"/referrals/{made['referral_id']}"
    await post_ok(season.ours, f"{where}/countersignature", season.ours.bearer("school_lead", schools=(SCHOOL,)), on=ON)
    await post_ok(season.ours, f"{where}/acceptance", on=ON)
    found: list[dict[str, Any]] = []

    async def somebody_is_proposed() -> bool:
        body = {"programme_id": programme_id, "on": ON}
        answer = await platform["matching"].post("/peers", json=body, headers=season.ours.lead)
        found[:] = answer.json().get("found", [])
        return bool(found)

    await eventually(somebody_is_proposed, within=60)
    (proposal,) = found
    assert (proposal["mentee_id"], proposal["mentor_id"]) == (teacher, season.people["M-3"])
    path = f"/supports/{proposal['support_id']}/acceptance"
    for side, role, person_id in (("mentor", "mentor", season.people["M-3"]), ("mentee", "trainee", teacher)):
        who = season.ours.bearer(role, subject=person_id)
        said = await platform["matching"].post(path, json={"on": ON, "side": side}, headers=who)
        assert said.status_code == 200, said.text

    async def is_open() -> bool:
        seen = await platform["sessions"].get(f"/relationships/{proposal['support_id']}", headers=season.ours.lead)
        return seen.status_code == 200 and seen.json()["role"] == "school_mentor"

    await eventually(is_open, within=60)
