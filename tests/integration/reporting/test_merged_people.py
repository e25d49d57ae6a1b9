"""A merged record counts under the record that was kept, and somebody whose registration was undone not at all."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from shared.events import PublicEvent
from tests.integration.reporting.published_events import given
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    ELM,
    OAK,
    PROGRAMME,
    assessment_submitted,
    id_of,
    meeting_held,
    mentor_recorded,
    pair_confirmed,
    pair_proposed,
    people_merged,
    programme_opened,
    referral_accepted,
    referral_made,
    registration_undone,
    relationship_opened,
    relationship_rehomed,
    school_recorded,
    target_reviewed,
    target_set,
    trainee_recorded,
    trainee_unplaced,
)

pytestmark = pytest.mark.covers("R7")

AS_OF = "2026-10-04"
FACTS = (
    programme_opened(),
    school_recorded(OAK, "Oak School"),
    school_recorded(ELM, "Elm School"),
    mentor_recorded("amal", OAK, hours=1.5),
    mentor_recorded("amal, again", ELM, hours=3),
    mentor_recorded("amal, once more", OAK, hours=4),
    *(trainee_recorded(name) for name in ("bo", "cai", "cai, again", "dee")),
    *(event for name in ("bo", "cai", "cai, again", "dee") for event in (referral_made(name), referral_accepted(name))),
    pair_proposed("bo", "amal"),
    pair_confirmed("bo", "amal"),
    pair_proposed("cai", "amal, again"),
    pair_confirmed("cai", "amal, again"),
    trainee_unplaced("cai, again"),
    trainee_unplaced("dee"),
    relationship_opened("bo", "amal"),
    relationship_opened("cai", "amal, again"),
    meeting_held("bo", date(2026, 9, 16), 50),
    target_set("cai"),
    target_set("cai, again", 2),
    target_reviewed("cai", "met"),
    assessment_submitted("cai", date(2026, 9, 30), TS7="not_on_track"),
    assessment_submitted("cai, again", date(2026, 10, 2), TS7="needs_support").model_copy(
        update={"relationship_id": id_of("relationship of cai")}
    ),
)
MERGES = (
    people_merged("amal", into="amal, again"),
    people_merged("amal, again", into="amal, once more"),
    people_merged("cai", into="cai, again", kind="trainee"),
)
ORDERS: dict[str, Callable[[], Sequence[PublicEvent]]] = {
    "merged after everything else": lambda: (*FACTS, *MERGES),
    "merged before everything else": lambda: (*MERGES, *FACTS),
    "the chain told from its end": lambda: (*FACTS, *reversed(MERGES)),
    "everything the other way round": lambda: (*reversed(MERGES), *_streams_reversed()),
}


def _streams_reversed() -> list[PublicEvent]:
    """The facts with streams in the opposite order; inside a stream nothing can come before what it follows."""
    before = [event for event in FACTS if type(event).__name__.startswith(("Meeting", "Target", "Assessment", "Pair"))]
    return [*before, *(event for event in FACTS if event not in before)]


@pytest.fixture(scope="module", params=ORDERS)
async def tenant(platform: Platform, request: pytest.FixtureRequest) -> str:
    return await given(platform, *ORDERS[request.param]())


async def answer(platform: Platform, tenant: str, path: str, **params: str) -> dict[str, Any]:
    response = await platform["reporting"].get(
        path, params=params, headers=platform.bearer("partnership_lead", tenant=tenant)
    )
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_a_merged_mentor_has_one_caseload_with_all_relationships(platform: Platform, tenant: str) -> None:
    (amal,) = (await answer(platform, tenant, "/reports/caseloads", as_of=AS_OF))["rows"]
    assert amal["mentor_id"] == str(id_of("amal, once more"))
    assert (amal["school_urn"], amal["capacity_hours"], amal["hours_a_week"]) == (OAK, 4, 3)
    relationships = (await answer(platform, tenant, "/reports/mentoring", as_of=AS_OF))["rows"]
    assert {relationship["trainee_id"]: relationship["held"] for relationship in relationships} == {
        str(id_of("bo")): 1,
        str(id_of("cai, again")): 0,
    }


@pytest.mark.parametrize("name", ["amal", "amal, again", "amal, once more"])
async def test_a_mentor_is_found_under_any_of_their_records(platform: Platform, tenant: str, name: str) -> None:
    asked = await answer(platform, tenant, "/reports/caseloads", as_of=AS_OF, mentor_id=str(id_of(name)))
    assert [mentor["mentor_id"] for mentor in asked["rows"]] == [str(id_of("amal, once more"))]
    own = await platform["reporting"].get(
        "/reports/caseloads", headers=platform.bearer("mentor", subject=str(id_of(name)), tenant=tenant)
    )
    assert [mentor["mentor_id"] for mentor in own.json()["rows"]] == [str(id_of("amal, once more"))]


async def test_a_merged_mentor_counts_once_in_capacity_and_hours(platform: Platform, tenant: str) -> None:
    report = await answer(platform, tenant, "/report", programme_id=str(PROGRAMME), as_of=AS_OF)
    assert report["caseload"] == {
        "mentors": 1,
        "mentoring": 1,
        "relationships": 2,
        "hours_a_week": 3.0,
        "capacity_hours": 4.0,
        "over_capacity": 0,
    }


async def test_a_merged_trainee_has_one_placement(platform: Platform, tenant: str) -> None:
    rows = (await answer(platform, tenant, "/reports/placements"))["rows"]
    assert {row["trainee_id"]: (row["standing"], row["mentor_id"]) for row in rows} == {
        str(id_of("bo")): ("placed", str(id_of("amal, once more"))),
        str(id_of("cai, again")): ("placed", str(id_of("amal, once more"))),
        str(id_of("dee")): ("unplaced", None),
    }
    report = await answer(platform, tenant, "/report", programme_id=str(PROGRAMME), as_of=AS_OF)
    assert (report["standings"]["placed"], report["standings"]["unplaced"]) == (2, 1)
    assert report["unplaced_by_reason"] == {"no_mentor_in_subject": 1}


@pytest.mark.parametrize("name", ["cai", "cai, again"])
async def test_progress_is_that_of_all_records_of_a_trainee(platform: Platform, tenant: str, name: str) -> None:
    for who in (
        platform.bearer("partnership_lead", tenant=tenant),
        platform.bearer("trainee", subject=str(id_of("cai")), tenant=tenant),
    ):
        response = await platform["reporting"].get(f"/trainees/{id_of(name)}/progress", headers=who)
        progress = response.json()
        assert progress["trainee_id"] == str(id_of("cai, again"))
        assert [assessment["judgement"] for assessment in progress["standards"]["TS7"]] == [
            "not_on_track",
            "needs_support",
        ]
        counts = {"set": 2, "reviewed": 1, "met": 1, "dropped": 0, "open": 1, "overdue": 1}
        assert progress["targets"] == counts


async def test_a_merged_trainee_is_assessed_once(platform: Platform, tenant: str) -> None:
    report = await answer(platform, tenant, "/report", programme_id=str(PROGRAMME), as_of=AS_OF)
    assert report["progress"]["trainees_assessed"] == 1
    assert report["progress"]["standards"]["TS7"] == {"on_track": 0, "needs_support": 1, "not_on_track": 0}


async def test_a_relationship_follows_the_records_that_it_was_rehomed_to(platform: Platform) -> None:
    tenant = await given(
        platform,
        mentor_recorded("amal"),
        mentor_recorded("eli"),
        relationship_opened("bo", "amal"),
        relationship_rehomed("bo", trainee="bo, again", mentor="eli"),
    )
    caseloads = (await answer(platform, tenant, "/reports/caseloads", as_of=AS_OF))["rows"]
    assert {each["mentor_id"]: each["relationships"] for each in caseloads} == {
        str(id_of("amal")): 0,
        str(id_of("eli")): 1,
    }
    (relationship,) = (await answer(platform, tenant, "/reports/mentoring", as_of=AS_OF))["rows"]
    assert (relationship["mentor_id"], relationship["trainee_id"]) == (str(id_of("eli")), str(id_of("bo, again")))


async def test_a_relationship_that_was_rehomed_counts_once_with_its_merge(platform: Platform) -> None:
    tenant = await given(
        platform,
        programme_opened(),
        mentor_recorded("amal"),
        mentor_recorded("eli"),
        relationship_opened("bo", "amal"),
        relationship_rehomed("bo", trainee="bo", mentor="eli"),
        people_merged("amal", into="eli"),
    )
    report = await answer(platform, tenant, "/report", programme_id=str(PROGRAMME), as_of=AS_OF)
    assert (report["caseload"]["mentors"], report["caseload"]["mentoring"]) == (1, 1)
    assert (report["caseload"]["hours_a_week"], report["caseload"]["capacity_hours"]) == (1.5, 3)


async def test_somebody_whose_registration_was_undone_does_not_count(platform: Platform) -> None:
    tenant = await given(
        platform,
        programme_opened(),
        *(mentor_recorded("amal"), mentor_recorded("eli"), trainee_recorded("bo"), trainee_recorded("cai")),
        *(
            referral_made("bo"),
            referral_made("cai"),
            pair_proposed("bo", "eli"),
            pair_confirmed("bo", "eli"),
            relationship_opened("bo", "eli"),
        ),
        *(registration_undone("eli"), registration_undone("cai")),
    )
    caseloads = (await answer(platform, tenant, "/reports/caseloads", as_of=AS_OF))["rows"]
    assert [caseload["mentor_id"] for caseload in caseloads] == [str(id_of("amal"))]
    report = await answer(platform, tenant, "/report", programme_id=str(PROGRAMME), as_of=AS_OF)
    assert (report["caseload"]["mentors"], report["caseload"]["mentoring"]) == (1, 0)
    assert (report["caseload"]["hours_a_week"], report["caseload"]["capacity_hours"]) == (0, 3)
    assert report["meetings_by_school"] == []
    assert [(row["trainee_id"], row["standing"]) for row in report["placements"]] == [(str(id_of("bo")), "referred")]
    assert (await answer(platform, tenant, "/reports/caseloads", mentor_id=str(id_of("eli"))))["rows"] == []


async def test_somebody_who_is_recorded_again_after_the_undoing_counts_again(platform: Platform) -> None:
    tenant = await given(
        platform,
        mentor_recorded("amal"),
        registration_undone("amal"),
        mentor_recorded("amal", ELM, hours=2),
        relationship_opened("bo", "amal"),
    )
    (amal,) = (await answer(platform, tenant, "/reports/caseloads", as_of=AS_OF))["rows"]
    assert (amal["school_urn"], amal["capacity_hours"], amal["relationships"]) == (ELM, 2, 1)


async def test_a_trainee_who_is_referred_after_the_undoing_counts_though_nothing_else_is_known(
    platform: Platform,
) -> None:
    tenant = await given(platform, registration_undone("bo", on=date(2026, 7, 1)), referral_made("bo"))
    (row,) = (await answer(platform, tenant, "/reports/placements"))["rows"]
    assert (row["trainee_id"], row["standing"]) == (str(id_of("bo")), "referred")
