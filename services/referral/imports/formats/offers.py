"""Schools' hosting offers: places by subject, phase and dates."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.referral.domain.offers import offer_id
from services.referral.imports.reading.cells import (
    AcademicYear,
    Day,
    OnePhase,
    Routes,
    SubjectCode,
    Urn,
    Urns,
    Whole,
    YearGroups,
    YesOrNo,
)
from services.referral.imports.reading.rules import OF_THE_SUBJECT, not_before, only_once, within_academic_year
from shared.spreadsheets.rows import Format, Row


class OfferKey(BaseModel):
    """The cells that identify the offer of a row."""

    model_config = ConfigDict(hide_input_in_errors=True)

    school_urn: Urn
    subject: SubjectCode
    phase: OnePhase
    starts_on: Day
    year_groups: YearGroups = ()
    send_placement: YesOrNo = False

    def offer_id(self, tenant: str, school_urn: str) -> UUID:
        """Make the id of this offer at a school: the school of the row, or one of its predecessors."""
        return offer_id(
            tenant,
            school_urn,
            self.subject,
            self.phase,
            self.starts_on,
            self.year_groups,
            send_placement=self.send_placement,
        )


class OfferRow(Row):
    """Places at a school, from the first to the last day of the placement; the academic year is written 2026/27.

    Without year groups or routes the offer is open to all of them; `shared_with` are other schools at which its places
    may be used. A `send_placement` is in special educational needs provision.
    """

    school_urn: Urn
    subject: SubjectCode
    phase: Annotated[OnePhase, OF_THE_SUBJECT]
    year_groups: YearGroups = ()
    send_placement: YesOrNo = False
    routes: Routes = ()
    shared_with: Urns = ()
    places: Annotated[Whole, Field(ge=1, le=200)]
    starts_on: Day
    ends_on: Annotated[Day, not_before("starts_on")]
    academic_year: AcademicYear

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
            years, send_placement = info.data.get("year_groups", ()), info.data.get("send_placement", False)
            only_once(info, *offered, *sorted(years), send_placement, starts_on)
        return starts_on


OFFERS = (Format(OfferRow),)
