"""Common needs: counted once a term, above the smallest group, so that no two counts differ by one person."""

from collections import Counter
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.common_needs import (
    COMMON_NEEDS,
    COUNT,
    CountDue,
    CountNeeds,
    NameNeeds,
    NeedCount,
    NeedsCounted,
    NeedsNamed,
    count_id_of,
    term_end,
)
from services.sessions.processes.common_needs import COUNT_NEEDS, PROCESSES
from services.sessions.projections.common_needs import COMMON_NEEDS as NEED_ROWS
from services.sessions.projections.common_needs import CommonNeedsRow
from services.sessions.publish import publish
from shared.calendar import morning_of
from shared.events.practices import NeedRules
from shared.events.sessions import CommonNeedsCounted
from shared.kernel.processes import TaskRequest
from tests.support.given import NOW, given
from tests.unit.sessions.examples import DAY, MONDAY, PROGRAMME_ID
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S15")
UNTIL = date(2026, 12, 31)
AFTER = UNTIL + DAY
COUNT_ID = count_id_of(PROGRAMME_ID, "900001", UNTIL)
ABOUT = {"count_id": COUNT_ID, "programme_id": PROGRAMME_ID, "school_urn": "900001", "until": UNTIL}


def naming(person: int, *needs: str) -> NameNeeds:
    ids = {"relationship_id": UUID(int=100 + person), "trainee_id": UUID(int=person)}
    return NameNeeds.model_validate({**ABOUT, **ids, "needs": needs, "on": MONDAY})


def needs_named(person: int, *needs: str) -> NeedsNamed:
    ids = {"relationship_id": UUID(int=100 + person), "trainee_id": UUID(int=person)}
    return NeedsNamed.model_validate({"happened_on": MONDAY, **ABOUT, **ids, "needs": needs})


def counting(on: date = AFTER, smallest_group: int = 2, **records: UUID) -> CountNeeds:
    merged = {UUID(int=int(one.removeprefix("p"))): kept for one, kept in records.items()}
    return CountNeeds(smallest_group=smallest_group, records=merged, on=on)


def needs_counted(**needs: int) -> NeedsCounted:
    counts = tuple(NeedCount(code=code, people=people) for code, people in needs.items())
    return NeedsCounted.model_validate({"happened_on": AFTER, **ABOUT, "needs": counts})


COUNTED = needs_counted(pace=2)
DUE = CountDue(happened_on=MONDAY, count_id=COUNT_ID, on=AFTER)
EVERY = (needs_named(1, "pace"), COUNTED, DUE)
THREE = (needs_named(1, "pace"), needs_named(2, "pace", "up_to_date"), needs_named(3))


@pytest.mark.parametrize(
    ("day", "until"),
    [
        ("2026-09-01", "2026-12-31"),
        ("2026-12-31", "2026-12-31"),
        ("2027-01-01", "2027-04-30"),
        ("2027-05-01", "2027-08-31"),
        ("2027-09-01", "2027-12-31"),
    ],
)
def test_a_day_lies_in_the_term_that_the_programme_names(day: str, until: str) -> None:
    rules = programme(EVERY_TEMPLATE["peer-review"]).practice.needs
    assert rules is not None
    assert term_end(rules, date.fromisoformat(day)) == date.fromisoformat(until)
    assert RETURN.practice.needs is not None
    assert term_end(RETURN.practice.needs, date(2026, 9, 1)) == date(2027, 2, 28)


def test_needs_are_named_replaced_and_taken_back_until_they_are_counted() -> None:
    given(COMMON_NEEDS).when(naming(1, "pace")).then(needs_named(1, "pace"))
    given(COMMON_NEEDS, needs_named(1, "pace")).when(naming(1, "pace")).then()
    given(COMMON_NEEDS, needs_named(1, "pace")).when(naming(1)).then(needs_named(1))
    given(COMMON_NEEDS).when(naming(1)).then()
    given(COMMON_NEEDS, *THREE, COUNTED).when(naming(1)).then()
    given(COMMON_NEEDS, *THREE, COUNTED).when(naming(4, "pace")).then()


def test_they_are_counted_once_after_the_term_and_only_above_the_smallest_group() -> None:
    given(COMMON_NEEDS, *THREE).when(counting()).then(needs_counted(pace=2))
    given(COMMON_NEEDS, *THREE).when(counting(smallest_group=3)).then(needs_counted())
    given(COMMON_NEEDS, *THREE).when(counting(on=UNTIL)).then()
    given(COMMON_NEEDS, *THREE, COUNTED).when(counting()).then()
    given(COMMON_NEEDS).when(counting()).then()


def test_one_person_with_two_mentors_or_two_records_counts_once() -> None:
    same = needs_named(2, "pace").model_copy(update={"trainee_id": UUID(int=1)})
    given(COMMON_NEEDS, needs_named(1, "pace"), same).when(counting()).then(needs_counted())
    merged = counting(p2=UUID(int=1))
    given(COMMON_NEEDS, needs_named(1, "pace"), needs_named(2, "pace")).when(merged).then(needs_counted())


def test_the_count_is_published_without_people_and_not_at_all_where_nothing_is_shared() -> None:
    published = publish(COUNTED)
    assert isinstance(published, CommonNeedsCounted)
    assert {*published.model_dump()} == {"happened_on", "programme_id", "school_urn", "until", "needs"}
    assert publish(needs_counted()) is None


def test_the_process_counts_on_the_morning_after_the_term() -> None:
    given(COUNT).when(needs_named(1, "pace")).then(DUE)
    given(COUNT, DUE).when(needs_named(2, "pace")).then()
    (process,) = PROCESSES
    assert process.requests(DUE) == [TaskRequest(COUNT_NEEDS, {"count_id": str(COUNT_ID)}, morning_of(AFTER))]


def test_the_row_has_the_counts_alone() -> None:
    assert rows(NEED_ROWS, COUNTED) == [
        CommonNeedsRow(COUNT_ID, PROGRAMME_ID, "900001", UNTIL, ({"code": "pace", "people": 2},))
    ]


NAMED = st.lists(st.tuples(st.integers(1, 6), st.frozensets(st.sampled_from(("a", "b", "c")))), max_size=15)


@drawn(NAMED, st.integers(1, 4))
def test_a_count_names_no_group_smaller_than_the_smallest_and_counts_what_each_said_last(
    said: list[tuple[int, frozenset[str]]], smallest: int
) -> None:
    state = COMMON_NEEDS.initial()
    for person, needs in said:
        for event in COMMON_NEEDS.decide(naming(person, *sorted(needs)), state, NOW):
            state = COMMON_NEEDS.evolve(state, event)
    events = COMMON_NEEDS.decide(counting(smallest_group=smallest), state, NOW)
    plain = Counter(need for needs in dict(said).values() for need in needs)
    expected = {need: number for need, number in plain.items() if number >= smallest}
    found = [event for event in events if isinstance(event, NeedsCounted)]
    assert ({need.code: need.people for need in found[0].needs} if found else {}) == expected


def test_rules_name_days_of_every_year() -> None:
    rules = NeedRules(choices=(), counted_until=("02-28",))
    assert term_end(rules, date(2027, 3, 1)) == date(2028, 2, 28)
