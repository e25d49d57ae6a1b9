"""How PostgreSQL reads for the reports of today: never all meetings and days, of which there are millions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

import pytest
from pydantic import BaseModel

from services.reporting.policy import LEAD
from services.reporting.reports import REPORTS
from services.reporting.reports.overview import overview
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.reading import Asked, is_for, read_rows
from services.reporting.reports.report import Report
from services.reporting.views.keeping import keep_figures_up_to
from shared.events import PublicEvent
from shared.kernel.postgres import tenant_transaction
from tests.integration.reporting.recomputation.comparing import Person, ReportingStore
from tests.integration.reporting.recomputation.test_examples import as_recorded
from tests.unit.reporting.facts import (
    MONDAY,
    OAK,
    day_recorded,
    id_of,
    meeting_held,
    mentor_recorded,
    referral_accepted,
    relationship_opened,
    school_recorded,
    target_set,
    trainee_recorded,
)

pytestmark = pytest.mark.covers("P2", "P3", "P5")

TODAY = date(2026, 11, 30)
PAIRS = 150
MEETINGS = 60
READERS = {
    "a lead": Person(),
    "a mentor": Person("mentor", id_of("mentor 3")),
    "a trainee": Person("trainee", id_of("trainee 3")),
}
A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True)
class Explained(ReportReader):
    """A reader that also asks how each statement was done."""

    plans: list[str] = field(default_factory=list)

    async def all(self, answer: type[A], sql: str, *values: object, unseal: bool = False) -> list[A]:
        rows = await self.connection.fetch(f"explain (analyze, timing off) {sql}", *values)
        self.plans.append("\n".join(row[0] for row in rows))
        return await super().all(answer, sql, *values, unseal=unseal)


def partnership() -> Iterator[PublicEvent]:
    yield school_recorded(OAK, "Oak School")
    for nth in range(PAIRS):
        trainee, mentor = f"trainee {nth}", f"mentor {nth}"
        yield from (
            trainee_recorded(trainee),
            mentor_recorded(mentor),
            referral_accepted(trainee),
            relationship_opened(trainee, mentor),
            target_set(trainee),
        )
        for day in (MONDAY + timedelta(days=each) for each in range(MEETINGS)):
            yield meeting_held(trainee, day)
            yield day_recorded(trainee, day)


@pytest.fixture(scope="module")
async def tenant(store: ReportingStore) -> str:
    tenant = await store.record(as_recorded(list(partnership())))
    await keep_figures_up_to(store.worker, TODAY)
    await store.admin.execute("vacuum analyze")
    return tenant


async def read(store: ReportingStore, tenant: str, person: Person, report: Report | None) -> list[str]:
    """Let somebody read a report, or the overview where it is None; return the plans of its statements."""
    async with tenant_transaction(store.app, [tenant]) as connection:
        reader = Explained(person.principal(tenant), connection, store.worker.keyring)
        if report is None:
            await overview(reader, as_of=TODAY)
        elif is_for(report, reader.who):
            await read_rows(reader, report, Asked(TODAY))
        return reader.plans


def steps_on(plan: str, *tables: str) -> list[str]:
    """Return the steps of a plan that read a table: those that were taken."""
    return [
        line
        for line in plan.splitlines()
        if any(f" on {table}_v" in line for table in tables) and "never executed" not in line
    ]


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("report", [*REPORTS, None], ids=lambda report: report.name if report else "overview")
async def test_a_report_of_today_reads_no_meeting_and_no_day(
    store: ReportingStore, tenant: str, who: str, report: Report | None
) -> None:
    for plan in await read(store, tenant, READERS[who], report):
        assert steps_on(plan, "meetings", "days") == []


@pytest.mark.parametrize("report", [*REPORTS, None], ids=lambda report: report.name if report else "overview")
async def test_after_another_meeting_and_day_no_more_than_those_of_the_trainee_are_read(
    store: ReportingStore, tenant: str, report: Report | None
) -> None:
    later = [meeting_held("trainee 3", TODAY), day_recorded("trainee 3", TODAY)]
    await store.record_more(tenant, as_recorded(later))
    plans = await read(store, tenant, Person(LEAD), report)
    for plan in plans:
        assert [step for step in steps_on(plan, "meetings", "days") if "Seq Scan" in step] == []
