"""Programmes, and who was referred to them."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain import programmes as programme
from services.referral.domain import referrals as referral
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme that runs, its settings from which day on, and what of them the partnership set otherwise."""

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    rules_version: int
    stretches: tuple[dict[str, Any], ...]
    overrides: tuple[dict[str, Any], ...] = ()


def _opened(_: ProgrammeRow | None, event: programme.ProgrammeOpened) -> ProgrammeRow:
    first = {"effective_from": event.starts_on.isoformat(), "settings": event.settings}
    return row_of(ProgrammeRow, event, rules_version=1, stretches=(first,))


def _overridden(row: ProgrammeRow, event: programme.SettingOverridden) -> ProgrammeRow:
    said = event.override.model_dump(mode="json") | {"said_on": event.happened_on.isoformat()}
    stretches = tuple(stretch.model_dump(mode="json") for stretch in event.stretches)
    return replace(row, rules_version=event.number, stretches=stretches, overrides=(*row.overrides, said))


PROGRAMMES = ReadModel(
    name="programmes",
    row=ProgrammeRow,
    key=("programme_id",),
    on={
        programme.ProgrammeOpened: Step(key_from("programme_id"), _opened),
        programme.SettingOverridden: Step(key_from("programme_id"), _overridden),
    },
)


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral and where it stands; `changed_on` is the date of its last step.

    `consent` is whose consent the programme asks for, and `consented` what they said. Reasons of steps are sealed.
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
    priority: str = "usual"
    mentor_hours_per_week: float | None = None


def _made(_: ReferralRow | None, event: referral.ReferralMade) -> ReferralRow:
    return row_of(
        ReferralRow,
        event,
        status="referred",
        referred_by=event.by,
        referred_on=event.happened_on,
        changed_on=event.happened_on,
    )


def _countersigned(row: ReferralRow, event: referral.ReferralCountersigned) -> ReferralRow:
    return replace(row, status="countersigned", changed_on=event.happened_on)


def _accepted(row: ReferralRow, event: referral.ReferralAccepted) -> ReferralRow:
    return replace(
        row,
        status="accepted",
        changed_on=event.happened_on,
        priority=event.priority or row.priority,
        mentor_hours_per_week=event.mentor_hours_per_week,
    )


def _declined(row: ReferralRow, event: referral.ReferralDeclined) -> ReferralRow:
    return replace(row, status="declined", changed_on=event.happened_on, reason_declined=event.reason)


def _consented(row: ReferralRow, event: referral.ConsentGiven | referral.ConsentRefused) -> ReferralRow:
    return replace(row, consented=isinstance(event, referral.ConsentGiven), changed_on=event.happened_on)


def _redirected(row: ReferralRow, event: referral.ReferralRedirected) -> ReferralRow:
    return replace(
        row,
        status="redirected",
        changed_on=event.happened_on,
        to_programme_id=event.to_programme_id,
        to_referral_id=event.to_referral_id,
        to_role=event.to_role,
        reason_redirected=event.reason,
    )


def _withdrawn(row: ReferralRow, event: referral.ReferralWithdrawn) -> ReferralRow:
    return replace(row, status="withdrawn", changed_on=event.happened_on, reason_withdrawn=event.reason)


def _rehomed(row: ReferralRow, event: referral.ReferralRehomed) -> ReferralRow:
    return replace(row, trainee_id=event.trainee_id)


REFERRALS = ReadModel(
    name="referrals",
    row=ReferralRow,
    key=("referral_id",),
    on={
        referral.ReferralMade: Step(key_from("referral_id"), _made),
        referral.ReferralCountersigned: Step(key_from("referral_id"), _countersigned),
        referral.ConsentGiven: Step(key_from("referral_id"), _consented),
        referral.ConsentRefused: Step(key_from("referral_id"), _consented),
        referral.ReferralAccepted: Step(key_from("referral_id"), _accepted),
        referral.ReferralDeclined: Step(key_from("referral_id"), _declined),
        referral.ReferralRedirected: Step(key_from("referral_id"), _redirected),
        referral.ReferralWithdrawn: Step(key_from("referral_id"), _withdrawn),
        referral.ReferralRehomed: Step(key_from("referral_id"), _rehomed),
    },
    indexes=("status", "trainee_id"),
)
