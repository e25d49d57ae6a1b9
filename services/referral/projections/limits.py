"""Read model of limits on hosting, as they were last set."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.referral.domain import limits
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit on hosting at one time, of a department, a school or a trust; without places there is no limit."""

    limit_id: UUID
    scope: str
    academic_year: str
    school_urn: str | None
    subject: str | None
    trust_code: str | None
    places: int | None
    set_on: date


def _set(_: LimitRow | None, event: limits.HostingLimitSet) -> LimitRow:
    return row_of(LimitRow, event, set_on=event.happened_on)


LIMITS = ReadModel(
    name="hosting_limits",
    row=LimitRow,
    key=("limit_id",),
    on={limits.HostingLimitSet: Step(key_from("limit_id"), _set)},
    indexes=("academic_year",),
)
