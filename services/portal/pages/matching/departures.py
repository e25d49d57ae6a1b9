"""Routes of departures: what breaks if a school leaves, and the repair, previewed as before and after."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.matching_answers import Departures, RepairProgress
from services.portal.calls.services import Away, Refused
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed, read_form
from services.portal.pages.matching.changes import note_problem
from services.portal.pages.matching.programmes import read_programme
from services.portal.pages.matching.words import school_names
from services.portal.pages.templating import lead_to, show

router = APIRouter()

FIELDS = {"query:on": "on", "/on": "on"}
A_PAGE = 50
PageNumber = Annotated[int, Query(ge=1, le=20_000)]
DayInAddress = Annotated[str, Query(max_length=20)]
"""A day as a field for dates sends it; what is none is refused by matching, in its words."""


@router.get("/matching/programmes/{programme_id}/departures")
async def show_departures(
    visit: VisitDep, programme_id: UUID, on: DayInAddress = "", page: PageNumber = 1
) -> HTMLResponse:
    """Show for every school what breaks if it leaves on a day, the schools that would be missed most first."""
    return await _page(visit, programme_id, Typed({"on": on}), page)


@router.post("/matching/programmes/{programme_id}/repairs")
async def repair(request: Request, visit: VisitDep, programme_id: UUID) -> Response:
    """Preview a repair, which changes nothing, or carry it out."""
    form = await read_form(request)
    leaver = {name: form.text(name) for name in ("school_urn", "offer_id", "mentor_id") if form.text(name)}
    body: dict[str, Any] = {
        "programme_id": f"{programme_id}",
        "on": form.text("on") or f"{visit.today}",
        "leaving": leaver or None,
        "preview": form.text("carry_out") != "yes",
    }
    try:
        asked = await visit.services.send(
            "matching", "POST", "/repairs", body, RepairProgress, form.submission(), later=True
        )
    except (Refused, Away) as problem:
        note_problem(form, problem, FIELDS)
        return await _page(visit, programme_id, form)
    return lead_to(visit, f"/matching/rounds/{asked.round_id}")


async def _page(visit: Visit, programme_id: UUID, form: Typed, page: int = 1) -> HTMLResponse:
    programme = await read_programme(visit, programme_id)
    on = form.text("on") or f"{min(visit.today, programme.ends_on)}"
    found = await _departures(visit, programme_id, on, form)
    rows = sorted(found.departures, key=lambda each: (-each.lost, -each.broken)) if found else []
    shown = rows[(page - 1) * A_PAGE : page * A_PAGE]
    schools = await school_names(visit.services, [each.school_urn for each in (*rows[:1], *shown)])
    return show(
        visit,
        "matching/departures.html",
        status=422 if form.errors else 200,
        programme=programme,
        departures=shown,
        worst=rows[0] if rows else None,
        page=page,
        pages=max(1, -(-len(rows) // A_PAGE)),
        is_known=found is not None,
        schools=schools,
        submissions={each.school_urn: f"{uuid4()}" for each in shown},
        submission=f"{uuid4()}",
        on=on,
        errors=form.errors,
    )


async def _departures(visit: Visit, programme_id: UUID, on: str, form: Typed) -> Departures | None:
    """Return what breaks for each school; None where that cannot be worked out, which the form then says."""
    asked: dict[str, object] = {"programme_id": programme_id, "on": on}
    try:
        return await visit.services.get_patiently("matching", "/departures", Departures, **asked)
    except (Refused, Away) as problem:
        note_problem(form, problem, FIELDS)
        return None
