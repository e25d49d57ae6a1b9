"""Supports as a read model."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.matching.domain import supports
from services.matching.domain.mentor_changes import MentorChangeRequested, MentorChangeWithdrawn
from services.matching.domain.support_answers import SupportAnswersAwaited
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
class SupportRow:
    """A support and its status; `words` explain why these two, `answer_by` is the last day to answer."""

    support_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    role: str
    facet: str | None
    school_urn: str
    starts_on: date
    ends_on: date
    hours_per_week: float
    words: str
    status: str
    proposed_on: date
    changed_on: date
    accepted_by: tuple[str, ...] = ()
    declined_by: str | None = None
    answer_by: date | None = None
    broken_off: bool = False
    closed: bool = False
    change_wanted: bool = False


def _proposed(_: SupportRow | None, event: supports.Proposed) -> SupportRow:
    return row_of_proposal(SupportRow, event, event.terms)


def _ended(row: SupportRow, event: supports.Ended) -> SupportRow:
    on = event.happened_on
    return replace(row, status="ended", ends_on=on, changed_on=on, broken_off=event.broken_off, closed=event.closed)


_KEY = key_from("support_id")
SUPPORTS = ReadModel(
    name="supports",
    edition=5,
    row=SupportRow,
    key=("support_id",),
    on={
        supports.Proposed: Step(_KEY, _proposed),
        supports.Accepted: Step(_KEY, accept),
        supports.Declined: Step(_KEY, decline),
        supports.AnswerTakenBack: Step(_KEY, take_back),
        supports.Confirmed: Step(_KEY, set_status("confirmed")),
        supports.Lapsed: Step(_KEY, set_status("lapsed")),
        supports.Ended: Step(_KEY, _ended),
        SupportAnswersAwaited: Step(_KEY, await_answers),
        MentorChangeRequested: Step(key_from("relationship_id"), want_change(wanted=True)),
        MentorChangeWithdrawn: Step(key_from("relationship_id"), want_change(wanted=False)),
    },
    indexes=("status", "mentee_id", "mentor_id", "school_urn"),
)
