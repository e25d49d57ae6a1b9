"""Days and schools that each trainee has and needs, by the rules of their route and course."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, Literal, get_args

import pytest

from shared.calendar import is_working_day
from shared.events import PublicEvent
from shared.events.referral import TraineeRecorded
from shared.events.words import DayKind, DayState
from shared.rulebook import rule
from tests.integration.reporting.published_events import given
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    ELM,
    OAK,
    day_recorded,
    earlier_placements_recorded,
    id_of,
    pair_confirmed,
    pair_proposed,
    people_merged,
    school_recorded,
    trainee_recorded,
)

pytestmark = pytest.mark.covers("P3")
STARTS, ENDS = date(2026, 9, 1), date(2027, 6, 30)
AS_OF = date(2026, 12, 1)
STATES: tuple[DayState | Literal["removed"], ...] = (*get_args(DayState), "removed")
KINDS: tuple[DayKind, ...] = get_args(DayKind)


def trainee_on(name: str, route: str = "provider_led_postgrad", ends_on: date | None = ENDS) -> TraineeRecorded:
    course = {"training_route": route, "course_starts_on": STARTS, "course_ends_on": ends_on}
    return trainee_recorded(name).model_copy(update=course)


def working_days(first: date) -> Iterator[date]:
    while True:
        if is_working_day(first):
            yield first
        first += timedelta(days=1)


def days_of(name: str, number: int, first: date, state: Any = "logged", **more: Any) -> list[PublicEvent]:
    days = working_days(first)
    return [day_recorded(name, next(days), state, **more) for _ in range(number)]


async def requirement(platform: Platform, *events: PublicEvent, who: str = "bo", as_of: date = AS_OF) -> dict[str, Any]:
    tenant = await given(platform, *events)
    answer = await platform["reporting"].get(
        "/reports/placement-requirements",
        params={"as_of": f"{as_of}", "trainee_id": str(id_of(who))},
        headers=platform.bearer("partnership_lead", tenant=tenant),
    )
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["rows"]
    return dict(row)


async def test_days_are_counted_by_kind_and_by_how_far_they_are(platform: Platform) -> None:
    row = await requirement(
        platform,
        trainee_on("bo"),
        *days_of("bo", 3, date(2026, 9, 14), "accepted"),
        *days_of("bo", 2, date(2026, 9, 21), "confirmed"),
        day_recorded("bo", date(2026, 9, 28), "logged", "morning"),
        *days_of("bo", 4, date(2026, 10, 5), "accepted", kind="intensive"),
        *days_of("bo", 5, date(2027, 1, 11), "planned"),
        day_recorded("bo", date(2026, 11, 2), "planned"),  # nobody logged it
    )
    counted = {name: row[f"days_{name}"] for name in ("done", "accepted", "confirmed", "logged", "planned", "to_book")}
    assert counted == {"done": 5.5, "accepted": 3, "confirmed": 2, "logged": 0.5, "planned": 5, "to_book": 109.5}
    assert (row["days_needed"], row["intensive_needed"], row["intensive_to_book"]) == (120, 20, 16)


async def test_a_day_that_was_removed_or_returned_counts_no_more(platform: Platform) -> None:
    day = date(2026, 9, 14)
    row = await requirement(
        platform, trainee_on("bo"), day_recorded("bo", day), day_recorded("bo", day, "removed", "afternoon")
    )
    assert row["days_done"] == 0.5


async def test_two_records_of_one_day_count_once_after_a_merge(platform: Platform) -> None:
    row = await requirement(
        platform,
        *(trainee_on("bo"), trainee_on("bo, again")),
        *(day_recorded(name, date(2026, 9, 14)) for name in ("bo", "bo, again")),
        people_merged("bo, again", into="bo", kind="trainee"),
    )
    assert row["days_done"] == 1


async def test_schools_are_those_taught_at_and_booked_and_how_they_differ(platform: Platform) -> None:
    rural = school_recorded(ELM, "Elm").model_copy(update={"urban_rural": "Rural village", "phase": "Secondary"})
    urban = school_recorded(OAK, "Oak").model_copy(update={"urban_rural": "Urban city", "phase": "Secondary"})
    row = await requirement(
        platform,
        *(rural, urban, trainee_on("bo"), day_recorded("bo", date(2026, 9, 14), at=OAK)),
        *(pair_proposed("bo", "amal", ELM), pair_confirmed("bo", "amal", ELM)),
    )
    assert (row["schools_needed"], row["schools_taught_at"], row["schools_booked"], row["schools_to_book"]) == (
        2,
        1,
        2,
        0,
    )
    assert row["differ_in"] == ["urban_rural"]


async def test_a_school_of_before_counts(platform: Platform) -> None:
    row = await requirement(
        platform,
        trainee_on("bo"),
        earlier_placements_recorded("bo", ELM),
        day_recorded("bo", date(2026, 9, 14), at=OAK),
    )
    assert row["schools_taught_at"] == 2


@pytest.mark.parametrize(
    ("done", "planned", "as_of", "verdict"),
    [
        (120, 0, date(2027, 6, 1), "met"),
        (50, 70, AS_OF, "booked"),
        (50, 69, AS_OF, "to_book"),
        (10, 0, date(2027, 4, 1), "too_late"),
    ],
)
async def test_the_verdict_says_whether_it_is_still_possible(
    platform: Platform, done: int, planned: int, as_of: date, verdict: str
) -> None:
    done_days = days_of("bo", done, date(2026, 9, 7), "accepted")
    planned_days = days_of("bo", planned, date(2027, 1, 4), "planned")
    intensive = days_of("bo", 20, date(2025, 9, 8), "accepted", kind="intensive")
    row = await requirement(
        platform,
        *(trainee_on("bo"), earlier_placements_recorded("bo", ELM)),
        *(*done_days, *planned_days, *intensive),
        as_of=as_of,
    )
    assert row["verdict"] == verdict


async def test_the_last_day_to_begin_leaves_a_working_day_for_each_day(platform: Platform) -> None:
    row = await requirement(
        platform,
        trainee_on("bo"),
        *days_of("bo", 110, date(2026, 1, 5), "accepted"),
        *days_of("bo", 20, date(2025, 9, 8), "accepted", kind="intensive"),
    )
    first = date.fromisoformat(row["book_by"])
    assert sum(is_working_day(first + timedelta(days=nth)) for nth in range((ENDS - first).days + 1)) == 10
    assert is_working_day(first)


async def test_without_a_known_rule_there_are_totals_and_no_verdict(platform: Platform) -> None:
    known = await requirement(platform, trainee_on("bo", "assessment_only"), day_recorded("bo", date(2026, 9, 14)))
    assert (known["days_needed"], known["schools_needed"], known["verdict"]) == (None, 0, "met")
    before = trainee_on("bo").model_copy(update={"course_starts_on": date(2020, 9, 1)})
    row = await requirement(platform, before, day_recorded("bo", date(2026, 9, 14)))
    assert (row["days_needed"], row["schools_needed"], row["verdict"], row["days_done"]) == (None, None, None, 1)


async def test_a_trainee_sees_their_own_and_a_mentor_none(platform: Platform) -> None:
    tenant = await given(platform, trainee_on("bo"), trainee_on("cai"))
    path = "/reports/placement-requirements"
    own = platform.bearer("trainee", subject=str(id_of("bo")), tenant=tenant)
    rows = (await platform["reporting"].get(path, headers=own)).json()["rows"]
    assert [row["trainee_id"] for row in rows] == [str(id_of("bo"))]
    assert (await platform["reporting"].get(path, headers=platform.bearer("mentor", tenant=tenant))).status_code == 403


def history(chance: Random, name: str) -> Sequence[PublicEvent]:
    """Days of a trainee, each recorded several times, a half or the whole, here or there."""
    found: list[PublicEvent] = []
    for nth in chance.sample(range(200), 25):
        for _ in range(chance.randint(1, 4)):
            state = chance.choice(STATES)
            halves = chance.choice((("morning",), ("afternoon",), ("morning", "afternoon")))
            kind, at = chance.choice(KINDS), chance.choice((OAK, ELM))
            found.append(day_recorded(name, STARTS + timedelta(days=nth), state, *halves, kind=kind, at=at))
    return found


def plain(events: Sequence[Any], route: str) -> dict[str, Any]:
    """The same figures from the events, one after the other."""
    halves: dict[Any, Any] = {}
    for event in events:
        for half in event.halves:
            halves[event.happened_on, half] = event
    there = [(day, each) for (day, _), each in halves.items() if each.state != "removed"]
    done = [(day, each) for day, each in there if each.state in ("logged", "confirmed", "accepted") and day <= AS_OF]
    planned = [(day, each) for day, each in there if each.state in ("planned", "returned") and day > AS_OF]

    def total(which: Sequence[Any], kind: str, *states: str) -> float:
        return len([each for _, each in which if each.kind == kind and (not states or each.state in states)]) / 2

    needed = rule("placement_days", STARTS, route=route)
    return {
        "days_done": total(done, "general"),
        "days_logged": total(done, "general", "logged"),
        "days_confirmed": total(done, "general", "confirmed"),
        "days_accepted": total(done, "general", "accepted"),
        "days_planned": total(planned, "general"),
        "intensive_done": total(done, "intensive"),
        "intensive_planned": total(planned, "intensive"),
        "schools_taught_at": len({each.school_urn for _, each in done}),
        "schools_booked": len({each.school_urn for _, each in (*done, *planned)}),
        "days_needed": needed and needed.quantity,
        "days_to_book": needed and needed.quantity - total(done, "general") - total(planned, "general"),
    }


async def test_the_figures_are_those_of_a_plain_count_over_the_events(platform: Platform) -> None:
    chance = Random(16)  # a story, no secret
    routes = ("provider_led_postgrad", "provider_led_undergrad", "iqts", "assessment_only")
    stories = {f"trainee {nth}": history(chance, f"trainee {nth}") for nth in range(12)}
    route_of = {name: chance.choice(routes) for name in stories}
    tenant = await given(
        platform,
        *(trainee_on(name, route) for name, route in route_of.items()),
        *(e for s in stories.values() for e in s),
    )
    answer = await platform["reporting"].get(
        "/reports/placement-requirements",
        params={"as_of": f"{AS_OF}"},
        headers=platform.bearer("partnership_lead", tenant=tenant),
    )
    rows = {row["trainee_id"]: row for row in answer.json()["rows"]}
    for name, events in stories.items():
        expected = plain(events, route_of[name])
        assert {figure: rows[str(id_of(name))][figure] for figure in expected} == expected, name
