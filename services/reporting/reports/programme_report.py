"""The partnership's report on a programme: placements, caseloads, meetings and progress on one page."""

from collections import Counter
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.reports.caseloads import CaseloadSummary, caseload_summary
from services.reporting.reports.freshness import DatedAnswer
from services.reporting.reports.meetings_by_school import SMALL_GROUPS, SchoolMeetings, school_meetings
from services.reporting.reports.placements import PLACEMENTS, Placement, count_placements
from services.reporting.reports.progress import ProgressSummary, progress_summary
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.reading import Asked, read_page
from services.reporting.views.delivery import DUE_MEANS
from services.reporting.views.placement_statuses import PLACEMENT_STATUSES, PlacementStatus
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound


class Programme(Answer):
    """The programme that a report is about."""

    programme_id: UUID
    title: str
    academic_year: str
    starts_on: date
    ends_on: date


class ProgrammeReport(DatedAnswer):
    """What the partnership answers for in a programme, up to a day; `known_at` as in a report.

    Each page has the totals of the whole programme and some of the placements. `next` is the cursor of the next page,
    None on the last one; the placements report of the programme takes it as well.
    """

    as_of: date
    known_at: datetime | None
    due_means: str = DUE_MEANS
    small_groups: str = SMALL_GROUPS
    programme: Programme
    standings: dict[PlacementStatus, int]
    unplaced_by_reason: dict[str, int] = Field(examples=[{"no_mentor_in_subject": 2}])
    placements: list[Placement]
    next: str | None
    caseload: CaseloadSummary
    meetings_by_school: list[SchoolMeetings]
    progress: ProgressSummary


async def programme_report(
    reader: ReportReader, programme_id: UUID, *, as_of: date, after: str | None = None, limit: int = 1000
) -> ProgrammeReport:
    """Return a page of the report, with at most `limit` placements behind the cursor `after`.

    Raises `NotFound` for an unknown programme, `NotAllowed` for a reader who may not see the report, and `Invalid` for
    a cursor of something else.
    """
    policy.programme_report(reader.who)
    freshness = await reader.freshness()
    programme = await reader.first(
        Programme,
        f"""{reader.current_rows} select programme_id, title, academic_year, starts_on, ends_on
            from programmes where programme_id = $1""",
        programme_id,
    )
    if programme is None:
        raise NotFound("There is no such programme.")
    page = await read_page(reader, PLACEMENTS, Asked(as_of, {"programme_id": programme_id}, after=after, limit=limit))
    statuses, reasons = Counter[str](), Counter[str]()
    for each in await count_placements(reader, as_of=as_of, programme_id=programme_id):
        statuses[each.standing] += each.number
        if each.standing == "unplaced" and each.reason:
            reasons[each.reason] += each.number
    return ProgrammeReport(
        **dict(freshness),
        as_of=as_of,
        known_at=reader.known_at,
        programme=programme,
        standings={status: statuses[status] for status in PLACEMENT_STATUSES},
        unplaced_by_reason=dict(sorted(reasons.items())),
        placements=page.rows,
        next=page.next,
        caseload=await caseload_summary(reader, as_of=as_of, programme_id=programme_id),
        meetings_by_school=await school_meetings(reader, as_of=as_of, programme_id=programme_id),
        progress=await progress_summary(reader, as_of=as_of, programme_id=programme_id),
    )
