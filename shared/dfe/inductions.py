"""Inductions for DfE's Register early career teachers, in bulk: claims by an appropriate body, and outcomes.

The service takes passes and releases in a file, and a fail only by hand. It closes the induction of whoever is
released, so that a release is in the file only for those whom somebody names.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from shared.calendar.academic_years import AcademicYear
from shared.dfe.forms import Column, Form, Gap, in_order
from shared.dfe.people import OLDEST, YOUNGEST, PersonOnRecord
from shared.events.words import TrainingProgramme

_SERVICE = "Register early career teachers"
_TRN = Column("TRN", "the teacher's TRN on record")
_BORN = Column("Date of birth", "the teacher's date of birth on record")
MOST_ROWS, MOST_BYTES = 1_000, 100 * 1024 - 1
FIRST_START = date(2021, 9, 2)
"""The first day on which an induction of the service can start."""
MOST_TERMS = 16

CLAIMS = Form(
    name="induction-claims",
    edition="2026",
    service=_SERVICE,
    source="DFE-Digital/register-early-career-teachers-public, bulk-claims-template.csv (August 2026)",
    columns=(
        _TRN,
        _BORN,
        Column("Induction programme", "the training programme of the first period: provider-led or school-led"),
        Column("Induction period start date", "the first day of the first period that is recorded here"),
    ),
    is_quoted=True,
    most_rows=MOST_ROWS,
    most_bytes=MOST_BYTES,
)
OUTCOMES = Form(
    name="induction-outcomes",
    edition="2026",
    service=_SERVICE,
    source="DFE-Digital/register-early-career-teachers-public, bulk-actions-template.csv (August 2026)",
    columns=(
        _TRN,
        _BORN,
        Column("Induction period end date", "the day on which all terms were served, or the last day before a release"),
        Column("Number of terms", "the terms served, to one decimal"),
        Column("Outcome", "pass after the last formal assessment, or release for those whom you name"),
    ),
    is_quoted=True,
    most_rows=MOST_ROWS,
    most_bytes=MOST_BYTES,
)

_PROGRAMMES: dict[TrainingProgramme, str] = {"provider_led": "provider-led", "school_led": "school-led"}


@dataclass(frozen=True, slots=True)
class Period:
    """A period of an induction, without a last day while it goes on."""

    starts_on: date
    ends_on: date | None
    training_programme: TrainingProgramme | None


@dataclass(frozen=True, slots=True)
class InductionRead:
    """Where a teacher's induction stands: its periods, terms served, the day on which all is served.

    `last_judgement` is why the last formal assessment is not enough, None if it shows that the standards are met.
    """

    teacher_id: UUID
    periods: tuple[Period, ...]
    terms_served: float
    ends_on: date | None
    is_served: bool
    last_judgement: str | None

    @property
    def kept_periods(self) -> list[Period]:
        """The periods that were not taken back, the earliest first."""
        kept = (each for each in self.periods if each.ends_on is None or each.ends_on >= each.starts_on)
        return sorted(kept, key=lambda each: each.starts_on)


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A teacher whose induction the appropriate body claims."""

    trn: str
    date_of_birth: date
    programme: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What became of a teacher's induction."""

    trn: str
    date_of_birth: date
    ends_on: date
    terms: str
    outcome: Literal["pass", "release"]


@dataclass(frozen=True, slots=True)
class InductionClaims:
    """The rows of the file of claims, and who is missing from it."""

    rows: list[ClaimRow]
    gaps: list[Gap]

    def write(self) -> list[bytes]:
        """Write the file, or several with at most 1,000 rows each."""
        cells = [(row.trn, f"{row.date_of_birth}", row.programme, f"{row.starts_on}") for row in self.rows]
        return CLAIMS.write(cells)


@dataclass(frozen=True, slots=True)
class InductionOutcomes:
    """The rows of the file of outcomes, and who is missing from it."""

    rows: list[OutcomeRow]
    gaps: list[Gap]

    def write(self) -> list[bytes]:
        """Write the file, or several with at most 1,000 rows each."""
        cells = [(row.trn, f"{row.date_of_birth}", f"{row.ends_on}", row.terms, row.outcome) for row in self.rows]
        return OUTCOMES.write(cells)


def list_claims(
    teachers: Iterable[tuple[PersonOnRecord, InductionRead]], year: AcademicYear, today: date
) -> InductionClaims:
    """List the teachers whose induction began in a year, by their TRN."""
    rows, gaps = list[ClaimRow](), list[Gap]()
    for teacher, induction in teachers:
        first = next(iter(induction.kept_periods), None)
        if first is None or not year.starts_on <= first.starts_on <= min(year.ends_on, today):
            continue
        lacks = [*_what_is_missing(teacher, today)]
        if first.training_programme is None:
            lacks.append(
                "has no training programme in the first period of induction: record provider_led or school_led."
            )
        if first.starts_on < FIRST_START:
            lacks.append(f"began before {FIRST_START}, which the service does not take.")
        if lacks or teacher.trn is None or teacher.date_of_birth is None or first.training_programme is None:
            gaps += (Gap(teacher.reference, sentence) for sentence in lacks)
            continue
        programme = _PROGRAMMES[first.training_programme]
        rows.append(ClaimRow(teacher.trn, teacher.date_of_birth, programme, first.starts_on))
    return InductionClaims(sorted(rows, key=lambda row: row.trn), in_order(gaps))


def list_outcomes(
    teachers: Iterable[tuple[PersonOnRecord, InductionRead]],
    year: AcademicYear,
    today: date,
    released: Collection[str] = (),
) -> InductionOutcomes:
    """List the teachers whose induction ended in a year: those who passed, and those whose reference is `released`."""
    rows, gaps = list[OutcomeRow](), list[Gap]()
    for teacher, induction in teachers:
        ended = _end_of(induction, today)
        if ended is None or not year.starts_on <= ended <= year.ends_on:
            continue
        outcome, reason = _outcome_of(teacher, induction, ended, released)
        lacks = [*_what_is_missing(teacher, today)] if outcome is not None else [reason]
        if outcome is None or lacks or teacher.trn is None or teacher.date_of_birth is None:
            gaps += (Gap(teacher.reference, sentence) for sentence in lacks)
            continue
        terms = _terms(induction.terms_served)
        rows.append(OutcomeRow(teacher.trn, teacher.date_of_birth, ended, terms, outcome))
    return InductionOutcomes(sorted(rows, key=lambda row: row.trn), in_order(gaps))


def _end_of(induction: InductionRead, today: date) -> date | None:
    """The day on which an induction was over by today: all served, or the last period ended; None if it goes on."""
    if induction.is_served:
        return induction.ends_on
    periods = induction.kept_periods
    if not periods or any(each.ends_on is None or each.ends_on >= today for each in periods):
        return None
    return max(each.ends_on for each in periods if each.ends_on is not None)


def _outcome_of(
    teacher: PersonOnRecord, induction: InductionRead, ended: date, released: Collection[str]
) -> tuple[Literal["pass", "release"] | None, str]:
    if not induction.is_served:
        if teacher.reference in released:
            return "release", ""
        return None, (
            f"has no period after {ended} and has not served all terms. Record the next period, or give "
            f"--release {teacher.reference} if the teacher has left."
        )
    if induction.last_judgement is None:
        return "pass", ""
    return None, induction.last_judgement


def _what_is_missing(teacher: PersonOnRecord, today: date) -> Iterable[str]:
    if not teacher.has_trn:
        yield "has no TRN. Import teachers with a column trn."
    if teacher.date_of_birth is None:
        yield "has no date of birth. Import teachers with a column date_of_birth."
    elif not teacher.is_of_age(today):
        yield f"is not from {YOUNGEST} to {OLDEST} years old by the date of birth on record. Correct it."


def _terms(served: float) -> str:
    """Terms to one decimal, never more than were served."""
    tenths = min(round(served * 100) // 10, MOST_TERMS * 10)
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else f"{tenths // 10}"
