"""When a record may still be amended: within the days that the programme gives, by whoever wrote it.

Source: product.md S2 (the programme limits the days in which the record of a meeting is amended). Feedback and measures
keep the same rule.
"""

from datetime import date, timedelta

from services.sessions.domain.relationships import Relationship
from services.sessions.domain.texts import long_date
from shared.kernel.decider import DomainError, Invalid


class TooLateToAmend(DomainError):
    """The programme's days for amending a record are over."""


def must_be_amendable(
    relationship: Relationship, *, of: date, recorded_on: date, amended_on: date, today: date, instead: str
) -> None:
    """Raise `Invalid` for an amendment before the day `of` a record, and `TooLateToAmend` after the programme's days.

    They count from the day on which it was recorded, so that what is recorded late can be put right as long as what is
    recorded at once. `amended_on` is what somebody says, and may lie before `today`. `instead` says what to do now.
    """
    relationship.must_be_kept()
    if amended_on < of:
        raise Invalid(f"This is of {long_date(of)}; it is amended on that day or after it.", pointer="/amended_on")
    last_day = recorded_on + timedelta(days=relationship.amend_within_days)
    if today > last_day:
        raise TooLateToAmend(f"This could be amended until {long_date(last_day)}. {instead}")
