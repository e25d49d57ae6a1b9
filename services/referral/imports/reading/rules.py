"""Rules over several cells of a row, or over several rows of a file; the validator of the last cell calls them.

A cell that is wrong by itself is missing from `info.data`, and the rule then passes.
"""

from datetime import date

from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from services.referral.domain.offers import TAUGHT
from services.referral.domain.subjects import BY_CODE, Phase
from shared.events.words import YearGroup
from shared.kernel.unit import utc_now

FIRST_BIRTH = date(1916, 1, 1)


def only_once(
    info: ValidationInfo, *identity: object, advice: str = "Line {first} has the same. Keep one of the two."
) -> None:
    """Refuse a row that repeats the key of an earlier row of the file; the advice names its line as `{first}`."""
    if info.context is None:
        return  # a row made in Python stands in no file
    first = info.context.setdefault((info.field_name, *identity), info.data["line"])
    if first != info.data["line"]:
        raise PydanticCustomError("duplicate", advice, {"first": first})


def _unique(reference: str, info: ValidationInfo) -> str:
    only_once(info, reference.casefold())
    return reference


UNIQUE = AfterValidator(_unique)
"""A reference that no other row of the file has, whatever its case."""


def unique_with(reference_column: str, *, beside: tuple[str, ...] = ()) -> AfterValidator:
    """Refuse an identifier that another row has with another reference: one person would be recorded twice.

    `beside` are columns of text that must be the same too.
    """

    def check(identifier: str | None, info: ValidationInfo) -> str | None:
        # a row whose reference is refused may be a repetition already
        if identifier is not None and all(column in info.data for column in (reference_column, *beside)):
            only_once(info, identifier.casefold(), *(info.data[column].casefold() for column in beside))
        return identifier

    return AfterValidator(check)


def _born(day: date | None) -> date | None:
    if day is not None and not FIRST_BIRTH <= day <= utc_now().date():
        raise PydanticCustomError("improbable_birth", "Check the year: nobody who is in school was born then.")
    return day


BORN = AfterValidator(_born)
"""A date of birth, from 1916 on and not after today."""


def not_before(start_column: str) -> AfterValidator:
    """Refuse a day before the day in another column of the row."""

    def check(end: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get(start_column)
        if start is not None and end is not None and end < start:
            advice = "This date is before {start_column}. Swap or correct them."
            raise PydanticCustomError("dates_reversed", advice, {"start_column": start_column})
        return end

    return AfterValidator(check)


def _of_the_subject(phase: Phase, info: ValidationInfo) -> Phase:
    subject = BY_CODE.get(info.data.get("subject", ""))
    if subject is not None and subject.phase != phase:
        raise PydanticCustomError(
            "subject_not_in_phase",
            "{subject} is a {phase} subject. Correct the phase or the subject.",
            {"subject": subject.name, "phase": subject.phase},
        )
    return phase


OF_THE_SUBJECT = AfterValidator(_of_the_subject)
"""The phase in which the row's subject is taught."""


def _taught_in_the_phase(years: tuple[YearGroup, ...], info: ValidationInfo) -> tuple[YearGroup, ...]:
    phase = info.data.get("phase")
    if phase is not None and (others := [year for year in years if year not in TAUGHT[phase]]):
        raise PydanticCustomError(
            "year_group_not_in_phase",
            "{year} is not taught in {phase} schools. Correct the year groups or the phase.",
            {"year": others[0], "phase": phase},
        )
    return years


TAUGHT_IN_THE_PHASE = AfterValidator(_taught_in_the_phase)
"""Year groups that are taught in the row's phase."""


def within_academic_year(year: str, info: ValidationInfo, *day_columns: str) -> None:
    """Refuse an academic year (1 September to 31 August, written 2026/27) that days of the row lie outside."""
    first = int(year[:4])
    for column in day_columns:
        day = info.data.get(column)
        if day is not None and not date(first, 9, 1) <= day <= date(first + 1, 8, 31):
            raise PydanticCustomError(
                "outside_academic_year",
                "{column} is outside this academic year (1 September to 31 August). Correct one of them.",
                {"column": column},
            )
