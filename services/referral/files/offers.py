"""Schools' hosting offers from CSV: places by subject, phase and dates."""

from datetime import date
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from services.referral.files.cells import AcademicYear, Day, OnePhase, SubjectCode, Urn, Whole
from services.referral.files.rows import Checked, Row, check
from services.referral.files.rules import not_before, only_once, taught_in, within_academic_year
from services.referral.files.table import MAX_ROWS
from services.referral.subjects import Phase


class OfferRow(Row):
    """So many places at a school, from the first to the last day of the placement; academic year like 2026/27."""

    school_urn: Urn
    subject: SubjectCode
    phase: OnePhase
    places: Annotated[Whole, Field(ge=1, le=200)]
    starts_on: Day
    ends_on: Day
    academic_year: AcademicYear

    @field_validator("phase")
    @classmethod
    def fits_the_subject(cls, phase: Phase, info: ValidationInfo) -> Phase:
        taught_in(phase, info)
        return phase

    @field_validator("ends_on")
    @classmethod
    def ends_after_it_starts(cls, ends_on: date, info: ValidationInfo) -> date:
        not_before("starts_on", ends_on, info)
        return ends_on

    @field_validator("academic_year")
    @classmethod
    def holds_the_dates(cls, year: str, info: ValidationInfo) -> str:
        within_academic_year(year, info, "starts_on", "ends_on")
        return year

    @field_validator("starts_on")
    @classmethod
    def stands_once(cls, starts_on: date, info: ValidationInfo) -> date:
        offered = [info.data.get(column) for column in ("school_urn", "subject", "phase")]
        if all(offered):
            only_once(info, *offered, starts_on)
        return starts_on


def read_offers(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[OfferRow]:
    """Read hosting offers; raises FileError when the file cannot be read as a table or lacks a column."""
    return check(content, OfferRow, max_rows=max_rows)
