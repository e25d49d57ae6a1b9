"""Ask reporting and the plain functions the same, compare the answers, and make a history that differs short."""

import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel

from services.reporting.reports import REPORTS
from services.reporting.reports.overview import overview
from services.reporting.reports.placements import Placement
from services.reporting.reports.programme_report import ProgrammeReport, programme_report
from services.reporting.reports.progress import trainee_progress
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.reading import Asked, read_rows
from services.reporting.reports.review_pack import review_pack
from services.reporting.reports.settling import settle_figures_before
from services.reporting.tables import READ_MODELS
from services.reporting.views.keeping import keep_figures_up_to
from shared.calendar import day_in_england
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.loops.projector import Projector
from shared.kernel.postgres import Connection, Pool, tenant_transaction
from shared.kernel.postgres.events import append
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.principal import Principal
from shared.kernel.records import Cause, NewEvent
from tests.integration.reporting.recomputation import group_figures, mentoring_figures, trainee_figures
from tests.integration.reporting.recomputation.histories import Recorded, streams_of
from tests.integration.reporting.recomputation.known import Known
from tests.support.services import NO_SUCH_ID
from tests.unit.reporting.facts import stream_of, topic_of

Row = dict[str, Any]

PLAIN: Mapping[str, Callable[[Known, date], list[Row]]] = {
    "early-warnings": trainee_figures.early_warnings,
    "placements": trainee_figures.placements,
    "placement-requirements": trainee_figures.placement_requirements,
    "caseloads": mentoring_figures.caseloads,
    "mentoring": mentoring_figures.mentoring,
    "meetings-by-school": mentoring_figures.meetings_by_school,
    "targets-not-revisited": mentoring_figures.targets_not_revisited,
    "mentor-training": mentoring_figures.mentor_training,
    "common-needs": mentoring_figures.common_needs,
}
OF_GROUPS = {"parity": group_figures.parity, "impact": group_figures.impact}

LEAD, SCHOOL_LEAD, MENTOR, TRAINEE, TUTOR = "partnership_lead", "school_lead", "mentor", "trainee", "tutor"
SEEN_BY: Mapping[str, Mapping[str, str | None]] = {
    "early-warnings": {SCHOOL_LEAD: "school_urn"},
    "placements": {SCHOOL_LEAD: "school_urn", TRAINEE: "trainee_id"},
    "placement-requirements": {TUTOR: None, TRAINEE: "trainee_id"},
    "caseloads": {SCHOOL_LEAD: "school_urn", MENTOR: "mentor_id"},
    "mentoring": {SCHOOL_LEAD: "school_urn", MENTOR: "mentor_id"},
    "meetings-by-school": {SCHOOL_LEAD: "school_urn"},
    "targets-not-revisited": {TUTOR: None, SCHOOL_LEAD: "school_urn", MENTOR: "mentor_id", TRAINEE: "trainee_id"},
    "mentor-training": {SCHOOL_LEAD: "school_urn", MENTOR: "mentor_id"},
    "common-needs": {SCHOOL_LEAD: "school_urn"},
    "parity": {SCHOOL_LEAD: "school_urn"},
    "impact": {},
}
"""Who sees which report besides the partnership lead, who sees all: by the column that has to be theirs, None for all.

From the pages of the reports, *Who sees it*.
"""


NO_FIGURES = frozenset(
    ("action", "as_of", "known_at", "up_to_date_at", "sources", "parked", "due_means", "small_groups")
)
"""What answers say besides figures: what can be done, what was asked, how far they reach, what is meant."""


@dataclass(frozen=True)
class Person:
    """Somebody who reads reports, with one role."""

    role: str = LEAD
    id: UUID = NO_SUCH_ID
    schools: frozenset[str] = frozenset()

    def principal(self, tenant: str) -> Principal:
        """Return the person as reporting knows them."""
        return Principal(str(self.id), tenant, frozenset({self.role}), self.schools)


@dataclass(frozen=True)
class Question:
    """Who asks, up to which day, as it was known at which moment, None for now; and about whom pages are."""

    who: Person
    as_of: date
    known_at: datetime | None
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID


@dataclass(frozen=True)
class Difference:
    """An answer of reporting that is not the plain one."""

    report: str
    question: Question
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join((f"{self.report}, {self.question}:", *self.lines))


Keeping = Sequence[tuple[datetime, date]]
"""Moments at which figures are kept, and the day up to which."""


@dataclass(frozen=True)
class ReportingStore:
    """A database of reporting, without its processes: events are recorded and projected by the test itself."""

    admin: Connection
    worker: PostgresStore
    app: Pool

    async def record(self, records: Sequence[Recorded], keeping: Keeping = ()) -> str:
        """Record events in a new partnership, each at its moment, and project them; return the tenant.

        Figures are kept at these moments, each time those up to a day, and those of settled periods are stored.
        """
        tenant = f"partnership-{uuid4().hex[:12]}"
        left = list(records)
        for moment, day in sorted(keeping):
            before = [each for each in left if each.at <= moment]
            await self.record_more(tenant, before)
            left = left[len(before) :]
            await keep_figures_up_to(self.worker, day)
            await settle_figures_before(self.worker, day_in_england(moment))
        await self.record_more(tenant, left)
        return tenant

    async def forget(self, tenant: str) -> None:
        """Delete the events of a partnership, so that its figures are not kept any more."""
        await self.admin.execute("delete from events where tenant = $1", tenant)

    async def record_more(self, tenant: str, records: Sequence[Recorded]) -> None:
        """Record the next events of a partnership, and project them."""
        if not records:
            return
        cause = Cause("service:reporting", uuid4())
        new = [
            NewEvent(tenant, f"{topic_of(each.event)}/{stream_of(each.event)}", each.event, cause) for each in records
        ]
        async with self.worker.pool.acquire() as connection, connection.transaction():
            await append(connection, self.worker.keyring, new, {(tenant, each.stream): None for each in new})
        # nothing but a test decides when an event was recorded
        await self.admin.execute(
            """update events e set recorded_at = given.at from unnest($1::uuid[], $2::timestamptz[]) given (id, at)
               where e.tenant = $3 and e.id = given.id""",
            [each.id for each in new],
            [each.at for each in records],
            tenant,
        )
        while await Projector(READ_MODELS, batch=5_000).step(self.worker):
            pass

    async def ask(self, tenant: str, question: Question, read: Callable[[ReportReader], Awaitable[Any]]) -> Any:
        """Return what a page answers: None where there is nothing for the reader, `NotAllowed` where they may not."""
        async with tenant_transaction(self.app, [tenant]) as connection:
            reader = ReportReader(question.who.principal(tenant), connection, self.worker.keyring)
            try:
                return await read(await reader.at(question.known_at))
            except NotFound:
                return None
            except NotAllowed:
                return NotAllowed


def is_sorted(rows: Sequence[Row], column: str) -> bool:
    """Whether rows are in the order of a column, the greatest first."""
    return [row[column] for row in rows] == sorted((row[column] for row in rows), reverse=True)


async def differences(
    store: ReportingStore, tenant: str, records: Sequence[Recorded], question: Question, only: str | None = None
) -> list[Difference]:
    """Return every report and page that does not answer a question as the plain functions do."""
    pages = {
        **{report.name: _compare_report for report in REPORTS},
        "overview": _compare_overview,
        "programme-report": _compare_programme_report,
        "progress": _compare_progress,
        "review-pack": _compare_review_pack,
    }
    found = []
    for name, compare in pages.items():
        if only in (None, name):
            lines = tuple([line async for line in compare(store, tenant, Plain(records, question), name)])
            if lines:
                found.append(Difference(name, question, lines))
    return found


class Plain:
    """What a question is answered with by the plain functions."""

    def __init__(self, records: Sequence[Recorded], question: Question) -> None:
        self._records, self.question = records, question
        is_past = question.known_at is not None and question.known_at < datetime.now(UTC)
        self._known_at = question.known_at if is_past else None  # a moment yet to come means now
        self.known = self.knowledge_at(None)

    def knowledge_at(self, moment: datetime | None) -> Known:
        """Return what was known at a moment; None: when the reader asks about."""
        until = moment or self._known_at
        return Known([each.event for each in self._records if until is None or each.at <= until])

    def rows(self, report: str) -> list[Row] | None:
        """Return the rows of a report that the person sees; None where it is not for them."""
        question, who = self.question, self.question.who
        if who.role != LEAD and who.role not in SEEN_BY[report]:
            return None
        if report in OF_GROUPS:
            rows = OF_GROUPS[report](self.knowledge_at, question.as_of, self._known_at or datetime.now(UTC))
            # no past moment is shown of a programme that was brought in after the period
            rows = [row for row in rows if row["settled"] or self._known_at is None]
        else:
            rows = PLAIN[report](self.known, question.as_of)
        return [row for row in rows if self._sees(report, row)]

    def _sees(self, report: str, row: Row) -> bool:
        who = self.question.who
        column = None if who.role == LEAD else SEEN_BY[report][who.role]
        if report == "parity" and row["grouped_by"] == "everybody":
            return True
        match column:
            case None:
                return True
            case "school_urn":
                return row[column] in who.schools
            case _:
                return bool(row[column] == self.known.current_record(who.id))


async def _compare_report(store: ReportingStore, tenant: str, plain: Plain, name: str) -> Any:
    report = next(each for each in REPORTS if each.name == name)
    question = plain.question
    rows = await store.ask(
        tenant, question, lambda reader: read_rows(reader, report, Asked(question.as_of, limit=None))
    )
    expected = plain.rows(name)
    if rows is NotAllowed or expected is None:
        if not (rows is NotAllowed and expected is None):
            yield f"seen {rows is not NotAllowed}, expected {expected is not None}"
        return
    for line in _unlike_rows([row.model_dump() for row in rows], expected, report.key):
        yield line


def _unlike_rows(rows: Sequence[Row], expected: Sequence[Row], key: Sequence[str]) -> Iterator[str]:
    answered, plain = ({_key(row, key): row for row in each} for each in (rows, expected))
    if len(answered) < len(rows) or len(plain) < len(expected):
        yield f"the key does not tell rows apart: {len(rows)} rows, {len(answered)} keys"
    for each in sorted(answered.keys() | plain.keys()):
        if each not in answered or each not in plain:
            yield f"{each}: {'more' if each in answered else 'missing'}: {answered.get(each) or plain.get(each)}"
        else:
            for line in unlike(answered[each], plain[each]):
                yield f"{each}: {line}"


def _key(row: Row, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(row[column]) for column in columns)


def unlike(answered: Any, expected: Any, where: str = "") -> Iterator[str]:
    """Yield where an answer differs from what is expected of it."""
    match answered, expected:
        case BaseModel(), _:
            yield from unlike(answered.model_dump(), expected, where)
        case dict(), dict():
            for name in sorted(answered.keys() ^ expected.keys(), key=str):
                if name not in NO_FIGURES:
                    yield f"{where}/{name}: {'more' if name in answered else 'missing'}"
            for name in answered.keys() & expected.keys():
                yield from unlike(answered[name], expected[name], f"{where}/{name}")
        case ((list() | tuple()), (list() | tuple())) if len(answered) == len(expected):
            for nth, (first, second) in enumerate(zip(answered, expected, strict=True)):
                yield from unlike(first, second, f"{where}/{nth}")
        case (float(), float() | int()) | (int(), float()):
            if not math.isclose(answered, expected, rel_tol=1e-9, abs_tol=1e-9):
                yield f"{where}: {answered}, expected {expected}"
        case _:
            if answered != expected:
                yield f"{where}: {answered}, expected {expected}"


async def _compare_programme_report(store: ReportingStore, tenant: str, plain: Plain, _: str) -> Any:
    question = plain.question
    answer = await store.ask(tenant, question, lambda reader: _whole_programme_report(reader, question))
    expected: Any = NotAllowed
    if question.who.role == LEAD:
        is_open = question.programme_id in plain.known.programmes
        expected = (
            trainee_figures.programme_report(plain.known, question.as_of, question.programme_id) if is_open else None
        )
    for line in unlike(answer, expected):
        yield line


async def _whole_programme_report(reader: ReportReader, question: Question) -> ProgrammeReport:
    """Return the report with the placements of all its pages, each of two, and the totals of the last one."""
    placements: list[Placement] = []
    after: str | None = None
    while True:
        page = await programme_report(reader, question.programme_id, as_of=question.as_of, after=after, limit=2)
        placements += page.placements
        if page.next is None:
            return page.model_copy(update={"placements": placements})
        after = page.next


async def _compare_overview(store: ReportingStore, tenant: str, plain: Plain, _: str) -> Any:
    question = plain.question
    answer = await store.ask(tenant, question, lambda reader: overview(reader, as_of=question.as_of))
    targets = plain.rows("targets-not-revisited")
    expected: Row = {
        "warnings": _of_each_kind(plain.rows("early-warnings")),
        "placements": _of_each_programme(plain, plain.rows("placements")),
        "mentoring": _in_all(plain.rows("mentoring")),
        "targets_not_revisited": None if targets is None else len(targets),
    }
    shown = answer.model_dump()
    if shown["placements"] is not None:
        shown["placements"] = {each["programme_id"]: each for each in shown["placements"]}
    for line in unlike(shown, expected):
        yield line


def _of_each_kind(rows: list[Row] | None) -> list[Row] | None:
    if rows is None:
        return None
    of_kind: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda each: (-each["since"].toordinal(), each["about_id"], str(each["programme_id"]))):
        of_kind[row["kind"]].append(row)
    return [
        {"kind": kind, "number": len(own), "latest": own[:3]}
        for kind, own in sorted(of_kind.items(), key=lambda each: (-len(each[1]), each[0]))
    ]


def _of_each_programme(plain: Plain, rows: list[Row] | None) -> dict[UUID, Row] | None:
    if rows is None:
        return None
    there = {row["programme_id"]: plain.known.programmes.get(row["programme_id"]) for row in rows}
    return {
        programme_id: {
            "programme_id": programme_id,
            "title": opened and opened.title,
            "academic_year": opened and opened.academic_year,
            "trainees": {
                status: sum((row["programme_id"], row["standing"]) == (programme_id, status) for row in rows)
                for status in trainee_figures.STATUSES
            },
        }
        for programme_id, opened in there.items()
    }


def _in_all(rows: list[Row] | None) -> Row | None:
    if rows is None:
        return None
    active = [row for row in rows if row["active"]]
    sums = ("due", "due_held", "not_recorded", "minutes", "minutes_due")
    return {
        "relationships": len(active),
        "mentors": len({row["mentor_id"] for row in active}),
        **{name: sum(row[name] for row in active) for name in sums},
    }


async def _compare_progress(store: ReportingStore, tenant: str, plain: Plain, _: str) -> Any:
    question, who = plain.question, plain.question.who
    answer = await store.ask(
        tenant, question, lambda reader: trainee_progress(reader, question.trainee_id, as_of=question.as_of)
    )
    trainee_id = plain.known.current_record(question.trainee_id)
    expected: Any = NotAllowed
    if who.role in (LEAD, TUTOR) or (who.role == TRAINEE and plain.known.current_record(who.id) == trainee_id):
        expected = trainee_figures.progress(plain.known, question.as_of, trainee_id, None)
    elif who.role == SCHOOL_LEAD:
        expected = trainee_figures.progress(plain.known, question.as_of, trainee_id, who.schools)
    elif who.role == TRAINEE:
        expected = None
    for line in unlike(answer, expected):
        yield line


async def _compare_review_pack(store: ReportingStore, tenant: str, plain: Plain, _: str) -> Any:
    question = plain.question
    answer = await store.ask(
        tenant, question, lambda reader: review_pack(reader, question.mentor_id, as_of=question.as_of)
    )
    caseloads = plain.rows("caseloads")
    mentor_id = plain.known.current_record(question.mentor_id)
    if caseloads is None or answer is NotAllowed:
        if not (caseloads is None and answer is NotAllowed):
            yield f"seen {answer is not NotAllowed}, expected {caseloads is not None}"
        return
    own = [row for row in caseloads if row["mentor_id"] == mentor_id]
    if not own or answer is None:
        if own or answer is not None:
            yield f"{'missing' if own else 'more'}: {answer}"
        return
    for line in unlike(answer.caseload, own[0], "/caseload"):
        yield line
    parts = {"relationships": "mentoring", "training": "mentor-training", "warnings": "early-warnings"}
    for part, name in parts.items():
        rows, expected = getattr(answer, part), plain.rows(name)
        if rows is None or expected is None:
            if rows is not expected:
                yield f"/{part}: {rows}, expected {expected}"
            continue
        report = next(each for each in REPORTS if each.name == name)
        there = [row for row in expected if row["mentor_id"] == mentor_id]
        for line in _unlike_rows([row.model_dump() for row in rows], there, report.key):
            yield f"/{part}: {line}"
    if not is_sorted([row.model_dump() for row in answer.relationships], "starts_on"):
        yield "/relationships: the latest is not the first"


async def shortest(
    store: ReportingStore, records: Sequence[Recorded], keeping: Keeping, difference: Difference
) -> Sequence[Recorded]:
    """Return few of these records with which the same report still differs: first streams are left out, then events."""

    async def differs(chosen: Sequence[Recorded]) -> bool:
        tenant = await store.record(chosen, keeping)
        found = await differences(store, tenant, chosen, difference.question, difference.report)
        await store.forget(tenant)
        return bool(found)

    async def leave_out(parts: list[list[Recorded]]) -> list[list[Recorded]]:
        size = max(len(parts) // 2, 1)
        while parts:
            nth = 0
            while nth < len(parts):
                fewer = parts[:nth] + parts[nth + size :]
                if await differs(in_order(fewer)):
                    parts = fewer
                else:
                    nth += size
            if size == 1:
                break
            size = max(size // 2, 1)
        return parts

    place = {id(each): nth for nth, each in enumerate(records)}

    def in_order(parts: Sequence[Sequence[Recorded]]) -> list[Recorded]:
        return sorted((each for part in parts for each in part), key=lambda each: place[id(each)])

    streams = await leave_out(list(streams_of(records)))
    return in_order(await leave_out([[each] for each in in_order(streams)]))
