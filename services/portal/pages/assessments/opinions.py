"""Routes by which a second opinion on an assessment is written."""

from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.assessments import STANDARDS, read_assessment
from services.portal.calls.second_look_answers import OpinionStatus
from services.portal.calls.services import Refused
from services.portal.pages.assessments.words import STANDARDS as HEADINGS
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed, read_form
from services.portal.pages.templating import lead_to, show

router = APIRouter()


@router.get("/assessments/{assessment_id}/second-opinion")
async def show_opinion_form(visit: VisitDep, assessment_id: UUID) -> HTMLResponse:
    """Show the form of a second opinion, beside what the assessment says."""
    return await _form(visit, assessment_id, Typed({"submission": f"{uuid4()}"}))


@router.post("/assessments/{assessment_id}/second-opinion")
async def write_opinion(request: Request, visit: VisitDep, assessment_id: UUID) -> Response:
    """Write the second opinion that was asked for."""
    form = await read_form(request)
    levels = {name: form.choice(f"level-{name}", f"Choose how you judge {name}.") for name in STANDARDS}
    number = form.number("version", "Open the assessment again, and write it there.")
    summary = form.choice("summary", "Say in a sentence how you see it.")
    if form.errors:
        return await _form(visit, assessment_id, form)
    body = {"on": f"{visit.today}", "version": number, "judgements": levels, "summary": summary}
    path = f"/assessments/{assessment_id}/second-opinion"
    try:
        await visit.services.send("sessions", "PUT", path, body, OpinionStatus, form.submission())
    except Refused as refused:
        fields = {f"/judgements/{name}": f"level-{name}" for name in STANDARDS}
        form.note_refusal(str(refused), refused.errors, fields | {"/summary": "summary"})
        return await _form(visit, assessment_id, form)
    return lead_to(visit, f"/assessments/{assessment_id}?saved={visit.request.url.path}")


async def _form(visit: Visit, assessment_id: UUID, form: Typed) -> HTMLResponse:
    view = await read_assessment(visit.services, assessment_id)
    await visit.learn_names([view.last.trainee_id])
    return show(
        visit,
        "assessments/opinion.html",
        status=422 if form.errors else 200,
        assessment=view.last,
        headings=HEADINGS,
        levels={level.id: level.text for level in view.levels},
        level_items=[{"value": level.id, "text": level.text} for level in view.levels],
        values=form.values,
        errors=form.errors,
    )
