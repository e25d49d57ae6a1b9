"""The review pack of a mentor: what the head of mentoring looks at with them once a term, on one page."""

from datetime import date, datetime
from uuid import UUID

from services.reporting import policy
from services.reporting.reports.caseloads import CASELOADS, Caseload
from services.reporting.reports.early_warnings import EARLY_WARNINGS, EarlyWarning
from services.reporting.reports.freshness import DatedAnswer
from services.reporting.reports.mentor_training import MENTOR_TRAINING, MentorTraining
from services.reporting.reports.mentoring import MENTORING, Mentoring
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.reading import Asked, is_for, read_rows
from services.reporting.reports.reads import record_read
from shared.kernel.decider import NotFound


class ReviewPack(DatedAnswer):
    """A mentor's caseload, their relationships, the latest first, their training, and what calls for attention.

    `known_at` is as in a report. `warnings` are None for a reader who sees no early warnings, such as the mentor.
    """

    mentor_id: UUID
    as_of: date
    known_at: datetime | None
    caseload: Caseload
    relationships: list[Mentoring]
    training: list[MentorTraining]
    warnings: list[EarlyWarning] | None


async def review_pack(reader: ReportReader, mentor_id: UUID, *, as_of: date) -> ReviewPack:
    """Return the pack of a mentor, up to a day; a merged record can be asked for.

    Raises `NotAllowed` for a reader who may see no caseloads, `NotFound` for a mentor whom the reader may not see.
    """
    policy.caseloads(reader.who)
    freshness = await reader.freshness()
    asked = Asked(as_of, {"mentor_id": mentor_id}, limit=None)
    caseloads = await read_rows(reader, CASELOADS, asked)
    if not caseloads:
        raise NotFound("There is no such mentor.")
    (caseload,) = caseloads
    await record_read(reader, "review-pack", as_of, caseload.mentor_id)
    latest = Asked(as_of, asked.filters, sort="-starts_on", limit=None)
    sees_warnings = is_for(EARLY_WARNINGS, reader.who)
    return ReviewPack(
        **dict(freshness),
        mentor_id=caseload.mentor_id,
        as_of=as_of,
        known_at=reader.known_at,
        caseload=caseload,
        relationships=await read_rows(reader, MENTORING, latest),
        training=await read_rows(reader, MENTOR_TRAINING, asked),
        warnings=await read_rows(reader, EARLY_WARNINGS, asked) if sees_warnings else None,
    )
