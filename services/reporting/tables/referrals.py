"""Referrals of trainees to programmes, with a date for each step."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.referral import (
    ReferralAccepted,
    ReferralDeclined,
    ReferralMade,
    ReferralRedirected,
    ReferralStepReversed,
    ReferralWithdrawn,
)
from shared.kernel.readmodel import row_of, set_fields


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral: the day of each step, None for a step that has not happened.

    A referral that was redirected to another programme is a second referral there, with an id and a row of its own.
    """

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    made_on: date | None = None
    accepted_on: date | None = None
    declined_on: date | None = None
    redirected_on: date | None = None
    withdrawn_on: date | None = None


def _reversed(row: ReferralRow | None, event: ReferralStepReversed) -> ReferralRow:
    before = row or row_of(ReferralRow, event)
    match event.step:
        case "acceptance":
            return replace(before, accepted_on=None)
        case "refusal":
            return replace(before, declined_on=None)
        case "redirection":
            return replace(before, redirected_on=None)
        case "withdrawal":
            return replace(before, withdrawn_on=None)


REFERRALS = table(
    "referrals",
    ReferralRow,
    ("referral_id",),
    {
        ReferralMade: set_fields(ReferralRow, ReferralMade, made_on="happened_on"),
        ReferralAccepted: set_fields(ReferralRow, ReferralAccepted, accepted_on="happened_on"),
        ReferralDeclined: set_fields(ReferralRow, ReferralDeclined, declined_on="happened_on"),
        ReferralRedirected: set_fields(ReferralRow, ReferralRedirected, redirected_on="happened_on"),
        ReferralWithdrawn: set_fields(ReferralRow, ReferralWithdrawn, withdrawn_on="happened_on"),
        ReferralStepReversed: _reversed,
    },
    indexes=("programme_id", "trainee_id", "known_from"),
    edition=5,
)
