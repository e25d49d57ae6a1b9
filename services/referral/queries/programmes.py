"""Programmes as they run."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.referral.domain.templates import Template
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


async def programmes(reader: Reader) -> list[dict[str, Any]]:
    """Every programme, the latest first."""
    rows = await reader.connection.fetch(
        """select programme_id, template, title, academic_year, starts_on, ends_on, rules_version
           from programmes order by starts_on desc, programme_id"""
    )
    return [dict(row) for row in rows]


async def programme(reader: Reader, programme_id: UUID, *, on: date | None) -> dict[str, Any]:
    """One programme with its settings of a day (None: today) and what was set otherwise; raises `NotFound`."""
    row = await reader.connection.fetchrow(
        """select programme_id, template, title, academic_year, starts_on, ends_on, rules_version, stretches, overrides
           from programmes where programme_id = $1""",
        programme_id,
    )
    if row is None:
        raise NotFound("There is no such programme.")
    found = dict(row)
    day = on or datetime.now(UTC).date()
    settings = settings_on(found.pop("stretches"), day)
    return found | {"on": day, "settings": settings.model_dump(mode="json")}


async def settings_of(reader: Reader, programme_id: UUID, on: date) -> Template:
    """The settings of a programme on a day; raises `NotFound`."""
    stretches = await reader.connection.fetchval(
        "select stretches from programmes where programme_id = $1", programme_id
    )
    if stretches is None:
        raise NotFound("There is no such programme.")
    return settings_on(stretches, on)


def settings_on(stretches: list[dict[str, Any]], on: date) -> Template:
    """The settings of the last stretch that had begun by a day; before the first one, those of the first."""
    begun = [stretch for stretch in stretches if date.fromisoformat(stretch["effective_from"]) <= on]
    return Template.model_validate((begun or stretches[:1])[-1]["settings"])
