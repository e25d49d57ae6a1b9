"""Whether a person gets reminders by mail, or none until a day.

Source: product.md U8. Everybody gets them until they say otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, Event, Invalid, build_from


class RemindersPaused(Event):
    """A person wants no reminders until a day, on which they come again; None: until they ask for them."""

    type: ClassVar[str] = "portal.reminders_paused"

    account_id: UUID
    until: date | None


class RemindersResumed(Event):
    """A person wants reminders again."""

    type: ClassVar[str] = "portal.reminders_resumed"

    account_id: UUID


Events = RemindersPaused | RemindersResumed


class PauseReminders(Command):
    """Send no reminders until a day, or until the person asks for them again."""

    account_id: UUID
    until: date | None
    on: date


class ResumeReminders(Command):
    """Send reminders again."""

    account_id: UUID
    on: date


Commands = PauseReminders | ResumeReminders


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause; `until` is the day on which reminders come again, None if no day is set."""

    until: date | None

    def covers(self, day: date) -> bool:
        """Whether no reminder is sent on a day."""
        return self.until is None or day < self.until


def decide(command: Commands, pause: Pause | None, now: datetime) -> Sequence[Events]:
    """Decide about a person's reminders. Idempotent."""
    del now
    match command:
        case PauseReminders(until=until):
            if until is not None and until <= command.on:
                raise Invalid("Choose a day after today.", pointer="/until")
            if pause == Pause(until):
                return []
            return [build_from(RemindersPaused, command, happened_on=command.on)]
        case ResumeReminders():
            return [] if pause is None else [build_from(RemindersResumed, command, happened_on=command.on)]


def evolve(pause: Pause | None, event: Events) -> Pause | None:
    """Apply an event."""
    del pause
    return Pause(event.until) if isinstance(event, RemindersPaused) else None


def _none() -> Pause | None:
    return None


REMINDERS: Decider[Pause | None, Commands, Events] = Decider(
    "reminders", _none, decide, evolve, (RemindersPaused, RemindersResumed)
)
