"""Figures of groups: right, with intervals, and such that nobody can be worked out from them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.reporting.reports.periods import Period
from services.reporting.reports.settling import settle_figures_before
from shared.events import PublicEvent
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from tests.integration.reporting.published_events import given, publish, wait_until_recorded
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    ELM,
    FRIDAY,
    OAK,
    PROGRAMME,
    feedback_given,
    id_of,
    measures_taken,
    meeting_held,
    meeting_missed,
    numbers_released,
    programme_opened,
    relationship_opened,
    school_recorded,
    target_reviewed,
    target_set,
    trainee_recorded,
)

STARTS_ON, WEEKS = date(2026, 9, 1), (date(2026, 9, 2), date(2026, 9, 9), date(2026, 9, 16), date(2026, 9, 23))
SEPTEMBER, SETTLED = "2026-09-01", "2026-10-20"


async def ask(
    platform: Platform, tenant: str, report: str, role: str = "partnership_lead", *schools: str, **params: str
) -> list[dict[str, Any]]:
    """Return the rows of a report, as somebody in a role sees them who asks on the day `SETTLED`."""
    answer = await platform["reporting"].get(
        f"/reports/{report}",
        params={"as_of": SETTLED} | params,
        headers=platform.bearer(role, tenant=tenant, schools=schools),
    )
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


def by_group(rows: list[dict[str, Any]], entitlement: str) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Return the people and the figure of an entitlement, by what people share."""
    return {
        (row["grouped_by"], row["value"]): (row["people"], row["figure"])
        for row in rows
        if row["entitlement"] == entitlement
    }


def mentee(name: str, at: str, held: int, route: str = "pgce") -> Iterator[PublicEvent]:
    """Somebody with a meeting due in each of four weeks of September, of which the first are held."""
    yield trainee_recorded(name, route=route)
    yield relationship_opened(name, f"mentor of {name}", at, starts_on=STARTS_ON, ends_on=FRIDAY, minutes=60)
    yield from (meeting_held(name, week, 45) for week in WEEKS[:held])


SCHOOLS = (programme_opened(), school_recorded(OAK, "Oak School", "T1"), school_recorded(ELM, "Elm School", "T2"))
AT_OAK = tuple(event for nth in range(6) for event in mentee(f"oak {nth}", OAK, held=3))
AT_ELM = tuple(event for nth in range(5) for event in mentee(f"elm {nth}", ELM, held=2, route="salaried"))


@pytest.mark.covers("P4")
async def test_what_is_delivered_is_compared_with_what_is_due(platform: Platform) -> None:
    tenant = await given(
        platform,
        *SCHOOLS,
        *AT_OAK,
        *AT_ELM,
        *(meeting_missed(f"oak {nth}", WEEKS[3], "mentor_absent") for nth in range(3)),
        *(meeting_missed(f"oak {nth}", WEEKS[3], "trainee_absent") for nth in range(3, 6)),
        *(target_set(f"oak {nth}", on=STARTS_ON, due_on=date(2026, 9, 30)) for nth in range(6)),
        *(target_reviewed(f"oak {nth}", "met", on=date(2026, 10, 2)) for nth in range(2)),
        *(feedback_given(f"elm {nth}", date(2026, 9, 8), date(2026, 9, 9 + nth)) for nth in range(5)),
    )
    rows = await ask(platform, tenant, "parity")
    assert {(row["month"], row["settled"]) for row in rows} == {(SEPTEMBER, False)}
    held = by_group(rows, "meetings_held")
    assert held["everybody", ""] == (11, pytest.approx((6 * 3 + 5 * 2) / 44))
    assert held["school", OAK] == held["trust", "T1"] == held["training_route", "pgce"] == (6, 0.75)
    assert held["school", ELM] == held["subject", "salaried physics"] == (5, 0.5)
    assert by_group(rows, "minutes_given")["school", OAK] == (6, 0.75 * 45 / 60)
    assert by_group(rows, "missed_by_mentor")["school", OAK] == (6, 3 / 24)
    assert by_group(rows, "missed_by_mentee")["school", OAK] == (6, 3 / 24)
    assert by_group(rows, "targets_reviewed")["everybody", ""] == (6, pytest.approx(1 / 3))
    assert by_group(rows, "days_until_feedback")["school", ELM] == (5, 3)
    assert all(row["low"] <= row["figure"] <= row["high"] for row in rows if row["figure"] is not None)
    (named,) = (row for row in rows if row["value"] == OAK and row["entitlement"] == "meetings_held")
    assert (named["name"], named["school_urn"]) == ("Oak School", OAK)


@pytest.mark.covers("P4", "P14")
async def test_no_two_readers_and_no_two_dates_give_a_small_group_away(platform: Platform) -> None:
    """Elm has four mentees, one fewer than the programme's smallest group: nothing of theirs can be worked out."""
    tenant = await given(platform, *SCHOOLS, *AT_OAK, *(event for event in AT_ELM if "elm 4" not in event_names(event)))
    everything = await ask(platform, tenant, "parity")
    shown = {key for key, (_, figure) in by_group(everything, "meetings_held").items() if figure is not None}
    assert shown == {("everybody", "")}
    for readers in ((OAK,), (ELM,), (OAK, ELM)):
        assert all(row in everything for row in await ask(platform, tenant, "parity", "school_lead", *readers))
    for asked in ({"as_of": "2026-10-15"}, {"as_of": "2026-11-14"}, {"as_of": SETTLED}):
        assert await ask(platform, tenant, "parity", **asked) == everything
    for asked in ({"as_of": "2026-10-14"}, {"known_at": "2026-10-10"}, {"as_of": "2037-10-20"}):
        assert not await ask(platform, tenant, "parity", **asked)


@pytest.mark.covers("P4", "P10", "P12")
async def test_no_past_or_future_moment_shows_more_of_a_period_than_the_present(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures of one moment after the other would tell what each person did, who is in a group that grows."""
    number = len((*SCHOOLS, *AT_OAK))
    tenant = await given(platform, *SCHOOLS, *AT_OAK)
    between = datetime.now(UTC).isoformat()
    await publish(platform, tenant, *mentee("oak 6", OAK, held=1))
    await wait_until_recorded(platform, tenant, number + len([*mentee("oak 6", OAK, held=1)]))
    assert by_group(await ask(platform, tenant, "parity"), "meetings_held")["school", OAK][0] == 7
    assert not await ask(platform, tenant, "parity", known_at=between)
    taken = await platform["reporting"].post(
        "/reports/parity/exports",
        params={"format": "csv", "as_of": SETTLED, "known_at": between},
        headers=platform.bearer("partnership_lead", tenant=tenant),
    )
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (422, "query:known_at")
    settled_at = datetime.now(UTC) + timedelta(hours=1)
    monkeypatch.setattr(Period, "settled_at", property(lambda _: settled_at))
    assert not await ask(platform, tenant, "parity", known_at=(settled_at + timedelta(hours=1)).isoformat())


def event_names(event: PublicEvent) -> set[str]:
    """Return the names that the ids of an event are made from, of those that the tests of groups use."""
    ids = {value for value in event.model_dump().values() if value}
    return {name for name in ("elm 4",) if {id_of(name), id_of(f"relationship of {name}")} & ids}


@pytest.mark.covers("P4", "P12")
async def test_the_figures_of_a_month_stay_as_they_were_when_it_was_settled(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = await given(platform, *SCHOOLS, *AT_OAK, *AT_ELM)
    settled_at = datetime.now(UTC)
    monkeypatch.setattr(Period, "settled_at", property(lambda _: settled_at))
    before = await ask(platform, tenant, "parity")
    assert {row["settled"] for row in before} == {True}
    assert by_group(before, "meetings_held")["school", ELM] == (5, 0.5)
    late = [meeting_held("elm 0", WEEKS[2]), meeting_held("elm 0", WEEKS[3]), *mentee("elm 5", ELM, held=4)]
    await publish(platform, tenant, *late)
    await wait_until_recorded(platform, tenant, len((*SCHOOLS, *AT_OAK, *AT_ELM, *late)))
    assert await ask(platform, tenant, "parity") == before


@pytest.mark.covers("P4", "P12")
async def test_settled_figures_are_counted_once_and_stored(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    settled_at = datetime.now(UTC) + timedelta(hours=1)
    monkeypatch.setattr(Period, "settled_at", property(lambda _: settled_at))
    tenant = await given(platform, *SCHOOLS, *AT_OAK, *AT_ELM)
    other = await given(platform, *SCHOOLS, *AT_OAK)
    assert not await ask(platform, tenant, "parity"), "nobody is shown the figures of a period that is not settled"
    settled_at = datetime.now(UTC)
    counted = [await ask(platform, each, "parity") for each in (tenant, other)]
    impact = await ask(platform, tenant, "impact")

    async with await open_pool(platform.urls["reporting"]["worker"], size=2) as pool:
        store = PostgresStore(pool, Keyring(platform.settings.master_key()))
        first = await settle_figures_before(store, date.fromisoformat(SETTLED))
        again = await settle_figures_before(store, date.fromisoformat(SETTLED))
        stored = [await ask(platform, each, "parity") for each in (tenant, other)]
        async with store.transaction() as transaction:
            await transaction.connection.execute("select set_config('alongside.tenants', $1, true)", tenant)
            await transaction.connection.execute(
                "insert into settled_parity select tenant, last_day, programme_id, grouped_by, 'stored', entitlement, "
                "month from settled_parity where tenant = $1 and grouped_by = 'everybody'",
                tenant,
            )

    assert (first >= 2, again) == (True, 0)
    assert stored == counted != [[], []]
    assert await ask(platform, tenant, "impact") == impact
    assert {row["value"] for row in await ask(platform, tenant, "parity", value="stored")} == {"stored"}
    assert not await ask(platform, tenant, "parity", known_at="2026-10-10"), "it was not settled then"


CHANGES = ((3, 5), (4, 6), (5, 5), (4, 7), (6, 5), (2, 6))


@pytest.mark.covers("P10")
async def test_the_change_is_that_of_those_who_released_both_numbers(platform: Platform) -> None:
    starts_on, ends_on = date(2026, 5, 4), date(2026, 7, 17)
    mentorings = [
        relationship_opened(f"mentee {nth}", "amal", starts_on=starts_on, ends_on=ends_on) for nth in range(9)
    ]
    released = [
        event
        for nth, (before, after) in enumerate(CHANGES)
        for event in (
            numbers_released(f"mentee {nth}", starts_on, planning=before),
            numbers_released(f"mentee {nth}", ends_on, "end", planning=after),
        )
    ]
    tenant = await given(
        platform,
        programme_opened().model_copy(update={"starts_on": date(2026, 1, 1)}),
        *mentorings,
        *(measures_taken(f"mentee {nth}", starts_on) for nth in range(9)),
        *(measures_taken(f"mentee {nth}", ends_on, "end") for nth in range(8)),
        *released,
        numbers_released("mentee 6", starts_on, planning=9),
        numbers_released("mentee 7", starts_on, planning=9),
        numbers_released("mentee 7", ends_on, "end", planning=9),
        numbers_released("mentee 7", ends_on, "end"),
    )
    (row,) = await ask(platform, tenant, "impact")
    assert (row["programme_id"], row["instrument"], row["item"]) == (str(PROGRAMME), "confidence", "planning")
    assert (row["until"], row["settled"]) == ("2026-08-31", False)
    assert (row["mentorings"], row["without_end"], row["not_released"], row["people"]) == (9, 1, 2, 6)
    assert (row["at_baseline"], row["at_end"], row["change"]) == (4, 5.5, 2)
    assert (row["low"], row["high"]) == (-1, 4)
    assert (row["went_up"], row["went_down"]) == (4, 1)


@pytest.mark.covers("P10")
async def test_too_few_changes_are_not_shown(platform: Platform) -> None:
    starts_on, ends_on = date(2026, 5, 4), date(2026, 7, 17)
    tenant = await given(
        platform,
        programme_opened().model_copy(update={"starts_on": date(2026, 1, 1)}),
        *(relationship_opened(f"mentee {nth}", "amal", starts_on=starts_on, ends_on=ends_on) for nth in range(4)),
        *(numbers_released(f"mentee {nth}", starts_on, planning=3) for nth in range(4)),
        *(numbers_released(f"mentee {nth}", ends_on, "end", planning=4) for nth in range(4)),
    )
    (row,) = await ask(platform, tenant, "impact")
    assert (row["mentorings"], row["without_end"], row["not_released"]) == (4, 0, 0)
    assert {row[name] for name in ("people", "at_baseline", "at_end", "change", "low", "went_up", "went_down")} == {
        None
    }


@pytest.mark.covers("P6")
@pytest.mark.parametrize(
    ("reviews", "as_of", "days_past", "days_left_alone"),
    [
        ((), "2026-09-28", None, None),
        ((), "2026-09-29", 1, 15),
        ((date(2026, 9, 21),), "2026-10-01", 3, 10),
        ((date(2026, 9, 28),), "2026-10-01", None, None),
        ((date(2026, 9, 30),), "2026-10-29", 31, 29),
    ],
)
async def test_a_target_is_not_revisited_when_its_day_is_past_or_nobody_looks_at_it(
    platform: Platform, reviews: tuple[date, ...], as_of: str, days_past: int | None, days_left_alone: int | None
) -> None:
    tenant = await given(
        platform,
        school_recorded(OAK, "Oak School"),
        relationship_opened("bo", "amal"),
        target_set("bo"),
        *(target_reviewed("bo", "progressing", on=day) for day in reviews),
    )
    rows = await ask(platform, tenant, "targets-not-revisited", as_of=as_of)
    assert [(row["days_past"], row["days_left_alone"]) for row in rows] == (
        [] if days_past is None else [(days_past, days_left_alone)]
    )
    assert all(row["school_name"] == "Oak School" and row["mentoring_goes_on"] for row in rows)


@pytest.mark.covers("P6", "P14")
async def test_each_sees_the_targets_that_are_theirs_to_look_at(platform: Platform) -> None:
    tenant = await given(
        platform,
        *(relationship_opened("bo", "amal"), relationship_opened("cai", "eli", ELM)),
        *(target_set("bo"), target_set("cai"), target_set("bo", 2), target_reviewed("bo", "met", 2)),
    )

    async def trainees_of(role: str, subject: str | None = None, *schools: str) -> set[str]:
        headers = platform.bearer(
            role, tenant=tenant, subject=str(id_of(subject)) if subject else None, schools=schools
        )
        answer = await platform["reporting"].get(
            "/reports/targets-not-revisited", params={"as_of": "2026-10-20"}, headers=headers
        )
        return {row["trainee_id"] for row in answer.json()["rows"]}

    bo, cai = str(id_of("bo")), str(id_of("cai"))
    assert await trainees_of("partnership_lead") == await trainees_of("tutor") == {bo, cai}
    assert await trainees_of("school_lead", None, ELM) == {cai}
    assert await trainees_of("mentor", "eli") == await trainees_of("trainee", "cai") == {cai}
    assert await trainees_of("mentor", "fay") == set()
