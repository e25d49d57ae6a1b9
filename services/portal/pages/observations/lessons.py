"""Routes of observations: asked for, accepted, held, written by the programme's form, talked about."""

from typing import Any, Literal
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.answers import Relationship
from services.portal.calls.assessment_answers import FormField
from services.portal.calls.assessments import read_practice
from services.portal.calls.observation_answers import ObservationState
from services.portal.calls.observations import (
    ObservationView,
    read_lessons_and_feedback,
    read_observation,
    roles_of,
    side_of,
    steps_for,
)
from services.portal.calls.services import Refused
from services.portal.pages.assessments.words import STANDARDS
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.form_answers import form_values, typed_answers
from services.portal.pages.forms import Typed, day_fields, read_form
from services.portal.pages.templating import lead_to, show

router = APIRouter()

FIELDS = {"/planned_on": "planned-day", "/on": "on-day", "/standards": "standards", "/development_need": "need"}
STANDARD_ITEMS = [{"value": name, "text": f"{name}: {text}"} for name, text in STANDARDS.items()]


@router.get("/observations/of/{relationship_id}")
async def show_lessons(visit: VisitDep, relationship_id: UUID) -> HTMLResponse:
    """Show the lessons that were or will be observed, the feedback, and the form that asks for another day."""
    return await _list(visit, relationship_id, Typed({"submission": f"{uuid4()}"}))


@router.post("/observations/of/{relationship_id}")
async def ask_for_day(request: Request, visit: VisitDep, relationship_id: UUID) -> Response:
    """Ask the other of the two for a day."""
    form = await read_form(request)
    planned_on = form.day("planned", "Give the day of the lesson, such as 14 12 2026.")
    if not form.errors:
        body = {"on": f"{visit.today}", "planned_on": f"{planned_on}"}
        made = await _send(visit, "POST", f"/relationships/{relationship_id}/observations", body, form)
        if made is not None:
            return lead_to(visit, f"/observations/{made.observation_id}")
    return await _list(visit, relationship_id, form)


@router.get("/observations/{observation_id}")
async def show_observation(visit: VisitDep, observation_id: UUID) -> HTMLResponse:
    """Show a lesson: what is looked at, what was seen, and what comes next."""
    return await _page(visit, observation_id, Typed({"submission": f"{uuid4()}"}))


@router.get("/observations/{observation_id}/note")
async def show_note_form(visit: VisitDep, observation_id: UUID) -> HTMLResponse:
    """Show the form of the observer: when it took place, and what was seen."""
    view = await read_observation(visit.services, observation_id, visit.membership.account_id)
    seen = view.observation
    need = "" if seen.held_on is None else {None: "", True: "yes", False: "no"}[seen.development_need]
    values = {
        "submission": f"{uuid4()}",
        "need": need,
        **day_fields("on", seen.held_on or min(seen.planned_on, visit.today)),
        **form_values(view.form, seen.answers),
    }
    return await _note(visit, view, Typed(values, lists={"standards": list(seen.standards)}))


@router.post("/observations/{observation_id}/note")
async def write_note(request: Request, visit: VisitDep, observation_id: UUID) -> Response:
    """Record that the lesson was observed, and what was seen."""
    form = await read_form(request)
    view = await read_observation(visit.services, observation_id, visit.membership.account_id)
    on = form.day("on", "Give the day on which you saw the lesson, such as 14 12 2026.")
    need = form.choice("need", "Choose whether it showed a need for development.")
    answers = typed_answers(form, view.form, roles_of(view.practice, view.side))
    path, fields = f"/observations/{observation_id}", view.fields_of(view.side)
    if not form.errors:
        held = {"on": f"{on}", "development_need": need == "yes", "standards": form.several("standards")}
        done = await _send(visit, "PUT", f"{path}/held", held, form) and await _send(
            visit, "PUT", f"{path}/answers", {"on": f"{visit.today}", "answers": answers}, form, fields
        )
        if done:
            return lead_to(visit, f"{path}?saved={visit.request.url.path}")
    return await _note(visit, view, form)


@router.post("/observations/{observation_id}/{step}")
async def take_step(
    request: Request,
    visit: VisitDep,
    observation_id: UUID,
    step: Literal["acceptance", "cancellation", "feedback", "day", "answers"],
) -> Response:
    """Accept a day, name another, call it off, say what to look at, or that the two have talked about it."""
    form = await read_form(request)
    body: dict[str, Any] = {"on": f"{visit.today}"}
    fields: list[FormField] = []
    if step == "day":
        body["planned_on"] = f"{form.day('planned', 'Give the day of the lesson, such as 14 12 2026.')}"
    if step == "answers":
        view = await read_observation(visit.services, observation_id, visit.membership.account_id)
        fields = view.fields_of(view.side)
        body["answers"] = typed_answers(form, view.form, roles_of(view.practice, view.side))
    if not form.errors and await _send(visit, "PUT", f"/observations/{observation_id}/{step}", body, form, fields):
        return lead_to(visit, f"/observations/{observation_id}")
    return await _page(visit, observation_id, form)


async def _send(
    visit: Visit, method: str, path: str, body: dict[str, Any], form: Typed, fields: list[FormField] | None = None
) -> ObservationState | None:
    """Send a command; notes a refusal in the form and returns None."""
    own = {f"/answers/{field.id}": f"answer-{field.id}" for field in fields or ()}
    submission = uuid5(form.submission(), path)
    try:
        return await visit.services.send("sessions", method, path, body, ObservationState, submission)
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, FIELDS | own)
        return None


async def _list(visit: Visit, relationship_id: UUID, form: Typed) -> HTMLResponse:
    relationship, practice = await read_practice(visit.services, relationship_id)
    lessons, feedback = await read_lessons_and_feedback(visit.services, relationship_id)
    await visit.learn_names({relationship.trainee_id, relationship.mentor_id, *(each.author_id for each in feedback)})
    side = side_of(relationship, visit.membership.account_id)
    gives = practice.feedback is not None and (
        not roles_of(practice, side).isdisjoint(practice.feedback.by)
        or any(role.held_by == visit.membership.role and role.id in practice.feedback.by for role in practice.roles)
    )
    return show(
        visit,
        "observations/lessons.html",
        status=422 if form.errors else 200,
        relationship=relationship,
        has_lessons=any(step.kind == "observation" for step in practice.steps),
        side=side,
        other=_other(visit, relationship),
        lessons=[(lesson, steps_for(lesson, side, visit.today)) for lesson in lessons],
        feedback=feedback,
        gives_feedback=gives and side != "trainee",
        values=form.values,
        errors=form.errors,
    )


async def _page(visit: Visit, observation_id: UUID, form: Typed) -> HTMLResponse:
    view = await read_observation(visit.services, observation_id, visit.membership.account_id)
    await visit.learn_names((view.relationship.trainee_id, view.relationship.mentor_id))
    steps = steps_for(view.observation, view.side, visit.today)
    values = {**form_values(view.form, view.observation.answers), **form.values}
    return show(
        visit,
        "observations/lesson.html",
        status=422 if form.errors else 200,
        view=view,
        lesson=view.observation,
        steps=steps,
        fields=view.fields_of(view.side) if "focus" in steps else [],
        other=_other(visit, view.relationship),
        headings=STANDARDS,
        values=values,
        errors=form.errors,
    )


async def _note(visit: Visit, view: ObservationView, form: Typed) -> HTMLResponse:
    await visit.learn_names((view.relationship.trainee_id, view.relationship.mentor_id))
    seen = view.observation
    return show(
        visit,
        "observations/note.html",
        status=422 if form.errors else 200,
        view=view,
        lesson=seen,
        fields=view.fields_of(view.side),
        focus=[
            (field.text, seen.answers[field.id]) for field in view.fields_of(seen.observed) if field.id in seen.answers
        ],
        other=_other(visit, view.relationship),
        standard_items=STANDARD_ITEMS,
        draft_of=f"{len(seen.answers)}-{seen.held_on}",
        values=form.values,
        lists=form.lists,
        errors=form.errors,
    )


def _other(visit: Visit, relationship: Relationship) -> str:
    """Return the name of the other of the two; of the trainee for somebody who is neither."""
    me = visit.membership.account_id
    return visit.names[relationship.mentor_id if me == relationship.trainee_id else relationship.trainee_id]
