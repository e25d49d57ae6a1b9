"""Figures that a school has of a mentee already, brought in by file: attendance, behaviour points, attainment.

Source: product.md S6; George (what the school knows stands beside what the pupil says of themselves). A figure has its
day and its source. It is sealed for the mentee, and a later file corrects it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from services.sessions.domain.relationships import Relationship
from shared.kernel.decider import Command, Decider, Event, Personal, Value


class NewFigure(Value):
    """A figure of somebody on a day, and where it comes from."""

    measure: str
    on: date
    value: float
    source: str


class FigureRecorded(Event):
    """A school brought in a figure, or corrected it: the latest version counts; `happened_on` is the figure's day."""

    type: ClassVar[str] = "sessions.figure_recorded"

    person_id: UUID
    measure: str
    version_number: int
    recorded_on: date
    value: Annotated[str, Personal("person_id")]
    source: Annotated[str, Personal("person_id")]


class RecordFigures(Command):
    """Record figures of a person; `known` are the values and sources on record, decrypted, by measure and day."""

    person_id: UUID
    figures: tuple[NewFigure, ...]
    known: Mapping[tuple[str, date], tuple[str, str]]


def takes_figures_of(relationship: Relationship, day: date, today: date) -> bool:
    """Whether a school brings in figures of a day: of any day while the mentoring there goes on.

    Once it is over, only of its days: the mentee may be at another school by then.
    """
    return today <= relationship.ends_on or relationship.starts_on <= day <= relationship.ends_on


@dataclass(frozen=True, slots=True)
class SealedFigure:
    """A figure on record, encrypted."""

    version: int
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a person by measure and day."""

    by_day: Mapping[tuple[str, date], SealedFigure] = field(default_factory=dict)


def write_value(value: float) -> str:
    """Write a number as it is sealed."""
    return f"{value + 0.0:.10g}"  # -0 is 0


def decide(command: RecordFigures, figures: Figures, now: datetime) -> Sequence[FigureRecorded]:
    """Record what is new or differs from what is on record. Idempotent: the same again emits no event."""
    events = []
    for new in command.figures:
        key = new.measure, new.on
        known = figures.by_day.get(key)
        if command.known.get(key) == (write_value(new.value), new.source):
            continue
        events.append(
            FigureRecorded(
                happened_on=new.on,
                person_id=command.person_id,
                measure=new.measure,
                version_number=1 if known is None else known.version + 1,
                recorded_on=now.date(),
                value=write_value(new.value),
                source=new.source,
            )
        )
    return events


def evolve(figures: Figures, event: FigureRecorded) -> Figures:
    """Apply an event to the figures."""
    figure = SealedFigure(event.version_number, event.value, event.source)
    return Figures({**figures.by_day, (event.measure, event.happened_on): figure})


FIGURES: Decider[Figures, RecordFigures, FigureRecorded] = Decider(
    "figures", Figures, decide, evolve, (FigureRecorded,)
)
