"""What pages of programmes read of referral's answers: the fields that they use, and no others."""

from datetime import date
from typing import Any
from uuid import UUID

from services.portal.calls.answers import Part


class TemplateOfProgrammes(Part):
    """A template that programmes are opened from."""

    id: str
    title: str
    about: str


class ListedProgramme(Part):
    """A programme in the list."""

    programme_id: UUID
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    closed_on: date | None


class OverrideOfSetting(Part):
    """A setting that was changed between two days, and the day on which that was decided."""

    setting: str
    value: Any
    effective_from: date
    effective_to: date | None
    said_on: date


class ProgrammeWithSettings(ListedProgramme):
    """A programme with its settings of a day, and what was changed of the template."""

    template: str
    overrides: tuple[OverrideOfSetting, ...]
    on: date
    settings: dict[str, Any]
    changeable: tuple[str, ...]


class ProgrammeState(Part):
    """A programme after it was opened, closed or reopened."""

    programme_id: UUID


class RulesState(Part):
    """The version of a programme's settings after a change."""

    rules_version: int
