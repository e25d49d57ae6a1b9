"""A process for each proposed support: let it lapse when the two do not answer, by the same working days as a pair.

Source: product.md M5, M7. The days count from the day on which the proposal was recorded if that is later than its own.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.matching.domain.supports import Confirmed, Declined, Lapsed, Proposed
from shared.calendar import working_days_after
from shared.kernel.decider import Decider, Event

SupportChanged = Proposed | Confirmed | Declined | Lapsed


class SupportAnswersAwaited(Event):
    """Both sides have until the end of `answer_by`."""

    type: ClassVar[str] = "matching.support_answers_awaited"

    support_id: UUID
    answer_by: date


class SupportAnswersClosed(Event):
    """No answer is awaited any more."""

    type: ClassVar[str] = "matching.support_answers_settled"

    support_id: UUID


Events = SupportAnswersAwaited | SupportAnswersClosed


def decide(change: SupportChanged, awaited: bool | None, now: datetime) -> Sequence[Events]:
    """Await answers from the proposal until it is confirmed, declined or lapsed; ignore any other change."""
    about = {"happened_on": change.happened_on, "support_id": change.support_id}
    match change, awaited:
        case Proposed(), None:
            since = max(change.happened_on, now.date())
            return [SupportAnswersAwaited(answer_by=working_days_after(since, change.answer_within), **about)]
        case ((Confirmed() | Declined() | Lapsed()), True):
            return [SupportAnswersClosed(**about)]
        case _:
            return []


def evolve(_: bool | None, event: Events) -> bool | None:
    """Whether answers are awaited; None before the proposal."""
    return isinstance(event, SupportAnswersAwaited)


SUPPORT_ANSWERS: Decider[bool | None, SupportChanged, Events] = Decider(
    "support_answering", lambda: None, decide, evolve, (SupportAnswersAwaited, SupportAnswersClosed)
)
