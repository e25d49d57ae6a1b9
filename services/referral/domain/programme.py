"""A programme that a partnership runs for one academic year, opened from a template.

Source: product.md R1; the template's rules travel with the event, so that a record is judged by the rule of its day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid


class ProgrammeOpened(Event):
    """The programme runs from now on by the template's rules; `settings` is the whole template."""

    type: ClassVar[str] = "referral.programme_opened"

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    settings: dict[str, Any]


class Open(Command):
    """Open a programme from a template's settings."""

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    settings: dict[str, Any]
    on: date


class AlreadyOpen(DomainError):
    """The programme was opened before."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What decisions need: whether it is open, between which days, and which reasons it knows by purpose."""

    open: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    reasons: frozenset[tuple[str, str]] = frozenset()


def decide(command: Open, programme: Programme, now: datetime) -> Sequence[ProgrammeOpened]:
    """Open once, for a stretch of time."""
    del now
    if programme.open:
        raise AlreadyOpen("This programme is open already.")
    if command.ends_on <= command.starts_on:
        raise Invalid("A programme ends after it starts.", pointer="/ends_on")
    return [
        ProgrammeOpened(happened_on=command.on, **command.model_dump(exclude={"on"})),
    ]


def evolve(programme: Programme, event: ProgrammeOpened) -> Programme:
    """The programme after the event."""
    del programme
    return Programme(
        open=True,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        reasons=frozenset(
            (purpose, criterion["code"])
            for criterion in event.settings["criteria"]
            for purpose in criterion["purposes"]
        ),
    )


PROGRAMME: Decider[Programme, Open, ProgrammeOpened] = Decider(
    "programme", Programme, decide, evolve, (ProgrammeOpened,)
)
