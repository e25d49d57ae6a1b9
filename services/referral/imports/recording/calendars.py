"""Record calendars of schools from an import file."""

from collections.abc import Sequence
from datetime import date

from services.referral.domain.calendars import CALENDAR, Commands, Period, RecordPeriod
from services.referral.imports.formats.calendars import CalendarRow
from services.referral.imports.outcomes import Outcome
from services.referral.imports.recording.schools import errors_of_schools
from services.referral.imports.row_commands import RowCommand, decide_rows
from shared.kernel.unit import Unit
from shared.spreadsheets.rows import Draft


async def record_calendars(unit: Unit, drafts: Sequence[Draft[CalendarRow]], on: date) -> Outcome:
    """Record periods of schools that are on record."""
    errors = await errors_of_schools(unit, drafts, "school_urn")
    commands: list[RowCommand[Commands]] = []
    for draft in drafts:
        row = draft.row
        if row is None or draft.line in errors:
            errors[draft.line] = [*draft.errors, *errors.get(draft.line, [])]
            continue
        period = Period(name=row.period, kind=row.kind, starts_on=row.starts_on, ends_on=row.ends_on or row.starts_on)
        command = RecordPeriod(urn=row.school_urn, period=period, on=on)
        commands.append(RowCommand(row.line, "starts_on", row.school_urn, command))
    return (await decide_rows(unit, CALENDAR, commands)).with_errors(errors)
