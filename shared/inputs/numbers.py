"""Numbers that people send: strict, in units that people use, with limits that mean something.

A limit stands with its type, so that a scenario, a programme's setting and a form hold to the same one. JSON's `true`
and texts are no numbers.
"""

from typing import Annotated

from pydantic import AfterValidator, Field, Strict

WEEK = 40.0
"""Hours: nobody mentors for more than a working week."""


def _in_quarters(hours: float) -> float:
    if (hours * 4) % 1:  # pydantic's `multiple_of` takes a number that is nearly one for a multiple
        raise ValueError("Give hours in quarters, such as 0.25, 0.5 or 1.75.")
    return hours


def _in_halves(days: float) -> float:
    if (days * 2) % 1:
        raise ValueError("Give days in halves, such as 0.5, 1 or 2.5.")
    return days


Yes = Annotated[bool, Strict()]
"""True or false; a number or a text that means the same is refused."""
_Quarters = AfterValidator(_in_quarters)
HoursAWeek = Annotated[float, Strict(), Field(ge=0, le=WEEK, multiple_of=0.25), _Quarters]
"""Hours a week, in quarters."""
SomeHoursAWeek = Annotated[float, Strict(), Field(ge=0.25, le=WEEK, multiple_of=0.25), _Quarters]
"""Hours a week, in quarters, at least one of them."""
SupportHours = Annotated[float, Strict(), Field(ge=0.25, le=10, multiple_of=0.25), _Quarters]
"""Hours a week of a mentor in addition to the lead mentor, in quarters."""
TrainingHours = Annotated[float, Strict(), Field(ge=0.25, le=200, multiple_of=0.25), _Quarters]
"""Hours of training, in quarters: more than 200 in one go are a typing error."""
Whole = Annotated[int, Strict()]
Weight = Annotated[Whole, Field(ge=0, le=10_000)]
"""The weight of a soft rule. Costs of a round are sums of weights times units, which stay exact far beyond this."""
TravelMinutes = Annotated[Whole, Field(ge=0, le=600)]
"""Minutes one way; nobody travels for more than ten hours."""
LONGEST_TRAVEL = 180
"""Minutes one way that a person can give as the most that they travel."""
MeetingMinutes = Annotated[Whole, Field(ge=1, le=240)]
Pulse = Annotated[Whole, Field(ge=1, le=5)]
"""How it goes, from 1 (badly) to 5 (well)."""
Days = Annotated[Whole, Field(ge=1, le=3650)]
"""A number of days, up to ten years."""
Weeks = Annotated[Whole, Field(ge=1, le=104)]
"""A number of weeks, up to two years."""
Meetings = Annotated[Whole, Field(ge=0, le=14)]
"""Meetings of two people in a week."""
Targets = Annotated[Whole, Field(ge=1, le=20)]
"""Targets that are set in a meeting."""
People = Annotated[Whole, Field(ge=1, le=100)]
Measure = Annotated[float, Strict()]
"""A measured number, such as kilometres an hour; its limits stand where it is used."""
HalfDays = Annotated[float, Strict(), Field(ge=0, le=400, multiple_of=0.5), AfterValidator(_in_halves)]
"""A number of days, in halves."""
WorkingDays = Annotated[Whole, Field(ge=1, le=250)]
"""A number of working days, up to about a year."""
