"""The overview: what somebody opens first. What calls for attention comes before the totals, each in their scope."""

from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from services.reporting.reports.early_warnings import ACTIONS, EARLY_WARNINGS, EarlyWarning, WarningKind
from services.reporting.reports.freshness import DatedAnswer
from services.reporting.reports.mentoring import MENTORING
from services.reporting.reports.placements import PLACEMENTS
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.reading import is_for, read_summary
from services.reporting.reports.targets_not_revisited import TARGETS_NOT_REVISITED
from services.reporting.views.placement_statuses import PLACEMENT_STATUSES, PlacementStatus
from shared.kernel.answers import Answer

FIRST_WARNINGS = 3
"""Warnings of each kind that are shown, the latest first; the report has all."""


class WarningsOfKind(Answer):
    """How many early warnings of a kind there are, what can be done about one, and the latest of them."""

    kind: WarningKind
    number: int
    action: str
    latest: list[EarlyWarning]


class PlacementsInProgramme(Answer):
    """How many trainees of a programme stand where with their placement; nobody is left out."""

    programme_id: UUID
    title: str | None
    academic_year: str | None
    trainees: dict[PlacementStatus, int]


class MentoringTotals(Answer):
    """The relationships that go on: how many, their mentors, and their meetings up to the day."""

    relationships: int
    mentors: int
    due: int
    due_held: int
    not_recorded: int
    minutes: int
    minutes_due: int


class Overview(DatedAnswer):
    """What is out of the ordinary, and where all of a reader's scope stands; `known_at` is as in a report.

    A part is None for a reader whom its report is not for.
    """

    as_of: date
    known_at: datetime | None
    warnings: list[WarningsOfKind] | None
    placements: list[PlacementsInProgramme] | None
    mentoring: MentoringTotals | None
    targets_not_revisited: int | None


class _WarningKey(Answer):
    kind: WarningKind
    about_id: UUID
    programme_id: UUID | None
    number: int


class _Count(Answer):
    programme_id: UUID
    title: str | None
    academic_year: str | None
    standing: PlacementStatus
    number: int


class _Number(Answer):
    number: int


async def overview(reader: ReportReader, *, as_of: date) -> Overview:
    """Return the overview of what the reader may see, up to a day."""
    freshness = await reader.freshness()
    return Overview(
        **dict(freshness),
        as_of=as_of,
        known_at=reader.known_at,
        warnings=await _warnings(reader, as_of) if is_for(EARLY_WARNINGS, reader.who) else None,
        placements=await _placements(reader, as_of) if is_for(PLACEMENTS, reader.who) else None,
        mentoring=await _mentoring(reader, as_of) if is_for(MENTORING, reader.who) else None,
        targets_not_revisited=await _targets(reader, as_of) if is_for(TARGETS_NOT_REVISITED, reader.who) else None,
    )


async def _warnings(reader: ReportReader, as_of: date) -> list[WarningsOfKind]:
    keys = await read_summary(
        reader,
        EARLY_WARNINGS,
        as_of,
        _WarningKey,
        f""", of_all as materialized (  -- of all warnings no more than this: to write their sentences takes long
            select kind, about_id, programme_id, since from report
        ), kinds as (
            select kind, count(*) as number from of_all group by kind
        )
        select kind, about_id, programme_id, number
        from kinds cross join lateral (
            select about_id, programme_id, since from of_all where of_all.kind = kinds.kind
            order by since desc, about_id, programme_id limit {FIRST_WARNINGS}
        ) latest
        order by number desc, kind, since desc, about_id, programme_id""",
    )
    latest = await read_summary(
        reader,
        EARLY_WARNINGS,
        as_of,
        EarlyWarning,
        f"select {', '.join(EARLY_WARNINGS.columns)} from report where about_id = any ($6::uuid[])",
        [key.about_id for key in keys],
    )
    by_key = {_key_of(each): each for each in latest}
    return [
        WarningsOfKind(
            kind=kind,
            number=of_kind[0].number,
            action=ACTIONS[kind],
            latest=[by_key[key] for key in map(_key_of, of_kind)],
        )
        for kind, of_kind in ((kind, list(each)) for kind, each in groupby(keys, attrgetter("kind")))
    ]


def _key_of(warning: EarlyWarning | _WarningKey) -> tuple[object, ...]:
    return warning.kind, warning.about_id, warning.programme_id


async def _placements(reader: ReportReader, as_of: date) -> list[PlacementsInProgramme]:
    rows = await read_summary(
        reader,
        PLACEMENTS,
        as_of,
        _Count,
        """select programme_id, p.title, p.academic_year, standing, count(*) as number
           from report left join programmes p using (programme_id)
           group by programme_id, p.title, p.academic_year, standing
           order by p.academic_year desc, p.title, programme_id""",
    )
    programmes = [(programme_id, list(counts)) for programme_id, counts in groupby(rows, attrgetter("programme_id"))]
    return [
        PlacementsInProgramme(
            programme_id=programme_id,
            title=counts[0].title,
            academic_year=counts[0].academic_year,
            trainees={
                status: sum(count.number for count in counts if count.standing == status)
                for status in PLACEMENT_STATUSES
            },
        )
        for programme_id, counts in programmes
    ]


async def _mentoring(reader: ReportReader, as_of: date) -> MentoringTotals:
    sums = ("due", "due_held", "not_recorded", "minutes", "minutes_due")
    (totals,) = await read_summary(
        reader,
        MENTORING,
        as_of,
        MentoringTotals,
        f"""select count(*) as relationships, count(distinct mentor_id) as mentors,
                   {", ".join(f"coalesce(sum({each}), 0)::bigint as {each}" for each in sums)}
            from report where active""",
    )
    return totals


async def _targets(reader: ReportReader, as_of: date) -> int:
    (count,) = await read_summary(
        reader, TARGETS_NOT_REVISITED, as_of, _Number, "select count(*) as number from report"
    )
    return count.number
