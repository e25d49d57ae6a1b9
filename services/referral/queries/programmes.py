"""Queries of programmes, with their settings of a day and the overrides."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain.programmes import Override, SettingsFrom
from services.referral.domain.templates import Template, settings_to_change
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class ProgrammeAnswer(Answer):
    """A programme, the version of its settings, and since when nobody is referred to it."""

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    rules_version: int
    closed_on: date | None


class RecordedOverride(Override):
    """A setting that was overridden, and when that was decided."""

    said_on: date


class ProgrammeDetails(ProgrammeAnswer):
    """A programme with its settings of a day, and every override, in the order in which they were decided.

    `changeable` are the paths of the settings that can be overridden.
    """

    overrides: tuple[RecordedOverride, ...]
    on: date
    settings: Template
    changeable: tuple[str, ...]


class _ProgrammeRow(ProgrammeAnswer):
    overrides: tuple[RecordedOverride, ...]
    stretches: tuple[SettingsFrom, ...]


async def programmes(reader: Reader) -> list[ProgrammeAnswer]:
    """List every programme, the latest first."""
    return await reader.all(ProgrammeAnswer, f"select {_COLUMNS} from programmes order by starts_on desc, programme_id")


async def programme(reader: Reader, programme_id: UUID, *, on: date | None) -> ProgrammeDetails:
    """Show one programme with its settings of a day (None: today); raises `NotFound`."""
    row = await reader.first(
        _ProgrammeRow,
        f"select {_COLUMNS}, stretches, overrides from programmes where programme_id = $1",
        programme_id,
    )
    if row is None:
        raise NotFound("There is no such programme.")
    day = on or utc_now().date()
    shown: dict[str, Any] = {name: getattr(row, name) for name in (*ProgrammeAnswer.model_fields, "overrides")}
    settings = settings_on(row.stretches, day)
    return ProgrammeDetails(on=day, settings=settings, changeable=settings_to_change(settings), **shown)


async def settings_of(reader: Reader, programme_id: UUID, on: date) -> Template:
    """Find the settings of a programme on a day; raises `NotFound`."""
    stretches = await reader.value("select stretches from programmes where programme_id = $1", programme_id)
    if stretches is None:
        raise NotFound("There is no such programme.")
    return settings_on([SettingsFrom.model_validate(stretch) for stretch in stretches], on)


def settings_on(stretches: Sequence[SettingsFrom], on: date) -> Template:
    """Return the settings in force on a day; before the first day, the first settings."""
    begun = [stretch for stretch in stretches if stretch.effective_from <= on]
    return Template.model_validate((begun or stretches[:1])[-1].settings)


_COLUMNS = "programme_id, template, title, academic_year, starts_on, ends_on, rules_version, closed_on"
