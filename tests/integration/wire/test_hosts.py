"""A host without a URN takes part in everything: an offer, a mentor, a round, a relationship, a report."""

import pytest

from services.matching.main import SERVICE as MATCHING
from services.referral.main import SERVICE as REFERRAL
from services.reporting.main import SERVICE as REPORTING
from services.sessions.main import SERVICE as SESSIONS
from tests.integration.referral.partnership import Partnership
from tests.integration.referral.requests import post_ok
from tests.integration.wire.test_meeting_rules import confirm_pair
from tests.integration.wire.test_solver_inputs import SCHOOL, Season
from tests.support.services import SharedServices, eventually


@pytest.mark.covers("R1", "M1")
async def test_a_trainee_is_placed_at_a_host_without_a_urn_and_the_report_counts_it(
    shared_services: SharedServices,
) -> None:
    platform = await shared_services.of(REFERRAL, MATCHING, SESSIONS, REPORTING)
    season = await Season(Partnership.new(platform)).prepare()
    near = await season.ours.get(f"/schools/{SCHOOL}")
    body = {"name": "Moorside Studio", "postcode": "LS6 3HN", "kind": "independent", "phases": ["secondary"]}
    place = {"easting": near["easting"], "northing": near["northing"]}
    urn = (await post_ok(season.ours, "/hosts", **body, **place, on="2026-07-01"))["urn"]
    await season.mentor(school_urn=urn)
    await season.trainee()
    await season.offer(urn=urn)
    await season.refer_trainee()
    await season.comes_to(T_1="M-1")
    pair = await confirm_pair(platform, season)
    assert pair["school_urn"] == urn
    relationship = f"/relationships/{pair['pair_id']}"

    async def is_reported() -> bool:
        opened = await platform["sessions"].get(relationship, headers=season.ours.lead)
        reported = await platform["reporting"].get("/reports/placements", headers=season.ours.lead)
        meetings = await platform["reporting"].get(
            "/reports/meetings-by-school", params={"as_of": "2026-10-04"}, headers=season.ours.lead
        )
        return (
            opened.status_code == 200
            and opened.json()["school_urn"] == urn
            and [row["school_urn"] for row in reported.json()["rows"]] == [urn]
            and [row["school_name"] for row in meetings.json()["rows"]] == ["Moorside Studio"]
        )

    await eventually(is_reported, within=60)
