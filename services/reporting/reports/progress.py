"""Progress: a trainee's judgements against the Teachers' Standards over time, and the targets that they work on."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import get_args
from uuid import UUID

from services.reporting import policy
from services.reporting.policy import Scope
from services.reporting.reports.freshness import DatedAnswer
from services.reporting.reports.reader import ReportReader, kept_record, records_of
from services.reporting.reports.reads import record_read
from services.reporting.views.open_targets import targets_on
from shared.events.words import AssessmentKind, Judgement, Standard
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound

STANDARDS: tuple[Standard, ...] = get_args(Standard)
JUDGEMENTS: tuple[Judgement, ...] = get_args(Judgement)


class StandardJudgement(Answer):
    """The judgement of one standard in one assessment."""

    assessment_id: UUID
    kind: AssessmentKind
    assessed_on: date
    judgement: Judgement


class TargetCounts(Answer):
    """Targets set and reviewed at least once; met, dropped, still open, and open past the day on which they are due."""

    set: int
    reviewed: int
    met: int
    dropped: int
    open: int
    overdue: int


class Gap(Answer):
    """A standard that was never judged (`judgement` None), or last judged as anything but on track, and on which day.

    `open_targets` is how many open targets are about it.
    """

    standard: Standard
    judgement: Judgement | None
    since: date | None
    open_targets: int


class Progress(DatedAnswer):
    """A trainee's judgements by standard, the earliest first, the gaps that they leave, and counts of their targets."""

    trainee_id: UUID
    as_of: date
    known_at: datetime | None
    standards: dict[Standard, list[StandardJudgement]]
    gaps: list[Gap]
    targets: TargetCounts


class ProgressSummary(Answer):
    """By standard, the number of trainees by their last judgement; and how many trainees were assessed at all."""

    trainees_assessed: int
    standards: dict[Standard, dict[Judgement, int]]


async def trainee_progress(reader: ReportReader, trainee_id: UUID, *, as_of: date) -> Progress:
    """Return a trainee's progress, as far as the reader may see it, up to the day `as_of`.

    A trainee with merged records can be asked for by any of them. Raises `NotFound` for a trainee of whom the reader
    may see nothing, `NotAllowed` where progress is not for the reader.
    """
    trainee_id = await kept_record(reader, trainee_id)
    scope = policy.progress(await reader.principal(), trainee_id)
    freshness = await reader.freshness()
    records = await records_of(reader, trainee_id)
    if not await _is_shown(reader, scope, records):
        raise NotFound("There is no such trainee.")
    await record_read(reader, "progress", as_of, trainee_id)
    assessments = await _assessments(reader, scope, records, as_of)
    standards = {standard: _judgements(standard, assessments) for standard in STANDARDS}
    return Progress(
        **dict(freshness),
        trainee_id=trainee_id,
        as_of=as_of,
        known_at=reader.known_at,
        standards=standards,
        gaps=_gaps(standards, await _open_targets(reader, scope, records, as_of)),
        targets=await _target_counts(reader, scope, records, as_of),
    )


async def _is_shown(reader: ReportReader, scope: Scope, records: list[UUID]) -> bool:
    shown: bool = await reader.value(
        f"""{reader.current_rows}
            select exists (select from trainees where trainee_id = any ($1) and $2)
                or exists (
                    select from relationships where trainee_record_id = any ($1) and ($2 or school_urn = any ($3))
                )""",
        records,
        scope.everything,
        sorted(scope.schools),
    )
    return shown


_IN_SCOPE = "($2 or relationship_id in (select relationship_id from relationships where school_urn = any ($3)))"


_TARGETS = targets_on("$4")


class _Assessment(Answer):
    assessment_id: UUID
    kind: AssessmentKind
    assessed_on: date
    judgements: dict[Standard, Judgement]


async def _assessments(reader: ReportReader, scope: Scope, records: list[UUID], as_of: date) -> list[_Assessment]:
    return await reader.all(
        _Assessment,
        f"""{reader.current_rows} select assessment_id, kind, assessed_on, judgements from assessments
            where trainee_record_id = any ($1) and {_IN_SCOPE} and assessed_on <= $4
            order by assessed_on, assessment_id""",
        records,
        scope.everything,
        sorted(scope.schools),
        as_of,
    )


def _judgements(standard: Standard, assessments: list[_Assessment]) -> list[StandardJudgement]:
    return [
        StandardJudgement(
            assessment_id=assessment.assessment_id,
            kind=assessment.kind,
            assessed_on=assessment.assessed_on,
            judgement=assessment.judgements[standard],
        )
        for assessment in assessments
        if standard in assessment.judgements
    ]


def _gaps(judged: Mapping[Standard, list[StandardJudgement]], open_targets: Mapping[str, int]) -> list[Gap]:
    last = {standard: judgements[-1] if judgements else None for standard, judgements in judged.items()}
    return [
        Gap(
            standard=standard,
            judgement=found and found.judgement,
            since=found and found.assessed_on,
            open_targets=open_targets.get(standard, 0),
        )
        for standard, found in last.items()
        if found is None or found.judgement != "on_track"
    ]


async def _open_targets(reader: ReportReader, scope: Scope, records: list[UUID], as_of: date) -> dict[str, int]:
    """Return by standard how many open targets are about it."""
    rows = await reader.connection.fetch(
        f"""{reader.current_rows} select standard, count(*) as number
            from ({_TARGETS}) target cross join lateral jsonb_array_elements_text(standards) as standard
            where open and trainee_record_id = any ($1) and {_IN_SCOPE} group by standard""",
        records,
        scope.everything,
        sorted(scope.schools),
        as_of,
    )
    return {row["standard"]: row["number"] for row in rows}


async def _target_counts(reader: ReportReader, scope: Scope, records: list[UUID], as_of: date) -> TargetCounts:
    counts = await reader.first(
        TargetCounts,
        f"""{reader.current_rows}
            select count(*) as set, count(*) filter (where reviewed_on <= $4) as reviewed,
                   count(*) filter (where not open and status = 'met') as met,
                   count(*) filter (where not open and status = 'dropped') as dropped,
                   count(*) filter (where open) as open,
                   count(*) filter (where open and due_on < $4) as overdue
            from ({_TARGETS}) targets
            where trainee_record_id = any ($1) and {_IN_SCOPE}""",
        records,
        scope.everything,
        sorted(scope.schools),
        as_of,
    )
    assert counts is not None
    return counts


async def progress_summary(reader: ReportReader, *, as_of: date, programme_id: UUID) -> ProgressSummary:
    """Return how many trainees of the programme were last judged how, by standard, up to and with `as_of`.

    It counts all trainees of the programme: the caller has checked that the reader may see them.
    """
    rows = await reader.connection.fetch(
        f"""{reader.current_rows}, last as (
               select distinct on (a.trainee_id, judged.standard) a.trainee_id, judged.standard, judged.judgement
               from assessments a join relationships r using (relationship_id)
               cross join lateral jsonb_each_text(a.judgements) judged (standard, judgement)
               where a.assessed_on <= $1 and r.programme_id = $2
               order by a.trainee_id, judged.standard, a.assessed_on desc, a.assessment_id
           )
           select standard, judgement, count(*) as trainees, (select count(distinct trainee_id) from last) as assessed
           from last group by standard, judgement""",
        as_of,
        programme_id,
    )
    trainees = {(row["standard"], row["judgement"]): row["trainees"] for row in rows}
    return ProgressSummary(
        trainees_assessed=rows[0]["assessed"] if rows else 0,
        standards={
            standard: {judgement: trainees.get((standard, judgement), 0) for judgement in JUDGEMENTS}
            for standard in STANDARDS
        },
    )
