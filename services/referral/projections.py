"""Own events to read tables. Personal texts arrive sealed and are kept sealed."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.referral.domain import programme, referral
from shared.kernel.readmodel import ReadModel, Step


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme that runs."""

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date


def _programme(_: ProgrammeRow | None, event: programme.ProgrammeOpened) -> ProgrammeRow:
    return ProgrammeRow(
        event.programme_id, event.template, event.title, event.academic_year, event.starts_on, event.ends_on
    )


PROGRAMMES = ReadModel(
    name="programmes",
    row=ProgrammeRow,
    key=("programme_id",),
    on={programme.ProgrammeOpened: Step(lambda event: (event.programme_id,), _programme)},
)


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral and where it stands; `changed_on` is the date of its last step."""

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    purpose: str
    reasons: tuple[str, ...]
    status: str
    referred_by: str
    referred_on: date
    changed_on: date
    reason_declined: str | None = None


def _made(_: ReferralRow | None, event: referral.ReferralMade) -> ReferralRow:
    return ReferralRow(
        referral_id=event.referral_id,
        programme_id=event.programme_id,
        trainee_id=event.trainee_id,
        purpose=event.purpose,
        reasons=event.reasons,
        status="referred",
        referred_by=event.by,
        referred_on=event.happened_on,
        changed_on=event.happened_on,
    )


def _countersigned(row: ReferralRow, event: referral.ReferralCountersigned) -> ReferralRow:
    return replace(row, status="countersigned", changed_on=event.happened_on)


def _accepted(row: ReferralRow, event: referral.ReferralAccepted) -> ReferralRow:
    return replace(row, status="accepted", changed_on=event.happened_on)


def _declined(row: ReferralRow, event: referral.ReferralDeclined) -> ReferralRow:
    return replace(row, status="declined", changed_on=event.happened_on, reason_declined=event.reason)


def _referral_id(event: referral.ReferralEvent) -> tuple[UUID]:
    return (event.referral_id,)


REFERRALS = ReadModel(
    name="referrals",
    row=ReferralRow,
    key=("referral_id",),
    on={
        referral.ReferralMade: Step(_referral_id, _made),
        referral.ReferralCountersigned: Step(_referral_id, _countersigned),
        referral.ReferralAccepted: Step(_referral_id, _accepted),
        referral.ReferralDeclined: Step(_referral_id, _declined),
    },
    indexes=("status",),
)

READ_MODELS = (PROGRAMMES, REFERRALS)
