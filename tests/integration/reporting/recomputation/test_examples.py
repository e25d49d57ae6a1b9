"""Histories that were once answered wrongly, as the random ones showed, each as short as it can be."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from services.reporting.reports import REPORTS
from services.reporting.reports.reading import Asked, read_page, read_rows
from services.reporting.reports.tracing import read_trace
from shared.calendar import ENGLAND
from shared.events import PublicEvent
from shared.events.referral import ReferralMade
from tests.integration.reporting.recomputation.comparing import (
    Keeping,
    Person,
    Question,
    ReportingStore,
    differences,
)
from tests.integration.reporting.recomputation.histories import Recorded
from tests.unit.reporting.facts import (
    ELM,
    MONDAY,
    OAK,
    PROGRAMME,
    day_recorded,
    id_of,
    mentor_recorded,
    pair_confirmed,
    pair_declined,
    pair_proposed,
    pair_withdrawn,
    people_merged,
    person_erased,
    programme_opened,
    referral_accepted,
    referral_made,
    registration_undone,
    relationship_opened,
    trainee_recorded,
    training_status_changed,
)

OCTOBER = date(2026, 10, 31)
FIRST_MOMENT = datetime(2026, 7, 1, 12, tzinfo=ENGLAND)
OTHER_PROGRAMME = id_of("another programme")


def as_recorded(events: Sequence[PublicEvent]) -> list[Recorded]:
    """Record these events in their order, a minute after each other."""
    return [Recorded(FIRST_MOMENT + timedelta(minutes=nth), event) for nth, event in enumerate(events)]


async def answer(
    store: ReportingStore, report: str, *events: PublicEvent, as_of: date = OCTOBER, keeping: Keeping = ()
) -> list[dict[str, Any]]:
    """Return the rows of a report after these events, of which every page is what the plain functions say."""
    records = as_recorded(events)
    question = Question(Person(), as_of, None, PROGRAMME, id_of("bo"), id_of("amal"))
    tenant = await store.record(records, keeping)
    assert not [str(each) for each in await differences(store, tenant, records, question)]
    return await rows_of(store, tenant, report, question)


async def rows_of(store: ReportingStore, tenant: str, report: str, question: Question) -> list[dict[str, Any]]:
    (asked,) = (each for each in REPORTS if each.name == report)
    rows = await store.ask(tenant, question, lambda reader: read_rows(reader, asked, Asked(question.as_of)))
    return [row.model_dump() for row in rows]


@pytest.mark.covers("P5", "P12")
async def test_a_trainee_who_waits_in_two_programmes_is_two_warnings_with_a_trace_each(store: ReportingStore) -> None:
    here, there = programme_opened(), programme_opened().model_copy(update={"programme_id": OTHER_PROGRAMME})
    accepted = referral_accepted("bo", 2).model_copy(update={"programme_id": OTHER_PROGRAMME})
    records = as_recorded((here, there, referral_accepted("bo"), accepted))
    question = Question(Person(), OCTOBER, None, PROGRAMME, id_of("bo"), id_of("amal"))
    tenant = await store.record(records)
    assert not await differences(store, tenant, records, question)

    (warnings,) = (each for each in REPORTS if each.name == "early-warnings")
    first = await store.ask(tenant, question, lambda reader: read_page(reader, warnings, Asked(OCTOBER, limit=1)))
    second = await store.ask(
        tenant, question, lambda reader: read_page(reader, warnings, Asked(OCTOBER, limit=1, after=first.next))
    )
    rows = (*first.rows, *second.rows)
    assert {row.programme_id for row in rows} == {PROGRAMME, OTHER_PROGRAMME}
    assert second.next is None
    for row in rows:
        key = {name: getattr(row, name) for name in warnings.key}
        read = partial(read_trace, report=warnings, key=key, column=None, as_of=OCTOBER, after=0, limit=100)
        trace = await store.ask(tenant, question, read)
        assert trace.row == row
        assert {each.data["programme_id"] for each in trace.events} == {str(row.programme_id)}


@pytest.mark.covers("P1")
async def test_a_deferral_on_a_merged_record_that_has_ended_was_there_on_its_days(store: ReportingStore) -> None:
    events = (
        *(trainee_recorded(name) for name in ("bo", "bo, again")),
        referral_accepted("bo"),
        training_status_changed("bo, again", "deferred", on=date(2026, 10, 5)),
        training_status_changed("bo, again", "in_training", on=date(2026, 11, 2)),
        people_merged("bo, again", into="bo", kind="trainee"),
    )
    (then,) = await answer(store, "placements", *events)
    (later,) = await answer(store, "placements", *events, as_of=date(2026, 11, 2))
    assert (then["standing"], then["since"]) == ("deferred", date(2026, 10, 5))
    assert (later["standing"], later["since"]) == ("accepted", None)


@pytest.mark.covers("P3")
@pytest.mark.parametrize("names", [("bo", "bo, again"), ("bo, again", "bo")])
async def test_of_two_records_of_half_a_day_the_same_counts_each_time(
    store: ReportingStore, names: tuple[str, str]
) -> None:
    general, intensive = names
    (row,) = await answer(
        store,
        "placement-requirements",
        *(trainee_recorded(name, route="provider_led_postgrad") for name in ("bo", "bo, again")),
        day_recorded(general, MONDAY, "logged", "morning", at=ELM),
        day_recorded(intensive, MONDAY, "logged", "morning", kind="intensive", at=OAK),
        people_merged("bo, again", into="bo", kind="trainee"),
    )
    assert (row["days_done"], row["intensive_done"], row["schools_taught_at"]) == (0.5, 0, 1)


@pytest.mark.covers("P3", "P12")
async def test_a_school_was_booked_until_the_day_on_which_the_pair_was_withdrawn(store: ReportingStore) -> None:
    events = (
        trainee_recorded("bo"),
        pair_proposed("bo", "amal"),
        pair_confirmed("bo", "amal"),
        pair_withdrawn("bo", "amal", on=date(2026, 9, 30)),
    )
    days = (date(2026, 9, 29), date(2026, 9, 30))
    booked = [(await answer(store, "placement-requirements", *events, as_of=day))[0]["schools_booked"] for day in days]
    assert booked == [1, 0]


@pytest.mark.covers("P1")
async def test_the_reason_is_that_of_the_pair_that_ended_last(store: ReportingStore) -> None:
    (row,) = await answer(
        store,
        "placements",
        referral_made("bo"),
        referral_accepted("bo"),
        pair_proposed("bo", "amal"),
        pair_confirmed("bo", "amal"),
        pair_withdrawn("bo", "amal", "school_left", on=date(2026, 7, 20)),
        pair_proposed("bo", "eli", on=date(2026, 7, 21)),
        pair_declined("bo", "eli", on=date(2026, 7, 24)),
    )
    assert (row["standing"], row["reason"]) == ("unplaced", "declined_by_mentor")


@pytest.mark.covers("P1", "P13")
@pytest.mark.parametrize("is_late", [False, True])
async def test_a_deferral_before_an_erasure_is_there_whichever_is_heard_first(
    store: ReportingStore, is_late: bool
) -> None:
    deferred = (
        training_status_changed("bo", "deferred", on=date(2026, 9, 1)),
        training_status_changed("bo", "in_training", on=date(2026, 9, 8)),
    )
    erased = person_erased("bo")  # on MONDAY
    story = (erased, *deferred) if is_late else (*deferred, erased)
    events = (trainee_recorded("bo"), referral_accepted("bo"), *story)
    days = (date(2026, 9, 7), date(2026, 9, 8), MONDAY)
    shown = [(await answer(store, "placements", *events, as_of=day))[0]["standing"] for day in days]
    assert shown == ["deferred", "accepted", "withdrawn"]


@pytest.mark.covers("P2", "P3")
async def test_figures_are_kept_of_somebody_who_is_referred_again_after_the_registration_was_undone(
    store: ReportingStore,
) -> None:
    before = (
        mentor_recorded("amal"),
        trainee_recorded("bo", route="provider_led_postgrad"),
        relationship_opened("bo", "amal"),
        day_recorded("bo", MONDAY),
        registration_undone("bo"),
    )
    again = ReferralMade(**{**referral_made("bo", 2).model_dump(), "happened_on": MONDAY + timedelta(days=1)})
    kept_at = FIRST_MOMENT + timedelta(minutes=len(before) - 1)
    rows = await answer(store, "mentoring", *before, again, keeping=[(kept_at, OCTOBER)])
    assert [row["relationship_id"] for row in rows] == [id_of("relationship of bo")]
