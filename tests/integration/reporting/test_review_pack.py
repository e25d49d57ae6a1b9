"""What a head of mentoring looks at with a mentor, on one page."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.integration.reporting.published_events import given
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    ELM,
    OAK,
    id_of,
    meeting_held,
    meeting_missed,
    mentor_recorded,
    people_merged,
    relationship_ended,
    relationship_opened,
    training_logged,
)

pytestmark = pytest.mark.covers("P7")
AS_OF = "2026-10-11"


@pytest.fixture(scope="module")
async def tenant(platform: Platform) -> str:
    """A mentor with two trainees, one of whom misses meetings, and an earlier one; and a mentor of another school."""
    return await given(
        platform,
        *(mentor_recorded("amal", OAK, hours=4), mentor_recorded("amal, again", OAK), mentor_recorded("eli", ELM)),
        *(relationship_opened("bo", "amal"), relationship_opened("cai", "amal, again", starts_on=date(2026, 9, 21))),
        *(relationship_opened("dee", "amal", starts_on=date(2026, 9, 7)), relationship_ended("dee", date(2026, 9, 11))),
        *(meeting_held("bo", day) for day in (date(2026, 9, 16), date(2026, 9, 23), date(2026, 9, 30))),
        *(meeting_missed("cai", day) for day in (date(2026, 9, 23), date(2026, 9, 30), date(2026, 10, 7))),
        *(training_logged("amal", 6, claimable=6), training_logged("eli", 3)),
        people_merged("amal, again", into="amal"),
    )


async def ask(
    platform: Platform, tenant: str, mentor: str, role: str = "partnership_lead", accept: str = "*/*", **who: Any
) -> Any:
    return await platform["reporting"].get(
        f"/mentors/{id_of(mentor)}/review-pack",
        params={"as_of": AS_OF},
        headers=platform.bearer(role, tenant=tenant, **who) | {"Accept": accept},
    )


@pytest.mark.parametrize("record", ["amal", "amal, again"])
async def test_the_pack_has_what_belongs_to_the_mentor(platform: Platform, tenant: str, record: str) -> None:
    pack = (await ask(platform, tenant, record)).json()
    assert (pack["mentor_id"], pack["caseload"]["relationships"], pack["caseload"]["held"]) == (
        str(id_of("amal")),
        2,
        3,
    )
    people = [(each["trainee_id"], each["active"]) for each in pack["relationships"]]
    assert people == [(str(id_of("cai")), True), (str(id_of("bo")), True), (str(id_of("dee")), False)]
    assert [(each["hours"], each["claimable_hours"]) for each in pack["training"]] == [(6, 6)]
    assert [(each["kind"], each["trainee_id"]) for each in pack["warnings"]] == [("missed_in_a_row", str(id_of("cai")))]


async def test_mentors_see_their_own_pack_without_warnings_and_school_leads_those_of_their_school(
    platform: Platform, tenant: str
) -> None:
    own = await ask(platform, tenant, "amal", "mentor", subject=str(id_of("amal")))
    assert (own.json()["warnings"], own.json()["caseload"]["relationships"]) == (None, 2)
    at_oak = await ask(platform, tenant, "amal", "school_lead", schools=(OAK,))
    assert len(at_oak.json()["warnings"]) == 1


@pytest.mark.covers("P14")
async def test_nobody_learns_of_a_mentor_who_is_not_theirs(platform: Platform, tenant: str) -> None:
    others = [
        await ask(platform, tenant, "amal", "mentor", subject=str(id_of("eli"))),
        await ask(platform, tenant, "amal", "school_lead", schools=(ELM,)),
        await ask(platform, tenant, "nobody"),
    ]
    assert {(each.status_code, each.json()["detail"]) for each in others} == {(404, "There is no such mentor.")}
    assert (await ask(platform, tenant, "amal", "trainee")).status_code == 403


@pytest.mark.covers("P11")
async def test_the_pack_is_a_document_to_print(platform: Platform, tenant: str) -> None:
    answer = await ask(platform, tenant, "amal", accept="application/pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())
    assert f"Person A {id_of('cai')} Person B {id_of('bo')} Person C {id_of('dee')}" in text
    assert "Person A: 3 meetings in a row were missed." in text
    assert (await ask(platform, tenant, "amal", accept="application/pdf")).content == answer.content
    hidden = await ask(platform, tenant, "amal", "mentor", accept="application/pdf", subject=str(id_of("eli")))
    assert hidden.status_code == 404
