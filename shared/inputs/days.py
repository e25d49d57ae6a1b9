"""Days that people send: one strict form, outer bounds, and for each kind of day how far it may be from today.

`KINDS` is the table: a mistyped year would lock a record, since no step may have an earlier day than the step before.
The form and the outer bounds belong to the type. The distance from today needs a clock, so `improbable_days` finds
what the table refuses, with the day that counts as today as an argument.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator
from pydantic_core import PydanticCustomError

from shared.wording import counted_noun

FIRST, LAST = date(1900, 1, 1), date(2999, 12, 31)
"""The outer bounds of every day that is sent: sums with days stay far from the ends of the calendar."""
FIRST_ASKED, LAST_ASKED = date(2000, 1, 1), date(2100, 12, 31)
"""The bounds of a day that a query asks about."""

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEAR = 366
"""Days: a year, a leap day included."""
_TYPING_ERROR = timedelta(days=200)
"""A day that is further away than this has probably a wrong year, not a wrong day or month."""


@dataclass(frozen=True, slots=True)
class KindOfDay:
    """How far a day of this kind may be from today: so many years back, and so many days ahead (0: not after today).

    `what` names the day in a sentence.
    """

    what: str
    years_back: int
    days_ahead: int


KINDS: Mapping[str, KindOfDay] = {
    "step": KindOfDay("the day of a step", 5, 0),
    "meeting": KindOfDay("the day of a meeting", 3, 0),
    "review": KindOfDay("the day of a review", 3, 0),
    "observation": KindOfDay("the day of an observation", 3, 0),
    "planned_observation": KindOfDay("the day that an observation is planned for", 3, YEAR),
    "assessment": KindOfDay("the day of an assessment", 3, 0),
    "planned_meeting": KindOfDay("the day that a meeting is planned for", 3, YEAR),
    "planned_review": KindOfDay("the day that a review is planned for", 3, YEAR),
    "school": KindOfDay("a day at a school", 3, 0),
    "target": KindOfDay("the day of a target", 3, 2 * YEAR),
    "training": KindOfDay("the day of training", 10, 0),
    "training_status": KindOfDay("the day from which a training status holds", 5, YEAR),
    "expected_return": KindOfDay("the expected day of a return", 5, 5 * YEAR),
    "round": KindOfDay("the day of a round", 5, 92),
    "scenario": KindOfDay("the day of a scenario", 5, 2 * YEAR),
    "last_day": KindOfDay("the last day of a support", 5, 3 * YEAR),
    "assignment": KindOfDay("a day of an assignment", 5, 5 * YEAR),
    "induction": KindOfDay("a day of an induction", 10, 3 * YEAR),
    "programme": KindOfDay("a day of a programme", 5, 5 * YEAR),
    "placement": KindOfDay("a day of a placement", 5, 3 * YEAR),
    "availability": KindOfDay("a day of a mentor's availability", 30, 80 * YEAR),
    "birth": KindOfDay("a date of birth", 110, 0),
    "post": KindOfDay("a day of a mentor's time at a school", 60, 80 * YEAR),
}
"""The rule of each kind of day: facts have happened, plans lie within some years; 2099 may stand for no end."""


@dataclass(frozen=True, slots=True)
class Of:
    """Marks a field as a day of this kind, by its name in `KINDS`."""

    kind: str


def _parse(sent: Any) -> Any:
    if isinstance(sent, date) and not isinstance(sent, datetime):
        day = sent
    elif isinstance(sent, str) and _ISO.fullmatch(sent):
        try:
            day = date.fromisoformat(sent)
        except ValueError:
            raise PydanticCustomError("no_such_day", "There is no such day in the calendar.") from None
    else:
        raise PydanticCustomError("not_a_day", "Give a date like 2026-09-14.")
    return _within(day, FIRST, LAST)


def _within(day: date, first: date, last: date) -> date:
    if not first <= day <= last:
        bounds = {"first": f"{first}", "last": f"{last}"}
        raise PydanticCustomError("day_out_of_bounds", "Check the year: give a day from {first} to {last}.", bounds)
    return day


def _this_century(day: date) -> date:
    return _within(day, FIRST_ASKED, LAST_ASKED)


_Day = Annotated[date, BeforeValidator(_parse, json_schema_input_type=date)]

StepDay = Annotated[_Day, Of("step")]
MeetingDay = Annotated[_Day, Of("meeting")]
ReviewDay = Annotated[_Day, Of("review")]
ObservationDay = Annotated[_Day, Of("observation")]
PlannedObservationDay = Annotated[_Day, Of("planned_observation")]
AssessmentDay = Annotated[_Day, Of("assessment")]
PlannedMeetingDay = Annotated[_Day, Of("planned_meeting")]
PlannedReviewDay = Annotated[_Day, Of("planned_review")]
SchoolDay = Annotated[_Day, Of("school")]
TargetDay = Annotated[_Day, Of("target")]
TrainingDay = Annotated[_Day, Of("training")]
TrainingStatusDay = Annotated[_Day, Of("training_status")]
ReturnDay = Annotated[_Day, Of("expected_return")]
RoundDay = Annotated[_Day, Of("round")]
ScenarioDay = Annotated[_Day, Of("scenario")]
LastDay = Annotated[_Day, Of("last_day")]
AssignmentDay = Annotated[_Day, Of("assignment")]
InductionDay = Annotated[_Day, Of("induction")]
ProgrammeDay = Annotated[_Day, Of("programme")]
PlacementDay = Annotated[_Day, Of("placement")]
AvailabilityDay = Annotated[_Day, Of("availability")]
BirthDay = Annotated[_Day, Of("birth")]
PostDay = Annotated[_Day, Of("post")]
AskedDay = Annotated[_Day, AfterValidator(_this_century)]
"""A day that a query asks about; what is asked is not recorded, so it may lie anywhere in this century."""


@dataclass(frozen=True, slots=True)
class ImprobableDay:
    """A day that the table refuses: where it is in what was sent, and a sentence that says what to do."""

    at: tuple[str | int, ...]
    detail: str


def improbable_days(hint: Any, sent: Any, today: date) -> Iterator[ImprobableDay]:
    """Find the days in a validated value of this type that are further from today than their kinds allow."""
    for at, kind, day in _days_in(hint, sent, ()):
        if (detail := why_improbable(kind, day, today)) is not None:
            yield ImprobableDay(at, detail)


def why_improbable(kind: str, day: date, today: date) -> str | None:
    """Return why a day of a kind cannot be right, in a sentence; None where it can be."""
    rule = KINDS[kind]
    if first_day(kind, today) <= day <= last_day(kind, today):
        return None
    if day < today:
        wrong = f"{_long(day)} is more than {counted_noun(rule.years_back, 'year')} ago, too far back for {rule.what}."
    elif rule.days_ahead:
        wrong = f"{_long(day)} is more than {_length(rule.days_ahead)} ahead, too far for {rule.what}."
    else:
        wrong = f"{_long(day)} is still to come, and {rule.what} is today or earlier."
    meant = _meant(kind, day, today)
    return f"{wrong} Did you mean {_long(meant)}?" if meant is not None else f"{wrong} Check the day."


def first_day(kind: str, today: date) -> date:
    """Return the first day that a kind allows."""
    return today - timedelta(days=KINDS[kind].years_back * YEAR)


def last_day(kind: str, today: date) -> date:
    """Return the last day that a kind allows."""
    return today + timedelta(days=KINDS[kind].days_ahead)


def _meant(kind: str, day: date, today: date) -> date | None:
    """The same day of this year, or of the year before or after, if the year seems to be mistyped."""
    if abs(day - today) <= _TYPING_ERROR:
        return None
    for year in (today.year, today.year - 1, today.year + 1):
        try:
            meant = day.replace(year=year)
        except ValueError:  # 29 February
            continue
        if meant != day and first_day(kind, today) <= meant <= last_day(kind, today):
            return meant
    return None


def _days_in(hint: Any, sent: Any, at: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str, date]]:
    match sent:
        case date():
            if (kind := _kind(hint)) is not None:
                yield at, kind, sent
        case BaseModel():
            for name, field in type(sent).model_fields.items():
                inner = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
                yield from _days_in(inner, getattr(sent, name), (*at, name))
        case list() | tuple():
            for nth, part in enumerate(sent):
                yield from _days_in(_item(hint), part, (*at, nth))


def _kind(hint: Any) -> str | None:
    """The kind of day that a type hint marks, also within a union or `Annotated`."""
    if isinstance(hint, Of):
        return hint.kind
    return next((kind for part in get_args(hint) if (kind := _kind(part)) is not None), None)


def _item(hint: Any) -> Any:
    """The hint of the items of a list or tuple; other hints are the item's own."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    for part in get_args(hint):
        if get_origin(part) in (list, tuple, Sequence):
            return _item(part)
    return get_args(hint)[0] if get_origin(hint) in (list, tuple, Sequence) else hint


def _long(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _length(days: int) -> str:
    if days < YEAR:
        return counted_noun(days, "day")
    return "a year" if days == YEAR else counted_noun(days // YEAR, "year")
