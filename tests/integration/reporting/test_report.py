"""Caseloads, progress, and the partnership's report."""

from datetime import date
from typing import Any

import pytest

from tests.integration.reporting.published_events import given
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    ELM,
    OAK,
    PROGRAMME,
    assessment_submitted,
    id_of,
    meeting_held,
    meeting_missed,
    mentor_recorded,
    pair_confirmed,
    pair_proposed,
    programme_opened,
    referral_accepted,
    referral_made,
    relationship_opened,
    school_recorded,
    target_reviewed,
    target_set,
    trainee_recorded,
    trainee_unplaced,
)

STORY = (
    programme_opened(),
    school_recorded(OAK, "Oak School"),
    school_recorded(ELM, "Elm School"),
    mentor_recorded("amal", OAK, hours=1.5),
    mentor_recorded("eli", ELM, hours=3),
    *(
        event
        for name in ("bo", "cai", "dee", "flo")
        for event in (trainee_recorded(name), referral_made(name), referral_accepted(name))
    ),
    *(
        pair_proposed(name, with_, at)
        for name, with_, at in (("bo", "amal", OAK), ("cai", "amal", OAK), ("dee", "eli", ELM))
    ),
    *(pair_confirmed(name, with_, at) for name, with_, at in (("bo", "amal", OAK), ("cai", "amal", OAK))),
    trainee_unplaced("flo"),
    relationship_opened("bo", "amal", OAK),
    relationship_opened("cai", "amal", OAK),
    meeting_held("bo", date(2026, 9, 16), 50),
    meeting_held("bo", date(2026, 9, 23), 40),
    meeting_missed("cai", date(2026, 9, 16)),
    target_set("bo", 1, due_on=date(2026, 9, 28)),
    target_set("bo", 2, due_on=date(2026, 9, 28)),
    target_set("bo", 3, due_on=date(2026, 9, 28)),
    target_set("bo", 4, due_on=date(2026, 10, 12)),
    target_reviewed("bo", "met", 1),
    target_reviewed("bo", "progressing", 2),
    assessment_submitted("bo", date(2026, 9, 30), TS7="not_on_track"),
    assessment_submitted("bo", date(2026, 10, 2), TS7="needs_support"),
    assessment_submitted("cai", date(2026, 10, 2)),
)
ABOUT = (("TS7",), ("TS7", "TS2"), ("TS7",))
"""The standards of three targets."""
AS_OF = date(2026, 10, 4)  # three full weeks


@pytest.fixture(scope="module")
async def tenant(platform: Platform) -> str:
    return await given(platform, *STORY)


async def answer(platform: Platform, tenant: str, path: str, **params: str) -> dict[str, Any]:
    response = await platform["reporting"].get(
        path, params=params, headers=platform.bearer("partnership_lead", tenant=tenant)
    )
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


@pytest.mark.covers("P2")
async def test_a_caseload_sets_hours_given_against_hours_had_and_meetings_against_due(
    platform: Platform, tenant: str
) -> None:
    names = ("due", "held", "missed", "not_recorded", "minutes", "minutes_due", "last_held_on")
    asked = {"mentor_id": str(id_of("amal")), "as_of": AS_OF.isoformat()}
    (amal,) = (await answer(platform, tenant, "/reports/caseloads", **asked))["rows"]
    assert (amal["school_name"], amal["capacity_hours"], amal["hours_a_week"]) == ("Oak School", 1.5, 3.0)
    assert (amal["relationships"], [amal[name] for name in names]) == (2, [6, 2, 1, 3, 90, 540, "2026-09-23"])
    assert amal["missing_weeks"] == ["2026-09-21", "2026-09-28"]
    relationships = (await answer(platform, tenant, "/reports/mentoring", **asked))["rows"]
    assert {each["trainee_id"]: [each[name] for name in names] for each in relationships} == {
        str(id_of("bo")): [3, 2, 0, 1, 90, 270, "2026-09-23"],
        str(id_of("cai")): [3, 0, 1, 2, 0, 270, None],
    }


async def test_a_mentor_without_an_active_relationship_has_all_hours_left(platform: Platform, tenant: str) -> None:
    found = await answer(platform, tenant, "/reports/caseloads", as_of=AS_OF.isoformat())
    hours = {mentor["mentor_id"]: (mentor["hours_a_week"], mentor["capacity_hours"]) for mentor in found["rows"]}
    assert hours == {str(id_of("amal")): (3.0, 1.5), str(id_of("eli")): (0.0, 3.0)}


@pytest.mark.parametrize(
    ("as_of", "active"), [("2026-09-13", 0), ("2026-09-14", 2), ("2026-12-18", 2), ("2026-12-19", 0)]
)
async def test_a_relationship_is_active_from_its_first_day_to_its_last(
    platform: Platform, tenant: str, as_of: str, active: int
) -> None:
    asked = {"mentor_id": str(id_of("amal")), "as_of": as_of}
    (amal,) = (await answer(platform, tenant, "/reports/caseloads", **asked))["rows"]
    relationships = (await answer(platform, tenant, "/reports/mentoring", active="true", **asked))["rows"]
    assert (amal["relationships"], len(relationships)) == (active, active)


async def test_caseloads_come_a_page_at_a_time(platform: Platform, tenant: str) -> None:
    first = await answer(platform, tenant, "/reports/caseloads", limit="1")
    rest = await answer(platform, tenant, "/reports/caseloads", limit="1", after=first["next"])
    found = [mentor["mentor_id"] for mentor in (*first["rows"], *rest["rows"])]
    assert (found, rest["next"]) == (sorted(str(id_of(name)) for name in ("amal", "eli")), None)


@pytest.mark.covers("P1")
async def test_progress_shows_each_standard_over_time(platform: Platform, tenant: str) -> None:
    found = await answer(platform, tenant, f"/trainees/{id_of('bo')}/progress")
    assert list(found["standards"]) == ["TS1", "TS2", "TS3", "TS4", "TS5", "TS6", "TS7", "TS8"]
    assert [(assessment["assessed_on"], assessment["judgement"]) for assessment in found["standards"]["TS7"]] == [
        ("2026-09-30", "not_on_track"),
        ("2026-10-02", "needs_support"),
    ]
    assert [assessment["judgement"] for assessment in found["standards"]["TS1"]] == ["on_track", "on_track"]


@pytest.mark.parametrize(
    ("as_of", "overdue"),
    [("2026-09-28", 0), ("2026-09-29", 2), ("2026-10-13", 3)],
)
async def test_progress_counts_targets_set_reviewed_open_and_overdue(
    platform: Platform, tenant: str, as_of: str, overdue: int
) -> None:
    found = await answer(platform, tenant, f"/trainees/{id_of('bo')}/progress", as_of=as_of)
    counts = {"set": 4, "reviewed": 2, "met": 1, "dropped": 0, "open": 3, "overdue": overdue}
    assert found["targets"] == counts


async def test_a_trainee_without_assessments_has_eight_empty_standards(platform: Platform, tenant: str) -> None:
    found = await answer(platform, tenant, f"/trainees/{id_of('flo')}/progress")
    assert set(map(len, found["standards"].values())) == {0}
    assert set(found["targets"].values()) == {0}
    assert [(gap["standard"], gap["judgement"]) for gap in found["gaps"]] == [(f"TS{nth}", None) for nth in range(1, 9)]


@pytest.mark.covers("P1")
async def test_a_gap_is_a_standard_that_was_not_judged_or_is_not_on_track_with_the_targets_about_it(
    platform: Platform, tenant: str
) -> None:
    about = [target_set("dai", nth).model_copy(update={"standards": standards}) for nth, standards in enumerate(ABOUT)]
    tenant = await given(
        platform,
        *(trainee_recorded("dai"), relationship_opened("dai", "amal"), *about),
        target_reviewed("dai", "dropped", 2),
        assessment_submitted("dai", date(2026, 9, 30), TS2="not_on_track", TS7="not_on_track"),
        assessment_submitted("dai", date(2026, 10, 2), TS7="needs_support"),
    )
    found = await answer(platform, tenant, f"/trainees/{id_of('dai')}/progress", as_of=AS_OF.isoformat())
    assert found["gaps"] == [
        {"standard": "TS7", "judgement": "needs_support", "since": "2026-10-02", "open_targets": 2}
    ]
    assert (found["targets"]["dropped"], found["targets"]["open"]) == (1, 2)
    before = await answer(platform, tenant, f"/trainees/{id_of('dai')}/progress", as_of="2026-09-30")
    assert [gap["standard"] for gap in before["gaps"]] == ["TS2", "TS7"]


async def test_the_report_says_it_all_of_one_programme(platform: Platform, tenant: str) -> None:
    found = await answer(platform, tenant, "/report", programme_id=str(PROGRAMME), as_of=AS_OF.isoformat())
    assert found["programme"]["title"] == "Autumn placements"
    assert found["standings"] == {
        "referred": 0,
        "accepted": 0,
        "declined": 0,
        "proposed": 1,
        "placed": 2,
        "unplaced": 1,
        "deferred": 0,
        "withdrawn": 0,
    }
    assert found["unplaced_by_reason"] == {"no_mentor_in_subject": 1}
    assert {row["trainee_id"]: row["standing"] for row in found["placements"]} == {
        str(id_of("bo")): "placed",
        str(id_of("cai")): "placed",
        str(id_of("dee")): "proposed",
        str(id_of("flo")): "unplaced",
    }
    assert found["caseload"] == {
        "mentors": 2,
        "mentoring": 1,
        "relationships": 2,
        "hours_a_week": 3.0,
        "capacity_hours": 4.5,
        "over_capacity": 1,
    }
    assert [(row["school_name"], row["due"], row["held"], row["missed"]) for row in found["meetings_by_school"]] == [
        ("Oak School", 6, 2, 1)
    ]
    assert found["up_to_date_at"] is not None


@pytest.mark.parametrize("limit", [1, 3, 4])
async def test_each_page_of_the_report_has_all_totals_and_some_placements(
    platform: Platform, tenant: str, limit: int
) -> None:
    about = {"programme_id": str(PROGRAMME), "as_of": AS_OF.isoformat()}
    whole = await answer(platform, tenant, "/report", **about)
    assert (len(whole["placements"]), whole["next"]) == (4, None)
    page = await answer(platform, tenant, "/report", **about, limit=str(limit))
    pages = [page]
    while page["next"] is not None:
        page = await answer(platform, tenant, "/report", **about, limit=str(limit), after=page["next"])
        pages.append(page)
    of_page = dict.fromkeys(("placements", "next"))
    assert [each | of_page for each in pages] == [whole | of_page] * len(pages)
    assert max(len(each["placements"]) for each in pages) == limit
    assert [row for each in pages for row in each["placements"]] == whole["placements"]


async def test_the_report_of_placements_goes_on_where_a_page_of_the_report_ends(
    platform: Platform, tenant: str
) -> None:
    about = {"programme_id": str(PROGRAMME), "as_of": AS_OF.isoformat()}
    whole = await answer(platform, tenant, "/report", **about)
    page = await answer(platform, tenant, "/report", **about, limit="3")
    rest = await answer(platform, tenant, "/reports/placements", **about, after=page["next"])
    assert (len(page["placements"]), rest["rows"]) == (3, whole["placements"][3:])


async def test_the_report_goes_on_from_no_other_cursor(platform: Platform, tenant: str) -> None:
    response = await platform["reporting"].get(
        f"/report?programme_id={PROGRAMME}&as_of={AS_OF}&after=here",
        headers=platform.bearer("partnership_lead", tenant=tenant),
    )
    assert (response.status_code, [each["pointer"] for each in response.json()["errors"]]) == (422, ["query:after"])


@pytest.mark.covers("P14")
async def test_a_page_of_the_report_about_one_trainee_is_a_recorded_read(platform: Platform, tenant: str) -> None:
    about = {"programme_id": str(PROGRAMME), "as_of": AS_OF.isoformat()}
    page = await answer(platform, tenant, "/report", **about, limit="1")
    (row,) = page["placements"]
    reads = (await answer(platform, tenant, f"/trainees/{row['trainee_id']}/reads"))["reads"]
    assert reads[0]["report"] == "placements"


async def test_the_report_counts_the_last_judgement_of_each_trainee_by_standard(
    platform: Platform, tenant: str
) -> None:
    found = await answer(platform, tenant, "/report", programme_id=str(PROGRAMME), as_of=AS_OF.isoformat())
    assert found["progress"]["trainees_assessed"] == 2
    assert found["progress"]["standards"]["TS7"] == {"on_track": 1, "needs_support": 1, "not_on_track": 0}
    assert found["progress"]["standards"]["TS1"] == {"on_track": 2, "needs_support": 0, "not_on_track": 0}


async def test_the_report_takes_assessments_up_to_its_day(platform: Platform, tenant: str) -> None:
    found = await answer(platform, tenant, "/report", programme_id=str(PROGRAMME), as_of="2026-09-30")
    assert found["progress"]["trainees_assessed"] == 1
    assert found["progress"]["standards"]["TS7"] == {"on_track": 0, "needs_support": 0, "not_on_track": 1}


async def test_there_is_no_report_of_an_unknown_programme(platform: Platform, tenant: str) -> None:
    response = await platform["reporting"].get(
        f"/report?programme_id={id_of('another programme')}&as_of=2026-10-04",
        headers=platform.bearer("partnership_lead", tenant=tenant),
    )
    assert (response.status_code, response.json()["type"]) == (404, "urn:alongside:problem:not-found")


@pytest.mark.parametrize(
    ("path", "pointers"),
    [
        ("/report", ["query:programme_id", "query:as_of"]),
        (f"/report?programme_id={PROGRAMME}&as_of=2026-02-30", ["query:as_of"]),
        ("/trainees/somebody/progress", ["path:trainee_id"]),
        ("/reports/caseloads?mentor_id=amal&as_of=x&limit=10001", ["query:as_of", "query:limit", "query:mentor_id"]),
    ],
)
async def test_an_invalid_query_parameter_is_refused_with_its_pointer(
    platform: Platform, path: str, pointers: list[str]
) -> None:
    response = await platform["reporting"].get(path, headers=platform.bearer("partnership_lead"))
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == pointers
