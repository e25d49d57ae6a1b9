"""The format of calendars of schools: terms, holidays and days for staff only, a row each."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from services.referral.imports.reading.cells import CalendarKind, Day, Text, Urn
from services.referral.imports.reading.rules import not_before, only_once
from shared.calendar.academic_years import academic_year_of
from shared.spreadsheets.rows import Format, Row


class CalendarRow(Row):
    """A period of a school's year; without a last day it is a single day."""

    school_urn: Urn
    period: Text
    kind: CalendarKind
    starts_on: Day
    ends_on: Annotated[Day | None, not_before("starts_on")] = Field(None, validate_default=True)

    @field_validator("starts_on")
    @classmethod
    def _is_there_once(cls, starts_on: date, info: ValidationInfo) -> date:
        """Refuse a second period of the same name of a school in an academic year, naming the days of the first."""
        if info.context is not None and (period := _period_of(info.data, starts_on)) is not None:
            days = info.context.get(("days", *period), "")
            only_once(info, *period, advice=f"Line {{first}} has this period too{days}. Keep one of the two.")
        return starts_on

    @field_validator("ends_on")
    @classmethod
    def _note_days(cls, ends_on: date | None, info: ValidationInfo) -> date | None:
        """Keep the days of the period for the sentence about a second one."""
        starts_on = info.data.get("starts_on")
        if info.context is not None and starts_on is not None and (period := _period_of(info.data, starts_on)):
            info.context["days", *period] = f", from {starts_on} to {ends_on}" if ends_on else f", on {starts_on}"
        return ends_on


def _period_of(row: Mapping[str, Any], starts_on: date) -> tuple[str, str, str] | None:
    """Return what a period is known by: its school, its name, and the academic year."""
    if not {"school_urn", "period"} <= row.keys():
        return None
    return row["school_urn"], row["period"].casefold(), academic_year_of(starts_on)


CALENDARS = (Format(CalendarRow),)
