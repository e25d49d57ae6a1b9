"""Routes by which an assessment is answered: signed, submitted, acknowledged, returned, appealed against, decided."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.answers import Part
from services.portal.calls.assessment_answers import AppealStatus, AssessmentState
from services.portal.calls.assessments import AssessmentView, read_assessment
from services.portal.calls.second_look_answers import OpinionStatus
from services.portal.calls.services import Refused
from services.portal.pages.assessments.reading import assessment_page
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed, read_form
from services.portal.pages.templating import lead_to, show

router = APIRouter()

OUTCOMES = [
    {"value": "dismissed", "text": "Dismiss it: the assessment stays as it is"},
    {"value": "upheld", "text": "Uphold it: the assessor writes a corrected version"},
]


ANSWERS: dict[str, type[Part]] = {"appeal": AppealStatus, "second-opinion": OpinionStatus}
WITHDRAWALS = {"appeal-withdrawal": "appeal/withdrawal", "opinion-withdrawal": "second-opinion/withdrawal"}


@dataclass(frozen=True)
class ReasonedStep:
    """A step that asks for a reason: its texts, and its path in sessions. `of_version` are those about a version."""

    heading: str
    says: str
    label: str
    missing: str
    button: str
    path: str
    who_reads: str
    answer: type[Part]
    of_version: bool = False
    outcome: bool = False


Reasoned = Literal["return", "appeal", "opinion", "decision"]
STEPS = {
    "return": ReasonedStep(
        "Send it back",
        "The assessor writes it anew: that is another version, which is shared, commented on and signed like this one.",
        "What has to change?",
        "Say what has to change, so that the assessor can write it anew.",
        "Send it back",
        "return",
        "Everybody who reads the assessment reads it.",
        AssessmentState,
    ),
    "appeal": ReasonedStep(
        "Appeal against it",
        "Somebody who neither wrote nor signed it decides. You can take the appeal back until then.",
        "Why?",
        "Say why you appeal, so that somebody can decide.",
        "Appeal",
        "appeal",
        "You, the assessor and those who decide read it.",
        AppealStatus,
        of_version=True,
    ),
    "opinion": ReasonedStep(
        "Ask for a second opinion",
        "Another tutor or assessor of the trainee, who took no part in it, writes it. It changes nothing by itself.",
        "Why?",
        "Say why you ask, so that they know what to look at.",
        "Ask",
        "second-opinion/request",
        "Everybody who reads the assessment reads it.",
        OpinionStatus,
        of_version=True,
    ),
    "decision": ReasonedStep(
        "Decide the appeal",
        "An appeal is decided once.",
        "Why?",
        "Say why, so that the trainee understands the decision.",
        "Decide",
        "appeal/decision",
        "The trainee, the assessor and those who decide read it.",
        AppealStatus,
        of_version=True,
        outcome=True,
    ),
}


@router.post("/assessments/{assessment_id}/signature")
async def sign(request: Request, visit: VisitDep, assessment_id: UUID) -> Response:
    """Sign the version that was shown."""
    form = await read_form(request)
    number = form.number("version", "Open the assessment again, and sign it there.")
    body = {"on": f"{visit.today}", "version": number}
    return await _take(visit, assessment_id, form, "POST", "signatures", body)


@router.post("/assessments/{assessment_id}/{step}")
async def take_step(
    request: Request,
    visit: VisitDep,
    assessment_id: UUID,
    step: Literal["submission", "acknowledgement", "appeal-withdrawal", "opinion-withdrawal"],
) -> Response:
    """Submit or acknowledge an assessment, or take an appeal or a question for a second opinion back."""
    form = await read_form(request)
    body: dict[str, Any] = {"on": f"{visit.today}"}
    if step in WITHDRAWALS:
        body["version"] = form.number("version", "Open the assessment again, and take it back there.")
    return await _take(visit, assessment_id, form, "PUT", WITHDRAWALS.get(step, step), body)


@router.get("/assessments/{assessment_id}/reasons/{step}")
async def show_reason_form(visit: VisitDep, assessment_id: UUID, step: Reasoned) -> HTMLResponse:
    """Show the form of a step that asks for a reason."""
    view = await read_assessment(visit.services, assessment_id)
    values = {"submission": f"{uuid4()}", "version": f"{view.last.version}"}
    return await _reason_form(visit, view, STEPS[step], Typed(values))


@router.post("/assessments/{assessment_id}/reasons/{step}")
async def give_reason(request: Request, visit: VisitDep, assessment_id: UUID, step: Reasoned) -> Response:
    """Return an assessment, appeal against it, or decide an appeal, each with a reason."""
    form, asked = await read_form(request), STEPS[step]
    body: dict[str, Any] = {"on": f"{visit.today}", "reason": form.choice("reason", asked.missing)}
    if asked.of_version:
        body["version"] = form.number("version", "Open the assessment again, and begin there.")
    if asked.outcome:
        body["outcome"] = form.choice("outcome", "Choose how you decide.")
    if not form.errors:
        try:
            await visit.services.send(
                "sessions", "PUT", f"/assessments/{assessment_id}/{asked.path}", body, asked.answer, form.submission()
            )
            return lead_to(visit, f"/assessments/{assessment_id}")
        except Refused as refused:
            form.note_refusal(str(refused), refused.errors, {"/reason": "reason", "/outcome": "outcome"})
    return await _reason_form(visit, await read_assessment(visit.services, assessment_id), asked, form)


async def _take(
    visit: Visit, assessment_id: UUID, form: Typed, method: str, path: str, body: dict[str, Any]
) -> Response:
    answer = next((each for begin, each in ANSWERS.items() if path.startswith(begin)), AssessmentState)
    if not form.errors:
        try:
            await visit.services.send(
                "sessions", method, f"/assessments/{assessment_id}/{path}", body, answer, form.submission()
            )
            return lead_to(visit, f"/assessments/{assessment_id}")
        except Refused as refused:
            form.note_refusal(str(refused), refused.errors, {})
    return await assessment_page(visit, assessment_id, form)


async def _reason_form(visit: Visit, view: AssessmentView, step: ReasonedStep, form: Typed) -> HTMLResponse:
    await visit.learn_names([view.last.trainee_id])
    return show(
        visit,
        "assessments/reason.html",
        status=422 if form.errors else 200,
        assessment=view.last,
        step=step,
        outcome_items=OUTCOMES,
        values=form.values,
        errors=form.errors,
    )
