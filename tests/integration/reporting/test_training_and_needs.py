"""Training of mentors with what can be claimed, and needs that people of a school share."""

from datetime import date
from typing import Any

import pytest

from tests.integration.reporting.published_events import given
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    ELM,
    OAK,
    common_needs_counted,
    id_of,
    mentor_recorded,
    people_merged,
    school_recorded,
    training_logged,
)


async def rows(platform: Platform, tenant: str, report: str, role: str = "partnership_lead", **who: Any) -> list[Any]:
    answer = await platform["reporting"].get(
        f"/reports/{report}", params={"as_of": "2027-07-31"}, headers=platform.bearer(role, tenant=tenant, **who)
    )
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


@pytest.mark.covers("P8")
async def test_training_is_summed_by_provider_year_and_kind_with_the_rule_of_its_year(platform: Platform) -> None:
    tenant = await given(
        platform,
        mentor_recorded("amal"),
        training_logged("amal", 12, 1, claimable=12),
        training_logged("amal", 10, 2, on=date(2026, 11, 2), claimable=4),
        training_logged("amal", 3, 3, kind="refresher", claimable=3),
        training_logged("amal", 20, 4, on=date(2025, 1, 10), year="2024/25", claimable=20),
        training_logged("amal", 5, 5, on=date(2020, 1, 10), year="2019/20"),
        training_logged("amal", 9, 6),
        training_logged("amal", 9, 6, removed=True),
    )
    found = {(row["academic_year"], row["kind"]): row for row in await rows(platform, tenant, "mentor-training")}
    figures = {
        key: (row["entries"], row["hours"], row["claimable_hours"], row["most_claimable"]) for key, row in found.items()
    }
    assert figures == {
        ("2026/27", "initial"): (2, 22, 16, 16),
        ("2026/27", "refresher"): (1, 3, 3, 6),
        ("2024/25", "initial"): (1, 20, 20, 20),
        ("2019/20", "initial"): (1, 5, None, None),
    }
    assert found["2026/27", "initial"]["last_trained_on"] == "2026-11-02"


@pytest.mark.covers("P8", "P14")
async def test_a_school_sees_the_training_of_its_mentors_and_a_mentor_their_own(platform: Platform) -> None:
    tenant = await given(
        platform,
        *(mentor_recorded("amal", OAK), mentor_recorded("eli", ELM), mentor_recorded("eli, again", ELM)),
        *(training_logged("amal", 6), training_logged("eli", 4), training_logged("eli, again", 3)),
        people_merged("eli, again", into="eli"),
    )
    at_elm = await rows(platform, tenant, "mentor-training", "school_lead", schools=(ELM,))
    assert [(row["mentor_id"], row["hours"]) for row in at_elm] == [(str(id_of("eli")), 7)]
    own = await rows(platform, tenant, "mentor-training", "mentor", subject=str(id_of("amal")))
    assert [row["hours"] for row in own] == [6]


@pytest.mark.covers("P9")
async def test_a_need_says_in_how_many_terms_a_school_had_it(platform: Platform) -> None:
    tenant = await given(
        platform,
        school_recorded(OAK, "Oak School"),
        common_needs_counted(OAK, date(2026, 12, 18), questioning=6, behaviour=5),
        common_needs_counted(OAK, date(2027, 3, 24), questioning=8),
        common_needs_counted(ELM, date(2026, 12, 18), questioning=5),
    )
    found = [
        (row["school_urn"], row["until"], row["code"], row["people"], row["terms"])
        for row in await rows(platform, tenant, "common-needs")
    ]
    assert sorted(found) == [
        (OAK, "2026-12-18", "behaviour", 5, 1),
        (OAK, "2026-12-18", "questioning", 6, 1),
        (OAK, "2027-03-24", "questioning", 8, 2),
        (ELM, "2026-12-18", "questioning", 5, 1),
    ]
    at_oak = await rows(platform, tenant, "common-needs", "school_lead", schools=(OAK,))
    assert {row["school_urn"] for row in at_oak} == {OAK}
