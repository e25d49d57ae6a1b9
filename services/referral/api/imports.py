"""Routes of import files: dry run, what it found, the marked copy, confirmation, undo."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.referral import policy
from services.referral.api.parameters import Limit
from services.referral.commands import imports as commands
from services.referral.domain.fields import Dated
from services.referral.domain.imports import Kind
from services.referral.imports.reading import workbook
from services.referral.queries import imports as queries
from shared.kernel.decider import DomainError
from shared.kernel.http.context import CallerDep, ReaderDep, created

router = APIRouter(tags=["imports"])

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


class Confirmation(Dated):
    """The word for a file to go in; a file of the register may go in without its bad rows."""

    good_rows_only: bool = False


@router.post("/imports", status_code=201, openapi_extra=_FILE)
async def bring_file(kind: Kind, request: Request, caller: CallerDep) -> dict[str, Any]:
    """A dry run of a CSV or XLSX file, which is the body: what it would change, and every bad cell; stores no row.

    The file is kept sealed for a day, for its confirmation and its marked copy; the next file of its kind by the same
    person takes its place.
    """
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() not in FILE_TYPES:
        raise NotAFile(f"Send the file itself as the body, with Content-Type {' or '.join(FILE_TYPES)}.")
    found = await commands.bring(caller, kind, await request.body())
    created(caller.response, f"/imports/{found['import_id']}")
    return found


@router.get("/imports")
async def list_imports(reader: ReaderDep, limit: Limit = 100) -> list[dict[str, Any]]:
    """The files that were brought, the latest first: of which kind, when, and what became of them."""
    policy.may_run_the_partnership(reader.who)
    return await queries.imports(reader, limit=limit)


@router.get("/imports/{import_id}")
async def show_import(import_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """What the dry run of a file found, where the file stands, how many rows are in, what happened to schools."""
    policy.may_run_the_partnership(reader.who)
    return await queries.import_found(reader, import_id)


@router.get("/imports/{import_id}/marked-copy", response_class=Response, responses=_MARKED)
async def show_marked_copy(import_id: UUID, reader: ReaderDep) -> Response:
    """The file as it was sent, with two columns that say what is wrong in each row: correct it and send it again."""
    policy.may_run_the_partnership(reader.who)
    kind, content = await queries.marked_copy(reader, import_id)
    media_type, ending = (workbook.MEDIA_TYPE, "xlsx") if workbook.is_workbook(content) else ("text/csv", "csv")
    named = {"Content-Disposition": f'attachment; filename="{kind}-marked.{ending}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=named)


@router.post("/imports/{import_id}/confirmation")
async def confirm_import(import_id: UUID, body: Confirmation, caller: CallerDep) -> dict[str, Any]:
    """Let every row in, or none: refused while there are errors. The file is destroyed with it.

    A large file goes in by stretches, and `GET` says how far it is; one that was broken off is confirmed again and goes
    on from there. For files of the register only, `good_rows_only` leaves bad rows out.
    """
    return await commands.confirm(caller, import_id, **body.model_dump())


@router.post("/imports/{import_id}/undo")
async def undo_import(import_id: UUID, body: Dated, caller: CallerDep) -> dict[str, Any]:
    """Take back what an import did, by new events; refused with reasons where something rests on it."""
    return await commands.undo(caller, import_id, on=body.on)
