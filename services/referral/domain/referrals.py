"""A referral of a trainee or mentee to a programme, from the request to acceptance or refusal.

Source: product.md R4; "Core concepts of mentoring" (purposes), George (agreed criteria, countersignature, parental
consent, accepted or declined or redirected). The referral stores the signatures and consent that the programme asks for
on its day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, cast
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from services.referral.domain.fields import Code, Dated
from shared.events.words import Priority, Purpose
from shared.inputs.numbers import SomeHoursAWeek, Yes
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value

Status = Literal["referred", "countersigned", "accepted", "declined", "redirected", "withdrawn"]
Consenter = Literal["parent", "mentee"]
StepName = Literal[
    "countersignature", "consent", "consent_refusal", "acceptance", "refusal", "redirection", "withdrawal"
]


MOST_REFERRALS = 5000
"""Referrals of which a step is taken in one request."""


class ReferralTerms(Value):
    """Who is referred to which programme, and why; reasons are codes of the programme's criteria.

    A `send_placement` is asked for in special educational needs provision.
    """

    programme_id: UUID
    trainee_id: UUID
    purpose: Purpose
    reasons: tuple[str, ...] = Field(min_length=1, max_length=10)
    priority: Priority = "usual"
    send_placement: bool = False


def _nothing_if_blank(note: str) -> str | None:
    return note or None


class NewReferral(ReferralTerms, Dated):
    """Somebody to refer; the note is for the trainee, the referrer and the partnership lead."""

    reasons: tuple[Code, ...] = Field(min_length=1, max_length=10)
    send_placement: Yes = False
    note: Annotated[str, Field(max_length=4000), AfterValidator(_nothing_if_blank)] | None = None


class AcceptanceTerms(Value):
    """What is decided when a trainee is accepted. Without a priority, the referral's stays.

    `mentor_hours_per_week` is the mentor's time that the trainee needs; without it the programme's number applies.
    """

    priority: Priority | None = None
    mentor_hours_per_week: float | None = Field(None, gt=0, le=40)


class Acceptance(AcceptanceTerms, Dated):
    """The decision to accept a trainee, from a day on."""

    mentor_hours_per_week: SomeHoursAWeek | None = None


class ManyReferrals(Dated):
    """Referrals of which one step is taken on one day."""

    referral_ids: tuple[UUID, ...] = Field(min_length=1, max_length=MOST_REFERRALS)


class Reason(Dated):
    """A step that needs a reason."""

    reason: str = Field(min_length=1, max_length=2000)


class OptionalReason(Dated):
    """A step that may have a reason."""

    reason: str | None = Field(None, min_length=1, max_length=2000)


class ConsentAnswer(Dated):
    """The consent given or refused by the person whom the programme asks."""

    given: Yes


class Redirection(Reason):
    """Where a trainee goes instead: another programme, for reasons of its own, or a role of the partnership."""

    to_programme_id: UUID | None = None
    purpose: Purpose | None = None
    reasons: tuple[Code, ...] = Field(default=(), max_length=10)
    to_role: str | None = Field(default=None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _goes_one_way(self) -> "Redirection":
        if (self.to_programme_id is None) == (self.to_role is None):
            raise ValueError("Give either to_programme_id or to_role.")
        if (self.to_programme_id is not None) != bool(self.reasons):
            raise ValueError("Give reasons with another programme, and only then.")
        return self


class StepToReverse(Reason):
    """The last step of a referral, which was a mistake, and why it was; `on` is the day of the correction."""

    step: StepName


class ReferralEvent(Event):
    """The fields that every event of a referral has."""

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    by: str


class ReferralMade(ReferralTerms, ReferralEvent):
    """Somebody asked for support for a trainee; the note is the trainee's.

    `consent` says whose consent the programme asks for. `redirected_from` is the earlier referral that was redirected
    here.
    """

    type: ClassVar[str] = "referral.referral_made"

    note: Annotated[str | None, Personal("trainee_id")] = None
    rules_version: int = 1
    countersignature: bool = True
    consent: Consenter | None = None
    redirected_from: UUID | None = None


class ReferralCountersigned(ReferralEvent):
    """A second person countersigned the referral."""

    type: ClassVar[str] = "referral.referral_countersigned"


class ConsentGiven(ReferralEvent):
    """The person whom the programme asks gave their consent."""

    type: ClassVar[str] = "referral.consent_given"

    consent: Consenter


class ConsentRefused(ReferralEvent):
    """The person whom the programme asks refused their consent, or took it back."""

    type: ClassVar[str] = "referral.consent_refused"

    consent: Consenter


class ReferralAccepted(AcceptanceTerms, ReferralEvent):
    """The programme accepted the trainee."""

    type: ClassVar[str] = "referral.referral_accepted"


class ReferralDeclined(ReferralEvent):
    """The programme declined the trainee; the reason is for the trainee and the referrer."""

    type: ClassVar[str] = "referral.referral_declined"

    reason: Annotated[str, Personal("trainee_id")]


class ReferralRedirected(ReferralEvent):
    """The referral was passed on: to another programme, by the referral `to_referral_id`, or to another role in the
    partnership.
    """

    type: ClassVar[str] = "referral.referral_redirected"

    to_programme_id: UUID | None
    to_referral_id: UUID | None
    to_role: str | None
    reason: Annotated[str, Personal("trainee_id")]


class ReferralWithdrawn(ReferralEvent):
    """The referral was withdrawn."""

    type: ClassVar[str] = "referral.referral_withdrawn"

    reason: Annotated[str | None, Personal("trainee_id")] = None


class StepReversed(ReferralEvent):
    """The last step was a mistake: the referral is again as it was before that step, which stays readable.

    The fields after the reason say how it was, `changed_on` with the day of the step that is the last one again.
    """

    type: ClassVar[str] = "referral.step_reversed"

    step: StepName
    reason: Annotated[str, Personal("trainee_id")]
    status: Status
    changed_on: date
    consented: bool | None
    priority: Priority
    mentor_hours_per_week: float | None


class ReferralRehomed(ReferralEvent):
    """The trainee's record was merged with another one: from now on the referral is of `trainee_id`."""

    type: ClassVar[str] = "referral.referral_rehomed"

    was_of: UUID


class Refer(NewReferral, Command):
    """Ask for support for a trainee, by the programme's settings of the day."""

    referral_id: UUID
    rules_version: int = 1
    countersignature: bool = True
    consent: Consenter | None = None
    redirected_from: UUID | None = None
    by: str


class _Step(Dated, Command):
    by: str


class Countersign(_Step):
    """Countersign a referral that somebody else made."""


class GiveConsent(_Step):
    """Record the consent of the person whom the programme asks."""


class RefuseConsent(_Step):
    """Record the refusal of the person whom the programme asks."""


class Accept(Acceptance, _Step):
    """Accept the trainee."""


class Decline(Reason, _Step):
    """Decline the trainee, and say why."""


class Redirect(_Step):
    """Send the trainee on to another programme, where a referral is made, or to somebody else; and say why."""

    to_programme_id: UUID | None
    to_referral_id: UUID | None
    to_role: str | None
    reason: str


class Withdraw(OptionalReason, _Step):
    """Withdraw the referral; `on_record` is the reason of an earlier withdrawal, decrypted by the use case."""

    on_record: str | None = None


class ReverseStep(StepToReverse, _Step):
    """Take back the last step of the referral, and say why it was a mistake."""


class Rehome(_Step):
    """Move the referral to the record that is kept for the trainee."""

    trainee_id: UUID


Steps = Countersign | GiveConsent | RefuseConsent | Accept | Decline | Redirect | Withdraw | ReverseStep | Rehome
Commands = Refer | Steps
Events = (
    ReferralMade
    | ReferralCountersigned
    | ConsentGiven
    | ConsentRefused
    | ReferralAccepted
    | ReferralDeclined
    | ReferralRedirected
    | ReferralWithdrawn
    | StepReversed
    | ReferralRehomed
)


class NotOpen(DomainError):
    """The referral is past the point at which this can be done."""


class NeedsAnotherSignature(DomainError):
    """A countersignature comes from a second person."""


class NeedsConsent(DomainError):
    """The consent that the programme asks for has not been given."""


class NoConsentAsked(DomainError):
    """The programme asks nobody for consent."""


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral, as the next decision needs it; `consented` is None until an answer has come.

    `last_step` is the event that led to its status, None for a referral on which nothing was decided. `before` is the
    referral before its last event, an answer of consent too, and `last_event` that event; None before the first step.
    """

    status: Status | Literal["none"] = "none"
    referral_id: UUID | None = None
    programme_id: UUID | None = None
    trainee_id: UUID | None = None
    referred_by: str = ""
    purpose: Purpose = "induction"
    priority: Priority = "usual"
    send_placement: bool = False
    countersignature: bool = True
    consent: Consenter | None = None
    consented: bool | None = None
    consented_on: date = date.min
    last_on: date = date.min
    last_step: ReferralEvent | None = None
    last_event: ReferralEvent | None = None
    before: "Referral | None" = None

    @property
    def ready(self) -> bool:
        """Whether the referral has the signatures and consent that the programme asks for."""
        return self.status == "countersigned" or (self.status == "referred" and not self.countersignature)


def decide(command: Commands, referral: Referral, now: datetime) -> Sequence[Events]:
    """Refer, countersign by a second person, then accept, decline or redirect; withdraw at any time.

    Repeating a command emits no event. No step has an earlier day than the step before it.
    """
    del now
    match command, referral.status:
        case Refer(), "none":
            return [ReferralMade(happened_on=command.on, **command.model_dump(exclude={"on"}))]
        case Refer(), _:
            raise NotOpen("This referral was made before.")
        case _, "none":
            raise NotFound("There is no such referral.")
        case ReverseStep(), _:
            return [_reversed(command, referral)]
        case (
            (Countersign() as step, "countersigned")
            | (Accept() as step, "accepted")
            | (Withdraw() as step, "withdrawn")
        ):
            return _repeated(step, referral)
        case Rehome(trainee_id=trainee_id), _:
            same = trainee_id == referral.trainee_id
            about = _about(command, referral) | {"trainee_id": trainee_id}
            return [] if same else [ReferralRehomed(was_of=referral.trainee_id, **about)]
        case (Countersign() | GiveConsent() | Accept() | Decline() | Redirect(), "referred" | "countersigned"):
            return _answered(command, referral)
        case (RefuseConsent() | Withdraw(), "referred" | "countersigned" | "accepted"):
            return _taken_back(command, referral)
        case _:
            raise NotOpen(f"This referral is already {referral.status}.")


def _repeated(command: Countersign | Accept | Withdraw, referral: Referral) -> Sequence[Events]:
    """Emit nothing for a step that was taken with the same values; raise `NotOpen` for one with others."""
    match command, referral.last_step:
        case Accept(), ReferralAccepted() as taken:
            same = all(getattr(command, name) == getattr(taken, name) for name in AcceptanceTerms.model_fields)
        case Withdraw(reason=reason, on_record=on_record), ReferralWithdrawn() as taken:
            same = reason == (taken.reason if on_record is None else on_record)
        case _, taken:
            same = True
    if taken is not None and same and command.on == taken.happened_on:
        return []
    on = f" on {taken.happened_on}" if taken is not None else ""
    raise NotOpen(f"This referral was {referral.status}{on} already, with other values or on another day; that stays.")


def _reversed(command: ReverseStep, referral: Referral) -> StepReversed:
    if referral.last_event is None:
        raise NotOpen("Nothing was decided on this referral yet. If it is a mistake itself, withdraw it.")
    last = _NAMES[type(referral.last_event)]
    if command.step != last:
        raise NotOpen(f"The last step of this referral is its {last}. Take that back first, or send it as the step.")
    before = _before_last_step(referral)
    accepted = before.last_step if isinstance(before.last_step, ReferralAccepted) else None
    return StepReversed(
        step=command.step,
        reason=command.reason,
        status=cast("Status", before.status),
        changed_on=before.last_on,
        consented=before.consented,
        priority=(accepted and accepted.priority) or before.priority,
        mentor_hours_per_week=accepted and accepted.mentor_hours_per_week,
        **_about(command, referral),
    )


def _before_last_step(referral: Referral) -> Referral:
    """Return the referral before its last step, of whoever's record it is now.

    A refusal of consent that ended an accepted referral, and its end, are one step.
    """
    before = referral.before
    assert before is not None  # else there was no step
    if before.status == "accepted" and before.consented is False and before.before is not None:
        before = before.before
    return replace(before, trainee_id=referral.trainee_id)


def _answered_again(command: GiveConsent | RefuseConsent, referral: Referral, answer: str) -> Sequence[Events]:
    if command.on == referral.consented_on:
        return []
    raise NotOpen(f"Consent was {answer} on {referral.consented_on} already; that day stays.")


def _answered(command: Countersign | GiveConsent | Accept | Decline | Redirect, referral: Referral) -> Sequence[Events]:
    about = _about(command, referral)
    match command:
        case Countersign():
            if command.by == referral.referred_by:
                raise NeedsAnotherSignature("You made this referral; somebody else countersigns it.")
            return [ReferralCountersigned(**about)]
        case GiveConsent():
            consent = _consenter(referral)
            if referral.consented:
                return _answered_again(command, referral, "given")
            return [ConsentGiven(consent=consent, **about)]
        case Accept():
            if not referral.ready:
                raise NotOpen("This referral waits for its countersignature; it can be accepted after that.")
            if referral.consent is not None and not referral.consented:
                raise NeedsConsent(f"The {referral.consent}'s consent is needed before this can be accepted.")
            return [ReferralAccepted(**command.model_dump(exclude={"on", "by"}), **about)]
        case Decline(reason=reason):
            return [ReferralDeclined(reason=reason, **about)]
        case Redirect():
            if (command.to_programme_id is None) == (command.to_role is None):
                raise Invalid("Give either another programme or a role.", pointer="/to_role")
            return [ReferralRedirected(**command.model_dump(exclude={"on", "by"}), **about)]


def _taken_back(command: RefuseConsent | Withdraw, referral: Referral) -> Sequence[Events]:
    about = _about(command, referral)
    match command:
        case Withdraw(reason=reason):
            return [ReferralWithdrawn(reason=reason, **about)]
        case RefuseConsent():
            consent = _consenter(referral)
            if referral.consented is False:
                return _answered_again(command, referral, "refused")
            refused: list[Events] = [ConsentRefused(consent=consent, **about)]
            # consent can be taken back at any time, and then there is no more support by this referral
            return [*refused, ReferralWithdrawn(**about)] if referral.status == "accepted" else refused


def _consenter(referral: Referral) -> Consenter:
    if referral.consent is None:
        raise NoConsentAsked("This programme asks nobody for consent.")
    return referral.consent


def _about(command: Steps, referral: Referral) -> dict[str, Any]:
    if command.on < referral.last_on:
        raise Invalid(
            f"The step before this one was on {referral.last_on}. Give that day or a later one.", pointer="/on"
        )
    return {
        "happened_on": command.on,
        "by": command.by,
        "referral_id": referral.referral_id,
        "programme_id": referral.programme_id,
        "trainee_id": referral.trainee_id,
    }


def evolve(referral: Referral, event: Events) -> Referral:
    """Return the referral after the event."""
    match event:
        case ReferralMade():
            return Referral(
                "referred",
                event.referral_id,
                event.programme_id,
                event.trainee_id,
                event.by,
                event.purpose,
                event.priority,
                event.send_placement,
                event.countersignature,
                event.consent,
                last_on=event.happened_on,
            )
        case ReferralRehomed(trainee_id=trainee_id):
            return replace(referral, trainee_id=trainee_id)
        case ConsentGiven() | ConsentRefused():
            given = isinstance(event, ConsentGiven)
            after = replace(referral, last_on=event.happened_on, last_event=event, before=referral)
            return replace(after, consented=given, consented_on=event.happened_on)
        case StepReversed():
            return _before_last_step(referral)
        case _:
            after = replace(referral, last_on=event.happened_on, last_event=event, before=referral)
            return replace(after, status=_AFTER[type(event)], last_step=event)


_AFTER: dict[type[ReferralEvent], Status] = {
    ReferralCountersigned: "countersigned",
    ReferralAccepted: "accepted",
    ReferralDeclined: "declined",
    ReferralRedirected: "redirected",
    ReferralWithdrawn: "withdrawn",
}

_NAMES: dict[type[ReferralEvent], StepName] = {
    ReferralCountersigned: "countersignature",
    ConsentGiven: "consent",
    ConsentRefused: "consent_refusal",
    ReferralAccepted: "acceptance",
    ReferralDeclined: "refusal",
    ReferralRedirected: "redirection",
    ReferralWithdrawn: "withdrawal",
}

REFERRAL: Decider[Referral, Commands, Events] = Decider(
    "referral",
    Referral,
    decide,
    evolve,
    (
        ReferralMade,
        ReferralCountersigned,
        ConsentGiven,
        ConsentRefused,
        ReferralAccepted,
        ReferralDeclined,
        ReferralRedirected,
        ReferralWithdrawn,
        StepReversed,
        ReferralRehomed,
    ),
)
