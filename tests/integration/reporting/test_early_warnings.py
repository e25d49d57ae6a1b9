"""Facts that call for attention, and no more than that: each with what can be done."""

from datetime import date
from typing import Any

import pytest

from shared.events import PublicEvent
from shared.events.words import EndingReason, MentoringRole
from tests.integration.reporting.published_events import given
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    ELM,
    FRIDAY,
    OAK,
    assessment_submitted,
    id_of,
    meeting_held,
    meeting_missed,
    mentor_recorded,
    pair_confirmed,
    pair_proposed,
    pair_withdrawn,
    programme_opened,
    referral_accepted,
    referral_made,
    relationship_ended,
    relationship_opened,
    school_recorded,
    trainee_recorded,
    training_status_changed,
)

pytestmark = pytest.mark.covers("P5")


async def warnings(
    platform: Platform, *events: PublicEvent, as_of: str = "2026-10-04", schools: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    tenant = await given(platform, *events)
    role = "school_lead" if schools else "partnership_lead"
    answer = await platform["reporting"].get(
        "/reports/early-warnings",
        params={"as_of": as_of},
        headers=platform.bearer(role, tenant=tenant, schools=schools),
    )
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    assert all(row["action"].endswith(".") for row in rows)
    return rows


ACCEPTED = (programme_opened(), trainee_recorded("bo"), referral_made("bo"), referral_accepted("bo"))


async def test_somebody_accepted_has_no_placement_when_the_programme_is_near(platform: Platform) -> None:
    starts_on = programme_opened().starts_on
    (row,) = await warnings(platform, *ACCEPTED, as_of=f"{starts_on}")
    assert (row["kind"], row["trainee_id"], row["since"]) == ("without_placement", str(id_of("bo")), f"{starts_on}")
    assert f"begins on {starts_on.day} {starts_on:%B} {starts_on.year}." in row["fact"]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param((pair_proposed("bo", "amal"),), id="proposed"),
        pytest.param((pair_proposed("bo", "amal"), pair_confirmed("bo", "amal")), id="placed"),
        pytest.param((training_status_changed("bo", "deferred", on=date(2026, 8, 1)),), id="deferred"),
    ],
)
async def test_nobody_warns_of_somebody_who_has_one_or_needs_none(
    platform: Platform, more: tuple[PublicEvent, ...]
) -> None:
    assert await warnings(platform, *ACCEPTED, *more, as_of=f"{programme_opened().starts_on}") == []


def support(trainee: str, mentor: str, role: MentoringRole) -> PublicEvent:
    return relationship_opened(trainee, mentor).model_copy(update={"role": role})


def end_of(trainee: str, reason: EndingReason) -> PublicEvent:
    return relationship_ended(trainee, FRIDAY).model_copy(update={"reason": reason})


@pytest.mark.parametrize(
    ("of_their_mentoring", "warned"),
    [
        pytest.param((support("bo", "amal", "school_mentor"),), False, id="a mentor without a placement"),
        pytest.param((support("cai", "bo", "peer"),), False, id="a peer, whichever is named first"),
        pytest.param((support("bo", "amal", "pupil_mentor"), end_of("bo", "closed_in_review")), False, id="let go"),
        pytest.param((support("bo", "amal", "pupil_mentor"), end_of("bo", "ended_by_them")), True, id="broken off"),
        pytest.param((support("cai", "bo", "school_mentor"),), True, id="mentors somebody else"),
        pytest.param((support("bo", "amal", "supporting"),), True, id="a supporter beside the mentor they wait for"),
        pytest.param((pair_proposed("bo", "amal"), pair_withdrawn("bo", "amal", "closed_in_review")), False, id="pair"),
        pytest.param((pair_proposed("bo", "amal"), pair_withdrawn("bo", "amal", "school_left")), True, id="lost pair"),
    ],
)
async def test_a_warning_is_of_somebody_who_waits_for_a_mentor(
    platform: Platform, of_their_mentoring: tuple[PublicEvent, ...], *, warned: bool
) -> None:
    rows = await warnings(platform, *ACCEPTED, *of_their_mentoring, as_of="2026-12-20")
    assert [row["trainee_id"] for row in rows if row["kind"] == "without_placement"] == [str(id_of("bo"))] * warned


async def test_nobody_warns_long_before_a_programme(platform: Platform) -> None:
    assert await warnings(platform, *ACCEPTED, as_of="2026-07-10") == []


async def test_two_weeks_without_a_record_are_a_warning_until_they_have_one(platform: Platform) -> None:
    events = (
        *(relationship_opened("bo", "amal"), relationship_opened("cai", "amal")),
        *(meeting_held("bo", date(2026, 9, 16)), meeting_held("cai", date(2026, 9, 16))),
        meeting_held("cai", date(2026, 9, 23)),
    )
    (row,) = await warnings(platform, *events)
    assert (row["kind"], row["about_id"]) == ("meetings_not_recorded", str(id_of("relationship of bo")))
    assert row["fact"] == "2 meetings that were due are not recorded, the last in the week from 28 September 2026."
    assert row["since"] == "2026-09-21"
    assert await warnings(platform, *events, meeting_held("bo", date(2026, 9, 24))) == []


async def test_what_was_not_recorded_long_ago_is_no_early_warning(platform: Platform) -> None:
    weekly = [meeting_held("bo", day) for day in (date(2026, 9, 30), date(2026, 10, 7), date(2026, 10, 14))]
    assert await warnings(platform, relationship_opened("bo", "amal"), *weekly, as_of="2026-10-18") == []


async def test_meetings_missed_in_a_row_count_since_the_last_that_was_held(platform: Platform) -> None:
    missed = [meeting_missed("bo", day) for day in (date(2026, 9, 16), date(2026, 9, 30), date(2026, 10, 7))]
    events = (relationship_opened("bo", "amal"), *missed, meeting_held("bo", date(2026, 9, 23)))
    (row,) = await warnings(platform, *events, as_of="2026-10-11")
    assert (row["kind"], row["fact"]) == ("missed_in_a_row", "2 meetings in a row were missed.")
    assert row["since"] == "2026-09-30"
    assert await warnings(platform, *events, as_of="2026-10-04") == []
    assert await warnings(platform, *events, meeting_held("bo", date(2026, 10, 8)), as_of="2026-10-11") == []
    ended = relationship_ended("bo", date(2026, 10, 9))
    assert await warnings(platform, *events, ended, as_of="2026-10-11") == []


async def test_a_mentor_who_gives_more_than_they_have_is_a_warning(platform: Platform) -> None:
    relationships = [relationship_opened(name, "amal") for name in ("bo", "cai")]
    (row,) = await warnings(platform, mentor_recorded("amal", OAK, hours=1.5), *relationships, as_of="2026-09-15")
    assert (row["kind"], row["mentor_id"], row["school_urn"]) == ("over_capacity", str(id_of("amal")), OAK)
    assert row["fact"] == "Gives 3 hours a week, and has 1.5."


async def test_the_last_assessment_decides_whether_somebody_is_not_on_track(platform: Platform) -> None:
    opened = (relationship_opened("bo", "amal"), *(meeting_held("bo", date(2026, 9, day)) for day in (16, 23, 30)))
    off = assessment_submitted("bo", date(2026, 9, 30), TS7="not_on_track", TS2="not_on_track")
    (row,) = await warnings(platform, *opened, off)
    assert (row["kind"], row["fact"]) == ("not_on_track", "The last assessment says not on track in TS2, TS7.")
    assert await warnings(platform, *opened, off, assessment_submitted("bo", date(2026, 10, 2))) == []


async def test_days_that_must_be_booked_soon_are_a_warning(platform: Platform) -> None:
    course = {"training_route": "provider_led_postgrad", "course_starts_on": date(2025, 9, 1)}
    bo = trainee_recorded("bo").model_copy(update=course | {"course_ends_on": date(2027, 3, 31)})
    (row,) = await warnings(platform, bo)
    assert (row["kind"], row["fact"]) == ("days_to_book", "140 days are neither done nor planned.")
    later = bo.model_copy(update={"course_ends_on": date(2027, 7, 31)})
    assert await warnings(platform, later) == []


@pytest.mark.covers("P14")
async def test_a_school_sees_what_is_about_its_own(platform: Platform) -> None:
    events = (
        *(school_recorded(OAK, "Oak School"), school_recorded(ELM, "Elm School")),
        *(relationship_opened("bo", "amal", OAK), relationship_opened("cai", "eli", ELM), *ACCEPTED),
    )
    rows = await warnings(platform, *events, schools=(ELM,))
    assert [(row["school_name"], row["trainee_id"]) for row in rows] == [("Elm School", str(id_of("cai")))]
