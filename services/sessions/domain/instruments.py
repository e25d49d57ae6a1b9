"""The instruments of a programme: who answers which questions, when they are due, and how much changed.

Source: product.md S6; George (ten identifiers from 1 to 10 at the beginning, the same at the end).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.sessions.domain.forms import FormAnswers, fit_answer
from services.sessions.domain.programmes import Programme
from shared.events.practices import Form, FormField, Instrument
from shared.events.words import Occasion
from shared.kernel.decider import Invalid, NotFound


def find_instrument(programme: Programme, instrument_id: str) -> Instrument:
    """Return an instrument of the programme; raises `NotFound` where it has none, `Invalid` for another one."""
    instruments = programme.practice.instruments
    if not instruments:
        raise NotFound("This programme has no instrument.")
    for instrument in instruments:
        if instrument.id == instrument_id:
            return instrument
    known = ", ".join(instrument.id for instrument in instruments)
    raise Invalid(f"This programme has no such instrument; it has {known}.", pointer="/instrument")


def form_of(programme: Programme, instrument: Instrument) -> Form:
    """Return the form of an instrument."""
    return next(form for form in programme.practice.forms if form.id == instrument.form)


def fields_for(programme: Programme, instrument: Instrument, role: str) -> tuple[FormField, ...]:
    """Return the questions of an instrument that somebody in a role answers."""
    fields = form_of(programme, instrument).fields
    return tuple(field for field in fields if not field.filled_by or role in field.filled_by)


@dataclass(frozen=True, slots=True)
class DueMeasures:
    """When an instrument is to be answered next."""

    occasion: Occasion
    on: date


def next_due(
    instrument: Instrument, times: Sequence[tuple[Occasion, date]], first: date, last: date
) -> DueMeasures | None:
    """Return when an instrument is due next in a relationship from `first` to `last`; None once it is over.

    `times` are those at which it was answered, in their order.
    """
    if not times:
        return DueMeasures("baseline", first)
    occasion, taken_on = times[-1]
    if occasion == "end":
        return None
    if instrument.every_weeks is not None:
        again = taken_on + timedelta(weeks=instrument.every_weeks)
        if again < last:
            return DueMeasures("repeat", again)
    return DueMeasures("end", last) if instrument.at_end else None


@dataclass(frozen=True, slots=True)
class Change:
    """What a question was answered with first and last; `difference` is that of two numbers."""

    field: str
    first: str | float
    last: str | float
    difference: float | None


def changes(first: Mapping[str, str | float], last: Mapping[str, str | float]) -> tuple[Change, ...]:
    """Return the change of each question that was answered both times, in the order of the first answers."""
    return tuple(
        Change(field, before, last[field], _difference(before, last[field]))
        for field, before in first.items()
        if field in last
    )


def _difference(before: str | float, after: str | float) -> float | None:
    return None if isinstance(before, str) or isinstance(after, str) else round(after - before, 2)


def numbers_in(answers: Mapping[str, str | float]) -> dict[str, float]:
    """Return those of the answers that are numbers."""
    return {field: answer for field, answer in answers.items() if not isinstance(answer, str)}


def answers_of(programme: Programme, instrument: Instrument, role: str, answers: FormAnswers) -> dict[str, str | float]:
    """Return the answers as the form takes them; raises `Invalid` for one that is wrong, or left out."""
    fields = {field.id: field for field in fields_for(programme, instrument, role)}
    for field_id in answers:
        if field_id not in fields:
            known = ", ".join(fields)
            raise Invalid(f"There is no such question for you; there are {known}.", pointer=f"/answers/{field_id}")
    given = {field_id: answer for field_id, answer in answers.items() if answer is not None}
    if left_out := [field.id for field in fields.values() if not field.optional and field.id not in given]:
        raise Invalid(f"Answer every question; these have no answer yet: {', '.join(left_out)}.", pointer="/answers")
    return {
        field_id: fit_answer(fields[field_id], answer, f"/answers/{field_id}") for field_id, answer in given.items()
    }
