"""Waiting for both sides to answer a proposal: they are reminded once, and in the end the proposal lapses.

Source: product.md M5; domain.md (g): reminders count working days. The days count from the day on which the proposal
was recorded, should that be later than the day it bears: what is written up afterwards must not have lapsed already.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.matching.domain.pairs import Confirmed, Declined, Lapsed, Proposed, Withdrawn
from shared.calendar import working_days_after
from shared.kernel.decider import Decider, Event

Heard = Proposed | Confirmed | Declined | Lapsed | Withdrawn


class AnswersAwaited(Event):
    """Both sides have until the end of `answer_by`; who has not answered by `remind_on` is reminded that morning."""

    type: ClassVar[str] = "matching.answers_awaited"

    pair_id: UUID
    remind_on: date
    answer_by: date


class AnswersSettled(Event):
    """Nobody is waited for any more."""

    type: ClassVar[str] = "matching.answers_settled"

    pair_id: UUID


Facts = AnswersAwaited | AnswersSettled


def decide(heard: Heard, waits: bool | None, now: datetime) -> Sequence[Facts]:
    """Wait from the proposal until it is confirmed or comes to nothing; whatever else is heard is known already."""
    match heard, waits:
        case Proposed(), None:
            since = max(heard.happened_on, now.date())
            return [
                AnswersAwaited(
                    happened_on=heard.happened_on,
                    pair_id=heard.pair_id,
                    remind_on=working_days_after(since, heard.remind_after),
                    answer_by=working_days_after(since, heard.answer_within),
                )
            ]
        case ((Confirmed() | Declined() | Lapsed() | Withdrawn()), True):
            return [AnswersSettled(happened_on=heard.happened_on, pair_id=heard.pair_id)]
        case _:
            return []


def evolve(_: bool | None, fact: Facts) -> bool | None:
    """Whether somebody is waited for; None before the proposal."""
    return isinstance(fact, AnswersAwaited)


ANSWERING: Decider[bool | None, Heard, Facts] = Decider(
    "answering", lambda: None, decide, evolve, (AnswersAwaited, AnswersSettled)
)
