"""Queries of targets."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.sessions.domain.targets import TARGET, ReviewStatus, Status
from services.sessions.queries.meetings import side_that_reads
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class TargetSummary(Answer):
    """A target without the texts that the mentor and the trainee wrote."""

    target_id: UUID
    set_on: date
    set_by: Side
    due_on: date
    status: Status
    reviewed_on: date | None
    amended_on: date | None


class TargetRecord(TargetSummary):
    """A target with the texts that the mentor and the trainee wrote; `note` is of the last review."""

    text: str
    measure: str | None
    note: str | None


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
    note: str | None


async def target_summaries(reader: Reader, relationship_id: UUID) -> list[TargetSummary]:
    """Return the targets of a relationship, the earliest first."""
    return await reader.all(TargetSummary, _SUMMARIES, relationship_id)


async def target_records(reader: Reader, relationship_id: UUID) -> list[TargetRecord]:
    """Return the targets of a relationship with their texts, the earliest first. The caller authorises."""
    return await reader.all(TargetRecord, _RECORDS, relationship_id, unseal=True)


async def show_target(reader: Reader, target_id: UUID) -> TargetRecord | TargetSummary:
    """Return a target, with its texts for its two people; raises `NotFound`, also for people who may not see it."""
    if await side_that_reads(reader, "target", target_id) is None:
        found: TargetSummary | None = await reader.first(TargetSummary, _TARGET.format(_SUMMARY), target_id)
    else:
        record = f"{_SUMMARY}, text, measure, note"
        found = await reader.first(TargetRecord, _TARGET.format(record), target_id, unseal=True)
    assert found is not None  # in one transaction with its relationship
    return found


async def list_target_versions(reader: Reader, target_id: UUID) -> list[TargetVersion]:
    """Return every version of a target and of its reviews, the first one first; raises `NotFound`, also for others
    than the target's two people.
    """
    if await side_that_reads(reader, "target", target_id) is None:
        raise NotFound("There is no such target.")
    stream = TARGET.stream(target_id)
    return await reader.all(TargetVersion, _VERSIONS, target_id, reader.who.tenant, stream, unseal=True)


_TARGET = "select {} from targets where target_id = $1"
_SUMMARY = "target_id, set_on, set_by, due_on, status, reviewed_on, amended_on"
_TARGETS = "select {} from targets where relationship_id = $1 order by set_on, target_id"
_SUMMARIES = _TARGETS.format(_SUMMARY)
_RECORDS = _TARGETS.format(f"{_SUMMARY}, text, measure, note")
_VERSIONS = """
    select version, written_on, e.recorded_at, written_by, status, due_on, text, measure, note
    from target_versions join events e using (tenant, version)
    where target_id = $1 and tenant = $2 and e.stream = $3 order by version"""
