"""Read models of moderations: a row for each sample, and one for each assessment in it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.moderations import (
    ModerationAgreed,
    ModerationSentBack,
    ModeratorNamed,
    SampleDiscarded,
    SampleDrawn,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class ModerationRow:
    """A sample: what it was drawn from and by which rule; `sampled` are its assessments in the order of the draw."""

    moderation_id: UUID
    programme_id: UUID
    kind: str
    drawn_on: date
    submitted_from: date
    submitted_until: date
    seed: int
    share_percent: int
    of_each_assessor: int
    candidates: tuple[dict[str, Any], ...]
    sampled: tuple[int, ...]
    discarded_on: date | None = None


def _draw(_: ModerationRow | None, event: SampleDrawn) -> ModerationRow:
    candidates = tuple(each.model_dump(mode="json") for each in event.candidates)
    return row_of(ModerationRow, event, drawn_on=event.happened_on, candidates=candidates)


def _discard(row: ModerationRow, event: SampleDiscarded) -> ModerationRow:
    return replace(row, discarded_on=event.happened_on)


MODERATIONS = ReadModel(
    name="moderations",
    row=ModerationRow,
    key=("moderation_id",),
    on={
        SampleDrawn: Step(key_from("moderation_id"), _draw),
        SampleDiscarded: Step(key_from("moderation_id"), _discard),
    },
)


@dataclass(frozen=True, slots=True)
class ModeratedRow:
    """A sampled assessment for which a moderator is named, and what they found; `reason` is encrypted."""

    moderation_id: UUID
    assessment_id: UUID
    moderator_id: UUID
    state: str
    named_on: date
    decided_on: date | None = None
    reason: str | None = None


def _name(_: ModeratedRow | None, event: ModeratorNamed) -> ModeratedRow:
    return row_of(ModeratedRow, event, moderator_id=event.person_id, state="named", named_on=event.happened_on)


def _agree(row: ModeratedRow, event: ModerationAgreed) -> ModeratedRow:
    return replace(row, state="agreed", decided_on=event.happened_on)


def _send_back(row: ModeratedRow, event: ModerationSentBack) -> ModeratedRow:
    return replace(row, state="sent_back", decided_on=event.happened_on, reason=event.reason)


_KEY = key_from("moderation_id", "assessment_id")

MODERATED = ReadModel(
    name="moderated_assessments",
    row=ModeratedRow,
    key=("moderation_id", "assessment_id"),
    on={
        ModeratorNamed: Step(_KEY, _name),
        ModerationAgreed: Step(_KEY, _agree),
        ModerationSentBack: Step(_KEY, _send_back),
    },
    indexes=("moderator_id", "assessment_id"),
)
