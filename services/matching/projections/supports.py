"""What mentees ask for, and who is there for them beside a lead mentor."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.matching.domain import supports as support
from services.matching.domain.known import PersonForgotten
from services.matching.domain.support_answers import SupportAnswersAwaited
from services.matching.domain.support_requests import Asked, AsksTakenBack
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class AsksRow:
    """What somebody asks for; no row for who asks for nothing."""

    person_id: UUID
    facets: tuple[str, ...]
    structural: bool
    buddy: bool
    since: date


def _asked(_: AsksRow | None, event: Asked) -> AsksRow:
    return row_of(AsksRow, event, since=event.happened_on)


ASKS = ReadModel(
    name="asks",
    row=AsksRow,
    key=("person_id",),
    on={
        Asked: Step(key_from("person_id"), _asked),
        AsksTakenBack: Step(key_from("person_id"), remove_row),
        PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class SupportRow:
    """A support and where it stands; `words` say why these two, `answer_by` is the last day to answer."""

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


def _proposed(_: SupportRow | None, event: support.Proposed) -> SupportRow:
    return row_of(
        SupportRow,
        event,
        school_urn=event.terms.school_urn,
        starts_on=event.terms.starts_on,
        ends_on=event.terms.ends_on,
        hours_per_week=event.terms.hours_per_week,
        status="proposed",
        proposed_on=event.happened_on,
        changed_on=event.happened_on,
    )


def _accepted(row: SupportRow, event: support.Accepted) -> SupportRow:
    return replace(row, accepted_by=(*row.accepted_by, event.side), changed_on=event.happened_on)


def _declined(row: SupportRow, event: support.Declined) -> SupportRow:
    return replace(row, status="declined", declined_by=event.side, changed_on=event.happened_on)


def _ended(row: SupportRow, event: support.Ended) -> SupportRow:
    return replace(row, status="ended", ends_on=event.happened_on, changed_on=event.happened_on)


def _turned(status: str) -> Callable[[SupportRow, support.SupportEvent], SupportRow]:
    return lambda row, event: replace(row, status=status, changed_on=event.happened_on)


SUPPORTS = ReadModel(
    name="supports",
    row=SupportRow,
    key=("support_id",),
    on={
        support.Proposed: Step(key_from("support_id"), _proposed),
        support.Accepted: Step(key_from("support_id"), _accepted),
        support.Declined: Step(key_from("support_id"), _declined),
        support.Confirmed: Step(key_from("support_id"), _turned("confirmed")),
        support.Lapsed: Step(key_from("support_id"), _turned("lapsed")),
        support.Ended: Step(key_from("support_id"), _ended),
        SupportAnswersAwaited: Step(key_from("support_id"), lambda row, event: replace(row, answer_by=event.answer_by)),
    },
    indexes=("status", "mentee_id", "mentor_id", "school_urn"),
)
