"""What a programme says of meetings in referral holds in the relationships that sessions opens."""

from typing import Any

import pytest

from services.matching.main import SERVICE as MATCHING
from services.referral.main import SERVICE as REFERRAL
from services.sessions.main import SERVICE as SESSIONS
from tests.integration.referral.partnership import Partnership
from tests.integration.wire.test_solver_inputs import ROUND_ON, Season
from tests.support.services import Platform, SharedServices, eventually


@pytest.fixture(scope="module")
async def with_sessions(shared_services: SharedServices) -> Platform:
    """Referral, matching and sessions, each with its worker."""
    return await shared_services.of(REFERRAL, MATCHING, SESSIONS)


@pytest.mark.covers("S1", "S2")
async def test_a_record_is_amended_for_as_many_days_as_the_programme_says(with_sessions: Platform) -> None:
    season = await Season(Partnership.new(with_sessions)).prepare()
    await season.rule("mentoring.amend_within_days", 2)
    await season.usual()
    await season.refer_trainee()
    await season.comes_to(T_1="M-1")
    pair = await confirm_pair(with_sessions, season)
    mentor = season.ours.bearer("mentor", subject=pair["mentor_id"])
    sessions, path = with_sessions["sessions"], f"/relationships/{pair['pair_id']}"

    async def is_open() -> bool:
        return (await sessions.get(path, headers=mentor)).status_code == 200

    await eventually(is_open, within=60)
    shown = (await sessions.get(path, headers=mentor)).json()
    assert (shown["amend_within_days"], shown["mentor_reads_for_days"], shown["agreement_first"]) == (2, 90, True)
    missed = {"status": "missed", "on": "2026-09-21", "reason": "cover"}
    recorded = await sessions.post(f"{path}/meetings", json=missed, headers=mentor)
    meeting = f"/meetings/{recorded.json()['meeting_id']}"
    held = {"status": "held", "minutes": 40, "amended_on": "2026-09-22"}
    # the days count from the day on which it was recorded, which is today
    amended = await sessions.put(meeting, json=held, headers=mentor)
    assert amended.status_code == 200, amended.text


async def confirm_pair(platform: Platform, season: Season) -> dict[str, Any]:
    """Solve a round, accept its pair for both, and return the pair."""
    matching, lead = platform["matching"], season.ours.lead
    body = {"programme_id": season.programme_id, "on": ROUND_ON}
    solved = await matching.post("/rounds", json=body, headers=lead)
    assert solved.status_code == 201, solved.text
    seen = lead | platform.after_own_commands("matching")
    path = f"/rounds/{solved.json()['round_id']}"

    async def is_shown() -> bool:
        return (await matching.get(path, headers=seen)).status_code == 200

    await eventually(is_shown)
    (pair,) = (await matching.get(path, headers=seen)).json()["pairs"]
    for role in ("mentor", "trainee"):
        who = season.ours.bearer(role, subject=pair[f"{role}_id"])
        answer = await matching.post(f"/pairs/{pair['pair_id']}/acceptance", json={"on": ROUND_ON}, headers=who)
        assert answer.status_code == 200, answer.text
    found: dict[str, Any] = pair
    return found
