"""Read model of calendars of schools."""

from dataclasses import dataclass
from typing import Any

from services.referral.domain.calendars import CalendarRecorded
from shared.kernel.readmodel import ReadModel, Step, key_from


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """The periods of a school's calendar, the earliest first."""

    urn: str
    periods: tuple[Any, ...]


def _record(_: CalendarRow | None, event: CalendarRecorded) -> CalendarRow | None:
    periods = tuple(period.model_dump(mode="json") for period in event.periods)
    return CalendarRow(event.urn, periods) if periods else None


CALENDARS = ReadModel(
    name="calendars", row=CalendarRow, key=("urn",), on={CalendarRecorded: Step(key_from("urn"), _record)}
)
