"""Help from others to whom a mentee is referred on, inside the school or outside, with their agreement.

Source: product.md S13; Core concepts ("they broker access"), George ("we are brokers and advocates"). The programme
says to whom one refers on, which roles besides the two take part, and whether the mentee agrees or, of a pupil, the
agreement of somebody else is recorded. Every word belongs to the mentee. Nobody who assesses them ever sees it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.texts import Text, long_date
from shared.events.practices import ReferOnRules
from shared.events.words import Side
from shared.inputs.days import StepDay
from shared.kernel.decider import (
    Command,
    Decider,
    DomainError,
    Event,
    Invalid,
    NotAllowed,
    NotFound,
    Personal,
    Value,
    build_from,
)

MISSING = "There is no such referral."
Party = Side | Literal["lead"]
"""Who takes a step: one of the two, or somebody in a role that the programme lets refer on."""
OnwardStatus = Literal["offered", "declined", "agreed", "made", "taken_up", "not_taken_up", "ended"]
Step = Literal["declined", "agreed", "made", "taken_up", "not_taken_up", "ended"]
NEXT: Mapping[OnwardStatus, frozenset[Step]] = {
    "offered": frozenset({"agreed", "declined"}),
    "agreed": frozenset({"made", "not_taken_up"}),
    "made": frozenset({"taken_up", "not_taken_up"}),
    "taken_up": frozenset({"ended"}),
}
"""The steps that may follow each status."""
CONSENT: frozenset[OnwardStatus] = frozenset({"agreed", "declined"})


class NewOnwardReferral(Value):
    """Help that somebody offers a mentee: of which kind, by which organisation, and why."""

    on: StepDay
    kind: Annotated[str, Field(max_length=50)]
    organisation: Text | None = None
    reason: Text | None = None


class OnwardStep(Value):
    """The next step of a referral, and a note, such as the outcome."""

    on: StepDay
    status: Step
    note: Text | None = None


class OnwardWithdrawal(Value):
    """The day on which the last step is taken back, because it was a slip."""

    on: StepDay


class OnwardEvent(Event):
    """The fields that all events of a referral share."""

    onward_id: UUID
    trainee_id: UUID
    by: Party


class HelpOffered(OnwardEvent):
    """Somebody offered the mentee help by others."""

    type: ClassVar[str] = "sessions.help_offered"

    relationship_id: UUID
    kind: str
    organisation: Annotated[str | None, Personal("trainee_id")] = None
    reason: Annotated[str | None, Personal("trainee_id")] = None


class HelpStepTaken(OnwardEvent):
    """The referral went a step further."""

    type: ClassVar[str] = "sessions.help_step_taken"

    status: Step
    note: Annotated[str | None, Personal("trainee_id")] = None


class HelpStepTakenBack(OnwardEvent):
    """The last step was a slip: the referral is where it was before."""

    type: ClassVar[str] = "sessions.help_step_taken_back"


class OfferHelp(Command):
    """Offer a mentee help by others."""

    onward_id: UUID
    relationship: Relationship
    programme: Programme
    by: Party
    new: NewOnwardReferral


class TakeHelpStep(Command):
    """Take the next step; `on_record` is the note of the last step, decrypted by the use case."""

    relationship: Relationship
    programme: Programme
    by: Party
    step: OnwardStep
    on_record: str | None = None


class TakeHelpStepBack(Command):
    """Take the last step back."""

    relationship: Relationship
    programme: Programme
    by: Party
    on: date


Commands = OfferHelp | TakeHelpStep | TakeHelpStepBack
Events = HelpOffered | HelpStepTaken | HelpStepTakenBack


class NotTheNextStep(DomainError):
    """The step does not follow where the referral is."""


class NotAgreed(NotAllowed):
    """Somebody agrees, or declines, for whom it is not to say."""


@dataclass(frozen=True, slots=True)
class PastStep:
    """A step that holds, with its encrypted note."""

    status: OnwardStatus
    on: date
    by: Party
    note: str | None = None


@dataclass(frozen=True, slots=True)
class OnwardReferral:
    """A referral: what was offered, encrypted, and its steps."""

    onward_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    kind: str
    organisation: str | None
    reason: str | None
    steps: tuple[PastStep, ...]

    @property
    def status(self) -> OnwardStatus:
        """Where the referral is."""
        return self.steps[-1].status

    @property
    def is_shared(self) -> bool:
        """Whether those outside the relationship know of it: they offered it, or it was agreed to."""
        return self.steps[0].by == "lead" or any(step.status == "agreed" for step in self.steps)


def refer_on_rules(programme: Programme) -> ReferOnRules:
    """Return the rules by which one refers on; raises `NotFound` where the programme has none."""
    if programme.practice.refer_on is None:
        raise NotFound("In this programme nobody is referred on.")
    return programme.practice.refer_on


def decide(command: Commands, referral: OnwardReferral | None, now: datetime) -> Sequence[Events]:
    """Offer help, go step by step, take the last step back. Idempotent: the last step again emits no event."""
    del now
    rules = refer_on_rules(command.programme)
    match command:
        case OfferHelp() if referral is None:
            return _offer(command, rules)
        case OfferHelp():
            return []
        case _ if referral is None:
            raise NotFound(MISSING)
        case TakeHelpStep():
            return _take(command, referral, rules)
        case TakeHelpStepBack(by=by, on=on):
            command.relationship.must_be_kept()
            if len(referral.steps) < 2:
                raise NotTheNextStep("There is no step to take back; a referral that is not wanted is declined.")
            if referral.status in CONSENT:
                _must_consent(by, rules)
            _must_come_after(referral, on)
            return [HelpStepTakenBack(happened_on=on, **_names(referral, by))]


def _offer(command: OfferHelp, rules: ReferOnRules) -> Sequence[Events]:
    relationship, new, by = command.relationship, command.new, command.by
    relationship.must_cover(new.on)
    for name in ("organisation", "reason"):
        if getattr(new, name) is not None:
            relationship.must_be_confidential(f"/{name}")
    codes = [choice.code for choice in rules.choices]
    if new.kind not in codes:
        raise Invalid(f"Choose of: {', '.join(codes)}.", pointer="/kind")
    names = {"onward_id": command.onward_id, "trainee_id": relationship.trainee_id, "by": by}
    offered = build_from(HelpOffered, new, happened_on=new.on, relationship_id=relationship.relationship_id, **names)
    if by != "trainee" or rules.agreement != "mentee":
        return [offered]
    return [offered, HelpStepTaken.model_validate({"happened_on": new.on, **names, "status": "agreed"})]


def _take(command: TakeHelpStep, referral: OnwardReferral, rules: ReferOnRules) -> Sequence[HelpStepTaken]:
    step, by, last = command.step, command.by, referral.steps[-1]
    command.relationship.must_be_kept()
    if step.status in CONSENT:
        _must_consent(by, rules)
    if (step.status, step.on, step.note) == (last.status, last.on, command.on_record):
        return []
    following = NEXT.get(referral.status, frozenset())
    if step.status not in following:
        choice = f"It goes on with: {', '.join(sorted(following))}." if following else "It is over; offer help anew."
        raise NotTheNextStep(f"This referral is {referral.status.replace('_', ' ')}. {choice}", pointer="/status")
    _must_come_after(referral, step.on)
    taken = {"happened_on": step.on, **_names(referral, by), "status": step.status, "note": step.note}
    return [HelpStepTaken.model_validate(taken)]


def _must_consent(by: Party, rules: ReferOnRules) -> None:
    """Raise `NotAgreed` where it is the mentee's alone to agree, or others record an agreement."""
    if rules.agreement == "mentee" and by != "trainee":
        raise NotAgreed("Only the mentee agrees to this, or declines it.")
    if rules.agreement == "recorded" and by == "trainee":
        raise NotAgreed("Your mentor or a lead records here who has agreed to it.")


def _must_come_after(referral: OnwardReferral, on: date) -> None:
    last = referral.steps[-1].on
    if on < last:
        raise Invalid(f"The last step was on {long_date(last)}; this one was on that day or later.", pointer="/on")


def _names(referral: OnwardReferral, by: Party) -> dict[str, object]:
    return {"onward_id": referral.onward_id, "trainee_id": referral.trainee_id, "by": by}


def evolve(referral: OnwardReferral | None, event: Events) -> OnwardReferral | None:
    """Apply an event to the referral."""
    match event:
        case HelpOffered():
            return OnwardReferral(
                onward_id=event.onward_id,
                relationship_id=event.relationship_id,
                trainee_id=event.trainee_id,
                kind=event.kind,
                organisation=event.organisation,
                reason=event.reason,
                steps=(PastStep("offered", event.happened_on, event.by),),
            )
        case HelpStepTaken():
            step = PastStep(event.status, event.happened_on, event.by, event.note)
            return referral and replace(referral, steps=(*referral.steps, step))
        case HelpStepTakenBack():
            return referral and replace(referral, steps=referral.steps[:-1])


ONWARD_REFERRAL: Decider[OnwardReferral | None, Commands, Events] = Decider(
    "onward_referral", lambda: None, decide, evolve, (HelpOffered, HelpStepTaken, HelpStepTakenBack)
)
