"""Waiting for both sides to answer a proposed support, which lapses in the end: by the same working days as a pair.

Source: product.md M5, M7. The days count from when the proposal was recorded, should that be later than its own day.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.matching.domain.supports import Confirmed, Declined, Lapsed, Proposed
from shared.calendar import working_days_after
from shared.kernel.decider import Decider, Event

Heard = Proposed | Confirmed | Declined | Lapsed


class SupportAnswersAwaited(Event):
    """Both sides have until the end of `answer_by`."""

    type: ClassVar[str] = "matching.support_answers_awaited"

    support_id: UUID
    answer_by: date


class SupportAnswersSettled(Event):
    """Nobody is waited for any more."""

    type: ClassVar[str] = "matching.support_answers_settled"

    support_id: UUID


Facts = SupportAnswersAwaited | SupportAnswersSettled


def decide(heard: Heard, waits: bool | None, now: datetime) -> Sequence[Facts]:
    """Wait from the proposal until it is confirmed, declined or lapsed; whatever else is heard is known already."""
    about = {"happened_on": heard.happened_on, "support_id": heard.support_id}
    match heard, waits:
        case Proposed(), None:
            since = max(heard.happened_on, now.date())
            return [SupportAnswersAwaited(answer_by=working_days_after(since, heard.answer_within), **about)]
        case ((Confirmed() | Declined() | Lapsed()), True):
            return [SupportAnswersSettled(**about)]
        case _:
            return []


def evolve(_: bool | None, fact: Facts) -> bool | None:
    """Whether somebody is waited for; None before the proposal."""
    return isinstance(fact, SupportAnswersAwaited)


SUPPORT_ANSWERING: Decider[bool | None, Heard, Facts] = Decider(
    "support_answering", lambda: None, decide, evolve, (SupportAnswersAwaited, SupportAnswersSettled)
)
