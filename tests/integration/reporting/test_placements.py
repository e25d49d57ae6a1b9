"""Every trainee's pair, or the reason there is none."""

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest

from shared.events import PublicEvent
from tests.integration.reporting.published_events import given
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    FRIDAY,
    MONDAY,
    OAK,
    PROGRAMME,
    id_of,
    pair_confirmed,
    pair_declined,
    pair_lapsed,
    pair_proposed,
    pair_withdrawn,
    people_merged,
    programme_opened,
    referral_accepted,
    referral_declined,
    referral_made,
    referral_redirected,
    referral_withdrawn,
    school_recorded,
    trainee_recorded,
    trainee_unplaced,
    training_status_changed,
)

ROUND_1, ROUND_2 = date(2026, 7, 10), date(2026, 7, 20)


async def placements(platform: Platform, tenant: str, query: str = "") -> list[dict[str, Any]]:
    answer = await platform["reporting"].get(
        f"/reports/placements?{query}", headers=platform.bearer("partnership_lead", tenant=tenant)
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


async def test_a_placed_trainee_has_mentor_school_and_dates(platform: Platform) -> None:
    tenant = await given(
        platform,
        school_recorded(OAK, "Oak School"),
        trainee_recorded("bo"),
        referral_made("bo"),
        referral_accepted("bo"),
        pair_proposed("bo", "amal"),
        pair_confirmed("bo", "amal"),
    )
    assert await placements(platform, tenant) == [
        {
            "programme_id": str(PROGRAMME),
            "trainee_id": str(id_of("bo")),
            "subject": "physics",
            "phase": "secondary",
            "standing": "placed",
            "since": None,
            "reason": None,
            "explanation": None,
            "would_help": None,
            "pair_id": str(id_of("bo with amal")),
            "mentor_id": str(id_of("amal")),
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
        pytest.param([referral_made("bo")], "referred", None, id="referred"),
        pytest.param([referral_made("bo"), referral_accepted("bo")], "accepted", None, id="accepted, no round yet"),
        pytest.param([referral_made("bo"), referral_declined("bo")], "declined", None, id="referral declined"),
        pytest.param(
            [referral_made("bo"), referral_declined("bo"), referral_made("bo", 2)],
            "referred",
            None,
            id="referred again after a refusal",
        ),
        pytest.param([referral_accepted("bo"), pair_proposed("bo", "amal")], "proposed", None, id="proposed"),
        pytest.param(
            [referral_accepted("bo"), trainee_unplaced("bo")], "unplaced", "no_mentor_in_subject", id="unplaced"
        ),
        pytest.param(
            [trainee_unplaced("bo", on=ROUND_1), trainee_unplaced("bo", "places_taken", on=ROUND_2, round_="round 2")],
            "unplaced",
            "places_taken",
            id="unplaced twice: the later round",
        ),
        pytest.param(
            [pair_proposed("bo", "amal"), pair_declined("bo", "amal", "mentor")],
            "unplaced",
            "declined_by_mentor",
            id="the mentor declined",
        ),
        pytest.param(
            [pair_proposed("bo", "amal"), pair_declined("bo", "amal", "trainee")],
            "unplaced",
            "declined_by_trainee",
            id="the trainee declined",
        ),
        pytest.param(
            [pair_proposed("bo", "amal"), pair_lapsed("bo", "amal")], "unplaced", "lapsed", id="nobody answered in time"
        ),
        pytest.param(
            [pair_proposed("bo", "amal"), pair_lapsed("bo", "amal"), pair_proposed("bo", "eli", on=date(2026, 7, 27))],
            "proposed",
            None,
            id="lapsed, then proposed again",
        ),
        pytest.param(
            [
                pair_proposed("bo", "amal"),
                pair_declined("bo", "amal"),
                trainee_unplaced("bo", "mentor_hours_taken", on=ROUND_2, round_="round 2"),
            ],
            "unplaced",
            "mentor_hours_taken",
            id="declined, then unplaced",
        ),
        pytest.param(
            [
                trainee_unplaced("bo", on=ROUND_1),
                pair_proposed("bo", "amal", on=ROUND_2),
                pair_declined("bo", "amal", on=date(2026, 7, 21)),
            ],
            "unplaced",
            "declined_by_mentor",
            id="unplaced, then declined",
        ),
        pytest.param(
            [pair_proposed("bo", "amal"), pair_declined("bo", "amal"), pair_proposed("bo", "eli", on=ROUND_2)],
            "proposed",
            None,
            id="declined, then proposed again",
        ),
        pytest.param(
            [
                pair_proposed("bo", "amal"),
                pair_declined("bo", "amal"),
                pair_proposed("bo", "eli"),
                pair_confirmed("bo", "eli"),
            ],
            "placed",
            None,
            id="declined, then placed",
        ),
        pytest.param(
            [pair_proposed("bo", "amal"), pair_confirmed("bo", "amal"), pair_withdrawn("bo", "amal")],
            "unplaced",
            "school_left",
            id="placed, then the school left",
        ),
        pytest.param(
            [
                pair_proposed("bo", "amal"),
                pair_confirmed("bo", "amal"),
                pair_withdrawn("bo", "amal", on=ROUND_2),
                trainee_unplaced("bo", "places_taken", on=ROUND_2, round_="repair"),
            ],
            "unplaced",
            "places_taken",
            id="the school left, and the repair says which rule binds",
        ),
        pytest.param(
            [
                pair_proposed("bo", "amal"),
                pair_confirmed("bo", "amal"),
                pair_withdrawn("bo", "amal"),
                pair_proposed("bo", "eli", on=ROUND_2),
            ],
            "proposed",
            None,
            id="the school left, and another pair was proposed",
        ),
        pytest.param(
            [pair_proposed("bo", "eli"), pair_declined("bo", "eli"), pair_proposed("bo", "amal", on=ROUND_2)],
            "proposed",
            None,
            id="declined, then proposed again, the other way round",
        ),
        pytest.param(
            [
                pair_proposed("bo", "eli"),
                pair_declined("bo", "eli"),
                pair_proposed("bo", "amal"),
                pair_confirmed("bo", "amal"),
            ],
            "placed",
            None,
            id="declined, then placed, the other way round",
        ),
        pytest.param([pair_confirmed("bo", "amal")], "placed", None, id="the referral is not known yet"),
        pytest.param(
            [pair_declined("bo", "amal")], "unplaced", "declined_by_mentor", id="the proposal is not known yet"
        ),
    ],
)
async def test_the_events_of_a_trainee_decide_their_placement_status(
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
        pytest.param([referral_made("bo"), referral_withdrawn("bo")], None, None, id="withdrawn"),
        pytest.param(
            [referral_accepted("bo"), referral_withdrawn("bo"), trainee_unplaced("bo")], None, None, id="unplaced by it"
        ),
        pytest.param(
            [
                referral_accepted("bo"),
                pair_proposed("bo", "amal"),
                pair_declined("bo", "amal"),
                referral_withdrawn("bo"),
            ],
            None,
            None,
            id="declined by it",
        ),
        pytest.param([pair_declined("bo", "amal"), referral_withdrawn("bo")], None, None, id="proposal not known yet"),
        pytest.param(
            [pair_proposed("bo", "amal"), pair_confirmed("bo", "amal"), referral_withdrawn("bo")],
            "placed",
            None,
            id="a pair that has not ended",
        ),
        pytest.param(
            [
                pair_proposed("bo", "amal"),
                pair_confirmed("bo", "amal"),
                pair_withdrawn("bo", "amal", "trainee_left"),
                referral_withdrawn("bo"),
            ],
            None,
            None,
            id="the pair ended with it",
        ),
        pytest.param(
            [referral_made("bo"), referral_withdrawn("bo"), trainee_unplaced("bo"), referral_made("bo", 2)],
            "referred",
            None,
            id="referred again",
        ),
        pytest.param(
            [
                *(
                    referral_made("bo"),
                    pair_proposed("bo", "amal"),
                    pair_declined("bo", "amal"),
                    referral_withdrawn("bo"),
                ),
                *(referral_made("bo", 2), referral_accepted("bo", 2)),
            ],
            "accepted",
            None,
            id="referred and accepted again",
        ),
        pytest.param(
            [referral_accepted("bo"), referral_withdrawn("bo"), referral_made("bo", 2), referral_declined("bo", 2)],
            "declined",
            None,
            id="only what is left of two counts",
        ),
        pytest.param([referral_made("bo"), referral_redirected("bo")], None, None, id="redirected to a role"),
    ],
)
async def test_a_withdrawn_or_redirected_referral_is_not_counted(
    platform: Platform, story: list[PublicEvent], standing: str | None, reason: str | None
) -> None:
    for order in (story, story[::-1]):
        tenant = await given(platform, programme_opened(), *order)
        rows = await placements(platform, tenant)
        assert [(row["standing"], row["reason"]) for row in rows] == ([] if standing is None else [(standing, reason)])
        report = await platform["reporting"].get(
            f"/report?programme_id={PROGRAMME}&as_of=2026-10-04",
            headers=platform.bearer("partnership_lead", tenant=tenant),
        )
        assert sum(report.json()["standings"].values()) == len(rows)


@pytest.mark.covers("R4")
async def test_a_redirected_referral_counts_where_it_went(platform: Platform) -> None:
    second = id_of("second programme")
    there = referral_made("bo", 2).model_copy(update={"programme_id": second})
    story = (referral_made("bo"), referral_redirected("bo", to=second), there)
    for order in (story, story[::-1]):
        tenant = await given(platform, *order)
        rows = await placements(platform, tenant)
        assert [(row["programme_id"], row["standing"]) for row in rows] == [(str(second), "referred")]


@pytest.mark.covers("R7")
@pytest.mark.parametrize(
    ("story", "standing", "since"),
    [
        pytest.param([training_status_changed("bo", "deferred")], None, None, id="nobody referred them"),
        pytest.param(
            [referral_made("bo"), training_status_changed("bo", "deferred")], "deferred", MONDAY, id="referred"
        ),
        pytest.param(
            [trainee_unplaced("bo"), training_status_changed("bo", "deferred")], "deferred", MONDAY, id="unplaced"
        ),
        pytest.param(
            [
                pair_proposed("bo", "amal"),
                pair_withdrawn("bo", "amal", "trainee_left"),
                training_status_changed("bo", "withdrawn"),
            ],
            "withdrawn",
            MONDAY,
            id="the pair has ended",
        ),
        pytest.param(
            [
                referral_made("bo"),
                training_status_changed("bo", "deferred"),
                training_status_changed("bo", "withdrawn", on=FRIDAY),
            ],
            "withdrawn",
            FRIDAY,
            id="deferred, then withdrawn",
        ),
        pytest.param(
            [
                trainee_unplaced("bo"),
                training_status_changed("bo", "withdrawn"),
                training_status_changed("bo", "in_training", on=FRIDAY),
            ],
            "unplaced",
            None,
            id="reinstated",
        ),
        pytest.param(
            [referral_made("bo"), training_status_changed("bo", "deferred"), referral_withdrawn("bo")],
            None,
            None,
            id="deferred, and the referral withdrawn",
        ),
        pytest.param(
            [
                *(referral_made("bo"), trainee_recorded("bo, again"), training_status_changed("bo, again", "deferred")),
                people_merged("bo", into="bo, again", kind="trainee"),
            ],
            "deferred",
            MONDAY,
            id="the record that was kept has deferred",
        ),
        pytest.param(
            [
                *(referral_made("bo"), training_status_changed("bo", "deferred"), trainee_recorded("bo, again")),
                people_merged("bo", into="bo, again", kind="trainee"),
            ],
            "referred",
            None,
            id="only the record that was merged has deferred",
        ),
    ],
)
async def test_a_trainee_who_is_not_in_training_waits_for_no_place(
    platform: Platform, story: list[PublicEvent], standing: str | None, since: date | None
) -> None:
    tenant = await given(platform, programme_opened(), *story)
    rows = await placements(platform, tenant)
    expected = [] if standing is None else [(standing, since and since.isoformat())]
    assert [(row["standing"], row["since"]) for row in rows] == expected
    report = await platform["reporting"].get(
        f"/report?programme_id={PROGRAMME}&as_of={FRIDAY}", headers=platform.bearer("partnership_lead", tenant=tenant)
    )
    assert {status: count for status, count in report.json()["standings"].items() if count} == (
        {} if standing is None else {standing: 1}
    )
    assert (report.json()["unplaced_by_reason"] != {}) == (standing == "unplaced")
    assert [row["reason"] is not None for row in rows] == [row["standing"] == "unplaced" for row in rows]


@pytest.mark.covers("R7")
async def test_a_deferred_trainee_is_shown_with_the_pair_that_has_not_ended(platform: Platform) -> None:
    tenant = await given(
        platform, pair_proposed("bo", "amal"), pair_confirmed("bo", "amal"), training_status_changed("bo", "deferred")
    )
    (row,) = await placements(platform, tenant)
    assert (row["standing"], row["since"]) == ("deferred", MONDAY.isoformat())
    assert (row["pair_id"], row["mentor_id"]) == (str(id_of("bo with amal")), str(id_of("amal")))


async def test_another_programme_has_none_of_them(platform: Platform) -> None:
    tenant = await given(platform, referral_made("bo"))
    assert await placements(platform, tenant, f"programme_id={id_of('another programme')}") == []
    assert len(await placements(platform, tenant, f"programme_id={PROGRAMME}")) == 1


@pytest.mark.covers("P11")
async def test_placements_can_be_had_as_csv(platform: Platform) -> None:
    tenant = await given(platform, school_recorded(OAK, "@Oak"), pair_confirmed("bo", "amal"), trainee_unplaced("cai"))
    answer = await platform["reporting"].get(
        "/reports/placements", headers=platform.bearer("partnership_lead", tenant=tenant) | {"Accept": "text/csv"}
    )
    rows = {row["trainee_id"]: row for row in csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline=""))}
    assert rows[str(id_of("bo"))]["school_name"] == "'@Oak"
    assert rows[str(id_of("cai"))]["reason"] == "no_mentor_in_subject"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("programme_id=1", "query:programme_id"), ("limit=0", "query:limit"), ("after=x", "query:after")],
)
async def test_an_invalid_query_parameter_is_refused_with_its_pointer(
    platform: Platform, query: str, pointer: str
) -> None:
    answer = await platform["reporting"].get(
        f"/reports/placements?{query}", headers=platform.bearer("partnership_lead")
    )
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.covers("M4", "P11")
async def test_an_unplaced_trainee_is_shown_with_the_remedies(platform: Platform) -> None:
    remedies = ("One more place would place this trainee.", "9 more minutes would place this trainee.")
    tenant = await given(
        platform, trainee_unplaced("bo").model_copy(update={"remedies": remedies}), trainee_unplaced("ada")
    )

    rows = {row["trainee_id"]: row["would_help"] for row in await placements(platform, tenant)}

    assert rows == {str(id_of("bo")): " ".join(remedies), str(id_of("ada")): None}
