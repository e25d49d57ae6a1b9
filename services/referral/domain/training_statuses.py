"""The training status of a trainee: in training, deferred or withdrawn, and back again.

Source: product.md R7. Triggers, reasons and future interest are those of DfE's Register trainee teachers (withdrawal
reasons of November 2024), so that exports fit. Each step has its effective date, which often lies in the past.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.referral.domain.fields import Dated
from shared.events import words
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, Personal

Status = words.Standing
Trigger = Literal["provider", "trainee"]
FutureInterest = Literal["yes", "no", "unknown"]

REASONS: Mapping[Trigger, tuple[str, ...]] = {
    "provider": (
        "record_added_in_error",
        "mandatory_reasons",
        "stopped_responding_to_messages",
        "unacceptable_behaviour",
        "lack_of_progress_during_placements",
        "did_not_make_progress",
        "not_meeting_qts_standards",
        "safeguarding_concerns",
        "had_to_withdraw_trainee_another_reason",
    ),
    "trainee": (
        "unacceptable_behaviour",
        "did_not_make_progress",
        "lack_of_progress_during_placements",
        "trainee_workload_issues",
        "not_meeting_qts_standards",
        "change_in_personal_or_health_circumstances",
        "does_not_want_to_become_a_teacher",
        "never_intended_to_obtain_qts",
        "moved_to_different_itt_course",
        "safeguarding_concerns",
        "trainee_chose_to_withdraw_another_reason",
    ),
}
"""Why a trainee was withdrawn, by who asked for it."""


class _TrainingEvent(Event):
    person_id: UUID
    by: str


class TraineeDeferred(_TrainingEvent):
    """A trainee deferred their training from this day on; the reason is personal text of the trainee."""

    type: ClassVar[str] = "referral.trainee_deferred"

    expected_back_on: date | None = None
    reason: Annotated[str | None, Personal("person_id")] = None


class TraineeReturned(_TrainingEvent):
    """The trainee returned from a deferral."""

    type: ClassVar[str] = "referral.trainee_returned"


class TraineeWithdrawn(_TrainingEvent):
    """The trainee withdrew from training.

    `reasons` are codes of `REASONS` between spaces, encrypted because they can be about health.
    """

    type: ClassVar[str] = "referral.trainee_withdrawn"

    trigger: Trigger
    reasons: Annotated[str, Personal("person_id")]
    future_interest: FutureInterest


class TraineeReinstated(_TrainingEvent):
    """A trainee who had withdrawn was reinstated."""

    type: ClassVar[str] = "referral.trainee_reinstated"


class Deferral(Dated):
    """A deferral of training: from a day on, until the trainee returns."""

    expected_back_on: date | None = None
    reason: str | None = Field(default=None, min_length=1, max_length=2000)


class Withdrawal(Dated):
    """The end of a trainee's training, in the words of DfE's Register trainee teachers."""

    trigger: Trigger
    reasons: tuple[str, ...] = Field(min_length=1, max_length=11)
    future_interest: FutureInterest


class _TrainingCommand(Dated, Command):
    person_id: UUID
    by: str


class Defer(Deferral, _TrainingCommand):
    """Defer the training."""


class Return(_TrainingCommand):
    """Return to training after a deferral."""


class Withdraw(Withdrawal, _TrainingCommand):
    """Withdraw from training."""


class Reinstate(_TrainingCommand):
    """Reinstate a trainee who had withdrawn."""


Commands = Defer | Return | Withdraw | Reinstate
Events = TraineeDeferred | TraineeReturned | TraineeWithdrawn | TraineeReinstated


class NotSo(DomainError):
    """The step does not fit the trainee's training status."""


@dataclass(frozen=True, slots=True)
class TrainingStatus:
    """The training status of a trainee, and since when; None before the first step."""

    status: Status = "in_training"
    since: date | None = None


def decide(command: Commands, training: TrainingStatus, now: datetime) -> Sequence[Events]:
    """Defer and return, withdraw and reinstate; no step before the last one. Repeating a command emits no event."""
    del now
    common = {"happened_on": command.on, "person_id": command.person_id, "by": command.by}
    match command, training.status:
        case (Defer(), "deferred") | (Withdraw(), "withdrawn"):
            return []
        case Defer(), "in_training":
            _must_not_precede(command.on, training)
            if command.expected_back_on is not None and command.expected_back_on <= command.on:
                raise Invalid("The return has to be after the deferral.", pointer="/expected_back_on")
            return [TraineeDeferred(expected_back_on=command.expected_back_on, reason=command.reason, **common)]
        case Return(), "deferred":
            _must_not_precede(command.on, training)
            return [TraineeReturned(**common)]
        case Withdraw(trigger=trigger, reasons=reasons), "in_training" | "deferred":
            _must_be_reasons(trigger, reasons)
            _must_not_precede(command.on, training)
            left = {"trigger": trigger, "reasons": " ".join(reasons), "future_interest": command.future_interest}
            return [TraineeWithdrawn(**left, **common)]
        case Reinstate(), "withdrawn":
            _must_not_precede(command.on, training)
            return [TraineeReinstated(**common)]
        case _:
            raise NotSo(f"This trainee {_IN_WORDS[training.status]}.")


_IN_WORDS: Mapping[Status, str] = {
    "in_training": "is in training",
    "deferred": "has deferred",
    "withdrawn": "has withdrawn",
}


def _must_not_precede(on: date, training: TrainingStatus) -> None:
    if training.since is not None and on < training.since:
        raise Invalid(f"The step before this one was on {training.since}. Give that day or a later one.", pointer="/on")


def _must_be_reasons(trigger: Trigger, reasons: Sequence[str]) -> None:
    for nth, reason in enumerate(reasons):
        if reason not in REASONS[trigger]:
            allowed = ", ".join(REASONS[trigger])
            raise Invalid(f"Choose one of the {trigger}'s reasons: {allowed}.", pointer=f"/reasons/{nth}")


def evolve(training: TrainingStatus, event: Events) -> TrainingStatus:
    """Return the training status after the event."""
    del training
    return status_after(event)


def status_after(event: Events) -> TrainingStatus:
    """Return the training status that an event leads to, whatever it was before."""
    match event:
        case TraineeDeferred():
            return TrainingStatus("deferred", event.happened_on)
        case TraineeWithdrawn():
            return TrainingStatus("withdrawn", event.happened_on)
        case TraineeReturned() | TraineeReinstated():
            return TrainingStatus("in_training", event.happened_on)


TRAINING_STATUS: Decider[TrainingStatus, Commands, Events] = Decider(
    "standing", TrainingStatus, decide, evolve, (TraineeDeferred, TraineeReturned, TraineeWithdrawn, TraineeReinstated)
)
