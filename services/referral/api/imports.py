"""Routes of import files: dry run, result, marked copy, confirmation, undo."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from services.referral.api.parameters import Limit
from services.referral.commands import imports as commands
from services.referral.commands.imports import Confirmation, DryRunAnswer, ImportEffect, ImportUndone
from services.referral.domain.fields import Dated
from services.referral.domain.imports import Kind
from services.referral.queries import imports as queries
from services.referral.queries.imports import ImportDetails, ImportSummary
from shared.kernel.decider import DomainError
from shared.kernel.http.context import CallerDep, ReaderDep, SenderDep, set_location
from shared.kernel.http.routes import Router
from shared.spreadsheets import workbook
from shared.spreadsheets.content import Packer

router = Router("imports")

FILE_TYPES = ("text/csv", workbook.MEDIA_TYPE, "application/octet-stream")
_FILE = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in FILE_TYPES},
    }
}
_MARKED: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, workbook.MEDIA_TYPE: {}}}}


class NotAFile(DomainError):
    """The body is not the file itself."""

    status = 415


@router.post("/imports", status_code=201, openapi_extra=_FILE)
async def check_file(kind: Kind, request: Request, sender: SenderDep) -> DryRunAnswer:
    """Check a CSV or XLSX file, sent as the body: report what it would change, and every wrong cell. Nothing is
    recorded.

    The file is kept encrypted for a day, for its confirmation and its marked copy. The next file of its kind by the
    same person replaces it.
    """
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() not in FILE_TYPES:
        raise NotAFile(f"Send the file itself as the body, with Content-Type {' or '.join(FILE_TYPES)}.")
    packer = Packer()
    caller = await sender.receive(request, packer.add)
    answer = await commands.check_file(caller, kind, packer.content())
    set_location(caller.response, f"/imports/{answer.import_id}")
    return answer


@router.get("/imports")
async def list_imports(reader: ReaderDep, limit: Limit = 100) -> list[ImportSummary]:
    """List the imports of the partnership, the latest first: kind, time and status of each."""
    return await queries.imports(reader, limit=limit)


@router.get("/imports/{import_id}")
async def show_import(import_id: UUID, reader: ReaderDep) -> ImportDetails:
    """Show one import: wrong cells, status, how many rows are recorded, what happened to schools."""
    return await queries.import_details(reader, import_id)


@router.get("/imports/{import_id}/marked-copy", response_class=Response, responses=_MARKED)
async def show_marked_copy(import_id: UUID, reader: ReaderDep) -> Response:
    """Send the file back with two columns that say what is wrong in each row: correct it and send it again."""
    name, media_type, pieces = await queries.marked_copy(reader, import_id)
    named = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type=media_type, headers=named)


@router.post("/imports/{import_id}/confirmation")
async def confirm_import(import_id: UUID, body: Confirmation, caller: CallerDep) -> ImportEffect:
    """Record every row of a file, or none: refused while there are errors. The file is then destroyed.

    A large file is recorded in batches, and `GET` shows how far it is; if it is interrupted, confirm it again, and it
    continues from there. For files of the register only, `good_rows_only` leaves bad rows out.
    """
    return await commands.confirm(caller, import_id, body)


@router.post("/imports/{import_id}/undo")
async def undo_import(import_id: UUID, body: Dated, caller: CallerDep) -> ImportUndone:
    """Undo what an import did, by new events; refused with reasons if something was built on it."""
    return await commands.undo(caller, import_id, body)
