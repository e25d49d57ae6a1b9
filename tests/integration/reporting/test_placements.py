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
    people_merged,
    programme,
    proposed,
    referral_redirected,
    referral_withdrawn,
    referred,
    refused,
    school,
    trainee,
    training_status_changed,
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
            "since": None,
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


@pytest.mark.covers("R4")
@pytest.mark.parametrize(
    ("story", "standing", "reason"),
    [
        pytest.param([referred("bo"), referral_withdrawn("bo")], None, None, id="withdrawn"),
        pytest.param([accepted("bo"), referral_withdrawn("bo"), unplaced("bo")], None, None, id="unplaced by it"),
        pytest.param(
            [accepted("bo"), proposed("bo", "amal"), declined("bo", "amal"), referral_withdrawn("bo")],
            None,
            None,
            id="declined by it",
        ),
        pytest.param([declined("bo", "amal"), referral_withdrawn("bo")], None, None, id="proposal not known yet"),
        pytest.param(
            [proposed("bo", "amal"), confirmed("bo", "amal"), referral_withdrawn("bo")],
            "placed",
            None,
            id="a pair that has not ended",
        ),
        pytest.param(
            [
                proposed("bo", "amal"),
                confirmed("bo", "amal"),
                withdrawn("bo", "amal", "trainee_left"),
                referral_withdrawn("bo"),
            ],
            None,
            None,
            id="the pair ended with it",
        ),
        pytest.param(
            [referred("bo"), referral_withdrawn("bo"), unplaced("bo"), referred("bo", 2)],
            "referred",
            None,
            id="referred again",
        ),
        pytest.param(
            [
                *(referred("bo"), proposed("bo", "amal"), declined("bo", "amal"), referral_withdrawn("bo")),
                *(referred("bo", 2), accepted("bo", 2)),
            ],
            "accepted",
            None,
            id="referred and accepted again",
        ),
        pytest.param(
            [accepted("bo"), referral_withdrawn("bo"), referred("bo", 2), refused("bo", 2)],
            "declined",
            None,
            id="only what is left of two counts",
        ),
        pytest.param([referred("bo"), referral_redirected("bo")], None, None, id="redirected to a role"),
    ],
)
async def test_a_referral_that_was_taken_back_or_sent_on_is_no_referral(
    platform: Platform, story: list[PublicEvent], standing: str | None, reason: str | None
) -> None:
    for order in (story, story[::-1]):
        tenant = await given(platform, programme(), *order)
        rows = await placements(platform, tenant)
        assert [(row["standing"], row["reason"]) for row in rows] == ([] if standing is None else [(standing, reason)])
        report = await platform["reporting"].get(
            f"/report?programme_id={PROGRAMME}&as_of=2026-10-04",
            headers=platform.bearer("partnership_lead", tenant=tenant),
        )
        assert sum(report.json()["standings"].values()) == len(rows)


@pytest.mark.covers("R4")
async def test_a_redirected_referral_counts_where_it_went(platform: Platform) -> None:
    second = an_id("second programme")
    there = referred("bo", 2).model_copy(update={"programme_id": second})
    story = (referred("bo"), referral_redirected("bo", to=second), there)
    for order in (story, story[::-1]):
        tenant = await given(platform, *order)
        rows = await placements(platform, tenant)
        assert [(row["programme_id"], row["standing"]) for row in rows] == [(str(second), "referred")]


@pytest.mark.covers("R7")
@pytest.mark.parametrize(
    ("story", "standing", "since"),
    [
        pytest.param([training_status_changed("bo", "deferred")], None, None, id="nobody referred them"),
        pytest.param([referred("bo"), training_status_changed("bo", "deferred")], "deferred", MONDAY, id="referred"),
        pytest.param([unplaced("bo"), training_status_changed("bo", "deferred")], "deferred", MONDAY, id="unplaced"),
        pytest.param(
            [
                proposed("bo", "amal"),
                withdrawn("bo", "amal", "trainee_left"),
                training_status_changed("bo", "withdrawn"),
            ],
            "withdrawn",
            MONDAY,
            id="the pair has ended",
        ),
        pytest.param(
            [
                referred("bo"),
                training_status_changed("bo", "deferred"),
                training_status_changed("bo", "withdrawn", on=FRIDAY),
            ],
            "withdrawn",
            FRIDAY,
            id="deferred, then withdrawn",
        ),
        pytest.param(
            [
                unplaced("bo"),
                training_status_changed("bo", "withdrawn"),
                training_status_changed("bo", "in_training", on=FRIDAY),
            ],
            "unplaced",
            None,
            id="reinstated",
        ),
        pytest.param(
            [referred("bo"), training_status_changed("bo", "deferred"), referral_withdrawn("bo")],
            None,
            None,
            id="deferred, and the referral withdrawn",
        ),
        pytest.param(
            [
                *(referred("bo"), trainee("bo, again"), training_status_changed("bo, again", "deferred")),
                people_merged("bo", into="bo, again", kind="trainee"),
            ],
            "deferred",
            MONDAY,
            id="the record that was kept has deferred",
        ),
        pytest.param(
            [
                *(referred("bo"), training_status_changed("bo", "deferred"), trainee("bo, again")),
                people_merged("bo", into="bo, again", kind="trainee"),
            ],
            "referred",
            None,
            id="only the record that was merged has deferred",
        ),
    ],
)
async def test_who_is_not_in_training_waits_for_no_place(
    platform: Platform, story: list[PublicEvent], standing: str | None, since: date | None
) -> None:
    tenant = await given(platform, programme(), *story)
    rows = await placements(platform, tenant)
    expected = [] if standing is None else [(standing, since and since.isoformat())]
    assert [(row["standing"], row["since"]) for row in rows] == expected
    report = await platform["reporting"].get(
        f"/report?programme_id={PROGRAMME}&as_of=2026-10-04", headers=platform.bearer("partnership_lead", tenant=tenant)
    )
    assert {status: count for status, count in report.json()["standings"].items() if count} == (
        {} if standing is None else {standing: 1}
    )
    assert (report.json()["unplaced_by_reason"] != {}) == (standing == "unplaced")
    assert [row["reason"] is not None for row in rows] == [row["standing"] == "unplaced" for row in rows]


@pytest.mark.covers("R7")
async def test_a_deferred_trainee_is_shown_with_the_pair_that_has_not_ended(platform: Platform) -> None:
    tenant = await given(
        platform, proposed("bo", "amal"), confirmed("bo", "amal"), training_status_changed("bo", "deferred")
    )
    (row,) = await placements(platform, tenant)
    assert (row["standing"], row["since"]) == ("deferred", MONDAY.isoformat())
    assert (row["pair_id"], row["mentor_id"]) == (str(an_id("bo with amal")), str(an_id("amal")))


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
