"""Read model of referrals of people to programmes, and the status of each."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.referral.domain import referrals
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral with its status; `changed_on` is the day of its last step.

    `consent` is whose consent the programme asks for, `consented` the answer. Note and reasons of steps are encrypted;
    `reason_reversed` is why a step was taken back last.
    """

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    purpose: str
    reasons: tuple[str, ...]
    status: str
    referred_by: str
    referred_on: date
    changed_on: date
    rules_version: int
    countersignature: bool
    note: str | None = None
    consent: str | None = None
    consented: bool | None = None
    redirected_from: UUID | None = None
    to_programme_id: UUID | None = None
    to_referral_id: UUID | None = None
    to_role: str | None = None
    reason_declined: str | None = None
    reason_redirected: str | None = None
    reason_withdrawn: str | None = None
    reason_reversed: str | None = None
    priority: str = "usual"
    send_placement: bool = False
    mentor_hours_per_week: float | None = None


def _made(_: ReferralRow | None, event: referrals.ReferralMade) -> ReferralRow:
    return row_of(
        ReferralRow,
        event,
        status="referred",
        referred_by=event.by,
        referred_on=event.happened_on,
        changed_on=event.happened_on,
    )


def _countersigned(row: ReferralRow, event: referrals.ReferralCountersigned) -> ReferralRow:
    return replace(row, status="countersigned", changed_on=event.happened_on)


def _accepted(row: ReferralRow, event: referrals.ReferralAccepted) -> ReferralRow:
    return replace(
        row,
        status="accepted",
        changed_on=event.happened_on,
        priority=event.priority or row.priority,
        mentor_hours_per_week=event.mentor_hours_per_week,
    )


def _declined(row: ReferralRow, event: referrals.ReferralDeclined) -> ReferralRow:
    return replace(row, status="declined", changed_on=event.happened_on, reason_declined=event.reason)


def _consented(row: ReferralRow, event: referrals.ConsentGiven | referrals.ConsentRefused) -> ReferralRow:
    return replace(row, consented=isinstance(event, referrals.ConsentGiven), changed_on=event.happened_on)


def _redirected(row: ReferralRow, event: referrals.ReferralRedirected) -> ReferralRow:
    return replace(
        row,
        status="redirected",
        changed_on=event.happened_on,
        to_programme_id=event.to_programme_id,
        to_referral_id=event.to_referral_id,
        to_role=event.to_role,
        reason_redirected=event.reason,
    )


def _withdrawn(row: ReferralRow, event: referrals.ReferralWithdrawn) -> ReferralRow:
    return replace(row, status="withdrawn", changed_on=event.happened_on, reason_withdrawn=event.reason)


def _reversed(row: ReferralRow, event: referrals.StepReversed) -> ReferralRow:
    again = replace(
        row,
        status=event.status,
        changed_on=event.changed_on,
        consented=event.consented,
        priority=event.priority,
        mentor_hours_per_week=event.mentor_hours_per_week,
        reason_reversed=event.reason,
    )
    match event.step:
        case "refusal":
            return replace(again, reason_declined=None)
        case "redirection":
            return replace(again, to_programme_id=None, to_referral_id=None, to_role=None, reason_redirected=None)
        case "withdrawal":
            return replace(again, reason_withdrawn=None)
        case _:
            return again


def _rehomed(row: ReferralRow, event: referrals.ReferralRehomed) -> ReferralRow:
    return replace(row, trainee_id=event.trainee_id)


REFERRALS = ReadModel(
    name="referrals",
    edition=3,
    row=ReferralRow,
    key=("referral_id",),
    on={
        referrals.ReferralMade: Step(key_from("referral_id"), _made),
        referrals.ReferralCountersigned: Step(key_from("referral_id"), _countersigned),
        referrals.ConsentGiven: Step(key_from("referral_id"), _consented),
        referrals.ConsentRefused: Step(key_from("referral_id"), _consented),
        referrals.ReferralAccepted: Step(key_from("referral_id"), _accepted),
        referrals.ReferralDeclined: Step(key_from("referral_id"), _declined),
        referrals.ReferralRedirected: Step(key_from("referral_id"), _redirected),
        referrals.ReferralWithdrawn: Step(key_from("referral_id"), _withdrawn),
        referrals.StepReversed: Step(key_from("referral_id"), _reversed),
        referrals.ReferralRehomed: Step(key_from("referral_id"), _rehomed),
    },
    indexes=("status", "trainee_id"),
)
