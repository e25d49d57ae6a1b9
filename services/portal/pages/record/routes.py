"""Routes of somebody's own record: every item, who can see it, release and revocation, the journal."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.answers import EntryState, MentorRequestState, OwnItem, Reading, Relationship
from services.portal.calls.services import Refused
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed, day_fields, read_form
from services.portal.pages.record.items import ITEMS, Item, find_item, open_item
from services.portal.pages.templating import lead_to, show

router = APIRouter()

REASONS = {
    "works_with_owner": "they wrote it with you or for you",
    "released_to_person": "you released it to them",
    "released_to_role": "you released it to them",
    "assessment_rests_on_it": "an assessment of theirs rests on it",
    "safeguarding": "it was opened to keep somebody safe",
}
ROLES = {"tutor": "Your tutor", "school_lead": "The lead of your school", "partnership_lead": "The partnership lead"}
"""To whom an item can be released on a page."""
CONTACTS = ROLES
FIELDS = {"/text": "text", "/link": "link", "/on": "on-day", "/to": "role", "/contact": "contact", "/reason": "reason"}


@router.get("/record")
async def show_record(visit: VisitDep) -> HTMLResponse:
    """Show every item of the person's own, by kind, with everybody who can see it and who has read it."""
    items, readings = await gather(
        visit.services.get("sessions", "/record", list[OwnItem]),
        visit.services.get("sessions", "/record/reads", list[Reading]),
    )
    people = {reader.person_id for item in items for reader in item.readers if reader.person_id}
    await visit.learn_names(people | {reading.reader_id for reading in readings if reading.reader_id})
    items.sort(key=lambda item: item.kind)
    kinds = [(kind, list(of_kind)) for kind, of_kind in groupby(items, key=lambda item: item.kind)]
    return show(visit, "record/record.html", kinds=kinds, readings=readings, titles=ITEMS, reasons=REASONS)


@router.get("/record/journal/new")
async def show_entry_form(visit: VisitDep) -> HTMLResponse:
    """Show the form of a new entry of the journal."""
    return _entry_form(visit, Typed({**day_fields("on", visit.today), "submission": f"{uuid4()}"}))


@router.post("/record/journal/new")
async def write_entry(request: Request, visit: VisitDep) -> Response:
    """Write an entry, which nobody else can open until it is released."""
    form = await read_form(request)
    text = form.choice("text", "Write something; a sentence is enough.")
    on = form.day("on", "Give a day, such as 14 12 2026.")
    if form.errors:
        return _entry_form(visit, form)
    body = {"on": f"{on}", "text": text, "link": form.optional("link")}
    try:
        written = await visit.services.send("sessions", "POST", "/journal", body, EntryState, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, FIELDS)
        return _entry_form(visit, form)
    return lead_to(visit, f"/record/journal_entry/{written.entry_id}")


@router.get("/record/another-mentor/{relationship_id}")
async def show_mentor_request(visit: VisitDep, relationship_id: UUID) -> HTMLResponse:
    """Show the form by which a mentee asks for another mentor, in confidence."""
    return await _request_form(visit, relationship_id, Typed({"submission": f"{uuid4()}"}))


@router.post("/record/another-mentor/{relationship_id}")
async def request_mentor(request: Request, visit: VisitDep, relationship_id: UUID) -> Response:
    """Ask somebody who is not the mentor; only they read why."""
    form = await read_form(request)
    contact = form.choice("contact", "Choose whom you want to tell.")
    if form.errors:
        return await _request_form(visit, relationship_id, form)
    body = {"on": f"{visit.today}", "contact": contact, "reason": form.optional("reason")}
    path = f"/mentor-requests/{relationship_id}"
    try:
        state = await visit.services.send("sessions", "PUT", path, body, MentorRequestState, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, FIELDS)
        return await _request_form(visit, relationship_id, form)
    return show(visit, "record/requested.html", what_happens=state.what_happens)


@router.get("/record/{kind}/{item_id}")
async def show_item(visit: VisitDep, kind: str, item_id: UUID) -> HTMLResponse:
    """Show an item of the person's own, who else can open it, and how that is changed."""
    return await _item_page(visit, _kind(kind), item_id, Typed({"submission": f"{uuid4()}"}))


@router.post("/record/{kind}/{item_id}/releases")
async def release(request: Request, visit: VisitDep, kind: str, item_id: UUID) -> Response:
    """Release an item to everybody in a role who works with its owner."""
    return await _change_access(request, visit, _kind(kind), item_id, "releases")


@router.post("/record/{kind}/{item_id}/revocations")
async def revoke(request: Request, visit: VisitDep, kind: str, item_id: UUID) -> Response:
    """Take a release back."""
    return await _change_access(request, visit, _kind(kind), item_id, "revocations")


async def _change_access(request: Request, visit: Visit, kind: Item, item_id: UUID, what: str) -> Response:
    form = await read_form(request)
    role = form.optional("role")
    person_id = form.optional("person_id")
    if role is None and person_id is None:
        form.choice("role", "Choose who may open it.")
        return await _item_page(visit, kind, item_id, form)
    body: Mapping[str, Any] = {"to": {"person_id": person_id} if person_id else {"role": role}, "on": f"{visit.today}"}
    _, path = await find_item(visit.services, kind, item_id)
    try:
        await visit.services.send("sessions", "POST", f"{path}/{what}", body, dict[str, Any], form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, FIELDS)
        return await _item_page(visit, kind, item_id, form)
    return lead_to(visit, f"/record/{kind.kind}/{item_id}")


async def _item_page(visit: Visit, kind: Item, item_id: UUID, form: Typed) -> HTMLResponse:
    own, path = await find_item(visit.services, kind, item_id)
    opened = await open_item(visit.services, kind, path)
    await visit.learn_names({reader.person_id for reader in own.readers if reader.person_id} | opened.people)
    released = {reader.role for reader in own.readers if reader.why == "released_to_role"}
    return show(
        visit,
        "record/item.html",
        status=422 if form.errors else 200,
        kind=kind,
        item=own,
        opened=opened,
        values=form.values,
        errors=form.errors,
        reasons=REASONS,
        choices=[{"value": role, "text": text} for role, text in ROLES.items() if role not in released],
        role_names=ROLES,
    )


def _kind(kind: str) -> Item:
    """Return a kind of items; raises `Refused` for any other word."""
    if kind not in ITEMS:
        raise Refused(404, "There is no such item.")
    return ITEMS[kind]


def _entry_form(visit: Visit, form: Typed) -> HTMLResponse:
    status = 422 if form.errors else 200
    return show(visit, "record/entry.html", status=status, values=form.values, errors=form.errors)


async def _request_form(visit: Visit, relationship_id: UUID, form: Typed) -> HTMLResponse:
    relationship = await visit.services.get("sessions", f"/relationships/{relationship_id}", Relationship)
    await visit.learn_names([relationship.mentor_id])
    choices: Sequence[Mapping[str, str]] = [{"value": role, "text": text} for role, text in CONTACTS.items()]
    return show(
        visit,
        "record/another_mentor.html",
        status=422 if form.errors else 200,
        mentor=visit.names[relationship.mentor_id],
        values=form.values,
        errors=form.errors,
        choices=choices,
    )
