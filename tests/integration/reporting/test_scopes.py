"""Each role sees its own scope; a rival partnership sees nothing."""

from uuid import uuid4

import pytest

from tests.integration.reporting.published_events import given, new_tenant
from tests.integration.reporting.test_report import STORY
from tests.support.services import Platform
from tests.unit.reporting.facts import ELM, OAK, PROGRAMME, id_of

pytestmark = pytest.mark.covers("P14")

EVERY_ROUTE = (
    "/reports/caseloads",
    f"/reports/caseloads?mentor_id={id_of('amal')}",
    "/reports/meetings-by-school?as_of=2026-10-04",
    f"/trainees/{id_of('bo')}/progress",
    "/reports/placements",
    "/reports/placements/difference",
    "/reports/mentoring",
    f"/mentors/{id_of('amal')}/review-pack",
    f"/reports/placements?programme_id={PROGRAMME}",
    f"/report?programme_id={PROGRAMME}&as_of=2026-10-04",
    "/events",
)


@pytest.fixture(scope="module")
async def tenant(platform: Platform) -> str:
    return await given(platform, *STORY)


@pytest.mark.parametrize("path", EVERY_ROUTE)
async def test_a_rival_partnership_sees_nothing(platform: Platform, tenant: str, path: str) -> None:
    everybody = ("partnership_lead", "school_lead", "mentor", "trainee", "tutor")
    answer = await platform["reporting"].get(
        path, headers=platform.bearer(*everybody, subject=str(id_of("bo")), tenant=new_tenant(), schools=(OAK, ELM))
    )
    assert str(id_of("bo")) not in answer.text
    assert OAK not in answer.text
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize("path", EVERY_ROUTE)
async def test_nobody_asks_without_signing_in(platform: Platform, path: str) -> None:
    assert (await platform["reporting"].get(path)).status_code == 401


async def test_a_school_lead_sees_pairs_at_their_schools_only(platform: Platform, tenant: str) -> None:
    answer = await platform["reporting"].get(
        "/reports/placements", headers=platform.bearer("school_lead", tenant=tenant, schools=(OAK,))
    )
    assert {row["trainee_id"] for row in answer.json()["rows"]} == {str(id_of("bo")), str(id_of("cai"))}


async def test_a_school_lead_sees_meetings_of_their_schools_only(platform: Platform, tenant: str) -> None:
    path = "/reports/meetings-by-school?as_of=2026-10-04"
    own = await platform["reporting"].get(path, headers=platform.bearer("school_lead", tenant=tenant, schools=(OAK,)))
    other = await platform["reporting"].get(path, headers=platform.bearer("school_lead", tenant=tenant, schools=(ELM,)))
    assert [row["school_urn"] for row in own.json()["rows"]] == [OAK]
    assert other.json()["rows"] == []


async def test_a_school_lead_sees_the_caseloads_of_their_schools_mentors(platform: Platform, tenant: str) -> None:
    lead = platform.bearer("school_lead", tenant=tenant, schools=(ELM,))
    answer = await platform["reporting"].get("/reports/caseloads", headers=lead)
    assert [row["mentor_id"] for row in answer.json()["rows"]] == [str(id_of("eli"))]
    other = await platform["reporting"].get(f"/reports/caseloads?mentor_id={id_of('amal')}", headers=lead)
    assert other.json()["rows"] == []


async def test_a_school_lead_sees_progress_made_at_their_schools_only(platform: Platform, tenant: str) -> None:
    path = f"/trainees/{id_of('bo')}/progress"
    own = await platform["reporting"].get(path, headers=platform.bearer("school_lead", tenant=tenant, schools=(OAK,)))
    assert len(own.json()["standards"]["TS1"]) == 2
    assert own.json()["targets"]["set"] == 4
    other = await platform["reporting"].get(path, headers=platform.bearer("school_lead", tenant=tenant, schools=(ELM,)))
    assert other.status_code == 404


async def test_a_mentor_sees_their_own_caseload_and_no_other(platform: Platform, tenant: str) -> None:
    amal = platform.bearer("mentor", subject=str(id_of("amal")), tenant=tenant)
    own = await platform["reporting"].get("/reports/caseloads?as_of=2026-10-04", headers=amal)
    assert [row["mentor_id"] for row in own.json()["rows"]] == [str(id_of("amal"))]
    for mentor in (id_of("eli"), uuid4()):
        other = await platform["reporting"].get(f"/reports/caseloads?mentor_id={mentor}", headers=amal)
        assert (other.status_code, other.json()["rows"]) == (200, [])


async def test_a_trainee_sees_their_own_placement_and_progress_and_no_other(platform: Platform, tenant: str) -> None:
    bo = platform.bearer("trainee", subject=str(id_of("bo")), tenant=tenant)
    placement = await platform["reporting"].get("/reports/placements", headers=bo)
    assert [row["trainee_id"] for row in placement.json()["rows"]] == [str(id_of("bo"))]
    own = await platform["reporting"].get(f"/trainees/{id_of('bo')}/progress", headers=bo)
    assert len(own.json()["standards"]["TS1"]) == 2
    for trainee in (id_of("cai"), uuid4()):
        other = await platform["reporting"].get(f"/trainees/{trainee}/progress", headers=bo)
        assert (other.status_code, other.json()["detail"]) == (404, "There is no such trainee.")


async def test_a_tutor_sees_progress_and_nothing_else(platform: Platform, tenant: str) -> None:
    tutor = platform.bearer("tutor", tenant=tenant)
    answers = {path: (await platform["reporting"].get(path, headers=tutor)).status_code for path in EVERY_ROUTE}
    assert {path for path, status in answers.items() if status == 200} == {f"/trainees/{id_of('bo')}/progress"}
    assert set(answers.values()) == {200, 403}


async def test_nobody_is_told_of_a_trainee_who_does_not_exist(platform: Platform, tenant: str) -> None:
    answer = await platform["reporting"].get(
        f"/trainees/{uuid4()}/progress", headers=platform.bearer("partnership_lead", tenant=tenant)
    )
    assert answer.status_code == 404
