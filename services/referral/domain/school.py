"""A school, as the partnership's last extract of the register of schools (GIAS) shows it.

Source: product.md R1; the register is the truth about a school, so what is recorded is its row and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.events.words import Phase
from shared.kernel.decider import Command, Decider, Event


class RegisterRow(BaseModel):
    """What the register says of an open school; None where it says nothing.

    `phases` are those whose trainees it can host, sorted; easting and northing are metres (EPSG:27700).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    status: Literal["open", "proposed_to_close"]
    phases: tuple[Phase, ...]
    phase: str | None = None
    type_code: str | None = None
    type_of_establishment: str | None = None
    open_date: date | None = None
    close_date: date | None = None
    la_code: str | None = None
    la_name: str | None = None
    town: str | None = None
    postcode: str | None = None
    trust_code: str | None = None
    trust_name: str | None = None
    gender: str | None = None
    religious_character: str | None = None
    admissions_policy: str | None = None
    urban_rural: str | None = None
    low_age: int | None = None
    high_age: int | None = None
    pupils: int | None = None
    percentage_fsm: float | None = None
    ukprn: str | None = None
    easting: int | None = None
    northing: int | None = None


class SchoolRecorded(Event):
    """The register's row is new or has changed."""

    type: ClassVar[str] = "referral.school_recorded"

    urn: str
    row: RegisterRow


class RecordSchool(Command):
    """Take over the register's row."""

    urn: str
    row: RegisterRow
    on: date


@dataclass(frozen=True, slots=True)
class School:
    """The row that was recorded last; None for a school that is not recorded."""

    row: RegisterRow | None = None


def decide(command: RecordSchool, school: School, now: datetime) -> Sequence[SchoolRecorded]:
    """A row that is as it was changes nothing."""
    del now
    if command.row == school.row:
        return []
    return [SchoolRecorded(happened_on=command.on, urn=command.urn, row=command.row)]


def evolve(school: School, event: SchoolRecorded) -> School:
    """The school after the event."""
    del school
    return School(event.row)


SCHOOL: Decider[School, RecordSchool, SchoolRecorded] = Decider("school", School, decide, evolve, (SchoolRecorded,))
