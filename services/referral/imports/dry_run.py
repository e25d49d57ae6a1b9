"""The dry run of a whole file: what it would do now, and everything that is wrong with it. It records nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from services.referral.domain.imports import Effect, Kind
from services.referral.imports.batches import batches
from services.referral.imports.database import last_position
from services.referral.imports.kinds import FILE_KINDS
from services.referral.imports.outcomes import Claim, FileTable, ImportReport, Outcome
from services.referral.imports.recognition import say_where_it_belongs
from services.referral.imports.recording.same_people import CERTAIN, error_of_two_rows
from shared.kernel.decider import DomainError
from shared.kernel.unit import CommandRunner, Unit
from shared.spreadsheets.content import FileContent
from shared.spreadsheets.errors import CellError, FileError
from shared.spreadsheets.rows import Reading

MOST_ERRORS = 10_000
"""A file with more errors than this is the wrong file, and nobody reads them one by one."""
PATIENCE = 10.0
"""Seconds that a file waits for the read models to show what was recorded before it."""


class UnreadableFile(DomainError):
    """The file is not a table of its kind, so that nothing is kept for a confirmation."""

    status = 422


@dataclass
class DryRun:
    """What a whole file would do on a day, what is wrong with it, and what somebody has to confirm.

    It stands until an event is recorded after `position`.
    """

    kind: Kind
    on: date
    position: int
    rows: int = 0
    effect: Effect = field(default_factory=Effect)
    errors: list[CellError] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    report: ImportReport = field(default_factory=ImportReport)
    warnings: list[CellError] = field(default_factory=list)
    table: FileTable = field(default_factory=FileTable)
    _claims: dict[bytes, Claim] = field(default_factory=dict, repr=False)

    def note(self, reading: Reading[Any]) -> None:
        """Note what was read of the file, and what was not, once it is read to its end."""
        self.skipped.update(reading.skipped)
        self.table = FileTable(
            sheet=reading.place.sheet.name if reading.place.sheet else None,
            heading_line=reading.place.heading_line,
            other_sheets=list(reading.place.other_sheets),
            columns_not_read=reading.columns_not_read,
        )

    def add(self, rows: int, outcome: Outcome) -> None:
        """Add the outcome of a batch, and its number of rows."""
        self.rows += rows
        self.effect += outcome.whole_effect
        self.errors += outcome.errors
        self.warnings += outcome.warnings
        for digest, claim in outcome.claims.items():
            first = self._claims.setdefault(digest, claim)
            if first.person_id != claim.person_id:
                error = error_of_two_rows(first, claim)
                (self.errors if error.column in CERTAIN else self.warnings).append(error)
        self.skipped += outcome.skipped
        self.report = self.report.followed_by(outcome.report)


async def dry_run(runner: CommandRunner, kind: Kind, content: FileContent, on: date) -> DryRun:
    """Find out what a file would do now; raises `UnreadableFile`."""
    file_kind = FILE_KINDS[kind]
    if file_kind.reads_projections:
        await runner.wait_until_projected(PATIENCE)
    result = DryRun(kind, on, await runner.evaluate(last_position))
    try:
        async for batch in batches(file_kind, content, result.note):

            async def record(unit: Unit, drafts: Any = batch.drafts) -> Outcome:
                return await file_kind.record(unit, drafts, on)

            result.add(len(batch.drafts), await runner.evaluate(record))
            if len(result.errors) > MOST_ERRORS:
                raise UnreadableFile(
                    f"This file has more than {MOST_ERRORS:,} errors; the first are listed. Is it the right file?",
                    errors=as_json(result.errors[:100]),
                )
    except FileError as error:
        error = say_where_it_belongs(error, kind)
        raise UnreadableFile(str(error), errors=as_json(error.errors)) from None
    return result


def as_json(errors: Iterable[CellError]) -> list[dict[str, Any]]:
    """Convert errors to JSON; an error of a whole row or file has no column."""
    return [asdict(error) for error in errors]
