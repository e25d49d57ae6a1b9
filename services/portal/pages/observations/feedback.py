"""Routes of feedback in writing: given by a mentor or a tutor, corrected, acknowledged by the trainee."""

from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.answers import Relationship
from services.portal.calls.assessment_answers import Practice
from services.portal.calls.assessments import read_practice
from services.portal.calls.observation_answers import FeedbackState, FeedbackWithText
from services.portal.calls.services import Refused
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed, day_fields, read_form
from services.portal.pages.observations.lessons import STANDARD_ITEMS
from services.portal.pages.templating import lead_to, show

router = APIRouter()

FIELDS = {
    "/text": "text",
    "/next_step": "next_step",
    "/areas": "areas",
    "/development_needs": "standards",
    "/on": "on-day",
    "/amended_on": "text",
}


@router.get("/feedback/new/{relationship_id}")
async def show_feedback_form(visit: VisitDep, relationship_id: UUID) -> HTMLResponse:
    """Show the form by which feedback is given."""
    relationship, practice = await read_practice(visit.services, relationship_id)
    values = {"submission": f"{uuid4()}", **day_fields("on", visit.today)}
    return await _form(visit, relationship, practice, Typed(values))


@router.post("/feedback/new/{relationship_id}")
async def give_feedback(request: Request, visit: VisitDep, relationship_id: UUID) -> Response:
    """Give feedback, which belongs to the trainee."""
    form = await read_form(request)
    relationship, practice = await read_practice(visit.services, relationship_id)
    on = form.day("on", "Give the day of what you saw, such as 14 12 2026.")
    body = _text(form, practice) | {"on": f"{on}"}
    if not form.errors:
        given = await _send(visit, "POST", f"/relationships/{relationship_id}/feedback", body, form)
        if given is not None:
            return lead_to(visit, f"/feedback/{given.feedback_id}?saved={visit.request.url.path}")
    return await _form(visit, relationship, practice, form)


@router.get("/feedback/{feedback_id}")
async def show_feedback(visit: VisitDep, feedback_id: UUID) -> HTMLResponse:
    """Show feedback to the trainee, to whoever gave it, and to those to whom it is released."""
    return await _page(visit, feedback_id, Typed({"submission": f"{uuid4()}"}))


@router.post("/feedback/{feedback_id}/acknowledgement")
async def acknowledge(request: Request, visit: VisitDep, feedback_id: UUID) -> Response:
    """Say as the trainee that the feedback was read."""
    form = await read_form(request)
    if await _send(visit, "PUT", f"/feedback/{feedback_id}/acknowledgement", {"on": f"{visit.today}"}, form):
        return lead_to(visit, f"/feedback/{feedback_id}")
    return await _page(visit, feedback_id, form)


@router.get("/feedback/{feedback_id}/text")
async def show_correction_form(visit: VisitDep, feedback_id: UUID) -> HTMLResponse:
    """Show the words of feedback, to be corrected by whoever gave it."""
    feedback, relationship, practice = await _feedback(visit, feedback_id)
    values = {"submission": f"{uuid4()}", "text": feedback.text, "next_step": feedback.next_step or ""}
    lists = {"areas": list(feedback.areas), "standards": list(feedback.development_needs)}
    return await _form(visit, relationship, practice, Typed(values, lists=lists), feedback)


@router.post("/feedback/{feedback_id}/text")
async def correct_feedback(request: Request, visit: VisitDep, feedback_id: UUID) -> Response:
    """Correct feedback; the version before stays readable for the trainee."""
    form = await read_form(request)
    feedback, relationship, practice = await _feedback(visit, feedback_id)
    body = _text(form, practice) | {"amended_on": f"{visit.today}"}
    if not form.errors and await _send(visit, "PUT", f"/feedback/{feedback_id}", body, form):
        return lead_to(visit, f"/feedback/{feedback_id}?saved={visit.request.url.path}")
    return await _form(visit, relationship, practice, form, feedback)


def _text(form: Typed, practice: Practice) -> dict[str, Any]:
    if practice.curriculum and not form.several("areas"):
        form.errors["areas"] = "Choose at least one thing that it is about."
    return {
        "text": form.choice("text", "Write what you saw; a sentence is enough."),
        "next_step": form.optional("next_step"),
        "areas": form.several("areas"),
        "development_needs": form.several("standards"),
    }


async def _send(visit: Visit, method: str, path: str, body: dict[str, Any], form: Typed) -> FeedbackState | None:
    """Send a command; notes a refusal in the form and returns None."""
    try:
        return await visit.services.send("sessions", method, path, body, FeedbackState, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, FIELDS)
        return None


async def _feedback(visit: Visit, feedback_id: UUID) -> tuple[FeedbackWithText, Relationship, Practice]:
    feedback = await visit.services.get("sessions", f"/feedback/{feedback_id}", FeedbackWithText)
    relationship, practice = await read_practice(visit.services, feedback.relationship_id)
    return feedback, relationship, practice


async def _form(
    visit: Visit,
    relationship: Relationship,
    practice: Practice,
    form: Typed,
    feedback: FeedbackWithText | None = None,
) -> HTMLResponse:
    await visit.learn_names([relationship.trainee_id])
    return show(
        visit,
        "observations/feedback_form.html",
        status=422 if form.errors else 200,
        relationship=relationship,
        feedback=feedback,
        area_items=[{"value": area.id, "text": area.text} for area in practice.curriculum],
        standard_items=STANDARD_ITEMS,
        draft_of=f"{feedback.version}" if feedback else "new",
        values=form.values,
        lists=form.lists,
        errors=form.errors,
    )


async def _page(visit: Visit, feedback_id: UUID, form: Typed) -> HTMLResponse:
    feedback, relationship, practice = await _feedback(visit, feedback_id)
    await visit.learn_names((feedback.author_id, feedback.owner_id))
    return show(
        visit,
        "observations/feedback.html",
        status=422 if form.errors else 200,
        feedback=feedback,
        relationship=relationship,
        areas=[area.text for area in practice.curriculum if area.id in feedback.areas],
        is_own=feedback.owner_id == visit.membership.account_id,
        is_author=feedback.author_id == visit.membership.account_id,
        values=form.values,
        errors=form.errors,
    )
