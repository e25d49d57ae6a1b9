"""Fields that several models of referral have: URNs, academic years, the day of a step."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.kernel.decider import Value

URN = r"^[0-9]{6}$"
ACADEMIC_YEAR = r"^20\d\d/\d\d$"

Urn = Annotated[str, Field(pattern=URN, examples=["100001"])]
AcademicYear = Annotated[str, Field(pattern=ACADEMIC_YEAR, examples=["2026/27"])]


class Dated(Value):
    """A step and the day on which it was taken."""

    on: date
