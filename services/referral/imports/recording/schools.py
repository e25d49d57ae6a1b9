"""Record schools from an extract of the register, and check the schools that rows of other files name."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from services.referral.domain.schools import (
    SCHOOL,
    CloseSchool,
    Commands,
    RecordSchool,
    RegisterRow,
    School,
    what_changed,
)
from services.referral.imports.formats.schools import AnySchoolRow, SchoolRow
from services.referral.imports.outcomes import ImportReport, Outcome, SchoolChange
from services.referral.imports.reading.cells import NO_SCHOOL
from services.referral.imports.row_commands import RowCommand, decide_rows
from shared.inputs.schools import HOST_CODE
from shared.kernel.unit import Unit
from shared.spreadsheets.errors import CellError
from shared.spreadsheets.rows import Draft, good_rows

UNKNOWN_SCHOOL = "No school with this URN is recorded. Correct the URN, or import the schools first."
_URN = re.compile(rf"(?:^|;)\s*([0-9]{{6}}|{HOST_CODE})(?=\s|;|$)", re.IGNORECASE)
"""A URN, or the code of a host without one, at the beginning of a cell, or of each of several values in it."""


async def record_schools(unit: Unit, drafts: Sequence[Draft[AnySchoolRow]], on: date) -> Outcome:
    """Record open schools of the register, and close recorded schools that it shows as closed."""
    rows = good_rows(drafts)
    commands: list[RowCommand[Commands]] = []
    not_recorded = 0
    for row, school in zip(rows, await unit.load(SCHOOL, *(row.urn for row in rows)), strict=True):
        if isinstance(row, SchoolRow):
            command = RecordSchool(urn=row.urn, row=_register_row(row), on=on)
            commands.append(RowCommand(row.line, "URN", row.urn, command))
        elif school.row is not None:
            closing = CloseSchool(urn=row.urn, reason=row.reason, on=row.closed_on or on)
            commands.append(RowCommand(row.line, "URN", row.urn, closing))
        else:
            not_recorded += 1
    report = ImportReport()
    outcome = await decide_rows(
        unit, SCHOOL, commands, lambda row, before, after: _report(report, str(row.key), before, after)
    )
    outcome.report = report
    outcome.skipped = Counter(closed=not_recorded) if not_recorded else Counter()
    return outcome.with_errors({draft.line: draft.errors for draft in drafts})


def _register_row(row: SchoolRow) -> RegisterRow:
    fields = {name: getattr(row, name) for name in RegisterRow.model_fields}
    return RegisterRow.model_validate(fields | {"phases": sorted(row.phases)})


def _report(report: ImportReport, urn: str, before: School, after: School) -> None:
    changed = what_changed(before, after)
    if changed is None or after.row is None:
        return
    what, names = changed
    if what == "opened":
        report.count(what)
        return
    fields = {name: (_json(getattr(before.row, name)), _json(getattr(after.row, name))) for name in names}
    report.add(SchoolChange(what=what, urn=urn, name=after.row.name, fields=fields))


def _json(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


async def errors_of_schools(unit: Unit, drafts: Sequence[Draft[Any]], *columns: str) -> dict[int, list[CellError]]:
    """Find the cells in these columns that name a school which is not recorded or has closed; their errors by line."""
    # what is no URN is an error already, and some URNs say that it was no school
    named = [
        (draft.line, column, urn.upper())
        for draft in drafts
        for column in columns
        for urn in _URN.findall(draft.filled.get(column, ""))
        if urn not in NO_SCHOOL
    ]
    schools = await unit.load(SCHOOL, *(urn for _, _, urn in named))
    errors: dict[int, list[CellError]] = {}
    for (line, column, _), school in zip(named, schools, strict=True):
        if not school.open:
            code, advice = why_not_open(school)
            errors.setdefault(line, []).append(CellError(line, column, code, advice))
    return errors


def why_not_open(school: School) -> tuple[str, str]:
    """Explain why a school that is not open cannot be named: a code, and a sentence that says what to do."""
    if school.row is None:
        return "unknown_school", UNKNOWN_SCHOOL
    if school.successor_urn is None:
        return "school_closed", "This school has closed. Correct the URN, or leave the row out."
    return "school_closed", f"This school has closed; {school.successor_urn} followed it. Use that URN."
