"""A referral: who needs support, why, and who agreed.

Source: product.md R4; "Core concepts of mentoring" (purposes), George (agreed criteria, countersignature).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from shared.kernel.decider import Command, Decider, DomainError, Event, NotFound, Personal

Purpose = Literal["induction", "progression", "challenge"]
Status = Literal["none", "referred", "countersigned", "accepted", "declined"]


class ReferralEvent(Event):
    """What every event of a referral names."""

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    by: str


class ReferralMade(ReferralEvent):
    """Somebody asked for support for a trainee; the note is the trainee's."""

    type: ClassVar[str] = "referral.referral_made"

    purpose: Purpose
    reasons: tuple[str, ...]
    note: Annotated[str | None, Personal("trainee_id")] = None


class ReferralCountersigned(ReferralEvent):
    """A second person stands behind the referral."""

    type: ClassVar[str] = "referral.referral_countersigned"


class ReferralAccepted(ReferralEvent):
    """The programme took the trainee on."""

    type: ClassVar[str] = "referral.referral_accepted"


class ReferralDeclined(ReferralEvent):
    """The programme did not take the trainee on; the reason is for the trainee and the referrer."""

    type: ClassVar[str] = "referral.referral_declined"

    reason: Annotated[str, Personal("trainee_id")]


class Refer(Command):
    """Ask for support for a trainee."""

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    purpose: Purpose
    reasons: tuple[str, ...]
    note: str | None
    by: str
    on: date


class Countersign(Command):
    """Stand behind a referral that somebody else made."""

    by: str
    on: date


class Accept(Command):
    """Take the trainee on."""

    by: str
    on: date


class Decline(Command):
    """Do not take the trainee on, and say why."""

    by: str
    on: date
    reason: str


Commands = Refer | Countersign | Accept | Decline
Events = ReferralMade | ReferralCountersigned | ReferralAccepted | ReferralDeclined


class NotOpen(DomainError):
    """The referral is past the point at which this can be done."""


class NeedsAnotherSignature(DomainError):
    """A countersignature comes from a second person."""


@dataclass(frozen=True, slots=True)
class Referral:
    """What the next decision needs."""

    status: Status = "none"
    referral_id: UUID | None = None
    programme_id: UUID | None = None
    trainee_id: UUID | None = None
    referred_by: str = ""


def decide(command: Commands, referral: Referral, now: datetime) -> Sequence[Events]:
    """Referred, countersigned by a second person, then accepted or declined; what is said twice is said once."""
    del now
    match command, referral:
        case Refer(), Referral(status="none"):
            return [ReferralMade(happened_on=command.on, **command.model_dump(exclude={"on"}))]
        case Refer(), _:
            raise NotOpen("This referral was made before.")
        case _, Referral(status="none"):
            raise NotFound("There is no such referral.")
        case Countersign(), Referral(status="referred"):
            if command.by == referral.referred_by:
                raise NeedsAnotherSignature("You made this referral; somebody else countersigns it.")
            return [ReferralCountersigned(**_common(command, referral))]
        case Countersign(), Referral(status="countersigned"):
            return []
        case Accept(), Referral(status="countersigned"):
            return [ReferralAccepted(**_common(command, referral))]
        case Accept(), Referral(status="accepted"):
            return []
        case Accept(), Referral(status="referred"):
            raise NotOpen("This referral waits for its countersignature; it can be accepted after that.")
        case Decline(reason=reason), Referral(status="referred" | "countersigned"):
            return [ReferralDeclined(reason=reason, **_common(command, referral))]
        case _:
            raise NotOpen(f"This referral is already {referral.status}.")


def _common(command: Countersign | Accept | Decline, referral: Referral) -> dict[str, object]:
    return {
        "happened_on": command.on,
        "by": command.by,
        "referral_id": referral.referral_id,
        "programme_id": referral.programme_id,
        "trainee_id": referral.trainee_id,
    }


def evolve(referral: Referral, event: Events) -> Referral:
    """The referral after the event."""
    match event:
        case ReferralMade():
            return Referral("referred", event.referral_id, event.programme_id, event.trainee_id, event.by)
        case ReferralCountersigned():
            return replace(referral, status="countersigned")
        case ReferralAccepted():
            return replace(referral, status="accepted")
        case ReferralDeclined():
            return replace(referral, status="declined")


REFERRAL: Decider[Referral, Commands, Events] = Decider(
    "referral",
    Referral,
    decide,
    evolve,
    (ReferralMade, ReferralCountersigned, ReferralAccepted, ReferralDeclined),
)
