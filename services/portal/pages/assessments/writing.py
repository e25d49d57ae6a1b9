"""Routes by which an assessment is written: begun, gone on with, corrected, shared."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.answers import Relationship
from services.portal.calls.assessment_answers import (
    Assessment,
    AssessmentState,
    Practice,
    Step,
    UnexpectedJudgements,
)
from services.portal.calls.assessments import (
    ONCE_SUBMITTED,
    STANDARDS,
    list_assessments,
    read_assessment,
    read_evidence,
    read_practice,
    step_of,
)
from services.portal.calls.services import Refused
from services.portal.pages.assessments.reading import assessment_page
from services.portal.pages.assessments.words import STANDARDS as HEADINGS
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.form_answers import form_values, typed_answers
from services.portal.pages.forms import ELSEWHERE, Typed, read_form
from services.portal.pages.templating import lead_to, show

router = APIRouter()

FIELDS = {
    **{f"/judgements/{name}": f"level-{name}" for name in STANDARDS},
    **{f"/comments/{name}": f"comment-{name}" for name in STANDARDS},
    "/evidence": "evidence",
    "/observations": "observations",
    "/observed_on": "observed-day",
    "/reason": "reason",
}
"""The field of the form that each part of a request to sessions stands for."""


@router.get("/assessments/new/{relationship_id}")
async def show_new(visit: VisitDep, relationship_id: UUID, kind: str = "") -> HTMLResponse:
    """Show the form of a new assessment; of which kind is asked first where the address does not say."""
    relationship, practice = await read_practice(visit.services, relationship_id)
    await visit.learn_names([relationship.trainee_id])
    step = step_of(practice, kind)
    if step is None:
        kinds = [(each.assesses.kind, each.title) for each in practice.steps if each.assesses]
        return show(visit, "assessments/kinds.html", relationship=relationship, kinds=kinds)
    return await _form(visit, relationship, practice, step, Typed({"submission": f"{uuid4()}"}))


@router.post("/assessments/new/{relationship_id}")
async def begin(request: Request, visit: VisitDep, relationship_id: UUID, kind: str) -> Response:
    """Begin an assessment as a draft, which only its assessor reads."""
    form = await read_form(request)
    relationship, practice = await read_practice(visit.services, relationship_id)
    step = step_of(practice, kind)
    if step is None:
        raise Refused(404, "There is no such kind of assessment.")
    body = _text(visit, form, practice, step)
    path = "/assessments?again=true" if form.text("again") == "yes" else "/assessments"
    body |= {"relationship_id": f"{relationship_id}", "kind": kind}
    written = None if form.errors else await _send(visit, "POST", path, body, form, practice, step)
    if written is None:
        await visit.learn_names([relationship.trainee_id])
        return await _form(visit, relationship, practice, step, form)
    return _after(visit, form, written.assessment_id)


@router.get("/assessments/{assessment_id}/text")
async def show_text_form(visit: VisitDep, assessment_id: UUID) -> HTMLResponse:
    """Show the text of an assessment, to go on with it or to correct it."""
    view = await read_assessment(visit.services, assessment_id)
    if view.step is None:
        raise Refused(409, "The programme does not say how this kind of assessment is written.")
    last = view.last
    await visit.learn_names([last.trainee_id])
    values = {"submission": f"{uuid4()}", **form_values(view.form, last.answers)}
    for name in STANDARDS:
        values[f"level-{name}"] = last.judgements.get(name, "")
        values[f"comment-{name}"] = last.comments.get(name, "")
    lists = {
        "evidence": [f"{each}" for each in last.evidence],
        "observations": [f"{each}" for each in last.observations],
        "observed": [f"{each}" for each in last.observed_on],
    }
    return await _form(visit, view.relationship, view.practice, view.step, Typed(values, lists=lists), last)


@router.post("/assessments/{assessment_id}/text")
async def write(request: Request, visit: VisitDep, assessment_id: UUID) -> Response:
    """Save the text of an assessment; of one that was submitted it makes a corrected version, with a reason."""
    form = await read_form(request)
    view = await read_assessment(visit.services, assessment_id)
    if view.step is None:
        raise Refused(409, "The programme does not say how this kind of assessment is written.")
    body, path = _text(visit, form, view.practice, view.step), f"/assessments/{assessment_id}"
    method = "PUT"
    if view.last.state in ONCE_SUBMITTED:
        body["reason"] = form.choice("reason", "Say why it is corrected; the trainee reads it.")
        method, path = "POST", f"{path}/corrections"
    sent = None if form.errors else await _send(visit, method, path, body, form, view.practice, view.step)
    if sent is None:
        await visit.learn_names([view.last.trainee_id])
        return await _form(visit, view.relationship, view.practice, view.step, form, view.last)
    return _after(visit, form, assessment_id)


@router.get("/assessments/{assessment_id}/sharing")
async def show_sharing(visit: VisitDep, assessment_id: UUID) -> HTMLResponse:
    """Say who reads a draft once it is shared, and ask for reasons where the programme wants them."""
    return await _sharing(visit, assessment_id, Typed({"submission": f"{uuid4()}"}))


@router.post("/assessments/{assessment_id}/sharing")
async def share(request: Request, visit: VisitDep, assessment_id: UUID) -> Response:
    """Share a draft with the trainee and with those who sign it."""
    form = await read_form(request)
    reasons = {name: text for name in STANDARDS if (text := form.optional(f"reason-{name}"))}
    path = f"/assessments/{assessment_id}/sharing"
    body = {"on": f"{visit.today}", "reasons": reasons}
    try:
        await visit.services.send("sessions", "PUT", path, body, AssessmentState, form.submission())
    except Refused as refused:
        fields = {f"/reasons/{name}": f"reason-{name}" for name in STANDARDS}
        form.note_refusal(str(refused), refused.errors, fields)
        return await _sharing(visit, assessment_id, form)
    return lead_to(visit, f"/assessments/{assessment_id}")


@router.post("/assessments/{assessment_id}/comment")
async def comment(request: Request, visit: VisitDep, assessment_id: UUID) -> Response:
    """Comment as the trainee, or say that there is no comment."""
    form = await read_form(request)
    path = f"/assessments/{assessment_id}/comment"
    body = {"on": f"{visit.today}", "comment": form.optional("comment")}
    try:
        await visit.services.send("sessions", "PUT", path, body, AssessmentState, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, {"/comment": "comment"})
        return await assessment_page(visit, assessment_id, form)
    return lead_to(visit, f"/assessments/{assessment_id}")


def _after(visit: Visit, form: Typed, assessment_id: UUID) -> Response:
    """Lead on after a draft was saved: to the page that shares it, or to the assessment."""
    then = "/sharing" if form.text("then") == "share" else ""
    return lead_to(visit, f"/assessments/{assessment_id}{then}?saved={visit.request.url.path}")


def _text(visit: Visit, form: Typed, practice: Practice, step: Step) -> dict[str, Any]:
    """Return the text of an assessment as it was typed; notes what is no day or no number."""
    observed = form.several("observed")
    if any(form.text(f"observed-{part}") for part in ("day", "month", "year")):
        on = form.day("observed", "Give the day on which you saw them teach, such as 14 12 2026.")
        observed = sorted({*observed, f"{on}"})
    return {
        "on": f"{visit.today}",
        "judgements": {name: level for name in STANDARDS if (level := form.optional(f"level-{name}"))},
        "comments": {name: text for name in STANDARDS if (text := form.optional(f"comment-{name}"))},
        "answers": typed_answers(form, form_of(practice, step)),
        "evidence": form.several("evidence"),
        "observations": form.several("observations"),
        "observed_on": observed,
    }


def form_of(practice: Practice, step: Step) -> Any:
    """Return the form of a step; None for a step without any."""
    return next((form for form in practice.forms if form.id == step.form), None)


async def _send(
    visit: Visit, method: str, path: str, body: Mapping[str, Any], form: Typed, practice: Practice, step: Step
) -> AssessmentState | None:
    """Send a text; notes a refusal in the form and returns None."""
    own = form_of(practice, step)
    fields = {f"/answers/{field.id}": f"answer-{field.id}" for field in (own.fields if own else ())}
    try:
        return await visit.services.send("sessions", method, path, body, AssessmentState, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, FIELDS | fields)
        if refused.status == 409 and path == "/assessments":
            form.errors[ELSEWHERE] = (
                "An assessment of this kind is submitted already. Correct that one, or save once more to begin another."
            )
            form.values = {**form.values, "again": "yes"}
        return None


async def _form(
    visit: Visit,
    relationship: Relationship,
    practice: Practice,
    step: Step,
    form: Typed,
    assessment: Assessment | None = None,
) -> HTMLResponse:
    others = await list_assessments(visit.services, relationship.trainee_id)
    earlier = [
        each
        for each in others
        if each.state in ONCE_SUBMITTED and (assessment is None or each.assessment_id != assessment.assessment_id)
    ]
    before = max(earlier, key=lambda each: each.on, default=None)
    assert step.assesses is not None
    return show(
        visit,
        "assessments/text.html",
        status=422 if form.errors else 200,
        relationship=relationship,
        step=step,
        form=form_of(practice, step),
        assessment=assessment,
        is_correction=assessment is not None and assessment.state in ONCE_SUBMITTED,
        level_items=[{"value": level.id, "text": level.text} for level in step.assesses.scale],
        levels={level.id: level.text for each in practice.steps if each.assesses for level in each.assesses.scale},
        headings=HEADINGS,
        before=before,
        evidence=await read_evidence(visit.services, relationship),
        draft_of=f"{assessment.version}-{assessment.on}" if assessment else f"new-{step.assesses.kind}",
        values=form.values,
        lists=form.lists,
        errors=form.errors,
    )


async def _sharing(visit: Visit, assessment_id: UUID, form: Typed) -> HTMLResponse:
    view = await read_assessment(visit.services, assessment_id)
    await visit.learn_names([view.last.trainee_id])
    unexpected = await visit.services.get("sessions", f"/assessments/{assessment_id}/unexpected", UnexpectedJudgements)
    return show(
        visit,
        "assessments/sharing.html",
        status=422 if form.errors else 200,
        view=view,
        assessment=view.last,
        headings=HEADINGS,
        unexpected=unexpected.unexpected if unexpected.asks else (),
        values=form.values,
        errors=form.errors,
    )
