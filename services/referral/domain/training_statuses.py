"""The training status of a trainee: in training, deferred or withdrawn, and back again.

Source: product.md R7. Triggers, reasons and future interest are those of DfE's Register trainee teachers (withdrawal
reasons of November 2024), so that exports fit. Each step has its effective date, which often lies in the past.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.referral.domain.fields import Code, Dated
from shared.events import words
from shared.inputs.days import ReturnDay, TrainingStatusDay
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


class TrainingStep(Dated):
    """A step of a trainee's training, and the day from which it holds."""

    on: TrainingStatusDay


class Deferral(TrainingStep):
    """A deferral of training: from a day on, until the trainee returns."""

    expected_back_on: ReturnDay | None = None
    reason: str | None = Field(default=None, min_length=1, max_length=2000)


class Withdrawal(TrainingStep):
    """The end of a trainee's training, in the words of DfE's Register trainee teachers."""

    trigger: Trigger
    reasons: tuple[Code, ...] = Field(min_length=1, max_length=11)
    future_interest: FutureInterest


class _TrainingCommand(Dated, Command):
    person_id: UUID
    by: str


class Defer(Deferral, _TrainingCommand):
    """Defer the training, or correct the deferral; `on_record` is its recorded reason, decrypted by the use case."""

    on_record: str | None = None


class Return(_TrainingCommand):
    """Return to training after a deferral."""


class Withdraw(Withdrawal, _TrainingCommand):
    """Withdraw from training, or correct the withdrawal; `on_record` has its recorded reasons between spaces, decrypted
    by the use case.
    """

    on_record: str | None = None


class Reinstate(_TrainingCommand):
    """Reinstate a trainee who had withdrawn."""


Commands = Defer | Return | Withdraw | Reinstate
Events = TraineeDeferred | TraineeReturned | TraineeWithdrawn | TraineeReinstated


class NotSo(DomainError):
    """The step does not fit the trainee's training status."""


@dataclass(frozen=True, slots=True)
class TrainingStatus:
    """The training status of a trainee, and since when; None before the first step.

    `absence` is the deferral or withdrawal that holds, `ended` the one that a return or reinstatement ended. `before`
    is the day of the step before the last one, `before_ended` that of the step before the ended absence.
    """

    status: Status = "in_training"
    since: date | None = None
    absence: TraineeDeferred | TraineeWithdrawn | None = None
    before: date | None = None
    ended: TraineeDeferred | TraineeWithdrawn | None = None
    before_ended: date | None = None

    def takes_return_back(self, status: Status, on: date) -> bool:
        """Whether a deferral or withdrawal of this day is the one that was ended, sent again."""
        return self.ended is not None and (status_after(self.ended).status, self.ended.happened_on) == (status, on)


def decide(command: Commands, training: TrainingStatus, now: datetime) -> Sequence[Events]:
    """Defer and return, withdraw and reinstate; no step before the last one.

    A deferral or withdrawal that is sent again with other values corrects the one that holds; sent again with its own
    day after a return or reinstatement, it takes that back. Repeating a command emits no event.
    """
    del now
    common = {"happened_on": command.on, "person_id": command.person_id, "by": command.by}
    match command, training.status:
        case Defer(), "in_training" | "deferred":
            if training.status == "deferred":
                _must_not_precede(command.on, training.before)
            elif not training.takes_return_back("deferred", command.on):
                _must_not_precede(command.on, training.since, ended=training.ended)
            if command.expected_back_on is not None and command.expected_back_on <= command.on:
                raise Invalid("The return has to be after the deferral.", pointer="/expected_back_on")
            deferred = TraineeDeferred(expected_back_on=command.expected_back_on, reason=command.reason, **common)
            return [] if _says_the_same(deferred, training.absence, command.on_record) else [deferred]
        case Return(), "deferred":
            _must_not_precede(command.on, training.since, correct="deferral")
            return [TraineeReturned(**common)]
        case Withdraw(trigger=trigger, reasons=reasons), _:
            _must_be_reasons(trigger, reasons)
            if training.status == "withdrawn":
                _must_not_precede(command.on, training.before)
            elif training.absence is not None:
                _must_not_precede(command.on, training.since, correct="deferral")
            elif not training.takes_return_back("withdrawn", command.on):
                _must_not_precede(command.on, training.since, ended=training.ended)
            left = {"trigger": trigger, "reasons": " ".join(reasons), "future_interest": command.future_interest}
            withdrawn = TraineeWithdrawn(**left, **common)
            return [] if _says_the_same(withdrawn, training.absence, command.on_record) else [withdrawn]
        case Reinstate(), "withdrawn":
            _must_not_precede(command.on, training.since, correct="withdrawal")
            return [TraineeReinstated(**common)]
        case _:
            raise NotSo(f"This trainee {_IN_WORDS[training.status]}.")


_IN_WORDS: Mapping[Status, str] = {
    "in_training": "is in training",
    "deferred": "has deferred",
    "withdrawn": "has withdrawn",
}


def _must_not_precede(
    on: date,
    before: date | None,
    *,
    correct: str | None = None,
    ended: TraineeDeferred | TraineeWithdrawn | None = None,
) -> None:
    if before is not None and on < before:
        sentence = f"The step before this one was on {before}. Give that day or a later one"
        if correct is not None:
            sentence += f"; if that day is wrong, send the {correct} again with the right one"
        if ended is not None:
            what = "deferral" if isinstance(ended, TraineeDeferred) else "withdrawal"
            sentence += f"; if the trainee was not back then, send the {what} of {ended.happened_on} again"
        raise Invalid(f"{sentence}.", pointer="/on")


def _says_the_same(
    new: TraineeDeferred | TraineeWithdrawn, absence: TraineeDeferred | TraineeWithdrawn | None, on_record: str | None
) -> bool:
    """Whether a deferral or withdrawal repeats the one that holds, whoever sends it."""
    if type(new) is not type(absence):
        return False
    known = new.model_dump(exclude={"by"})
    if on_record is not None and on_record == known[text := "reason" if "reason" in known else "reasons"]:
        known[text] = getattr(absence, text)
    return absence is not None and known == absence.model_dump(exclude={"by"})


def _must_be_reasons(trigger: Trigger, reasons: Sequence[str]) -> None:
    for nth, reason in enumerate(reasons):
        if reason not in REASONS[trigger]:
            allowed = ", ".join(REASONS[trigger])
            raise Invalid(f"Choose one of the {trigger}'s reasons: {allowed}.", pointer=f"/reasons/{nth}")


def evolve(training: TrainingStatus, event: Events) -> TrainingStatus:
    """Return the training status after the event."""
    after = status_after(event)
    if after.absence is None:
        return replace(after, before=training.since, ended=training.absence, before_ended=training.before)
    if training.absence is not None and after.status == training.status:
        return replace(after, before=training.before)
    took_back = training.takes_return_back(after.status, event.happened_on)
    return replace(after, before=training.before_ended if took_back else training.since)


def status_after(event: Events) -> TrainingStatus:
    """Return the training status that an event leads to, whatever it was before."""
    match event:
        case TraineeDeferred():
            return TrainingStatus("deferred", event.happened_on, event)
        case TraineeWithdrawn():
            return TrainingStatus("withdrawn", event.happened_on, event)
        case TraineeReturned() | TraineeReinstated():
            return TrainingStatus("in_training", event.happened_on)


TRAINING_STATUS: Decider[TrainingStatus, Commands, Events] = Decider(
    "standing", TrainingStatus, decide, evolve, (TraineeDeferred, TraineeReturned, TraineeWithdrawn, TraineeReinstated)
)
