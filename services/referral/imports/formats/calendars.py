"""The format of calendars of schools: terms, holidays and days for staff only, a row each."""

from datetime import date
from typing import Annotated

from pydantic import ValidationInfo, field_validator

from services.referral.domain.fields import academic_year_of
from services.referral.imports.reading.cells import CalendarKind, Day, Text, Urn
from services.referral.imports.reading.rules import not_before, only_once
from shared.spreadsheets.rows import Format, Row


class CalendarRow(Row):
    """A period of a school's year; without a last day it is a single day."""

    school_urn: Urn
    period: Text
    kind: CalendarKind
    starts_on: Day
    ends_on: Annotated[Day | None, not_before("starts_on")] = None

    @field_validator("starts_on")
    @classmethod
    def _is_there_once(cls, starts_on: date, info: ValidationInfo) -> date:
        """Refuse a second period of the same name of a school in an academic year."""
        if {"school_urn", "period"} <= info.data.keys():
            year = academic_year_of(starts_on)
            only_once(info, info.data["school_urn"], info.data["period"].casefold(), year)
        return starts_on


CALENDARS = (Format(CalendarRow),)
