"""Mentors, teachers in induction, and trainees, trainees also from the bulk file of DfE's Register trainee teachers."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from services.referral.domain.profiles import ROUTE_KINDS
from services.referral.domain.subjects import BY_CODE
from services.referral.imports.reading.cells import (
    NO_SCHOOL,
    Area,
    CourseYearGroups,
    Day,
    Easting,
    Email,
    GivenName,
    HesaId,
    MentorRole,
    Name,
    Northing,
    Number,
    OnePhase,
    Phases,
    Reference,
    SchoolPeriods,
    Situations,
    SubjectCode,
    SubjectCodes,
    TrainingRoute,
    TravelMode,
    Trn,
    Urn,
    Whole,
    YesOrNoIfKnown,
    hesa_code,
    without_fraction,
)
from services.referral.imports.reading.rules import (
    BORN,
    OF_THE_SUBJECT,
    TAUGHT_IN_THE_PHASE,
    UNIQUE,
    not_before,
    unique_with,
)
from shared.inputs.numbers import LONGEST_TRAVEL
from shared.spreadsheets.rows import Format, Row


class MentorRow(Row):
    """A mentor at a school; `capacity_hours_per_week` is over all their mentoring, `trained_on` None until trained.

    `at_school_from` and `at_school_until` are the first and the last day at `school_urn`, None without such a limit;
    `other_schools` are those that they mentor at besides.
    """

    staff_reference: Annotated[Reference, UNIQUE]
    given_name: GivenName = ""
    family_name: Name
    email: Annotated[Email, unique_with("staff_reference", beside=("family_name",))]
    trn: Annotated[Trn | None, unique_with("staff_reference")] = Field(None, repr=False)
    school_urn: Urn
    subjects: SubjectCodes
    phases: Phases
    capacity_hours_per_week: Annotated[Number, Field(ge=0, le=40)]
    role: MentorRole
    trained_on: Day | None = None
    has_qts: YesOrNoIfKnown | None = None
    situation: Situations = Field((), repr=False)
    at_school_from: Day | None = None
    at_school_until: Annotated[Day | None, not_before("at_school_from")] = None
    other_schools: SchoolPeriods = ()


class TeacherRow(Row):
    """A teacher at a school who is mentored, such as one in induction: no trainee, and not as a mentor.

    TRN and date of birth are those by which DfE's register of early career teachers knows them.
    """

    teacher_reference: Annotated[Reference, UNIQUE]
    given_name: GivenName = ""
    family_name: Name
    email: Annotated[Email, unique_with("teacher_reference", beside=("family_name",))] = ""
    trn: Annotated[Trn | None, unique_with("teacher_reference")] = Field(None, repr=False)
    date_of_birth: Annotated[Day | None, BORN] = Field(None, repr=False)
    school_urn: Urn


class TraineeRow(Row):
    """A trainee: home in metres on the British National Grid (EPSG:27700), travel limit in minutes one way.

    `home_area` is the outward part of the home's postcode, by which a partnership's own travel times are found.
    `year_groups` are those that the course trains for, none for any.
    """

    provider_trainee_id: Annotated[Reference, UNIQUE]
    given_name: GivenName = ""
    family_name: Name
    email: Annotated[Email, unique_with("provider_trainee_id", beside=("family_name",))]
    trn: Annotated[Trn | None, unique_with("provider_trainee_id")] = Field(None, repr=False)
    hesa_id: Annotated[HesaId | None, unique_with("provider_trainee_id")] = Field(None, repr=False)
    subject: SubjectCode
    phase: Annotated[OnePhase, OF_THE_SUBJECT]
    training_route: TrainingRoute
    course_starts_on: Day
    course_ends_on: Annotated[Day, not_before("course_starts_on")]
    home_easting: Easting = Field(repr=False)
    home_northing: Northing = Field(repr=False)
    home_area: Area | None = Field(None, repr=False)
    travel_mode: TravelMode
    travel_limit_minutes: Annotated[Whole, Field(ge=1, le=LONGEST_TRAVEL)]
    situation: Situations = Field((), repr=False)
    placements_left: Annotated[Whole, Field(ge=1, le=10)] | None = None
    year_groups: Annotated[CourseYearGroups, TAUGHT_IN_THE_PHASE] = ()


# HESA's codes for the age range of a course; courses from 7 or 9 to 14 are of the phase of their subject.
_AGES: dict[str, str] = {
    **dict.fromkeys(("13909", "13911", "13912", "13913", "13914", "13915"), "primary"),
    **dict.fromkeys(("13916", "13917"), "middle"),
    **dict.fromkeys(("13918", "13919"), "secondary"),
}
_RANGES = {  # as DfE's register writes them, and HESA's labels
    (3, 7): "13909",
    (3, 9): "13911",
    (3, 11): "13912",
    (5, 9): "13913",
    (5, 11): "13914",
    (7, 11): "13915",
    (7, 14): "13916",
    (9, 14): "13917",
    (11, 16): "13918",
    (11, 19): "13919",
}
_RANGE = re.compile(r"(?:ages? +)?([0-9]{1,2}) *(?:to|-|\u2013) *([0-9]{1,2})", re.IGNORECASE)
_ROUTES: dict[str, str] = {
    "02": "school_direct_tuition_fee",
    "03": "school_direct_salaried",
    "09": "opt_in_undergrad",
    "10": "pg_teaching_apprenticeship",
    "11": "provider_led_undergrad",
    "12": "provider_led_postgrad",
    "13": "provider_led_postgrad_salaried",
}


def _age_code(text: str) -> str:
    """Return HESA's code for a range of ages, `11 to 16`; other text as it is."""
    written = _RANGE.fullmatch(text)
    return _RANGES.get((int(written[1]), int(written[2])), text) if written else without_fraction(text)


class RegisterTraineeRow(Row):
    """A trainee in the bulk file of DfE's register, whose codes are HESA's; it says nothing of homes and travel.

    Source: register-trainee-teachers, bulk trainees v2026_1 and data/hesa (training routes, age ranges).
    """

    provider_trainee_id: Annotated[Reference, UNIQUE]
    given_name: GivenName = Field("", alias="first_names")
    family_name: Name = Field(alias="last_name")
    email: Annotated[Email, unique_with("provider_trainee_id", beside=("family_name",))]
    hesa_id: Annotated[HesaId | None, unique_with("provider_trainee_id")] = Field(None, repr=False)
    subject: SubjectCode = Field(alias="course_subject_1")
    phase: Annotated[
        OnePhase, hesa_code(_AGES, ("primary", "secondary"), "13918 for ages 11 to 16"), OF_THE_SUBJECT
    ] = Field(alias="course_age_range")
    training_route: Annotated[
        TrainingRoute, hesa_code(_ROUTES, ROUTE_KINDS, "12 for provider-led, postgraduate and fee-funded")
    ]
    course_starts_on: Day = Field(alias="itt_start_date")
    course_ends_on: Annotated[Day, not_before("course_starts_on")] = Field(alias="itt_end_date")
    placement_1_urn: Urn | None = None
    placement_2_urn: Urn | None = None
    placement_3_urn: Urn | None = None

    @field_validator("phase", mode="before")
    @classmethod
    def astride_follows_the_subject(cls, text: object, info: ValidationInfo) -> object:
        if not isinstance(text, str):
            return text
        subject = BY_CODE.get(info.data.get("subject", ""))
        code = _age_code(text)
        return subject.phase if subject and _AGES.get(code) == "middle" else code

    @property
    def earlier_placements(self) -> Mapping[str, str]:
        """The URNs of the trainee's earlier placements, by the column that names them."""
        columns = ("placement_1_urn", "placement_2_urn", "placement_3_urn")
        return {column: urn for column in columns if (urn := getattr(self, column)) and urn not in NO_SCHOOL}


AnyTraineeRow = TraineeRow | RegisterTraineeRow

TEACHERS = (Format(TeacherRow, frozenset({"given_name"})),)
MENTORS = (Format(MentorRow, frozenset({"given_name"})),)
TRAINEES = (
    Format[AnyTraineeRow](TraineeRow, frozenset({"given_name"})),
    Format[AnyTraineeRow](
        RegisterTraineeRow,
        frozenset({"first_names"}),
        known_by=frozenset({"first_names", "itt_start_date", "course_subject_1"}),
    ),
)
