"""Where a trainee stands in their training: at it, deferred, withdrawn, and back again.

Source: product.md R7. Triggers, reasons and future interest are those of DfE's Register trainee teachers (withdrawal
reasons of November 2024), so that exports fit. Each step has its effective date, which often lies in the past.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from shared.events.words import Standing as Stands
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, Personal

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


class _StandingEvent(Event):
    person_id: UUID
    by: str


class TraineeDeferred(_StandingEvent):
    """Training rests from this day on; the reason is theirs."""

    type: ClassVar[str] = "referral.trainee_deferred"

    expected_back_on: date | None = None
    reason: Annotated[str | None, Personal("person_id")] = None


class TraineeReturned(_StandingEvent):
    """The trainee is back from a deferral."""

    type: ClassVar[str] = "referral.trainee_returned"


class TraineeWithdrawn(_StandingEvent):
    """The trainee left; `reasons` are codes of `REASONS` between spaces, sealed: they can be about health."""

    type: ClassVar[str] = "referral.trainee_withdrawn"

    trigger: Trigger
    reasons: Annotated[str, Personal("person_id")]
    future_interest: FutureInterest


class TraineeReinstated(_StandingEvent):
    """A trainee who had withdrawn is back."""

    type: ClassVar[str] = "referral.trainee_reinstated"


class _StandingCommand(Command):
    person_id: UUID
    by: str
    on: date


class Defer(_StandingCommand):
    """Let training rest."""

    expected_back_on: date | None = None
    reason: str | None = None


class Return(_StandingCommand):
    """Take training up again after a deferral."""


class Withdraw(_StandingCommand):
    """Leave the training."""

    trigger: Trigger
    reasons: tuple[str, ...]
    future_interest: FutureInterest


class Reinstate(_StandingCommand):
    """Take back somebody who had withdrawn."""


Commands = Defer | Return | Withdraw | Reinstate
Events = TraineeDeferred | TraineeReturned | TraineeWithdrawn | TraineeReinstated


class NotSo(DomainError):
    """The trainee stands where this cannot be done."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the trainee stands, and since when; None before the first step."""

    stands: Stands = "in_training"
    since: date | None = None


def decide(command: Commands, standing: Standing, now: datetime) -> Sequence[Events]:
    """Deferred and returned, withdrawn and reinstated; no step before the last one; said twice is said once."""
    del now
    common = {"happened_on": command.on, "person_id": command.person_id, "by": command.by}
    match command, standing.stands:
        case (Defer(), "deferred") | (Withdraw(), "withdrawn"):
            return []
        case Defer(), "in_training":
            _must_not_precede(command.on, standing)
            if command.expected_back_on is not None and command.expected_back_on <= command.on:
                raise Invalid("The return lies after the deferral.", pointer="/expected_back_on")
            return [TraineeDeferred(expected_back_on=command.expected_back_on, reason=command.reason, **common)]
        case Return(), "deferred":
            _must_not_precede(command.on, standing)
            return [TraineeReturned(**common)]
        case Withdraw(trigger=trigger, reasons=reasons), "in_training" | "deferred":
            _must_be_reasons(trigger, reasons)
            _must_not_precede(command.on, standing)
            said = {"trigger": trigger, "reasons": " ".join(reasons), "future_interest": command.future_interest}
            return [TraineeWithdrawn(**said, **common)]
        case Reinstate(), "withdrawn":
            _must_not_precede(command.on, standing)
            return [TraineeReinstated(**common)]
        case _:
            raise NotSo(f"This trainee {_SAID[standing.stands]}.")


_SAID: Mapping[Stands, str] = {
    "in_training": "is in training",
    "deferred": "has deferred",
    "withdrawn": "has withdrawn",
}


def _must_not_precede(on: date, standing: Standing) -> None:
    if standing.since is not None and on < standing.since:
        raise Invalid(f"The step before this one was on {standing.since}.", pointer="/on")


def _must_be_reasons(trigger: Trigger, reasons: Sequence[str]) -> None:
    for nth, reason in enumerate(reasons):
        if reason not in REASONS[trigger]:
            raise Invalid(f"The {trigger}'s reasons are: {', '.join(REASONS[trigger])}.", pointer=f"/reasons/{nth}")


def evolve(standing: Standing, event: Events) -> Standing:
    """Where the trainee stands after the event."""
    del standing
    match event:
        case TraineeDeferred():
            return Standing("deferred", event.happened_on)
        case TraineeWithdrawn():
            return Standing("withdrawn", event.happened_on)
        case TraineeReturned() | TraineeReinstated():
            return Standing("in_training", event.happened_on)


STANDING: Decider[Standing, Commands, Events] = Decider(
    "standing", Standing, decide, evolve, (TraineeDeferred, TraineeReturned, TraineeWithdrawn, TraineeReinstated)
)
