"""Routes of files, for the partnership lead: referral checks and records them, and says how far it is."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.import_answers import ImportChecked, ImportDetails, ImportEnded, ImportSummary
from services.portal.calls.services import FILE_DEADLINE, Refused
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import ELSEWHERE, Typed, read_form
from services.portal.pages.imports.upload import NotAForm, read_upload
from services.portal.pages.imports.words import HINTS, KINDS, OF_PEOPLE, OF_REGISTER, STATUSES
from services.portal.pages.passing_on import pass_on
from services.portal.pages.templating import lead_to, show
from services.portal.pages.words import moment
from shared.calendar import ENGLAND

router = APIRouter()

UPLOAD = "/imports"
"""The only address that takes files."""
ERRORS_SHOWN = 100
A_LIST = 50
UNDER_WAY = ("going_in", "going_back")
_WORDS: dict[str, Any] = {
    "kinds": KINDS,
    "hints": HINTS,
    "statuses": STATUSES,
    "of_register": OF_REGISTER,
    "of_people": OF_PEOPLE,
}


@router.get(UPLOAD)
async def show_imports(visit: VisitDep) -> HTMLResponse:
    """Show the form to send a file, and the files of the partnership."""
    return await _list(visit, Typed({}))


@router.post(UPLOAD)
async def send_file(request: Request, visit: VisitDep) -> Response:
    """Pass a file on to be checked, and lead to what was found."""
    largest = visit.context.largest_file
    if int(request.headers.get("Content-Length", 0)) > largest:
        async for _ in request.stream():  # browsers take an answer only after they have sent all
            pass
        sentence = (
            f"The file is larger than {largest // 2**20} MB. Leave out what is not asked for, or send it in parts."
        )
        return await _list(visit, Typed({}, {"file": sentence}))
    try:
        upload = await read_upload(request)
    except NotAForm:
        return await _list(visit, Typed({}, {"file": "Choose a file."}))
    form = Typed(upload.values)
    kind = form.choice("kind", "Choose what the file has.")
    if not upload.file_name:
        form.errors["file"] = "Choose a file."
    if kind is None or form.errors:
        return await _list(visit, form)
    try:
        checked = await visit.services.send_file(
            "referral", "/imports", upload.pieces, ImportChecked, form.submission(), kind=kind
        )
    except NotAForm:
        form.errors["file"] = "The file broke off on its way. Send it again."
        return await _list(visit, form)
    except Refused as refused:
        form.errors["kind" if kind not in KINDS else "file"] = str(refused)
        return await _list(visit, form)
    return lead_to(visit, f"/imports/{checked.import_id}")


@router.get("/imports/{import_id}")
async def show_import(visit: VisitDep, import_id: UUID) -> HTMLResponse:
    """Show what a file would do or has done, how far it is, and what is wrong with it."""
    details = await _details(visit, import_id)  # only who may see the file is told what became of it
    errors = {}
    match visit.context.long_commands.take_failure((visit.membership.tenant, import_id)):
        case Refused() as refused:
            errors = _in_words(refused)
        case None:
            pass
        case _:
            errors = {ELSEWHERE: "It broke off. Nothing is lost, and nothing is recorded twice: continue below."}
    return await _page(visit, details, errors)


@router.get("/imports/{import_id}/progress")
async def show_progress(visit: VisitDep, import_id: UUID) -> Response:
    """Show how far a file is, for the page that asks again and again; reloads the page at the end."""
    details = await _details(visit, import_id)
    if not _is_under_way(visit, details):
        return Response(headers={"HX-Refresh": "true"})
    return show(visit, "imports/progress.html", file=details, **_WORDS)


@router.get("/imports/{import_id}/marked-copy")
async def save_marked_copy(visit: VisitDep, import_id: UUID) -> Response:
    """Save the person's own file with the errors marked in it."""
    return await pass_on(visit.services, "referral", f"/imports/{import_id}/marked-copy", "*/*", {})


@router.post("/imports/{import_id}/confirmation")
async def confirm(request: Request, visit: VisitDep, import_id: UUID) -> Response:
    """Record a file, or go on recording it."""
    form = await read_form(request)
    chosen = {name: True for name in ("good_rows_only", "other_people") if form.text(name) == "true"}
    return await _send(visit, import_id, "confirmation", {"on": f"{visit.today}", **chosen}, form)


@router.post("/imports/{import_id}/undo")
async def undo(request: Request, visit: VisitDep, import_id: UUID) -> Response:
    """Undo what a file did, or go on undoing it."""
    return await _send(visit, import_id, "undo", {"on": f"{visit.today}"}, await read_form(request))


async def _send(visit: Visit, import_id: UUID, what: str, body: Mapping[str, object], form: Typed) -> Response:
    key, asked = (visit.membership.tenant, import_id), visit.context.long_commands
    if asked.is_under_way(key):
        busy = "Something is being done with this file at this moment. Wait until it has ended, then try again."
        return await _page(visit, await _details(visit, import_id), {ELSEWHERE: busy})

    async def command() -> object:
        return await visit.services.send(
            *("referral", "POST", f"/imports/{import_id}/{what}"),
            body,
            ImportEnded,
            form.submission(),
            deadline=FILE_DEADLINE,
        )

    try:
        await asked.send(key, command)
    except Refused as refused:
        return await _page(visit, await _details(visit, import_id), _in_words(refused))
    return lead_to(visit, f"/imports/{import_id}")


def _in_words(refused: Refused) -> dict[str, str]:
    reasons = [error.detail for error in refused.errors if error.detail and error.detail not in str(refused)]
    return {ELSEWHERE: " ".join((str(refused), *reasons[:10]))}


def _is_under_way(visit: Visit, details: ImportDetails) -> bool:
    return visit.context.long_commands.is_under_way((visit.membership.tenant, details.import_id))


async def _details(visit: Visit, import_id: UUID) -> ImportDetails:
    return await visit.services.get("referral", f"/imports/{import_id}", ImportDetails)


async def _page(visit: Visit, details: ImportDetails, errors: Mapping[str, str]) -> HTMLResponse:
    await visit.learn_names(_people([details]))
    return show(
        visit,
        "imports/import.html",
        status=422 if errors else 200,
        file=details,
        at=_moment(visit, details),
        by=_name(visit, details),
        is_under_way=_is_under_way(visit, details),
        shown=details.errors[:ERRORS_SHOWN],
        submission=uuid4(),
        errors=errors,
        **_WORDS,
    )


async def _list(visit: Visit, form: Typed) -> HTMLResponse:
    files = await visit.services.get("referral", "/imports", list[ImportSummary], limit=A_LIST)
    await visit.learn_names(_people(files))
    return show(
        visit,
        "imports/imports.html",
        status=422 if form.errors else 200,
        files=[(each, _moment(visit, each), _name(visit, each)) for each in files],
        values=form.values,
        errors=form.errors,
        submission=uuid4(),
        **_WORDS,
    )


def _moment(visit: Visit, file: ImportSummary | ImportDetails) -> str:
    at = file.brought_at.astimezone(ENGLAND)
    return moment(at) if at.date() != visit.today else f"today at {at:%H:%M}"


def _name(visit: Visit, file: ImportSummary | ImportDetails) -> str | None:
    """Return the name of whoever sent a file; None of a program."""
    return next((visit.names[each] for each in _people([file])), None)


def _people(files: Sequence[ImportSummary | ImportDetails]) -> list[UUID]:
    found = []
    for each in files:
        with suppress(ValueError):  # sent by a program
            found.append(UUID(each.brought_by))
    return found
