"""Routes of exports: files of whole reports that are recorded, and can be had again."""

import base64
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from services.reporting.api.files import OR_FILE, moment_of
from services.reporting.api.parameters import AsOfOrToday
from services.reporting.api.readers import KnownAt
from services.reporting.api.reports import Sort, filters_of, name_endpoint
from services.reporting.commands.exports import WantedExport, record_export
from services.reporting.exports.formats import FORMATS, FormatName
from services.reporting.queries import exports as queries
from services.reporting.queries.exports import ExportRecord
from services.reporting.reports import REPORTS
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.reading import Asked
from services.reporting.reports.report import Report
from shared.kernel.http.context import CallerDep, ContextDep, PrincipalDep, ReaderDep, set_location
from shared.kernel.http.routes import Router
from shared.kernel.records import json_digest

router = Router("reporting")

SHA256 = "Alongside-Recorded-SHA-256"
"""The header of a file that was made again with the SHA-256 that was recorded of it."""
DIFFERS = "Alongside-Differs"
"""The header of a file that was made again and is not the one that was recorded, with the reason."""
ROWS = "Alongside-Rows"
"""The header of a file that was made again with its number of rows."""

AfterExport = Annotated[UUID | None, Query(description="The last export of the page before.")]
MostExports = Annotated[int, Query(ge=1, le=1000)]
WantedFormat = Annotated[FormatName, Query(description="The kind of file.")]


@router.get("/exports")
async def list_exports(reader: ReaderDep, after: AfterExport = None, limit: MostExports = 100) -> list[ExportRecord]:
    """List the exports that you took, the latest first; partnership leads see those of everybody."""
    report_reader = ReportReader(reader.who, reader.connection, reader.keyring)
    return await queries.list_exports(report_reader, after=after, limit=limit)


@router.get("/reports/{name}/exports/{export_id}", response_class=Response, responses={**OR_FILE})
async def download_export(name: str, export_id: UUID, who: PrincipalDep, context: ContextDep) -> Response:
    """Download the file of an export, made again from what was known then, in your scope of then and now.

    `Alongside-Differs` says why it is not the same as when it was recorded, if it is not.
    """
    again = await queries.make_again(context.store.pool, context.store.keyring, who, name, export_id)
    record, made = again.record, again.made
    headers = moment_of(record.as_of, record.known_at) | {
        "Content-Disposition": f'attachment; filename="{record.report}-{record.as_of}.{record.format}"',
        "Content-Length": f"{made.size}",
        "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(made.sha256)).decode()}:",
        SHA256: record.sha256,
        ROWS: f"{made.rows}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    if again.differs is not None:
        headers[DIFFERS] = again.differs
    return StreamingResponse(made.pieces(), media_type=FORMATS[record.format].media_type, headers=headers)


def _record_route(report: Report) -> Callable[..., Awaitable[Any]]:
    async def record(
        caller: CallerDep,
        format: WantedFormat,  # noqa: A002  # the name of the parameter
        as_of: AsOfOrToday = None,
        known_at: KnownAt = None,
        sort: Sort = None,
        **filters: Any,
    ) -> ExportRecord:
        context, request = caller.context, caller.request
        digest = None if request.key is None else json_digest(request.body)
        asked = Asked(as_of or context.today(), filters_of(filters), sort, limit=None)
        wanted = WantedExport(report, asked, format, known_at, request.key, digest)
        made = await record_export(context.store.pool, context.store.keyring, caller.who, wanted)
        set_location(caller.response, f"/reports/{report.name}/exports/{made.export_id}")
        return made

    what = f"{report.question} Record a file of every row that you may see, which can be downloaded again and again."
    return name_endpoint(record, report, f"{report.name}-export", what)


for _report in REPORTS:
    router.add_api_route(f"/reports/{_report.name}/exports", _record_route(_report), methods=["POST"], status_code=201)
