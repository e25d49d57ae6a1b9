"""Mentors and trainees from CSV."""

from datetime import date
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from services.referral.files.cells import (
    Day,
    Easting,
    Email,
    MentorRole,
    Name,
    Northing,
    Number,
    OnePhase,
    Phases,
    Reference,
    SubjectCode,
    SubjectCodes,
    TrainingRoute,
    TravelMode,
    Trn,
    Urn,
    Whole,
)
from services.referral.files.rows import Checked, Row, check
from services.referral.files.rules import not_before, only_once, taught_in
from services.referral.files.table import MAX_ROWS
from services.referral.subjects import Phase


class MentorRow(Row):
    """A mentor at a school; `capacity_hours_per_week` is over all their mentoring, `trained_on` None until trained."""

    staff_reference: Reference
    given_name: Name
    family_name: Name
    email: Email
    trn: Trn | None = Field(None, repr=False)
    school_urn: Urn
    subjects: SubjectCodes
    phases: Phases
    capacity_hours_per_week: Annotated[Number, Field(ge=0, le=40)]
    role: MentorRole
    trained_on: Day | None = None

    @field_validator("staff_reference")
    @classmethod
    def stands_once(cls, reference: str, info: ValidationInfo) -> str:
        only_once(info, reference.casefold())
        return reference


class TraineeRow(Row):
    """A trainee: home in metres on the British National Grid (EPSG:27700), travel limit in minutes one way."""

    provider_trainee_id: Reference
    given_name: Name
    family_name: Name
    email: Email
    trn: Trn | None = Field(None, repr=False)
    subject: SubjectCode
    phase: OnePhase
    training_route: TrainingRoute
    course_starts_on: Day
    course_ends_on: Day
    home_easting: Easting = Field(repr=False)
    home_northing: Northing = Field(repr=False)
    travel_mode: TravelMode
    travel_limit_minutes: Annotated[Whole, Field(ge=1, le=180)]

    @field_validator("provider_trainee_id")
    @classmethod
    def stands_once(cls, reference: str, info: ValidationInfo) -> str:
        only_once(info, reference.casefold())
        return reference

    @field_validator("phase")
    @classmethod
    def fits_the_subject(cls, phase: Phase, info: ValidationInfo) -> Phase:
        taught_in(phase, info)
        return phase

    @field_validator("course_ends_on")
    @classmethod
    def ends_after_it_starts(cls, ends_on: date, info: ValidationInfo) -> date:
        not_before("course_starts_on", ends_on, info)
        return ends_on


def read_mentors(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[MentorRow]:
    """Read mentors; raises FileError when the file cannot be read as a table or lacks a column."""
    return check(content, MentorRow, max_rows=max_rows)


def read_trainees(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[TraineeRow]:
    """Read trainees; raises FileError when the file cannot be read as a table or lacks a column."""
    return check(content, TraineeRow, max_rows=max_rows)
