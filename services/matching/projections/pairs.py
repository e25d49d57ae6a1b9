"""Pairs and where they stand."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.matching.domain import pairs as pair
from services.matching.domain.pair_answers import AnswersAwaited
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair and where it stands; `terms` is what each soft rule added to `cost`.

    `answer_by` is the last day to answer, `reminded_on` the day on which those who had not answered were told.
    """

    pair_id: UUID
    round_id: UUID
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    offer_id: UUID
    subject: str
    starts_on: date
    ends_on: date
    mentor_hours_per_week: float
    travel_minutes: int
    cost: int
    terms: dict[str, int]
    status: str
    proposed_on: date
    changed_on: date
    accepted_by: tuple[str, ...] = ()
    declined_by: str | None = None
    decliner_id: UUID | None = None
    reason_declined: str | None = None
    answer_by: date | None = None
    reminded_on: date | None = None
    locked: bool = False
    withdrawn_by_round: UUID | None = None
    withdrawn_because: str | None = None
    why: dict[str, Any] | None = None


def _proposed(_: PairRow | None, event: pair.Proposed) -> PairRow:
    return row_of(
        PairRow,
        event,
        school_urn=event.placement.school_urn,
        offer_id=event.placement.offer_id,
        subject=event.placement.subject,
        starts_on=event.placement.starts_on,
        ends_on=event.placement.ends_on,
        mentor_hours_per_week=event.placement.mentor_hours_per_week,
        status="proposed",
        why=event.why and event.why.model_dump(mode="json", exclude_defaults=True),
        proposed_on=event.happened_on,
        changed_on=event.happened_on,
    )


def _accepted(row: PairRow, event: pair.Accepted) -> PairRow:
    return replace(row, accepted_by=(*row.accepted_by, event.side), changed_on=event.happened_on)


def _declined(row: PairRow, event: pair.Declined) -> PairRow:
    return replace(
        row,
        status="declined",
        changed_on=event.happened_on,
        declined_by=event.side,
        decliner_id=event.decliner_id,
        reason_declined=event.reason,
    )


def _withdrawn(row: PairRow, event: pair.Withdrawn) -> PairRow:
    return replace(
        row,
        status="withdrawn",
        changed_on=event.happened_on,
        locked=False,
        withdrawn_by_round=event.round_id,
        withdrawn_because=event.reason,
    )


def _ended(status: str) -> Callable[[PairRow, pair.Confirmed | pair.Lapsed], PairRow]:
    return lambda row, event: replace(row, status=status, changed_on=event.happened_on)


PAIRS = ReadModel(
    name="pairs",
    row=PairRow,
    key=("pair_id",),
    on={
        pair.Proposed: Step(key_from("pair_id"), _proposed),
        pair.Accepted: Step(key_from("pair_id"), _accepted),
        pair.Declined: Step(key_from("pair_id"), _declined),
        pair.Confirmed: Step(key_from("pair_id"), _ended("confirmed")),
        pair.Lapsed: Step(key_from("pair_id"), _ended("lapsed")),
        pair.Reminded: Step(key_from("pair_id"), lambda row, event: replace(row, reminded_on=event.happened_on)),
        pair.Locked: Step(key_from("pair_id"), lambda row, _: replace(row, locked=True)),
        pair.Unlocked: Step(key_from("pair_id"), lambda row, _: replace(row, locked=False)),
        pair.Withdrawn: Step(key_from("pair_id"), _withdrawn),
        AnswersAwaited: Step(key_from("pair_id"), lambda row, event: replace(row, answer_by=event.answer_by)),
    },
    indexes=("status", "round_id", "referral_id", "mentor_id", "trainee_id", "school_urn"),
)
