"""Fields that several models of referral have: academic years, the day of a step."""

from typing import Annotated

from pydantic import AfterValidator, Field

from shared.inputs.days import StepDay
from shared.kernel.decider import Value

ACADEMIC_YEAR = r"^20\d\d/\d\d$"


def _of_two_years(year: str) -> str:
    if (int(year[2:4]) + 1) % 100 != int(year[5:]):
        raise ValueError("Give an academic year like 2026/27: the second year follows the first.")
    return year


Code = Annotated[str, Field(min_length=1, max_length=100)]
"""A code that is sent; the decision says which codes there are."""
AcademicYear = Annotated[str, Field(pattern=ACADEMIC_YEAR, examples=["2026/27"])]
NewAcademicYear = Annotated[AcademicYear, AfterValidator(_of_two_years)]
"""An academic year that is sent; those that are stored may have been mistyped."""


class Dated(Value):
    """A step of a process, and the day on which it was taken."""

    on: StepDay
