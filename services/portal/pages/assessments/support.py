"""Routes of the support plan for a trainee who is not on track: written, shared, read, reviewed, closed."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.assessments import STANDARDS, AssessmentView, read_assessment
from services.portal.calls.services import Refused
from services.portal.calls.support_plan_answers import SupportPlanStatus
from services.portal.pages.assessments.words import STANDARDS as HEADINGS
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed, read_form
from services.portal.pages.templating import lead_to, show

router = APIRouter()

MOST_GOALS, MOST_REVIEWS = 10, 20
"""How many goals and review days a plan has at most."""
PROGRESS = {"going_well": "It goes well", "go_on": "It needs more time", "not_enough": "It is not enough"}
OUTCOMES = {
    "achieved": "The goals are reached",
    "not_achieved": "The goals are not reached",
    "no_longer_needed": "It is no longer needed",
}


@dataclass(frozen=True)
class PlanStep:
    """A step with a plan that asks for words: its texts, its path in sessions, and what is chosen."""

    heading: str
    label: str
    button: str
    path: str
    choice: str | None
    choices: dict[str, str]
    words: str
    missing: str


STEPS = {
    "review": PlanStep(
        "How does it go?", "What do you see?", "Save", "review", "progress", PROGRESS, "text", "Write what you see."
    ),
    "closing": PlanStep(
        "Close the plan", "How did it end?", "Close it", "closing", "outcome", OUTCOMES, "text", "Write how it ended."
    ),
    "reopening": PlanStep(
        "Let the plan go on", "Why?", "Let it go on", "reopening", None, {}, "reason", "Say why it goes on."
    ),
}


@router.get("/assessments/{assessment_id}/support-plan")
async def show_plan(visit: VisitDep, assessment_id: UUID) -> HTMLResponse:
    """Show the support plan: its goals, its review days and how they went, and what comes next."""
    return await _page(visit, assessment_id, Typed({"submission": f"{uuid4()}"}))


@router.get("/assessments/{assessment_id}/support-plan/text")
async def show_plan_form(visit: VisitDep, assessment_id: UUID) -> HTMLResponse:
    """Show the form of the plan, with what is written so far."""
    view = await _view(visit, assessment_id)
    values, lists = {"submission": f"{uuid4()}"}, {}
    last = view.support_plan.versions[-1] if view.support_plan and view.support_plan.versions else None
    for number, goal in enumerate(last.goals if last else ()):
        values |= {f"goal-{number}": goal.goal, f"help-{number}": goal.help}
        lists[f"standards-{number}"] = list(goal.standards)
    for number, day in enumerate(last.review_on if last else ()):
        values |= {f"review-{number}-day": f"{day.day}", f"review-{number}-month": f"{day.month}"}
        values[f"review-{number}-year"] = f"{day.year}"
    return await _form(visit, view, Typed(values, lists=lists))


@router.post("/assessments/{assessment_id}/support-plan/text")
async def write_plan(request: Request, visit: VisitDep, assessment_id: UUID) -> Response:
    """Save the plan, all of it; one that was shared is a draft again."""
    form = await read_form(request)
    goals = []
    for number in range(MOST_GOALS):
        goal, help_ = form.optional(f"goal-{number}"), form.optional(f"help-{number}")
        if goal is None and help_ is None:
            continue
        form.choice(f"goal-{number}", "Say what the trainee is to reach.")
        form.choice(f"help-{number}", "Say who helps, and how.")
        goals.append({"goal": goal, "help": help_, "standards": form.several(f"standards-{number}")})
    days = [
        form.day(f"review-{number}", "Give a day, such as 14 1 2027.")
        for number in range(MOST_REVIEWS)
        if any(form.text(f"review-{number}-{part}") for part in ("day", "month", "year"))
    ]
    if not goals:
        form.errors["goal-0"] = "Give at least one goal."
    if not days:
        form.errors["review-0-day"] = "Give at least one day on which you look at it again, such as 14 1 2027."
    body = {"on": f"{visit.today}", "goals": goals, "review_on": [f"{day}" for day in days]}
    if not form.errors and await _send(visit, assessment_id, "", body, form):
        path = f"/assessments/{assessment_id}/support-plan"
        return lead_to(visit, f"{path}?saved={visit.request.url.path}")
    return await _form(visit, await _view(visit, assessment_id), form)


@router.get("/assessments/{assessment_id}/support-plan/{step}")
async def show_step_form(
    visit: VisitDep, assessment_id: UUID, step: Literal["review", "closing", "reopening"]
) -> HTMLResponse:
    """Show the form of a step that asks for words."""
    return await _step_form(visit, assessment_id, STEPS[step], Typed({"submission": f"{uuid4()}"}))


@router.post("/assessments/{assessment_id}/support-plan/{step}")
async def take_plan_step(
    request: Request,
    visit: VisitDep,
    assessment_id: UUID,
    step: Literal["sharing", "acknowledgement", "review", "closing", "reopening"],
) -> Response:
    """Share or acknowledge a plan, say how it goes, close it, or let it go on."""
    form, asked = await read_form(request), STEPS.get(step)
    body: dict[str, Any] = {"on": f"{visit.today}"}
    if asked is not None:
        body[asked.words] = form.choice("text", asked.missing)
        if asked.choice:
            body[asked.choice] = form.choice("choice", "Choose how it stands.")
        if step == "review":
            body["review_on"] = form.choice("review_on", "Choose for which review day this is.")
    if not form.errors and await _send(visit, assessment_id, f"/{step}", body, form):
        return lead_to(visit, f"/assessments/{assessment_id}/support-plan")
    if asked is None:
        return await _page(visit, assessment_id, form)
    return await _step_form(visit, assessment_id, asked, form)


async def _send(visit: Visit, assessment_id: UUID, step: str, body: dict[str, Any], form: Typed) -> bool:
    """Send a command; notes a refusal in the form and returns whether there was none."""
    path = f"/assessments/{assessment_id}/support-plan{step}"
    fields = {"/text": "text", "/reason": "text", "/review_on/0": "review-0-day", "/review_on": "review_on"}
    try:
        await visit.services.send("sessions", "PUT", path, body, SupportPlanStatus, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, fields if step else {"/review_on": "review-0-day"})
        return False
    return True


async def _view(visit: Visit, assessment_id: UUID) -> AssessmentView:
    view = await read_assessment(visit.services, assessment_id)
    if view.support_plan is None:
        raise Refused(404, "There is no support plan.")
    people = {view.last.trainee_id, *(each.author_id for each in view.support_plan.versions)}
    await visit.learn_names(people | {step.person_id for step in view.support_plan.steps})
    return view


async def _page(visit: Visit, assessment_id: UUID, form: Typed) -> HTMLResponse:
    view = await _view(visit, assessment_id)
    plan = view.support_plan
    assert plan is not None
    return show(
        visit,
        "assessments/support_plan.html",
        status=422 if form.errors else 200,
        assessment=view.last,
        plan=plan,
        version=plan.versions[-1] if plan.versions else None,
        steps=view.support_steps_for(view.person(visit.membership.account_id, visit.membership.role)),
        is_own=view.last.trainee_id == visit.membership.account_id,
        progress=PROGRESS,
        outcomes=OUTCOMES,
        values=form.values,
        errors=form.errors,
    )


async def _form(visit: Visit, view: AssessmentView, form: Typed) -> HTMLResponse:
    return show(
        visit,
        "assessments/support_plan_form.html",
        status=422 if form.errors else 200,
        assessment=view.last,
        goals=range(_rows(form, MOST_GOALS, "goal-{}", "help-{}")),
        reviews=range(_rows(form, MOST_REVIEWS, "review-{}-day", "review-{}-month", "review-{}-year")),
        standard_items=[{"value": name, "text": f"{name}: {HEADINGS[name]}"} for name in STANDARDS],
        draft_of=f"{len(view.support_plan.versions)}" if view.support_plan else "",
        values=form.values,
        lists=form.lists,
        errors=form.errors,
    )


def _rows(form: Typed, most: int, *names: str) -> int:
    """Return how many rows a form shows: up to the last with anything in it, and another one; two at least."""
    filled = [number for number in range(most) if any(form.text(name.format(number)) for name in names)]
    return max(2, min(max(filled, default=-1) + 2, most))


async def _step_form(visit: Visit, assessment_id: UUID, step: PlanStep, form: Typed) -> HTMLResponse:
    view = await _view(visit, assessment_id)
    plan = view.support_plan
    assert plan is not None
    last = plan.versions[-1] if plan.versions else None
    return show(
        visit,
        "assessments/support_step.html",
        status=422 if form.errors else 200,
        assessment=view.last,
        step=step,
        review_days=[f"{day}" for day in last.review_on] if last and step.path == "review" else [],
        choice_items=[{"value": value, "text": text} for value, text in step.choices.items()],
        values=form.values,
        errors=form.errors,
    )
