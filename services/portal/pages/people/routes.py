"""Routes of people, for the partnership lead: a search by name, and a person's page."""

from asyncio import gather
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from services.portal import policy
from services.portal.calls.answers import ReportDescription
from services.portal.calls.people_answers import HistoryEntry, Person, ReportReads
from services.portal.calls.services import Away
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.templating import show
from services.portal.pages.words import moment

router = APIRouter()

FEWEST_LETTERS = 2
MOST = 50
"""People that a search lists; it asks for more of the name where they are more."""
MOST_READS = 100
OF_KINDS = ("trainee", "mentor")
"""Kinds of people about whom there are reports."""


@router.get("/people")
async def show_people(visit: VisitDep, name: str = "") -> HTMLResponse:
    """Show the search, and whoever has a text in their name; nobody is listed without one."""
    policy.may_find_people(visit.who)
    text = " ".join(name.split())
    errors: dict[str, str] = {}
    found: list[UUID] | None = []
    if 0 < len(text) < FEWEST_LETTERS:
        errors["name"] = f"Type at least {FEWEST_LETTERS} letters of the name."
    elif text:
        found = await visit.find_people(text, most=MOST)
        if found is None:
            errors["name"] = f"More than {MOST} people have this in their name. Type more of it."
    await visit.learn_names(found or ())
    return show(
        visit,
        "people/people.html",
        status=422 if errors else 200,
        name=text,
        found=sorted(found or (), key=lambda person: visit.names[person]),
        errors=errors,
    )


@router.get("/people/{person_id}")
async def show_person(visit: VisitDep, person_id: UUID) -> HTMLResponse:
    """Show the record of a person, its history, and who has read reports about them."""
    person, history = await gather(
        visit.services.get("referral", f"/people/{person_id}", Person),
        visit.services.get("referral", f"/people/{person_id}/history", list[HistoryEntry]),
    )
    reads, reports = await gather(_reads(visit, person), _reports_about(visit, person))
    people = {entry.by for entry in history} | {read.reader for read in (reads.reads if reads else ())}
    names = await _names(visit, [f"{person.person_id}", *people])
    return show(
        visit,
        "people/person.html",
        person=person,
        title=names[f"{person.person_id}"],
        history=[(entry, moment(entry.recorded_at), names.get(entry.by)) for entry in reversed(history)],
        reports=reports,
        kept_days=reads.kept_days if reads else None,
        reads=[(read, moment(read.read_at), names.get(read.reader)) for read in (reads.reads if reads else ())],
    )


async def _reads(visit: Visit, person: Person) -> ReportReads | None:
    """Return who has read reports about a person; None of a person without any, or while reporting is away."""
    if person.kind not in OF_KINDS:
        return None
    try:
        return await visit.services.get(
            "reporting", f"/{person.kind}s/{person.person_id}/reads", ReportReads, limit=MOST_READS
        )
    except Away:
        return None


async def _reports_about(visit: Visit, person: Person) -> list[ReportDescription] | None:
    """Return the reports that can be asked for one person of this kind; None while reporting is away."""
    try:
        reports = await visit.services.get("reporting", "/reports", list[ReportDescription])
    except Away:
        return None
    asked = f"{person.kind}_id"
    return [each for each in reports if any(column.is_filter and column.name == asked for column in each.columns)]


async def _names(visit: Visit, subjects: Iterable[str]) -> dict[str, str]:
    """Return the names of those of these subjects who are people."""
    ids = {}
    for subject in subjects:
        with suppress(ValueError):  # a program, or a service
            ids[subject] = UUID(subject)
    await visit.learn_names(ids.values())
    return {subject: visit.names[person] for subject, person in ids.items()}
