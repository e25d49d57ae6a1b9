"""Routes of documents of what mentors have done: for their holders, and for anybody who verifies one."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi.responses import HTMLResponse

from services.sessions.api.documents import OR_DOCUMENT, Accept, asks_for_document, make_document
from services.sessions.api.recognition_pages import page_of_document, page_of_verification
from services.sessions.commands import recognitions as commands
from services.sessions.commands.recognitions import RecognitionState
from services.sessions.domain.recognition_codes import parse_code, recognition_id_of
from services.sessions.domain.recognitions import RECOGNITION, NameToCheck, NewRecognition, RecognitionStep
from services.sessions.exports.recognition_file import recognition_file
from services.sessions.queries import recognitions as queries
from services.sessions.queries.recognitions import NameCheck, RecognitionView, Verification
from shared.kernel.http.context import CallerDep, ContextDep, PublicReaderDep, ReaderDep, set_location
from shared.kernel.http.rates import Rate
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")

Code = Annotated[str, Path(max_length=40, description="The code on the document; hyphens and capitals do not matter.")]
NAME_CHECKS = Rate(30, 600)
"""How often names are compared with that of one document, from whatever address: initials are shown, and the rest of a
name is short enough to be guessed."""


@router.post("/recognitions", status_code=201)
async def issue_recognition(body: NewRecognition, caller: CallerDep) -> RecognitionState:
    """Get a document of what you have done as a mentor: hours in meetings, roles, years. It replaces the one before."""
    state = await caller.run(commands.issue_recognition(caller.who, body), RecognitionState)
    set_location(caller.response, f"/recognitions/{state.recognition_id}")
    return state


@router.get("/recognitions")
async def list_recognitions(reader: ReaderDep) -> list[RecognitionView]:
    """List your documents with their codes, the latest first."""
    return await queries.list_recognitions(reader)


@router.get("/recognitions/{recognition_id}", response_model=RecognitionView, responses={**OR_DOCUMENT})
@has_version(RECOGNITION, key="recognition_id")
async def show_recognition(
    recognition_id: UUID, reader: ReaderDep, request: Request, accept: Accept = ""
) -> RecognitionView | Response:
    """Show a document of yours with its code.

    `Accept: application/pdf` answers with a tagged document to print and pass on, with the address to verify it.
    """
    shown = await queries.show_recognition(reader, recognition_id)
    if not asks_for_document(accept):
        return shown
    return await make_document(partial(recognition_file, shown, reader.who.tenant, service=_service(request)))


@router.get("/recognitions/{recognition_id}/page", response_class=HTMLResponse)
async def print_recognition(recognition_id: UUID, reader: ReaderDep, request: Request) -> HTMLResponse:
    """Show a document of yours as a page to print and pass on, with the address and the code to verify it."""
    document = await queries.show_recognition(reader, recognition_id)
    return page_of_document(document, reader.who.tenant, service=_service(request))


def _service(request: Request) -> str:
    """Return the URL by which somebody reached the service."""
    return f"{request.base_url}".rstrip("/")


@router.put("/recognitions/{recognition_id}/withdrawal")
@has_version(RECOGNITION, key="recognition_id")
async def withdraw_recognition(recognition_id: UUID, body: RecognitionStep, caller: CallerDep) -> RecognitionState:
    """Withdraw a document of yours: whoever verifies it learns only that it was withdrawn."""
    return await caller.run(commands.withdraw_recognition(caller.who, recognition_id, body.on), RecognitionState)


@router.get("/partnerships/{partnership}/recognitions/{code}")
async def verify_recognition(code: Code, reader: PublicReaderDep) -> Verification:
    """Verify a document by its code: what it says, up to which day, and whether it still stands."""
    return await queries.verify_recognition(reader, code)


@router.get("/partnerships/{partnership}/recognitions/{code}/page", response_class=HTMLResponse)
async def print_verification(code: Code, reader: PublicReaderDep) -> HTMLResponse:
    """Verify a document by its code, as a page to read."""
    return page_of_verification(await queries.verify_recognition(reader, code))


@router.post("/partnerships/{partnership}/recognitions/{code}/name")
async def check_name(code: Code, body: NameToCheck, reader: PublicReaderDep, context: ContextDep) -> NameCheck:
    """Ask whether a name is the one on a document of which only the initials are shown. Nothing is recorded."""
    recognition_id = recognition_id_of(reader.who.tenant, parse_code(code))
    context.rates.take(f"name {recognition_id}", NAME_CHECKS)
    return await queries.check_name(reader, code, body.name)
