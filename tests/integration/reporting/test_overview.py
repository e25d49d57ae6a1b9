"""The overview counts what the reports list, in the scope of whoever asks."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from tests.integration.reporting.published_events import given
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    ELM,
    MONDAY,
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
    target_set,
    trainee_recorded,
    trainee_unplaced,
)

AS_OF = "2026-10-23"


@pytest.fixture(scope="module")
async def autumn(platform: Platform) -> str:
    names = ("bo", "cai", "dee", "eve")
    return await given(
        platform,
        programme_opened(),
        school_recorded(OAK, "Oak School"),
        school_recorded(ELM, "Elm School"),
        *(mentor_recorded(name) for name in ("amal", "eli")),
        *(trainee_recorded(name) for name in names),
        *(event for name in names for event in (referral_made(name), referral_accepted(name))),
        pair_proposed("bo", "amal"),
        pair_confirmed("bo", "amal"),
        relationship_opened("bo", "amal"),
        pair_proposed("cai", "eli", ELM),
        pair_confirmed("cai", "eli", ELM),
        relationship_opened("cai", "eli", ELM),
        trainee_unplaced("dee", "places_taken"),
        meeting_held("bo", MONDAY),
        meeting_missed("bo", date(2026, 10, 5)),
        meeting_missed("bo", date(2026, 10, 12)),
        meeting_held("cai", date(2026, 9, 16)),
        target_set("bo"),
        target_set("cai"),
        assessment_submitted("bo", date(2026, 9, 30)),
    )


async def ask(platform: Platform, path: str, tenant: str, role: str, **who: Any) -> Any:
    headers = platform.bearer(role, tenant=tenant, **who)
    return await platform["reporting"].get(path, params={"as_of": AS_OF}, headers=headers)


WHO: dict[str, dict[str, Any]] = {
    "partnership_lead": {},
    "school_lead": {"schools": (OAK,)},
    "mentor": {"subject": str(id_of("amal"))},
    "trainee": {"subject": str(id_of("bo"))},
    "tutor": {},
}


@pytest.mark.covers("P2", "P5", "P14")
@pytest.mark.parametrize("role", WHO)
async def test_the_overview_counts_what_the_reports_list(platform: Platform, autumn: str, role: str) -> None:
    shown = (await ask(platform, "/overview", autumn, role, **WHO[role])).raise_for_status().json()
    rows = {}
    for part, report in {
        "warnings": "early-warnings",
        "placements": "placements",
        "mentoring": "mentoring",
        "targets_not_revisited": "targets-not-revisited",
    }.items():
        answer = await ask(platform, f"/reports/{report}", autumn, role, **WHO[role])
        assert (shown[part] is None) == (answer.status_code == 403)
        rows[part] = answer.json().get("rows", [])

    assert {each["kind"]: each["number"] for each in shown["warnings"] or []} == Counter(
        row["kind"] for row in rows["warnings"]
    )
    assert all(row in rows["warnings"] for each in shown["warnings"] or [] for row in each["latest"])
    counts = Counter((row["programme_id"], row["standing"]) for row in rows["placements"])
    assert {
        (each["programme_id"], status): number
        for each in shown["placements"] or []
        for status, number in each["trainees"].items()
        if number
    } == counts
    active = [row for row in rows["mentoring"] if row["active"]]
    if shown["mentoring"] is not None:
        assert shown["mentoring"] == {
            "relationships": len(active),
            "mentors": len({row["mentor_id"] for row in active}),
            **{
                name: sum(row[name] for row in active)
                for name in ("due", "due_held", "not_recorded", "minutes", "minutes_due")
            },
        }
    assert (shown["targets_not_revisited"] or 0) == len(rows["targets_not_revisited"])


@pytest.mark.covers("P5")
async def test_a_lead_sees_the_latest_warnings_first_and_every_programme(platform: Platform, autumn: str) -> None:
    shown = (await ask(platform, "/overview", autumn, "partnership_lead")).json()
    (programme,) = shown["placements"]
    assert programme["programme_id"] == str(PROGRAMME)
    assert programme["title"]
    assert {status: number for status, number in programme["trainees"].items() if number} == {
        "placed": 2,
        "unplaced": 1,
        "accepted": 1,
    }
    without = next(each for each in shown["warnings"] if each["kind"] == "without_placement")
    assert (without["number"], len(without["latest"])) == (2, 2)
    assert "places" in without["action"] or "place" in without["action"]
    in_a_row = next(each for each in shown["warnings"] if each["kind"] == "missed_in_a_row")
    assert in_a_row["latest"][0]["fact"] == "2 meetings in a row were missed."
    assert shown["targets_not_revisited"] == 2


async def test_somebody_without_a_role_sees_no_part(platform: Platform, autumn: str) -> None:
    shown = (await ask(platform, "/overview", autumn, "assessor")).raise_for_status().json()
    parts = ("warnings", "placements", "mentoring", "targets_not_revisited")
    assert {part: shown[part] for part in parts} == dict.fromkeys(parts)
