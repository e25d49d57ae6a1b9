"""Read model of programmes with their settings."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain import programmes
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme, its settings with the day from which they hold, and the partnership's overrides."""

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    rules_version: int
    stretches: tuple[dict[str, Any], ...]
    overrides: tuple[dict[str, Any], ...] = ()
    closed_on: date | None = None


def _opened(_: ProgrammeRow | None, event: programmes.ProgrammeOpened) -> ProgrammeRow:
    first = {"effective_from": event.starts_on.isoformat(), "settings": event.settings}
    return row_of(ProgrammeRow, event, rules_version=1, stretches=(first,))


def _overridden(row: ProgrammeRow, event: programmes.SettingOverridden) -> ProgrammeRow:
    override = event.override.model_dump(mode="json") | {"said_on": event.happened_on.isoformat()}
    stretches = tuple(stretch.model_dump(mode="json") for stretch in event.stretches)
    return replace(row, rules_version=event.number, stretches=stretches, overrides=(*row.overrides, override))


def _closed(row: ProgrammeRow, event: programmes.ProgrammeClosed) -> ProgrammeRow:
    return replace(row, closed_on=event.happened_on)


PROGRAMMES = ReadModel(
    name="programmes",
    edition=2,
    row=ProgrammeRow,
    key=("programme_id",),
    on={
        programmes.ProgrammeOpened: Step(key_from("programme_id"), _opened),
        programmes.SettingOverridden: Step(key_from("programme_id"), _overridden),
        programmes.ProgrammeClosed: Step(key_from("programme_id"), _closed),
        programmes.ProgrammeReopened: Step(key_from("programme_id"), lambda row, _: replace(row, closed_on=None)),
    },
)
