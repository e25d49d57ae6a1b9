"""Exports that were recorded: who took which file, and the same file again.

A record holds no rows. It says what was asked and at which position, and a file is made again from what was known then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from services.reporting import policy
from services.reporting.exports.formats import FORMATS, FormatName
from services.reporting.exports.making import MadeFile, editions_of, make_file, spool_contents
from services.reporting.policy import Scope
from services.reporting.reports import REPORTS
from services.reporting.reports.reader import ReportReader, kept_record, records_of
from services.reporting.reports.reading import Asked, stream_rows
from services.reporting.reports.reads import NamedTrainees, record_read
from services.reporting.reports.report import Report
from shared.events.referral import PersonErased
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError, NotFound
from shared.kernel.postgres import Pool, tenant_transaction
from shared.kernel.postgres.personal import Keyring
from shared.kernel.principal import Principal

SCOPE = TypeAdapter(Scope)
"""How the scope of an export is stored."""
_ABSENT = "There is no such export."


class Outdated(DomainError):
    """The report, or what was asked of it, does not exist in this version any more."""

    status = 410


class ExportRecord(Answer):
    """A file that somebody took of a report, as it was when it was made."""

    export_id: UUID = Field(description="The export.")
    report: str = Field(description="The name of the report.")
    format: FormatName = Field(description="The ending of the file.")
    made_by: str = Field(description="The person who took it, by the id of their sign-in.")
    made_at: datetime = Field(description="When it was made.")
    as_of: date = Field(description="The last day that counts.")
    known_at: datetime = Field(description="The moment whose knowledge it shows.")
    position: int = Field(description="The position of the last event that it takes in.")
    filters: dict[str, Any] = Field(description="The values that were asked for, by column.")
    sort: str | None = Field(description="The column it is sorted by.")
    rows: int = Field(description="How many rows it has.")
    sha256: str = Field(description="The SHA-256 of its bytes.")


@dataclass(frozen=True)
class FileAgain:
    """The file of a recorded export, made again; `differs` says why it is not the same, None where it is."""

    record: ExportRecord
    made: MadeFile
    differs: str | None


_COLUMNS = ", ".join(ExportRecord.model_fields)


async def list_exports(reader: ReportReader, *, after: UUID | None, limit: int) -> list[ExportRecord]:
    """Return the exports that a person may see, the latest first; `after` is the last one of the page before."""
    everyone, own = policy.exports(reader.who), await _subjects_of(reader)
    return await reader.all(
        ExportRecord,
        f"""select {_COLUMNS} from exports where tenant = $1 and ($2 or made_by = any ($3))
              and ($4::uuid is null or (made_at, export_id) < (
                  select made_at, export_id from exports where tenant = $1 and export_id = $4))
            order by made_at desc, export_id desc limit $5""",
        reader.who.tenant,
        everyone,
        own,
        after,
        limit,
    )


async def make_again(pool: Pool, keyring: Keyring, who: Principal, report_name: str, export_id: UUID) -> FileAgain:
    """Make the file of an export again, from what was known at its position.

    It has the rows that lie in the scope of whoever made it, and in the reader's scope of today. That it was read is
    recorded, where all of them are about one trainee. Raises `NotFound` for
    an export that the reader may not see, `NotAllowed` where the report is not for them any more, and `Outdated`.
    """
    async with tenant_transaction(pool, [who.tenant]) as connection:
        reader = ReportReader(who, connection, keyring)
        row = await _find(reader, report_name, export_id)
        record = ExportRecord.model_validate({name: row[name] for name in ExportRecord.model_fields})
        report, asked = _asked(record)
        then = SCOPE.validate_python(row["scope"])
        scope = policy.narrow(then, await _scope_of_then(reader, report, then))
        erased = await _has_erased_since(reader, record.position)
        past = await reader.at_position(record.position, record.known_at)
        trainees = NamedTrainees()
        rows = trainees.note_each(stream_rows(past, report, asked, scope))
        contents, spool = await spool_contents(past, report, asked, rows)
        await record_read(past, f"{report.name}/download", asked.as_of, *trainees.only())
    made = await make_file(FORMATS[record.format], contents, spool)
    editions = editions_of(FORMATS[record.format], contents)
    why = _why(narrower=scope != then, erased=erased, newer=editions != row["editions"])
    return FileAgain(record, made, None if made.sha256 == record.sha256 else why)


def _why(*, narrower: bool, erased: bool, newer: bool) -> str:
    """Return why a file is not the one that was recorded, by the first reason that there is."""
    if narrower:
        return "You see less of this report now than whoever made the export saw then."
    if newer:
        return "A newer version of Alongside reckons the figures, or writes the file, in another way."
    if erased:
        return "People have been erased since then."
    return "The report has changed since then."


async def _find(reader: ReportReader, report_name: str, export_id: UUID) -> Mapping[str, Any]:
    row = await reader.connection.fetchrow(
        "select * from exports where tenant = $1 and export_id = $2 and report = $3",
        reader.who.tenant,
        export_id,
        report_name,
    )
    if row is None or not (policy.exports(reader.who) or row["made_by"] in await _subjects_of(reader)):
        raise NotFound(_ABSENT)
    return dict(row)


async def _subjects_of(reader: ReportReader) -> list[str]:
    """The ids under which a person may have made exports: those of their records that were merged as well."""
    kept = (await reader.principal()).subject
    try:
        return [reader.who.subject, *map(str, await records_of(reader, UUID(kept)))]
    except ValueError:
        return [reader.who.subject]


def _asked(record: ExportRecord) -> tuple[Report, Asked]:
    """What was asked, in the types of today; raises `Outdated`."""
    report = next((each for each in REPORTS if each.name == record.report), None)
    columns = [*record.filters, *([record.sort.removeprefix("-")] if record.sort else [])]
    if report is None or not {*columns} <= {*report.columns}:
        raise Outdated("This report has other columns now, so that the export cannot be made again. Take a new one.")
    try:
        filters = {name: report.parse(name, value) for name, value in record.filters.items()}
    except ValidationError:
        raise Outdated("What was asked of this report has other values now. Take a new export.") from None
    return report, Asked(record.as_of, filters, record.sort, limit=None)


async def _scope_of_then(reader: ReportReader, report: Report, then: Scope) -> Scope:
    """The reader's scope of now, in which they have the id that they had then, though it has been merged since."""
    now = report.scope(await reader.principal())
    for each in ("mentor_id", "trainee_id"):
        before, today = getattr(then, each), getattr(now, each)
        if before is not None and today is not None and await kept_record(reader, before) == today:
            now = replace(now, **{each: before})
    return now


async def _has_erased_since(reader: ReportReader, position: int) -> bool:
    return bool(
        await reader.value(
            "select exists (select from events where tenant = $1 and type = $2 and position > $3)",
            reader.who.tenant,
            PersonErased.type,
            position,
        )
    )


def dump_scope(scope: Scope) -> dict[str, Any]:
    """Return a scope as it is stored with an export."""
    stored: dict[str, Any] = SCOPE.dump_python(scope, mode="json")
    return stored | {"schools": sorted(scope.schools)}
