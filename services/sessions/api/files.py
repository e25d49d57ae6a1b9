"""Routes of the files of a journal: sent and received piece by piece, never opened by a browser."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from services.sessions.commands import files as commands
from services.sessions.commands.files import FileOfEntry, FileRoom, FilesOfEntry, OpenedFile, SentFile
from services.sessions.domain.files import MEDIA_TYPES, FileName
from services.sessions.domain.journal import JOURNAL_ENTRY
from shared.inputs.days import StepDay
from shared.kernel.http.context import Caller, CallerDep, SenderDep, set_location
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")

_FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_SENT: dict[int | str, dict[str, Any]] = {200: {"content": {name: {} for name in MEDIA_TYPES.values()}}}


def _room(caller: Caller) -> FileRoom:
    store = caller.context.store
    return FileRoom(store.pool, store.keyring, caller.context.file_bytes_a_person)


@router.post("/journal/files", status_code=201, openapi_extra=_FILE)
async def attach_file(
    entry_id: Annotated[UUID, Query(description="The entry to which the file belongs.")],
    name: Annotated[FileName, Query(description="What the file is called.")],
    on: Annotated[StepDay, Query(description="The day on which it is attached.")],
    request: Request,
    sender: SenderDep,
) -> FileOfEntry:
    """Attach a file to an entry of your journal: a PDF, a picture or an Office document, sent as the body.

    Its kind is told by its content, whatever its name is. It is read by those who read the entry.
    """
    sent = SentFile(entry_id, name, on, request.stream())
    attached = await commands.attach_file(sender, _room(sender), sent)
    set_location(sender.response, f"/journal/{attached.entry_id}/files/{attached.file_id}")
    return attached


@router.get("/journal/{entry_id}/files/{file_id}", response_class=Response, responses=_SENT)
async def download_file(entry_id: UUID, file_id: UUID, caller: CallerDep) -> Response:
    """Download a file of an entry that you may read. If it is not yours, its owner can see that you did."""
    file = await caller.run(commands.open_file(caller.who, entry_id, file_id), OpenedFile)
    pieces = await commands.send_file(caller.who, _room(caller), file)
    named = f"filename=\"file.{file.kind}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {
        "Content-Disposition": f"attachment; {named}",
        "Content-Length": f"{file.size}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[file.kind], headers=headers)


@router.delete("/journal/{entry_id}/files/{file_id}")
@has_version(JOURNAL_ENTRY, key="entry_id")
async def remove_file(
    entry_id: UUID,
    file_id: UUID,
    caller: CallerDep,
    on: Annotated[StepDay, Query(description="The day of the removal.")],
) -> FilesOfEntry:
    """Remove a file from an entry of your journal, unless an assessment rests on the entry. It is deleted for good."""
    return await caller.run(commands.remove_file(caller.who, entry_id, file_id, on), FilesOfEntry)
