"""The public events that a row of a report is made of, or one figure of it.

A report declares which rows of the read tables are behind its row (`Report.behind`). The tables keep the rows that were
replaced, with the positions of the events that made and replaced them, so the events are those at these positions.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from services.reporting.reports.behind import Behind
from services.reporting.reports.freshness import DatedAnswer
from services.reporting.reports.reader import ReportReader, kept_records
from services.reporting.reports.reads import only_trainee, record_read
from services.reporting.reports.report import Report, in_scope
from services.reporting.tables import READ_MODELS
from services.reporting.tables.merges import MERGES
from services.reporting.tables.training_statuses import TRAINING_STATUSES
from services.reporting.views.current_rows import PEOPLE, names_only_its_key
from shared.events import PUBLISHED, PublicEvent
from shared.events.matching import PairDeclined, PairWithdrawn
from shared.events.referral import (
    PersonErased,
    ReferralStepReversed,
    SchoolCalendarRecorded,
    TraineeStandingChanged,
    TrainingLogged,
)
from shared.events.sessions import DayRecorded, MeetingMissed, RelationshipEnded
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.readmodel import ReadModel

R = TypeVar("R", bound=Answer)

_TABLES = {model.name: model for model in READ_MODELS}

UNDER_OTHER_NAMES: Mapping[type[PublicEvent], frozenset[str]] = {
    DayRecorded: frozenset({"halves", "kind", "state", "school_urn"}),
    MeetingMissed: frozenset({"reason"}),
    PairDeclined: frozenset({"by"}),
    PairWithdrawn: frozenset({"reason"}),
    PersonErased: frozenset({"person_id"}),
    ReferralStepReversed: frozenset({"step"}),
    RelationshipEnded: frozenset({"ended_on"}),
    SchoolCalendarRecorded: frozenset({"periods"}),
    TraineeStandingChanged: frozenset({"standing"}),
    TrainingLogged: frozenset({"removed"}),
}
"""The fields of events that read tables take under other names than their own."""


class TracedEvent(Answer):
    """A public event behind a figure: its id, type and source, the day it is about, and when it was recorded here.

    `position` is its place among all events here, `tables` the read tables whose rows it made or changed. `data` has
    those of its fields that the tables take: what no report is made from, such as a home, is not among them.
    """

    id: UUID
    type: str
    source: str
    on: date
    recorded_at: datetime
    position: int
    tables: tuple[str, ...]
    data: dict[str, Any]


class Trace(DatedAnswer, Generic[R]):
    """The row of a report, and the events that it is made of, in order: those of one `column`, or of all where None.

    `withheld` counts the meetings, pairs and other things behind it that are outside of the reader's scope: their
    events are not listed. `next` is the position after which the next page begins, None on the last page.
    """

    report: str
    column: str | None
    as_of: date
    known_at: datetime | None
    row: R
    withheld: int
    events: list[TracedEvent]
    next: int | None


async def read_trace(
    reader: ReportReader,
    report: Report,
    key: Mapping[str, object],
    column: str | None,
    *,
    as_of: date,
    after: int,
    limit: int,
) -> Trace[Any]:
    """Return a page of at most `limit` events behind the row with this key, at positions beyond `after`.

    People in the key may be named by merged records. Raises `NotAllowed` for a reader whom the report is not for, and
    `NotFound` where it has no such row that the reader may see.
    """
    scope = report.scope(await reader.principal())
    freshness = await reader.freshness()
    ids = [value for value in key.values() if isinstance(value, UUID)]  # of whatever: only people are merged
    kept = await kept_records(reader, ids) if ids else {}
    behind = [each for each in report.behind if column is None or column in report.key or each.decides(column)]
    sql = f"{await reader.figures(as_of, *report.figures)}, {_statement(report, tuple(behind))}"
    rows = await reader.connection.fetch(
        sql,
        *(as_of, scope.everything, sorted(scope.schools), scope.mentor_id, scope.trainee_id),
        *(after, limit + 1, reader.position),
        *(kept.get(key[each], key[each]) for each in report.key),
    )
    if not rows:
        raise NotFound("This report has no such row for you on that day.")
    row = report.row.model_validate(rows[0]["shown_row"])
    await record_read(reader, f"{report.name}/trace", as_of, *only_trainee([row]))
    events = [each for each in rows if each["position"] is not None]
    return Trace(
        **dict(freshness),
        report=report.name,
        column=column,
        as_of=as_of,
        known_at=reader.known_at,
        row=row,
        withheld=rows[0]["withheld"],
        events=[_traced(each) for each in events[:limit]],
        next=events[limit - 1]["position"] if len(events) > limit else None,
    )


def _traced(row: Any) -> TracedEvent:
    event = PUBLISHED.decode(row["type"], row["schema_version"], row["body"])
    taken = {"happened_on"}.union(*(_fields_taken(type(event), table) for table in row["tables"]))
    return TracedEvent(
        id=row["id"],
        type=row["type"],
        source=row["stream"].partition("/")[0],
        on=row["happened_on"],
        recorded_at=row["recorded_at"],
        position=row["position"],
        tables=tuple(row["tables"]),
        data=event.model_dump(mode="json", include=taken),
    )


@cache
def _fields_taken(event: type[PublicEvent], table: str) -> frozenset[str]:
    columns = _TABLES[table].columns
    return frozenset(event.model_fields.keys() & columns.keys()) | UNDER_OTHER_NAMES.get(event, frozenset())


def _statement(report: Report, behind: Sequence[Behind]) -> str:
    """The SQL of a trace after `current_rows`: its parameters are those of a report, then the position after which the
    page begins, the limit, the position of what was known, and the key.
    """
    is_row = " and ".join(_has_value(report, column, f"${nth}") for nth, column in enumerate(report.key, 9))
    parts = [_rows_behind(f"behind_{nth}", each) for nth, each in enumerate(behind)]
    people = " union all ".join(f"select unnest(people) as person_id from behind_{nth}" for nth in range(len(behind)))
    versions = [_versions(f"behind_{nth}", each.table) for nth, each in enumerate(behind)]
    hidden = " + ".join(f"(select count(*) from behind_{nth} where not seen)" for nth in range(len(behind)))
    return f"""asked as (select $1::date, $2::boolean, $3::text[], $4::uuid, $5::uuid, $8::bigint),
        shown as materialized (select * from ({report.sql}) report where {is_row}),
        {", ".join(parts)},
        behind_merges as materialized (
            select merged_id, true as seen from kept_records where kept_id in ({people})
        ), traced as (
            {" union all ".join((*versions, _versions("behind_merges", MERGES)))}
        ), placed as (
            select position, array_agg(distinct "table") as tables from traced
            where position > $6::bigint and position <= coalesce($8::bigint, position)
            group by position order by position limit $7
        )
        select to_jsonb(shown) as shown_row, ({hidden})::int as withheld, e.position, e.id, e.type, e.stream,
               e.schema_version, e.body::text, e.happened_on, e.recorded_at, placed.tables
        from shown left join (placed join events e using (position)) on true order by e.position"""


def _has_value(report: Report, column: str, value: str) -> str:
    return f"{column} {'is not distinct from' if report.is_nullable(column) else '='} {value}"


def _rows_behind(name: str, behind: Behind) -> str:
    """The keys of the rows behind the shown one, whether the reader may see each, and whom it names."""
    model = behind.table
    source, people = model.name, [column for column in PEOPLE if column in model.columns]
    if model is TRAINING_STATUSES:  # of merged records too, whose absences count
        source = """(select s.*, s.trainee_id as trainee_record_id, coalesce(k.kept_id, s.trainee_id) as kept_trainee_id
                     from recorded_statuses s left join kept_records k on k.merged_id = s.trainee_id)"""
    key = ", ".join(f"t.{_recorded(model, column)} as {column}" for column in model.key)
    where = behind.where
    named = ", ".join(f"t.{column}" for column in people)
    if model is TRAINING_STATUSES:
        where, named = where.replace("t.trainee_id", "t.kept_trainee_id"), "t.kept_trainee_id"
    return f"""{name} as materialized (
            select distinct {key}, {_is_seen(model)} as seen, array[{named}]::uuid[] as people
            from {source} t cross join shown where {where}
        )"""


def _recorded(model: ReadModel, column: str) -> str:
    """The column that has the id under which an event named a person, which is the key of the stored row."""
    if column in PEOPLE and not names_only_its_key(model):
        return f"{column.removesuffix('_id')}_record_id"
    return column


def _is_seen(model: ReadModel) -> str:
    """The condition that a row lies in the reader's scope: what names neither school nor relationship does."""
    if "school_urn" in model.columns:
        return f"coalesce({in_scope(school='t.school_urn', **_deciding(model))}, false)"
    if "relationship_id" in model.columns:
        scope = in_scope(school="r.school_urn", mentor="r.mentor_id", trainee="r.trainee_id")
        return f"exists (select from relationships r where r.relationship_id = t.relationship_id and {scope})"
    return "true"


def _deciding(model: ReadModel) -> dict[str, str]:
    return {column.removesuffix("_id"): f"t.{column}" for column in PEOPLE if column in model.columns}


def _versions(name: str, model: ReadModel) -> str:
    """The positions of the events that made, replaced or removed the rows with these keys."""
    key = ", ".join(model.key)
    return f"""
            select '{model.name}' as "table", unnest(array[v.known_from, v.known_until]) as position
            from {name} join (
                select {key}, known_from, null::bigint as known_until from reading.{model.name}
                union all
                select {key}, known_from, known_until from reading.{model.name}_past
            ) v using ({key}) where {name}.seen"""
