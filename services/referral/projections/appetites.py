"""Read model of how open schools are to hosting."""

from dataclasses import dataclass
from datetime import date

from services.referral.domain import appetites
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class HostingRow:
    """How open a school is to hosting in an academic year."""

    school_urn: str
    academic_year: str
    appetite: str
    reasons_not_hosting: tuple[str, ...]
    said_on: date


HOSTINGS = ReadModel(
    name="hostings",
    row=HostingRow,
    key=("school_urn", "academic_year"),
    on={
        appetites.AppetiteSaid: Step(
            key_from("school_urn", "academic_year"),
            lambda _, event: row_of(HostingRow, event, said_on=event.happened_on),
        )
    },
)
