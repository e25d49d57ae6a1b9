"""Queries of targets."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator

from services.sessions import policy
from services.sessions.domain.forms import read_answers
from services.sessions.domain.target_states import ReviewStatus, Status
from services.sessions.domain.targets import TARGET, DropReason, TargetKind
from services.sessions.queries.meetings import side_that_reads
from services.sessions.queries.merges import current_principal, records_of
from shared.calendar import working_days_between
from shared.events.words import Side, Standard
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


def _answers(sealed: object) -> object:
    """Read answers that were opened; none where there are none, or their key was destroyed."""
    if isinstance(sealed, str):
        return {} if sealed == ERASED else read_answers(sealed)
    return sealed or {}


WrittenAnswers = Annotated[dict[str, str | float], BeforeValidator(_answers)]


class TargetSummary(Answer):
    """A target without the texts that the mentor and the trainee wrote; the standards are what it is about."""

    target_id: UUID
    set_on: date
    set_by: Side
    due_on: date
    status: Status
    reviewed_on: date | None
    amended_on: date | None
    standards: tuple[Standard, ...]


class TargetRecord(TargetSummary):
    """A target with the texts that the mentor and the trainee wrote; `note` and `reason` are of the last review."""

    text: str
    measure: str | None
    answers: WrittenAnswers
    kind: TargetKind | None
    note: str | None
    reason: DropReason | None


class TargetVersion(Answer):
    """A version of a target (`set`) or of a review, with its texts; a later version replaces it.

    `written_by` says that they wrote it on `written_on`; it was sent at `recorded_at`.
    """

    version: int
    written_on: date
    recorded_at: datetime
    written_by: Side
    status: ReviewStatus | Literal["set"]
    due_on: date | None
    text: str | None
    measure: str | None
    answers: WrittenAnswers
    kind: TargetKind | None
    standards: tuple[Standard, ...]
    note: str | None
    reason: DropReason | None


class StaleTarget(Answer):
    """A target that nobody has touched since a day; the mentor is told later than its owner (`mentor_told`)."""

    target_id: UUID
    relationship_id: UUID
    due_on: date
    status: Status
    touched_on: date
    untouched_working_days: int
    mentor_told: bool


async def target_summaries(reader: Reader, relationship_id: UUID) -> list[TargetSummary]:
    """Return the targets of a relationship, the earliest first."""
    return await reader.all(TargetSummary, _SUMMARIES, relationship_id)


async def target_records(reader: Reader, relationship_id: UUID) -> list[TargetRecord]:
    """Return the targets of a relationship with their texts, the earliest first. The caller authorises."""
    return await reader.all(TargetRecord, _RECORDS, relationship_id, unseal=True)


async def find_record(reader: Reader, target_id: UUID) -> TargetRecord:
    """Return a target with its texts. The caller authorises."""
    found = await reader.first(TargetRecord, _TARGET.format(_RECORD), target_id, unseal=True)
    assert found is not None  # whoever authorises has found it
    return found


async def find_summary(reader: Reader, target_id: UUID) -> TargetSummary:
    """Return a target without its texts. The caller authorises."""
    found = await reader.first(TargetSummary, _TARGET.format(_SUMMARY), target_id)
    assert found is not None  # whoever authorises has found it
    return found


async def list_target_versions(reader: Reader, target_id: UUID) -> list[TargetVersion]:
    """Return every version of a target and of its reviews, the first one first; raises `NotFound`, also for others
    than the target's two people.
    """
    await must_be_one_of_the_two(reader, target_id)
    stream = TARGET.stream(target_id)
    return await reader.all(TargetVersion, _VERSIONS, target_id, reader.who.tenant, stream, unseal=True)


async def must_be_one_of_the_two(reader: Reader, target_id: UUID) -> None:
    """Raise `NotFound` for others than the target's two people, and for a mentor whose time to read is over."""
    if await side_that_reads(reader, "target", target_id) is None:
        raise NotFound("There is no such target.")


async def list_stale(reader: Reader) -> list[StaleTarget]:
    """Return the person's open targets of which they were told that nobody touches them, the longest first.

    The mentor is told after the owner, and nobody else is. In a pause, and after the end, nothing is stale.
    """
    person_id = policy.item_reader(await current_principal(reader))
    own, today = await records_of(reader, person_id), utc_now().date()
    rows = await reader.connection.fetch(_STALE, own, today)
    return [StaleTarget(**row, untouched_working_days=working_days_between(row["touched_on"], today)) for row in rows]


_TARGET = "select {} from targets where target_id = $1"
_SUMMARY = "target_id, set_on, set_by, due_on, status, reviewed_on, amended_on, standards"
_RECORD = f"{_SUMMARY}, text, measure, answers, kind, note, reason"
_TARGETS = "select {} from targets where relationship_id = $1 order by set_on, target_id"
_SUMMARIES = _TARGETS.format(_SUMMARY)
_RECORDS = _TARGETS.format(_RECORD)
_VERSIONS = """
    select version, written_on, e.recorded_at, written_by, status, due_on, text, measure, answers, kind, standards,
           note, reason
    from target_versions join events e using (tenant, version)
    where target_id = $1 and tenant = $2 and e.stream = $3 order by version"""
_STALE = """
    select t.target_id, t.relationship_id, t.due_on, t.status, t.touched_on, t.told = 'mentor' as mentor_told
    from targets t join relationships r using (relationship_id)
    where t.told is not null and t.status not in ('met', 'dropped') and r.paused_on is null and $2 <= r.ends_on
      and (r.trainee_id = any ($1) or (r.mentor_id = any ($1) and t.told = 'mentor'))
    order by t.touched_on, t.target_id"""
