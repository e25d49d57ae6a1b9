"""Meetings held against due, by school."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.events import PublicEvent
from shared.events.referral import CalendarPeriod, SchoolCalendarRecorded, SchoolClosed, SchoolPeriod
from tests.integration.reporting.published_events import given
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    ELM,
    FRIDAY,
    MONDAY,
    OAK,
    meeting_held,
    meeting_missed,
    mentor_recorded,
    people_merged,
    relationship_ended,
    relationship_opened,
    relationship_paused,
    relationship_resumed,
    school_recorded,
    training_status_changed,
)


async def schools(platform: Platform, tenant: str, as_of: date) -> list[dict[str, Any]]:
    answer = await platform["reporting"].get(
        "/reports/meetings-by-school",
        params={"as_of": as_of.isoformat()},
        headers=platform.bearer("partnership_lead", tenant=tenant),
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


@pytest.fixture(scope="module")
async def one_week(platform: Platform) -> str:
    """Two meetings a week from Monday 14 to Sunday 20 September."""
    return await given(
        platform, relationship_opened("bo", "amal", meetings_per_week=2, starts_on=MONDAY, ends_on=date(2026, 9, 20))
    )


@pytest.fixture(scope="module")
async def autumn(platform: Platform) -> str:
    """One meeting a week from Monday 14 September to Friday 18 December: thirteen full weeks and five days."""
    return await given(platform, relationship_opened("bo", "amal", starts_on=MONDAY, ends_on=FRIDAY))


@pytest.fixture(scope="module")
async def autumn_with_pauses(platform: Platform) -> str:
    """The same autumn with a pause of two weeks, and one from 9 November on."""
    return await given(
        platform,
        relationship_opened("bo", "amal"),
        relationship_paused("bo", date(2026, 9, 28)),
        relationship_resumed("bo", date(2026, 9, 28), date(2026, 10, 12)),
        relationship_paused("bo", date(2026, 11, 9)),
    )


@pytest.mark.covers("P2")
@pytest.mark.parametrize(
    ("as_of", "due"),
    [
        (date(2026, 9, 14), 0),  # the first day
        (date(2026, 9, 19), 0),  # the last day but one of the first week
        (date(2026, 9, 20), 1),  # the last day of the first week
        (date(2026, 9, 23), 1),  # in the middle of the second
        (date(2026, 9, 27), 2),
        (date(2026, 12, 13), 13),  # the last full week
        (date(2026, 12, 18), 13),  # the last day, a Friday: no full week
        (date(2027, 6, 1), 13),  # long after the end
    ],
)
async def test_a_meeting_is_due_for_each_full_week_until_the_end(
    platform: Platform, autumn: str, as_of: date, due: int
) -> None:
    (row,) = await schools(platform, autumn, as_of)
    assert (row["due"], row["not_recorded"]) == (due, due)


@pytest.mark.covers("S1", "P2")
@pytest.mark.parametrize(
    ("as_of", "due"),
    [
        (date(2026, 9, 27), 2),  # the day before the pause
        (date(2026, 10, 4), 2),  # within it
        (date(2026, 10, 11), 2),  # its last day
        (date(2026, 10, 18), 3),
        (date(2026, 11, 8), 6),  # the last day before a pause that lasts
        (date(2026, 12, 18), 6),
    ],
)
async def test_nothing_is_due_in_a_pause(platform: Platform, autumn_with_pauses: str, as_of: date, due: int) -> None:
    (row,) = await schools(platform, autumn_with_pauses, as_of)
    assert row["due"] == due


@pytest.mark.covers("S2", "P2")
@pytest.mark.parametrize(
    ("first", "last", "due"),
    [
        (date(2026, 10, 26), date(2026, 10, 30), 12),  # half-term, from Monday to Friday
        (date(2026, 10, 26), date(2026, 10, 29), 13),  # there is a Friday to meet on
        (date(2026, 10, 19), date(2026, 10, 30), 11),
    ],
)
async def test_nothing_is_due_in_a_week_that_is_all_in_the_holidays(
    platform: Platform, first: date, last: date, due: int
) -> None:
    holiday = CalendarPeriod(kind="holiday", starts_on=first, ends_on=last)
    tenant = await given(
        platform,
        relationship_opened("bo", "amal", starts_on=MONDAY, ends_on=FRIDAY),
        SchoolCalendarRecorded(happened_on=MONDAY, urn=OAK, periods=(holiday,)),
    )
    (row,) = await schools(platform, tenant, FRIDAY)
    assert row["due"] == due


@pytest.mark.covers("S2", "P2")
async def test_nothing_is_due_between_two_terms(platform: Platform) -> None:
    terms = (
        CalendarPeriod(kind="term", starts_on=date(2026, 9, 1), ends_on=date(2026, 10, 23)),
        CalendarPeriod(kind="term", starts_on=date(2026, 11, 2), ends_on=FRIDAY),
    )
    tenant = await given(
        platform,
        relationship_opened("bo", "amal", starts_on=MONDAY, ends_on=FRIDAY),
        SchoolCalendarRecorded(happened_on=MONDAY, urn=OAK, periods=terms),
    )
    (row,) = await schools(platform, tenant, FRIDAY)
    assert row["due"] == 12


@pytest.mark.covers("M6", "P2")
async def test_nothing_is_due_after_a_relationship_was_ended_early(platform: Platform) -> None:
    tenant = await given(platform, relationship_opened("bo", "amal"), relationship_ended("bo", date(2026, 9, 28)))
    (row,) = await schools(platform, tenant, date(2026, 12, 18))
    assert (row["relationships"], row["due"]) == (1, 2)

    never = await given(platform, relationship_opened("bo", "amal"), relationship_ended("bo", date(2026, 9, 11)))
    assert await schools(platform, never, date(2026, 12, 18)) == []


async def test_nothing_is_shown_of_a_relationship_that_has_not_begun(platform: Platform, autumn: str) -> None:
    assert await schools(platform, autumn, date(2026, 9, 13)) == []


@pytest.mark.parametrize(("as_of", "due"), [(date(2026, 9, 19), 0), (date(2026, 9, 20), 2), (date(2026, 9, 30), 2)])
async def test_a_week_with_two_meetings_counts_twice_and_its_last_day_belongs_to_it(
    platform: Platform, one_week: str, as_of: date, due: int
) -> None:
    (row,) = await schools(platform, one_week, as_of)
    assert row["due"] == due


async def test_each_school_has_what_was_due_held_missed_and_not_recorded(platform: Platform) -> None:
    tenant = await given(
        platform,
        school_recorded(OAK, "Oak School"),
        relationship_opened("bo", "amal", OAK),
        relationship_opened("cai", "amal", OAK),
        relationship_opened("dee", "eli", ELM),
        meeting_held("bo", date(2026, 9, 16)),
        meeting_held("bo", date(2026, 9, 23)),
        meeting_missed("cai", date(2026, 9, 16)),
        meeting_held("dee", date(2026, 9, 16)),
    )
    oak, elm = await schools(platform, tenant, date(2026, 10, 4))  # three full weeks
    assert oak == {
        "school_urn": OAK,
        "school_name": "Oak School",
        "relationships": 2,
        "due": 6,
        "due_held": 2,
        "held": 2,
        "missed": 1,
        "not_recorded": 3,
        "missing_weeks": ["2026-09-21", "2026-09-28"],
    }
    assert (elm["school_urn"], elm["school_name"], elm["due"], elm["held"]) == (ELM, None, 3, 1)


@pytest.mark.covers("S2", "P2")
async def test_a_meeting_whose_day_was_corrected_counts_once_in_the_week_of_that_day(platform: Platform) -> None:
    recorded = meeting_held("bo", date(2026, 9, 16))
    missed = meeting_missed("bo", date(2026, 9, 30))
    tenant = await given(
        platform,
        relationship_opened("bo", "amal"),
        recorded,
        missed,
        recorded.model_copy(update={"happened_on": date(2026, 9, 23)}),
        missed.model_copy(update={"happened_on": date(2026, 9, 16)}),
    )
    (row,) = await schools(platform, tenant, date(2026, 10, 4))  # three full weeks
    assert (row["due"], row["due_held"], row["held"], row["missed"]) == (3, 1, 1, 1)
    assert row["missing_weeks"] == ["2026-09-28"]
    (before,) = await schools(platform, tenant, date(2026, 9, 20))
    assert (before["held"], before["missed"]) == (0, 1)


async def test_meetings_after_the_day_that_is_asked_about_do_not_count(platform: Platform) -> None:
    tenant = await given(
        platform,
        relationship_opened("bo", "amal"),
        meeting_held("bo", date(2026, 9, 20)),
        meeting_held("bo", date(2026, 9, 21)),
        meeting_missed("bo", date(2026, 9, 28)),
    )
    (row,) = await schools(platform, tenant, date(2026, 9, 20))
    assert (row["due"], row["held"], row["missed"], row["not_recorded"]) == (1, 1, 0, 0)


async def test_more_meetings_than_due_in_one_relationship_do_not_hide_what_is_missing_in_another(
    platform: Platform,
) -> None:
    tenant = await given(
        platform,
        relationship_opened("bo", "amal"),
        relationship_opened("cai", "amal"),
        *(meeting_held("bo", date(2026, 9, day)) for day in (14, 15, 16, 17)),
    )
    (row,) = await schools(platform, tenant, date(2026, 9, 27))
    assert (row["due"], row["held"], row["due_held"], row["not_recorded"]) == (4, 4, 1, 3)


@pytest.mark.covers("P2")
async def test_meetings_of_two_weeks_do_not_hide_eight_weeks_without_any(platform: Platform) -> None:
    tenant = await given(
        platform,
        relationship_opened("bo", "amal"),
        *(meeting_held("bo", date(2026, 9, day)) for day in (14, 15, 16, 17, 18, 21, 22, 23, 24, 25)),
    )
    (row,) = await schools(platform, tenant, date(2026, 11, 22))  # ten full weeks
    assert (row["due"], row["held"], row["due_held"], row["not_recorded"]) == (10, 10, 2, 8)
    assert row["missing_weeks"] == [f"{date(2026, 9, 28) + timedelta(weeks=nth)}" for nth in range(8)]


@pytest.mark.covers("P2")
async def test_a_meeting_in_so_many_weeks_is_due_once_in_these(platform: Platform) -> None:
    rhythm = {"meetings_per_week": 0, "weeks_between_meetings": 4}
    tenant = await given(
        platform,
        relationship_opened("bo", "amal").model_copy(update=rhythm),
        meeting_held("bo", date(2026, 10, 9)),
    )
    (row,) = await schools(platform, tenant, date(2026, 11, 8))  # twice four weeks
    assert (row["due"], row["due_held"], row["not_recorded"]) == (2, 1, 1)
    assert row["missing_weeks"] == ["2026-10-12"]


AWAY = {
    "a deferral and the return": (
        training_status_changed("bo", "deferred", on=date(2026, 9, 23)),
        training_status_changed("bo", "in_training", on=date(2026, 10, 5)),
    ),
    "a deferral that was corrected": (
        training_status_changed("bo", "deferred", on=date(2026, 9, 2)),
        training_status_changed("bo", "deferred", on=date(2026, 9, 23)),
        training_status_changed("bo", "in_training", on=date(2026, 10, 5)),
    ),
    "a deferral of a record that was merged": (
        training_status_changed("bo, before", "deferred", on=date(2026, 9, 23)),
        training_status_changed("bo, before", "in_training", on=date(2026, 10, 5)),
        people_merged("bo, before", into="bo", kind="trainee"),
    ),
    "a mentor who is at the school again": (
        mentor_recorded("amal").model_copy(
            update={
                "periods": (
                    SchoolPeriod(school_urn=OAK, ends_on=date(2026, 9, 22)),
                    SchoolPeriod(school_urn=OAK, starts_on=date(2026, 10, 5)),
                    SchoolPeriod(school_urn=ELM),
                )
            }
        ),
    ),
}


@pytest.mark.covers("R7", "P2")
@pytest.mark.parametrize("case", AWAY)
async def test_nothing_is_due_in_weeks_in_which_somebody_was_away(platform: Platform, case: str) -> None:
    tenant = await given(platform, relationship_opened("bo", "amal"), *AWAY[case])
    (row,) = await schools(platform, tenant, date(2026, 10, 18))  # five full weeks, of which two were not worked in
    assert (row["due"], row["missing_weeks"]) == (3, ["2026-09-14", "2026-10-05", "2026-10-12"])


@pytest.mark.covers("R7", "R2", "P2")
@pytest.mark.parametrize(
    "left",
    [
        training_status_changed("bo", "deferred", on=date(2026, 9, 28)),
        training_status_changed("bo", "withdrawn", on=date(2026, 9, 28)),
        mentor_recorded("amal").model_copy(
            update={"periods": (SchoolPeriod(school_urn=OAK, ends_on=date(2026, 9, 27)),)}
        ),
        SchoolClosed(happened_on=date(2026, 9, 28), urn=OAK),
    ],
    ids=["deferral", "withdrawal", "mentor", "school"],
)
async def test_nothing_is_due_from_the_day_on_which_somebody_left(platform: Platform, left: PublicEvent) -> None:
    tenant = await given(platform, school_recorded(OAK, "Oak School"), relationship_opened("bo", "amal"), left)
    (row,) = await schools(platform, tenant, date(2026, 12, 18))
    assert (row["due"], row["not_recorded"]) == (2, 2)


async def test_small_groups_are_shown_and_the_answer_says_so(platform: Platform, autumn: str) -> None:
    answer = await platform["reporting"].get(
        "/reports/meetings-by-school?as_of=2026-10-04", headers=platform.bearer("partnership_lead", tenant=autumn)
    )
    assert answer.json()["rows"][0]["relationships"] == 1
    assert any("however few" in note for note in answer.json()["notes"])


@pytest.mark.covers("P11")
async def test_a_school_whose_name_is_a_formula_is_text_in_the_csv(platform: Platform) -> None:
    tenant = await given(
        platform, school_recorded(OAK, '=HYPERLINK("http://x.example")'), relationship_opened("bo", "amal", OAK)
    )
    answer = await platform["reporting"].get(
        "/reports/meetings-by-school?as_of=2026-09-20",
        headers=platform.bearer("partnership_lead", tenant=tenant) | {"Accept": "text/csv"},
    )
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Alongside-Up-To-Date-At"]
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "school_urn,school_name,relationships,due,due_held,held,missed,not_recorded,missing_weeks",
        f'{OAK},"\'=HYPERLINK(""http://x.example"")",1,1,0,0,0,1,2026-09-14',
    ]


async def test_a_word_is_no_day(platform: Platform) -> None:
    answer = await platform["reporting"].get(
        "/reports/meetings-by-school?as_of=soon", headers=platform.bearer("partnership_lead")
    )
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["query:as_of"]
