"""A process for each proposed pair: remind both sides once, and let the proposal lapse when they do not answer.

Source: product.md M5; domain.md (g): reminders count working days. The days count from the day on which the proposal
was recorded if that is later than the day it bears: a proposal that is recorded late must not have lapsed already.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.matching.domain.pairs import Confirmed, Declined, Lapsed, Proposed, Withdrawn
from shared.calendar import working_days_after
from shared.kernel.decider import Decider, Event

PairChanged = Proposed | Confirmed | Declined | Lapsed | Withdrawn


class AnswersAwaited(Event):
    """Both sides have until the end of `answer_by`; a side that has not answered by `remind_on` is reminded then."""

    type: ClassVar[str] = "matching.answers_awaited"

    pair_id: UUID
    remind_on: date
    answer_by: date


class AnswersClosed(Event):
    """No answer is awaited any more."""

    type: ClassVar[str] = "matching.answers_settled"

    pair_id: UUID


Events = AnswersAwaited | AnswersClosed


def decide(change: PairChanged, awaited: bool | None, now: datetime) -> Sequence[Events]:
    """Await answers from the proposal until the pair is confirmed or closed; ignore any other change."""
    match change, awaited:
        case Proposed(), None:
            since = max(change.happened_on, now.date())
            return [
                AnswersAwaited(
                    happened_on=change.happened_on,
                    pair_id=change.pair_id,
                    remind_on=working_days_after(since, change.remind_after),
                    answer_by=working_days_after(since, change.answer_within),
                )
            ]
        case ((Confirmed() | Declined() | Lapsed() | Withdrawn()), True):
            return [AnswersClosed(happened_on=change.happened_on, pair_id=change.pair_id)]
        case _:
            return []


def evolve(_: bool | None, event: Events) -> bool | None:
    """Whether answers are awaited; None before the proposal."""
    return isinstance(event, AnswersAwaited)


PAIR_ANSWERS: Decider[bool | None, PairChanged, Events] = Decider(
    "answering", lambda: None, decide, evolve, (AnswersAwaited, AnswersClosed)
)
