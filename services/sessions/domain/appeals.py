"""Appeals against assessments, each against a version that was submitted, decided by whom the programme names.

Source: product.md S8; statutory guidance on induction 2.70. An appeal that is upheld asks the assessor to correct the
assessment: a new version beside the old one. All text is about the trainee, and sealed for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from services.sessions.domain.assessment_versions import Submission, Version, must_not_be_before
from services.sessions.domain.texts import Text, long_date
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, NotAllowed, NotFound, Personal, Value

AppealOutcome = Literal["dismissed", "upheld"]
AppealState = Literal["made", "withdrawn", "dismissed", "upheld"]


class AppealStep(Value):
    """The version of the assessment, and the day of the step."""

    on: StepDay
    version: Version


class NewAppeal(AppealStep):
    """Why the trainee appeals against a version."""

    reason: Text


class AppealDecision(AppealStep):
    """How an appeal is decided, and why."""

    outcome: AppealOutcome
    reason: Text


class AppealReversal(AppealStep):
    """Why a decision is taken back."""

    reason: Text


class AppealEvent(Event):
    """The fields that all events of appeals share; `step` counts the steps of the appeal against a version from 1."""

    assessment_id: UUID
    trainee_id: UUID
    version_number: int
    step: int


class AppealMade(AppealEvent):
    """The trainee appealed against a version, or gave the reason in other words."""

    type: ClassVar[str] = "sessions.appeal_made"

    reason: Annotated[str, Personal("trainee_id")]


class AppealWithdrawn(AppealEvent):
    """The trainee took an appeal back before it was decided."""

    type: ClassVar[str] = "sessions.appeal_withdrawn"


class AppealDecided(AppealEvent):
    """Somebody whom the programme names decided an appeal."""

    type: ClassVar[str] = "sessions.appeal_decided"

    person_id: UUID
    outcome: AppealOutcome
    reason: Annotated[str, Personal("trainee_id")]


class AppealDecisionReversed(AppealEvent):
    """A decision that was a slip was taken back, and the appeal is undecided again."""

    type: ClassVar[str] = "sessions.appeal_decision_reversed"

    person_id: UUID
    reason: Annotated[str, Personal("trainee_id")]


class MakeAppeal(Command):
    """Appeal until a day; `on_record` is the reason given before, decrypted by the use case."""

    submission: Submission
    until: date | None
    appeal: NewAppeal
    on_record: str | None = None


class WithdrawAppeal(Command):
    """Take an appeal back."""

    step: AppealStep


class DecideAppeal(Command):
    """Decide an appeal; `took_part` says that the person wrote or signed the version."""

    person_id: UUID
    took_part: bool
    decision: AppealDecision


class ReverseDecision(Command):
    """Take a decision back; `corrected` says that the correction has begun for which an upheld appeal asks."""

    person_id: UUID
    took_part: bool
    corrected: bool
    reversal: AppealReversal


Commands = MakeAppeal | WithdrawAppeal | DecideAppeal | ReverseDecision
Events = AppealMade | AppealWithdrawn | AppealDecided | AppealDecisionReversed


class NoAppeal(DomainError):
    """The programme knows no appeal against this kind of assessment, or its days are over."""


class AppealIsDecided(DomainError):
    """What is asked comes after the appeal was decided."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """The appeal against a version: its state, the last day on which something happened, and its encrypted reason."""

    assessment_id: UUID
    trainee_id: UUID
    state: AppealState
    last_on: date
    reason: str
    steps: int = 1


@dataclass(frozen=True, slots=True)
class Appeals:
    """The appeals against an assessment, by the number of the version."""

    by_version: Mapping[int, Appeal] = field(default_factory=dict)


def decide(command: Commands, appeals: Appeals, now: datetime) -> Sequence[Events]:
    """Make, withdraw and decide an appeal, or take a decision back. A step that was taken already emits no event."""
    del now
    match command:
        case MakeAppeal():
            return _make(command, appeals.by_version.get(command.appeal.version))
        case WithdrawAppeal(step=step):
            appeal = _appeal_of(appeals, step)
            if appeal.state == "withdrawn":
                return []
            _must_be_open(appeal)
            return [AppealWithdrawn.model_validate(_names(step, appeal))]
        case DecideAppeal(decision=decision):
            appeal = _appeal_of(appeals, decision)
            _must_not_have_taken_part(took_part=command.took_part)
            _must_be_open(appeal)
            details = {"person_id": command.person_id, "outcome": decision.outcome, "reason": decision.reason}
            return [AppealDecided.model_validate({**_names(decision, appeal), **details})]
        case ReverseDecision(reversal=reversal):
            appeal = _appeal_of(appeals, reversal)
            _must_not_have_taken_part(took_part=command.took_part)
            if appeal.state not in ("dismissed", "upheld"):
                return []
            if command.corrected:
                raise AppealIsDecided("The correction has begun, so that the decision stands.")
            details = {"person_id": command.person_id, "reason": reversal.reason}
            return [AppealDecisionReversed.model_validate({**_names(reversal, appeal), **details})]


def _make(command: MakeAppeal, appeal: Appeal | None) -> Sequence[AppealMade]:
    new, until = command.appeal, command.until
    if until is None:
        raise NoAppeal("In this programme there is no appeal against this assessment.")
    if appeal is not None and appeal.state in ("dismissed", "upheld"):
        raise AppealIsDecided(f"Your appeal is decided: it is {appeal.state}.")
    if appeal is not None and (appeal.state, new.reason) == ("made", command.on_record):
        return []
    first = command.submission.submitted_on if appeal is None else appeal.last_on
    must_not_be_before(new.on, first)
    if new.on > until:
        raise NoAppeal(f"Appeals against this version were possible until {long_date(until)}.", pointer="/on")
    return [
        AppealMade(
            happened_on=new.on,
            assessment_id=command.submission.assessment_id,
            trainee_id=command.submission.trainee_id,
            version_number=new.version,
            step=1 if appeal is None else appeal.steps + 1,
            reason=new.reason,
        )
    ]


def _appeal_of(appeals: Appeals, step: AppealStep) -> Appeal:
    appeal = appeals.by_version.get(step.version)
    if appeal is None:
        raise NotFound("There is no appeal against this version.")
    must_not_be_before(step.on, appeal.last_on)
    return appeal


def _must_be_open(appeal: Appeal) -> None:
    if appeal.state == "withdrawn":
        raise AppealIsDecided("The trainee took this appeal back.")
    if appeal.state != "made":
        raise AppealIsDecided(f"This appeal is {appeal.state}. If that was a slip, take the decision back first.")


def _must_not_have_taken_part(*, took_part: bool) -> None:
    if took_part:
        raise NotAllowed("You wrote or signed this assessment, so that somebody else decides the appeal.")


def _names(step: AppealStep, appeal: Appeal) -> dict[str, object]:
    return {
        "happened_on": step.on,
        "assessment_id": appeal.assessment_id,
        "trainee_id": appeal.trainee_id,
        "version_number": step.version,
        "step": appeal.steps + 1,
    }


def evolve(appeals: Appeals, event: Events) -> Appeals:
    """Apply an event to the appeals."""
    appeal = appeals.by_version.get(event.version_number)
    if isinstance(event, AppealMade):
        names = (event.assessment_id, event.trainee_id)
        changed = Appeal(*names, "made", event.happened_on, event.reason, event.step)
    elif appeal is None:
        return appeals
    else:
        changed = replace(appeal, state=_state_after(event), last_on=event.happened_on, steps=event.step)
    return Appeals({**appeals.by_version, event.version_number: changed})


def _state_after(event: AppealWithdrawn | AppealDecided | AppealDecisionReversed) -> AppealState:
    match event:
        case AppealWithdrawn():
            return "withdrawn"
        case AppealDecided(outcome=outcome):
            return outcome
        case AppealDecisionReversed():
            return "made"


APPEALS: Decider[Appeals, Commands, Events] = Decider(
    "appeals", Appeals, decide, evolve, (AppealMade, AppealWithdrawn, AppealDecided, AppealDecisionReversed)
)
