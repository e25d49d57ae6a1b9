"""The format of an extract of the register "Get information about schools" (GIAS, `edubasealldata`).

Read are establishments that are open (status 1), open but proposed to close (3), or closed (2). Left out and counted
are those proposed to open (4), and the types 25 (offshore), 30 (Welsh) and 37 (British overseas), as in DfE's own
placement services: `proposed_to_open`, `offshore`, `welsh`, `british_overseas`. A column comes as a pair `X (code)` and
`X (name)`; old extracts have only the names.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import (
    AliasChoices,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic_core import PydanticCustomError

from services.referral.domain.subjects import Phase
from services.referral.imports.reading.cells import (
    Code,
    Day,
    Easting,
    Northing,
    Percentage,
    RegisterUrn,
    Text,
    Ukprn,
    Whole,
    without_fraction,
)
from services.referral.imports.reading.rules import only_once
from shared.spreadsheets.rows import Format, Row

_STATUS_CODE, _STATUS_NAME = "EstablishmentStatus (code)", "EstablishmentStatus (name)"
_TYPE_CODE, _TYPE_NAME = "TypeOfEstablishment (code)", "TypeOfEstablishment (name)"

_STATUSES = {
    "1": "open",
    "open": "open",
    "2": "closed",
    "closed": "closed",
    "3": "proposed_to_close",
    "open, but proposed to close": "proposed_to_close",
    "4": "proposed_to_open",
    "proposed to open": "proposed_to_open",
}
_NOT_OPEN = {"closed", "proposed_to_open"}
_TYPES_LEFT_OUT = {
    "25": "offshore",
    "offshore schools": "offshore",
    "30": "welsh",
    "welsh establishment": "welsh",
    "37": "british_overseas",
    "british schools overseas": "british_overseas",
}
# A nursery hosts trainees of primary courses (from age 3); middle schools stand astride the age of transfer.
_PHASES_HOSTED: dict[str, frozenset[Phase]] = {
    "nursery": frozenset({"primary"}),
    "primary": frozenset({"primary"}),
    "middle deemed primary": frozenset({"primary", "secondary"}),
    "middle deemed secondary": frozenset({"primary", "secondary"}),
    "secondary": frozenset({"secondary"}),
    "16 plus": frozenset({"secondary"}),
    "all-through": frozenset({"primary", "secondary"}),
    "all through": frozenset({"primary", "secondary"}),
}
_AGE_OF_TRANSFER = 11

# Columns without which no school can be matched, though a school's cell may be empty.
_NEEDED = frozenset({"PhaseOfEducation (name)", "Easting", "Northing", _TYPE_NAME})

Age = Annotated[Whole, Field(ge=0, le=120)]
Count = Annotated[Whole, Field(ge=0, le=99_999)]  # no school of the register has 10,000 pupils


class SchoolRow(Row):
    """An open establishment of the register; a blank cell is None.

    `phase` is the register's word ("Not applicable" for special and independent schools and pupil referral units);
    easting and northing are metres on the British National Grid (EPSG:27700), None where the register has none or 0.
    """

    urn: RegisterUrn = Field(alias="URN")
    name: Text = Field(alias="EstablishmentName")
    status: Literal["open", "proposed_to_close"] = Field(validation_alias=AliasChoices(_STATUS_CODE, _STATUS_NAME))
    type_code: Code | None = Field(None, alias=_TYPE_CODE)
    type_of_establishment: Text | None = Field(None, alias=_TYPE_NAME)
    type_group: Text | None = Field(None, alias="EstablishmentTypeGroup (name)")
    phase: Text | None = Field(None, alias="PhaseOfEducation (name)")
    open_date: Day | None = Field(None, alias="OpenDate")
    close_date: Day | None = Field(None, alias="CloseDate")
    la_code: Code | None = Field(None, alias="LA (code)")
    la_name: Text | None = Field(None, alias="LA (name)")
    district_code: Code | None = Field(None, alias="DistrictAdministrative (code)")
    town: Text | None = Field(None, alias="Town")
    postcode: Text | None = Field(None, alias="Postcode")
    # Read whenever filled: TrustSchoolFlag does not say "1" for academies of a multi-academy trust.
    trust_code: Code | None = Field(None, alias="Trusts (code)")
    trust_name: Text | None = Field(None, alias="Trusts (name)")
    gender: Text | None = Field(None, alias="Gender (name)")
    religious_character: Text | None = Field(None, alias="ReligiousCharacter (name)")
    admissions_policy: Text | None = Field(None, alias="AdmissionsPolicy (name)")
    urban_rural: Text | None = Field(None, alias="UrbanRural (name)")
    special_classes: Text | None = Field(None, alias="SpecialClasses (name)")
    resourced_provision: Text | None = Field(None, alias="TypeOfResourcedProvision (name)")
    low_age: Age | None = Field(None, alias="StatutoryLowAge")
    high_age: Age | None = Field(None, alias="StatutoryHighAge")
    pupils: Count | None = Field(None, alias="NumberOfPupils")
    percentage_fsm: Percentage | None = Field(None, alias="PercentageFSM")
    ukprn: Ukprn | None = Field(None, alias="UKPRN")
    easting: Easting | None = Field(None, alias="Easting")
    northing: Northing | None = Field(None, alias="Northing", validate_default=True)

    @field_validator("urn")
    @classmethod
    def stands_once(cls, urn: str, info: ValidationInfo) -> str:
        only_once(info, urn)
        return urn

    @field_validator("status", mode="before")
    @classmethod
    def status_of(cls, text: str) -> str:
        status = _status_of(text) or text
        if status not in _STATUSES.values():
            advice = "Write the register's 1 (open), 2 (closed), 3 (proposed to close) or 4 (proposed to open)."
            raise PydanticCustomError("unknown_status", "{advice}", {"advice": advice})
        return status

    @field_validator("easting", "northing", mode="before")
    @classmethod
    def nowhere_is_none(cls, metres: object) -> object:
        return None if isinstance(metres, str) and without_fraction(metres) == "0" else metres

    @field_validator("northing")
    @classmethod
    def stands_with_easting(cls, northing: int | None, info: ValidationInfo) -> int | None:
        if "easting" in info.data and (info.data["easting"] is None) is not (northing is None):
            raise PydanticCustomError("half_a_place", "Give both Easting and Northing, or neither.")
        return northing

    @property
    def phases(self) -> frozenset[Phase]:
        """The phases whose trainees the school can host: by its phase, else by its pupils' ages, else none."""
        hosted = _PHASES_HOSTED.get((self.phase or "").casefold())
        if hosted is not None:
            return hosted
        if self.low_age is None or self.high_age is None:
            return frozenset()
        below, above = self.low_age < _AGE_OF_TRANSFER, self.high_age > _AGE_OF_TRANSFER
        primary: frozenset[Phase] = frozenset({"primary"} if below else ())
        secondary: frozenset[Phase] = frozenset({"secondary"} if above else ())
        return primary | secondary


class ClosedRow(Row):
    """A closed establishment: no other cells are checked, and a date that cannot be read is None."""

    urn: RegisterUrn = Field(alias="URN")
    closed_on: Day | None = Field(None, alias="CloseDate")
    reason: str | None = Field(None, alias="ReasonEstablishmentClosed (name)")

    @field_validator("closed_on", mode="wrap")
    @classmethod
    def day_or_none(cls, cell: object, read: ValidatorFunctionWrapHandler) -> date | None:
        try:
            day: date | None = read(cell)
        except ValidationError:
            return None
        return day


AnySchoolRow = SchoolRow | ClosedRow


def _status_of(text: str) -> str | None:
    return _STATUSES.get(without_fraction(text).casefold())


def _left_out(filled: Mapping[str, str]) -> str | None:
    kind = filled.get(_TYPE_CODE) or filled.get(_TYPE_NAME, "")
    status = _status_of(filled.get(_STATUS_CODE) or filled.get(_STATUS_NAME, ""))
    return status if status in _NOT_OPEN else _TYPES_LEFT_OUT.get(without_fraction(kind).casefold())


SCHOOLS = (
    Format[AnySchoolRow](SchoolRow, columns_needed=_NEEDED, left_out=_left_out, other_rows={"closed": ClosedRow}),
)
