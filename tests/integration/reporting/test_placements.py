"""Every trainee's pair, or the reason there is none."""

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest

from shared.events import PublicEvent
from tests.integration.reporting.telling import given
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    FRIDAY,
    MONDAY,
    OAK,
    PROGRAMME,
    accepted,
    an_id,
    confirmed,
    declined,
    lapsed,
    proposed,
    referred,
    refused,
    school,
    trainee,
    unplaced,
    withdrawn,
)

ROUND_1, ROUND_2 = date(2026, 7, 10), date(2026, 7, 20)


async def placements(platform: Platform, tenant: str, query: str = "") -> list[dict[str, Any]]:
    answer = await platform["reporting"].get(
        f"/placements?{query}", headers=platform.bearer("partnership_lead", tenant=tenant)
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["placements"]
    return found


async def test_a_placed_trainee_has_mentor_school_and_dates(platform: Platform) -> None:
    tenant = await given(
        platform,
        school(OAK, "Oak School"),
        trainee("bo"),
        referred("bo"),
        accepted("bo"),
        proposed("bo", "amal"),
        confirmed("bo", "amal"),
    )
    assert await placements(platform, tenant) == [
        {
            "programme_id": str(PROGRAMME),
            "trainee_id": str(an_id("bo")),
            "subject": "physics",
            "phase": "secondary",
            "standing": "placed",
            "reason": None,
            "explanation": None,
            "would_help": None,
            "pair_id": str(an_id("bo with amal")),
            "mentor_id": str(an_id("amal")),
            "school_urn": OAK,
            "school_name": "Oak School",
            "travel_minutes": 25,
            "starts_on": MONDAY.isoformat(),
            "ends_on": FRIDAY.isoformat(),
        }
    ]


@pytest.mark.parametrize(
    ("story", "standing", "reason"),
    [
        pytest.param([referred("bo")], "referred", None, id="referred"),
        pytest.param([referred("bo"), accepted("bo")], "accepted", None, id="accepted, no round yet"),
        pytest.param([referred("bo"), refused("bo")], "declined", None, id="referral declined"),
        pytest.param(
            [referred("bo"), refused("bo"), referred("bo", 2)], "referred", None, id="referred again after a refusal"
        ),
        pytest.param([accepted("bo"), proposed("bo", "amal")], "proposed", None, id="proposed"),
        pytest.param([accepted("bo"), unplaced("bo")], "unplaced", "no_mentor_in_subject", id="unplaced"),
        pytest.param(
            [unplaced("bo", on=ROUND_1), unplaced("bo", "places_taken", on=ROUND_2, round_="round 2")],
            "unplaced",
            "places_taken",
            id="unplaced twice: the later round",
        ),
        pytest.param(
            [proposed("bo", "amal"), declined("bo", "amal", "mentor")],
            "unplaced",
            "declined_by_mentor",
            id="the mentor declined",
        ),
        pytest.param(
            [proposed("bo", "amal"), declined("bo", "amal", "trainee")],
            "unplaced",
            "declined_by_trainee",
            id="the trainee declined",
        ),
        pytest.param(
            [proposed("bo", "amal"), lapsed("bo", "amal")], "unplaced", "lapsed", id="nobody answered in time"
        ),
        pytest.param(
            [proposed("bo", "amal"), lapsed("bo", "amal"), proposed("bo", "eli", on=date(2026, 7, 27))],
            "proposed",
            None,
            id="lapsed, then proposed again",
        ),
        pytest.param(
            [
                proposed("bo", "amal"),
                declined("bo", "amal"),
                unplaced("bo", "mentor_hours_taken", on=ROUND_2, round_="round 2"),
            ],
            "unplaced",
            "mentor_hours_taken",
            id="declined, then unplaced",
        ),
        pytest.param(
            [
                unplaced("bo", on=ROUND_1),
                proposed("bo", "amal", on=ROUND_2),
                declined("bo", "amal", on=date(2026, 7, 21)),
            ],
            "unplaced",
            "declined_by_mentor",
            id="unplaced, then declined",
        ),
        pytest.param(
            [proposed("bo", "amal"), declined("bo", "amal"), proposed("bo", "eli", on=ROUND_2)],
            "proposed",
            None,
            id="declined, then proposed again",
        ),
        pytest.param(
            [proposed("bo", "amal"), declined("bo", "amal"), proposed("bo", "eli"), confirmed("bo", "eli")],
            "placed",
            None,
            id="declined, then placed",
        ),
        pytest.param(
            [proposed("bo", "amal"), confirmed("bo", "amal"), withdrawn("bo", "amal")],
            "unplaced",
            "school_left",
            id="placed, then the school left",
        ),
        pytest.param(
            [
                proposed("bo", "amal"),
                confirmed("bo", "amal"),
                withdrawn("bo", "amal", on=ROUND_2),
                unplaced("bo", "places_taken", on=ROUND_2, round_="repair"),
            ],
            "unplaced",
            "places_taken",
            id="the school left, and the repair says which rule binds",
        ),
        pytest.param(
            [
                proposed("bo", "amal"),
                confirmed("bo", "amal"),
                withdrawn("bo", "amal"),
                proposed("bo", "eli", on=ROUND_2),
            ],
            "proposed",
            None,
            id="the school left, and another pair was proposed",
        ),
        pytest.param(
            [proposed("bo", "eli"), declined("bo", "eli"), proposed("bo", "amal", on=ROUND_2)],
            "proposed",
            None,
            id="declined, then proposed again, the other way round",
        ),
        pytest.param(
            [proposed("bo", "eli"), declined("bo", "eli"), proposed("bo", "amal"), confirmed("bo", "amal")],
            "placed",
            None,
            id="declined, then placed, the other way round",
        ),
        pytest.param([confirmed("bo", "amal")], "placed", None, id="the referral is not known yet"),
        pytest.param([declined("bo", "amal")], "unplaced", "declined_by_mentor", id="the proposal is not known yet"),
    ],
)
async def test_a_trainee_stands_where_the_events_put_them(
    platform: Platform, story: list[PublicEvent], standing: str, reason: str | None
) -> None:
    tenant = await given(platform, *story)
    (row,) = await placements(platform, tenant)
    assert (row["standing"], row["reason"]) == (standing, reason)
    assert (row["explanation"] is not None) == (standing == "unplaced")
    assert (row["mentor_id"] is not None) == (standing in ("proposed", "placed"))


async def test_placements_come_a_page_at_a_time(platform: Platform) -> None:
    tenant = await given(platform, *(referred(name) for name in ("bo", "cai", "dee")))
    first = await placements(platform, tenant, "limit=2")
    rest = await placements(platform, tenant, f"limit=2&after={first[-1]['trainee_id']}")
    found = [row["trainee_id"] for row in (*first, *rest)]
    assert found == sorted(str(an_id(name)) for name in ("bo", "cai", "dee"))


async def test_another_programme_has_none_of_them(platform: Platform) -> None:
    tenant = await given(platform, referred("bo"))
    assert await placements(platform, tenant, f"programme_id={an_id('another programme')}") == []
    assert len(await placements(platform, tenant, f"programme_id={PROGRAMME}")) == 1


@pytest.mark.covers("P11")
async def test_placements_can_be_had_as_csv(platform: Platform) -> None:
    tenant = await given(platform, school(OAK, "@Oak"), confirmed("bo", "amal"), unplaced("cai"))
    answer = await platform["reporting"].get(
        "/placements", headers=platform.bearer("partnership_lead", tenant=tenant) | {"Accept": "text/csv"}
    )
    rows = {row["trainee_id"]: row for row in csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline=""))}
    assert rows[str(an_id("bo"))]["school_name"] == "'@Oak"
    assert rows[str(an_id("cai"))]["reason"] == "no_mentor_in_subject"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("programme_id=1", "query:programme_id"), ("limit=0", "query:limit"), ("after=x", "query:after")],
)
async def test_a_bad_question_is_pointed_out(platform: Platform, query: str, pointer: str) -> None:
    answer = await platform["reporting"].get(f"/placements?{query}", headers=platform.bearer("partnership_lead"))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_trainee_of_two_programmes_is_not_torn_apart_by_the_end_of_a_page(platform: Platform) -> None:
    second = an_id("second programme")
    elsewhere = referred("bo", 2).model_copy(update={"programme_id": second})
    tenant = await given(platform, referred("bo"), elsewhere)
    page = await placements(platform, tenant, "limit=1")
    assert {row["programme_id"] for row in page} == {str(PROGRAMME), str(second)}
    assert await placements(platform, tenant, f"limit=1&after={page[-1]['trainee_id']}") == []


@pytest.mark.covers("M4", "P11")
async def test_whoever_has_no_place_is_shown_with_what_would_have_helped(platform: Platform) -> None:
    remedies = ("One more place would place this trainee.", "9 more minutes would place this trainee.")
    tenant = await given(platform, unplaced("bo").model_copy(update={"remedies": remedies}), unplaced("ada"))

    rows = {row["trainee_id"]: row["would_help"] for row in await placements(platform, tenant)}

    assert rows == {str(an_id("bo")): " ".join(remedies), str(an_id("ada")): None}
