"""Pairs of trainee and mentor, from the proposal to its end."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.matching import PairConfirmed, PairDeclined, PairLapsed, PairProposed, PairWithdrawn
from shared.kernel.readmodel import row_of, set_fields


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair: the day on which it was proposed, declined, lapsed, confirmed, withdrawn. Travel is minutes one way.

    The referral is None until an event has come that names it: those of a refusal and a lapse do not.
    """

    pair_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    referral_id: UUID | None = None
    round_id: UUID | None = None
    school_urn: str | None = None
    travel_minutes: int | None = None
    proposed_on: date | None = None
    declined_by: str | None = None
    declined_on: date | None = None
    lapsed_on: date | None = None
    confirmed_on: date | None = None
    subject: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    withdrawn_on: date | None = None
    withdrawn_because: str | None = None


def _lapse(row: PairRow | None, event: PairLapsed) -> PairRow:
    # a proposal that lapses after a refusal was not declined: the refusal was taken back
    return replace(row or row_of(PairRow, event), lapsed_on=event.happened_on, declined_by=None, declined_on=None)


PAIRS = table(
    "pairs",
    PairRow,
    ("pair_id",),
    {
        PairProposed: set_fields(
            PairRow,
            PairProposed,
            referral_id="referral_id",
            round_id="round_id",
            school_urn="school_urn",
            travel_minutes="travel_minutes",
            proposed_on="happened_on",
        ),
        PairDeclined: set_fields(PairRow, PairDeclined, declined_by="by", declined_on="happened_on"),
        PairLapsed: _lapse,
        PairConfirmed: set_fields(
            PairRow,
            PairConfirmed,
            referral_id="referral_id",
            school_urn="school_urn",
            subject="subject",
            starts_on="starts_on",
            ends_on="ends_on",
            confirmed_on="happened_on",
        ),
        PairWithdrawn: set_fields(
            PairRow,
            PairWithdrawn,
            referral_id="referral_id",
            withdrawn_on="happened_on",
            withdrawn_because="reason",
        ),
    },
    indexes=("programme_id", "trainee_id", "known_from"),
    edition=4,
)
