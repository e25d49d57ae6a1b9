"""Pairs as a read model."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.matching.domain import pairs
from services.matching.domain.mentor_changes import MentorChangeRequested, MentorChangeWithdrawn
from services.matching.domain.pair_answers import AnswersAwaited
from services.matching.projections.proposals import (
    accept,
    await_answers,
    decline,
    row_of_proposal,
    set_status,
    take_back,
    want_change,
)
from shared.kernel.readmodel import ReadModel, Step, key_from


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair and its status; `terms` is what each soft rule adds to `cost`.

    `answer_by` is the last day to answer, `reminded_on` the day on which the sides that had not answered were reminded.
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
    change_wanted: bool = False


def _proposed(_: PairRow | None, event: pairs.Proposed) -> PairRow:
    why = event.why and event.why.model_dump(mode="json", exclude_defaults=True)
    return row_of_proposal(PairRow, event, event.placement, why=why)


def _declined(row: PairRow, event: pairs.Declined) -> PairRow:
    return replace(decline(row, event), decliner_id=event.decliner_id, reason_declined=event.reason)


def _taken_back(row: PairRow, event: pairs.AnswerTakenBack) -> PairRow:
    return replace(take_back(row, event), decliner_id=None, reason_declined=None)


def _withdrawn(row: PairRow, event: pairs.Withdrawn) -> PairRow:
    return replace(
        row,
        status="withdrawn",
        changed_on=event.happened_on,
        locked=False,
        withdrawn_by_round=event.round_id,
        withdrawn_because=event.reason,
    )


_KEY = key_from("pair_id")
PAIRS = ReadModel(
    name="pairs",
    edition=4,
    row=PairRow,
    key=("pair_id",),
    on={
        pairs.Proposed: Step(_KEY, _proposed),
        pairs.Accepted: Step(_KEY, accept),
        pairs.Declined: Step(_KEY, _declined),
        pairs.AnswerTakenBack: Step(_KEY, _taken_back),
        pairs.Confirmed: Step(_KEY, set_status("confirmed")),
        pairs.Lapsed: Step(_KEY, set_status("lapsed")),
        pairs.Reminded: Step(_KEY, lambda row, event: replace(row, reminded_on=event.happened_on)),
        pairs.Locked: Step(_KEY, lambda row, _: replace(row, locked=True)),
        pairs.Unlocked: Step(_KEY, lambda row, _: replace(row, locked=False)),
        pairs.Withdrawn: Step(_KEY, _withdrawn),
        AnswersAwaited: Step(_KEY, await_answers),
        MentorChangeRequested: Step(key_from("relationship_id"), want_change(wanted=True)),
        MentorChangeWithdrawn: Step(key_from("relationship_id"), want_change(wanted=False)),
    },
    indexes=("status", "round_id", "referral_id", "mentor_id", "trainee_id", "school_urn"),
)
