"""A programme that a partnership runs for one academic year, opened from a template.

Source: product.md R1 and "Rules are dated data". The event stores the template's settings, and a partnership may
override single settings between two days. A decision uses the settings of its day, and records their version.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field, JsonValue, ValidationError

from services.referral.domain.fields import AcademicYear, Dated, NewAcademicYear
from services.referral.domain.templates import NoSuchSetting, Template, names_of_settings, with_setting
from shared.calendar import day_after
from shared.inputs.days import ProgrammeDay
from shared.inputs.texts import Line
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Value

PLANNED_AHEAD = 366
"""Days: how long before its first day a programme's settings can be changed."""


class SettingsFrom(Value):
    """The settings that hold from a day on."""

    effective_from: date
    settings: dict[str, Any]


class Override(Value):
    """Another value of a setting, given by its dotted path, between two days; without a last day it holds from the
    first on.
    """

    setting: str
    value: JsonValue
    effective_from: date
    effective_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the override holds on a day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class NewOverride(Override, Dated):
    """A setting to override, as decided on a day."""

    setting: str = Field(min_length=1, max_length=100, examples=["mentoring.hours_per_trainee_week"])
    effective_from: ProgrammeDay
    effective_to: ProgrammeDay | None = None


class ProgrammeTerms(Value):
    """The template and the days of a programme."""

    template: str
    academic_year: AcademicYear
    starts_on: date
    ends_on: date


class NewProgramme(ProgrammeTerms, Dated):
    """A programme to open; without a title it has the template's."""

    template: str = Field(max_length=100)
    academic_year: NewAcademicYear
    starts_on: ProgrammeDay
    ends_on: ProgrammeDay
    title: Line | None = None


class ProgrammeOpened(ProgrammeTerms, Event):
    """The programme was opened with the settings of a template; `settings` is the whole template."""

    type: ClassVar[str] = "referral.programme_opened"

    programme_id: UUID
    title: str
    settings: dict[str, Any]


class SettingOverridden(Event):
    """A setting was overridden; `stretches` are all settings of the programme from now on, each with its first day."""

    type: ClassVar[str] = "referral.setting_overridden"

    programme_id: UUID
    number: int
    override: Override
    stretches: tuple[SettingsFrom, ...]
    by: str


class ProgrammeClosed(Event):
    """Nobody is referred to the programme any more, such as one that was opened by mistake; what there is goes on."""

    type: ClassVar[str] = "referral.programme_closed"

    programme_id: UUID
    by: str


class ProgrammeReopened(Event):
    """People are referred to the programme again."""

    type: ClassVar[str] = "referral.programme_reopened"

    programme_id: UUID
    by: str


class Open(ProgrammeTerms, Dated, Command):
    """Open a programme from a template's settings."""

    programme_id: UUID
    title: str
    settings: dict[str, Any]


class OverrideSetting(Command):
    """Override a setting; a later override takes precedence over an earlier one."""

    override: Override
    by: str
    on: date


class Close(Dated, Command):
    """Close the programme to new referrals."""

    by: str


class Reopen(Dated, Command):
    """Open a closed programme again."""

    by: str


Commands = Open | OverrideSetting | Close | Reopen
Events = ProgrammeOpened | SettingOverridden | ProgrammeClosed | ProgrammeReopened


class AlreadyOpen(DomainError):
    """The programme was opened before."""


@dataclass(frozen=True, slots=True)
class Programme:
    """The programme's days and settings; `number` counts their versions, the template's is the first.

    `closed_on` is the day since which nobody is referred to it, None for a programme that is not closed.
    """

    programme_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    base: Template | None = None
    overrides: tuple[Override, ...] = ()
    number: int = 0
    closed_on: date | None = None

    @property
    def open(self) -> bool:
        """Whether the programme was opened."""
        return self.base is not None

    def settings_on(self, day: date) -> Template:
        """Return the settings of a day, once the programme is open."""
        assert self.base is not None
        return _settings(self.base, self.overrides, day)


def _settings(base: Template, overrides: Sequence[Override], day: date) -> Template:
    for override in overrides:
        if override.holds_on(day):
            base = with_setting(base, override.setting, override.value)
    return base


def decide(command: Commands, programme: Programme, now: datetime) -> Sequence[Events]:
    """Open a programme once; override settings that exist, with values that fit; close it, and open it again.

    Idempotent: closing a closed programme, or opening one that is not closed, emits no event.
    """
    del now
    match command:
        case Open():
            if programme.open:
                raise AlreadyOpen("This programme is open already.")
            if command.ends_on <= command.starts_on:
                raise Invalid("The last day of a programme has to be after its first.", pointer="/ends_on")
            return [ProgrammeOpened(happened_on=command.on, **command.model_dump(exclude={"on"}))]
        case Close() | Reopen():
            return _closed_or_reopened(command, programme)
        case OverrideSetting(override=override):
            if programme.base is None or programme.starts_on is None or programme.programme_id is None:
                raise NotFound("There is no such programme.")
            if override in programme.overrides[-1:]:
                return []
            _must_lie_within(override, programme)
            return [
                SettingOverridden(
                    happened_on=command.on,
                    programme_id=programme.programme_id,
                    number=programme.number + 1,
                    override=override,
                    stretches=_stretches(programme.base, (*programme.overrides, override), programme.starts_on),
                    by=command.by,
                )
            ]


def _closed_or_reopened(command: Close | Reopen, programme: Programme) -> Sequence[ProgrammeClosed | ProgrammeReopened]:
    if not programme.open:
        raise NotFound("There is no such programme.")
    about = {"happened_on": command.on, "programme_id": programme.programme_id, "by": command.by}
    if isinstance(command, Close):
        return [] if programme.closed_on is not None else [ProgrammeClosed.model_validate(about)]
    return [] if programme.closed_on is None else [ProgrammeReopened.model_validate(about)]


def _must_lie_within(override: Override, programme: Programme) -> None:
    if override.effective_to is not None and override.effective_to < override.effective_from:
        raise Invalid("The last day is not before the first.", pointer="/effective_to")
    assert programme.starts_on is not None
    assert programme.ends_on is not None
    planned_from = day_after(programme.starts_on, -PLANNED_AHEAD)
    if not planned_from <= override.effective_from <= programme.ends_on:
        sentence = f"The programme runs from {programme.starts_on} to {programme.ends_on} and is planned a year ahead."
        raise Invalid(sentence, pointer="/effective_from")


def _stretches(base: Template, overrides: Sequence[Override], first: date) -> tuple[SettingsFrom, ...]:
    """List the settings from each day on which they change; raises `Invalid` for an override that does not fit."""
    # a season is planned before it begins, so that an override may come before the programme's first day
    days = {min(first, *(day_after(override.effective_from, -1) for override in overrides))}
    for override in overrides:
        days.add(override.effective_from)
        if override.effective_to is not None and override.effective_to < date.max:
            days.add(day_after(override.effective_to))
    try:
        with_setting(base, overrides[-1].setting, overrides[-1].value, sent=True)
        return tuple(
            SettingsFrom(effective_from=day, settings=_settings(base, overrides, day).model_dump(mode="json"))
            for day in sorted(days)
        )
    except NoSuchSetting:
        names = ", ".join(names_of_settings(base))
        sentence = f"There is no setting of this name that can be changed by itself. Choose one of these: {names}."
        raise Invalid(sentence, pointer="/setting") from None
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise Invalid(f"This does not fit: {wrong}.", pointer="/value") from None


def evolve(programme: Programme, event: Events) -> Programme:
    """Return the programme after the event."""
    match event:
        case ProgrammeOpened():
            return Programme(
                programme_id=event.programme_id,
                starts_on=event.starts_on,
                ends_on=event.ends_on,
                base=Template.model_validate(event.settings),
                number=1,
            )
        case SettingOverridden():
            return replace(programme, overrides=(*programme.overrides, event.override), number=event.number)
        case ProgrammeClosed():
            return replace(programme, closed_on=event.happened_on)
        case ProgrammeReopened():
            return replace(programme, closed_on=None)


PROGRAMME: Decider[Programme, Commands, Events] = Decider(
    "programme", Programme, decide, evolve, (ProgrammeOpened, SettingOverridden, ProgrammeClosed, ProgrammeReopened)
)
