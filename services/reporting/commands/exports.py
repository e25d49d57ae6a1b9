"""Record that somebody takes a file of a report, from what it is made, and what its bytes are."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from pydantic_core import to_jsonable_python

from services.reporting.exports.formats import FORMATS, FormatName
from services.reporting.exports.making import editions_of, make_file, spool_contents
from services.reporting.queries.exports import ExportRecord, dump_scope
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.reading import Asked, stream_rows
from services.reporting.reports.reads import NamedTrainees, record_read
from services.reporting.reports.report import Report
from shared.kernel.decider import Invalid
from shared.kernel.postgres import Connection, Pool, tenant_transaction
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.progress import projected_position
from shared.kernel.principal import Principal
from shared.kernel.records import KeyReused

_NOT_OF_THE_PAST = "Figures of groups are taken as they are known now: leave known_at out."


@dataclass(frozen=True, slots=True)
class WantedExport:
    """A file that somebody wants: of all rows that they may see, as known at a moment (None: now).

    `key` is the Idempotency-Key of the request and `digest` that of what was sent with it; None without a key.
    """

    report: Report
    asked: Asked
    format: FormatName
    known_at: datetime | None
    key: str | None = None
    digest: bytes | None = None


async def record_export(pool: Pool, keyring: Keyring, who: Principal, wanted: WantedExport) -> ExportRecord:
    """Make a file of every row that a person may see, and record what it was made from; the same key records it once.

    With it is recorded that they have read a report about a trainee, where all rows are about that one.

    Raises `NotAllowed` where the report is not for them, `Invalid` for a sorting that it does not have, more rows than
    the format holds or figures of groups at a past moment, and `KeyReused`.
    """
    report, format_ = wanted.report, FORMATS[wanted.format]
    asked = replace(wanted.asked, limit=None)
    async with tenant_transaction(pool, [who.tenant]) as connection:
        reader = ReportReader(who, connection, keyring)
        scope = report.scope(await reader.principal())
        if known := await _find_recorded(connection, who, wanted):
            return known
        past = await _reader_at(reader, wanted.known_at)
        assert past.known_at is not None
        if report.reckon is not None and past.looks_back:
            raise Invalid(_NOT_OF_THE_PAST, pointer="query:known_at")
        trainees = NamedTrainees()
        rows = trainees.note_each(stream_rows(past, report, asked, scope))
        contents, spool = await spool_contents(past, report, asked, rows)
    made = await make_file(format_, contents, spool)
    made.file.close()
    async with tenant_transaction(pool, [who.tenant]) as connection:
        row = await connection.fetchrow(
            _RECORD,
            who.tenant,
            uuid4(),
            who.subject,
            report.name,
            wanted.format,
            asked.as_of,
            past.known_at,
            past.position,
            to_jsonable_python(asked.filters),
            asked.sort,
            dump_scope(scope),
            editions_of(format_, contents),
            made.rows,
            made.sha256,
            wanted.key,
            wanted.digest,
        )
        if row is not None:
            reader = ReportReader(who, connection, keyring, wanted.known_at)
            await record_read(reader, f"{report.name}/export", asked.as_of, *trainees.only())
            return ExportRecord.model_validate(dict(row))
        known = await _find_recorded(connection, who, wanted)
        assert known is not None, "the same key was used at the same time"
        return known


async def _reader_at(reader: ReportReader, known_at: datetime | None) -> ReportReader:
    """Return a reader of what was known at a moment; of what is known now, by the position and the time of now."""
    past = await reader.at(known_at)
    if past.position is not None:
        return past
    now = await reader.now()
    return await reader.at_position(await projected_position(reader.connection), now)


async def _find_recorded(connection: Connection, who: Principal, wanted: WantedExport) -> ExportRecord | None:
    """Return what was recorded under the same Idempotency-Key; raises `KeyReused` where something else was sent."""
    if wanted.key is None:
        return None
    row = await connection.fetchrow(
        "select * from exports where tenant = $1 and made_by = $2 and request_key = $3",
        who.tenant,
        who.subject,
        wanted.key,
    )
    if row is None:
        return None
    if row["request_digest"] != wanted.digest:
        raise KeyReused("This Idempotency-Key was used before with another body; use a new key.")
    return ExportRecord.model_validate({name: row[name] for name in ExportRecord.model_fields})


_RECORD = f"""
    insert into exports (tenant, export_id, made_by, made_at, report, format, as_of, known_at, position, filters, sort,
                         scope, editions, rows, sha256, request_key, request_digest)
    values ($1, $2, $3, clock_timestamp(), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    on conflict do nothing returning {", ".join(ExportRecord.model_fields)}"""
