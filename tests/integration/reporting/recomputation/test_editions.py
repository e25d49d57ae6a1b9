"""The same history judged under two editions of a rule: each trainee and entry by the edition of its day."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from importlib.util import find_spec, module_from_spec

import pytest

from services.reporting.reports.mentor_training import MENTOR_TRAINING
from services.reporting.reports.placement_requirements import PLACEMENT_REQUIREMENTS
from services.reporting.reports.reading import Asked, read_rows
from services.reporting.reports.report import Report
from services.reporting.views import rules as rules_in_sql
from shared.calendar import is_working_day
from shared.events import PublicEvent
from shared.rulebook import Rule, rules
from tests.integration.reporting.recomputation.comparing import Person, Question, ReportingStore
from tests.integration.reporting.recomputation.test_examples import as_recorded
from tests.unit.reporting.facts import PROGRAMME, day_recorded, id_of, trainee_recorded, training_logged

pytestmark = pytest.mark.covers("P3", "P8", "R6")

ROUTE = "provider_led_postgrad"
LAST_DAY = date(2025, 8, 31)
"""Of the first edition: the second asks for fewer days."""
STARTS = {"in the first edition": LAST_DAY, "in the second": LAST_DAY + timedelta(days=1), "unknown": date(2020, 9, 1)}


@pytest.fixture
def requirements(monkeypatch: pytest.MonkeyPatch) -> Report:
    """The report of placement requirements, by a rulebook of two editions: of 120 days, then of 100."""
    (days,) = (each for each in rules() if each.id == "placement_days" and each.route == ROUTE)
    editions = (
        days.model_copy(update={"edition": "first", "effective_to": LAST_DAY}),
        days.model_copy(update={"edition": "second", "effective_from": STARTS["in the second"], "quantity": 100}),
    )
    # of the other rules none that any of these trainees has not met
    others = [each.model_copy(update={"quantity": 0}) for each in rules() if each.id != "placement_days"]
    both: Sequence[Rule] = (*editions, *others)
    monkeypatch.setattr(rules_in_sql, "rules", lambda: both)
    spec = find_spec("services.reporting.views.requirements")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)  # a second one, whose SQL has these rules
    spec.loader.exec_module(module)
    return replace(PLACEMENT_REQUIREMENTS, figures=(module.KEPT_REQUIREMENTS,))


def days_in_schools(name: str, number: int) -> Iterator[PublicEvent]:
    day = date(2025, 1, 6)
    for _ in range(number):
        while not is_working_day(day):
            day += timedelta(days=1)
        yield day_recorded(name, day, "accepted")
        day += timedelta(days=1)


def question_on(as_of: date) -> Question:
    return Question(Person(), as_of, None, PROGRAMME, id_of("bo"), id_of("amal"))


async def test_a_course_is_judged_by_the_edition_of_its_first_day(store: ReportingStore, requirements: Report) -> None:
    events = [
        event
        for name, starts_on in STARTS.items()
        for event in (
            trainee_recorded(name, route=ROUTE).model_copy(
                update={"course_starts_on": starts_on, "course_ends_on": date(2026, 6, 30)}
            ),
            *days_in_schools(name, 110),
        )
    ]
    tenant = await store.record(as_recorded(events))
    question = question_on(date(2025, 12, 1))
    rows = await store.ask(tenant, question, lambda reader: read_rows(reader, requirements, Asked(question.as_of)))
    judged = {row.trainee_id: (row.days_done, row.days_needed, row.verdict) for row in rows}
    assert judged == {
        id_of("in the first edition"): (110, 120, "to_book"),
        id_of("in the second"): (110, 100, "met"),
        id_of("unknown"): (110, None, None),
    }


async def test_a_course_without_days_is_judged_by_the_edition_of_the_day_asked_about(
    store: ReportingStore, requirements: Report
) -> None:
    tenant = await store.record(as_recorded([trainee_recorded("bo", route=ROUTE), *days_in_schools("bo", 110)]))
    verdicts = []
    for day in STARTS.values():
        read = partial(read_rows, report=requirements, asked=Asked(day))
        rows = await store.ask(tenant, question_on(day), read)
        verdicts += [(row.days_done, row.days_needed, row.verdict) for row in rows]
    assert verdicts == [(110, 120, "to_book"), (110, 100, "met"), (0, None, None)]


async def test_an_allowance_is_that_of_the_year_and_without_a_rule_there_are_hours_alone(store: ReportingStore) -> None:
    days = {"2023/24": date(2023, 10, 2), "2024/25": LAST_DAY, "2025/26": LAST_DAY + timedelta(days=1)}
    entries = [training_logged("amal", 18, nth, on=on, year=year) for nth, (year, on) in enumerate(days.items())]
    tenant = await store.record(as_recorded(entries))
    question = question_on(date(2026, 1, 1))
    rows = await store.ask(tenant, question, lambda reader: read_rows(reader, MENTOR_TRAINING, Asked(question.as_of)))
    allowances = {row.academic_year: (row.hours, row.most_claimable) for row in rows}
    assert allowances == {"2023/24": (18, None), "2024/25": (18, 20), "2025/26": (18, 16)}
