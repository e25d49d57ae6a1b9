"""Routes of moderation: a lead draws a sample and names moderators, who agree or ask the assessor to look again."""

from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.answers import Programme
from services.portal.calls.second_look_answers import ModerationStatus, Sample, SampleStatus
from services.portal.calls.services import Refused
from services.portal.pages.assessments.words import KINDS
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed, day_fields, read_form
from services.portal.pages.templating import lead_to, show
from services.portal.queries.accounts import holders_of
from shared.kernel.postgres import tenant_transaction
from shared.kernel.reader import Reader

router = APIRouter()

FIELDS = {
    "/programme_id": "programme",
    "/kind": "kind",
    "/submitted_from": "from-day",
    "/submitted_until": "until-day",
    "/person_id": "moderator",
    "/reason": "reason",
}
LARGEST_SEED = 999_999_999


@router.get("/moderations")
async def show_samples(visit: VisitDep) -> HTMLResponse:
    """Show the samples that somebody drew, or in which they moderate an assessment."""
    return await _list(visit, Typed({"submission": f"{uuid4()}", **day_fields("until", visit.today)}))


@router.post("/moderations")
async def draw_sample(request: Request, visit: VisitDep) -> Response:
    """Draw a sample of what was submitted and waits to be acknowledged."""
    form = await read_form(request)
    body = {
        "programme_id": form.choice("programme", "Choose a programme."),
        "kind": form.choice("kind", "Choose a kind of assessment."),
        "submitted_from": f"{form.day('from', 'Give a first day, such as 1 10 2026.')}",
        "submitted_until": f"{form.day('until', 'Give a last day, such as 18 12 2026.')}",
        "seed": form.submission().int % LARGEST_SEED,
        "on": f"{visit.today}",
    }
    if not form.errors:
        try:
            drawn = await visit.services.send("sessions", "POST", "/moderations", body, SampleStatus, form.submission())
            return lead_to(visit, f"/moderations/{drawn.moderation_id}")
        except Refused as refused:
            form.note_refusal(str(refused), refused.errors, FIELDS)
    return await _list(visit, form)


@router.get("/moderations/{moderation_id}")
async def show_sample(visit: VisitDep, moderation_id: UUID) -> HTMLResponse:
    """Show a sample: how it was drawn, who moderates what, and what they say."""
    return await _page(visit, moderation_id, Typed({"submission": f"{uuid4()}"}))


@router.post("/moderations/{moderation_id}/{assessment_id}/moderator")
async def name_moderator(request: Request, visit: VisitDep, moderation_id: UUID, assessment_id: UUID) -> Response:
    """Name who moderates an assessment of a sample."""
    form = await read_form(request)
    person_id = form.choice("moderator", "Choose who moderates it.")
    return await _take(visit, moderation_id, assessment_id, "moderator", {"person_id": person_id}, form)


@router.post("/moderations/{moderation_id}/{assessment_id}/agreement")
async def agree(request: Request, visit: VisitDep, moderation_id: UUID, assessment_id: UUID) -> Response:
    """Agree as the moderator."""
    return await _take(visit, moderation_id, assessment_id, "agreement", {}, await read_form(request))


@router.post("/moderations/{moderation_id}/{assessment_id}/return")
async def ask_to_look_again(request: Request, visit: VisitDep, moderation_id: UUID, assessment_id: UUID) -> Response:
    """Ask the assessor as the moderator to look again."""
    form = await read_form(request)
    reason = form.choice("reason", "Say what the assessor should look at again.")
    return await _take(visit, moderation_id, assessment_id, "return", {"reason": reason}, form)


async def _take(
    visit: Visit, moderation_id: UUID, assessment_id: UUID, step: str, body: dict[str, Any], form: Typed
) -> Response:
    path = f"/moderations/{moderation_id}/assessments/{assessment_id}/{step}"
    if not form.errors:
        try:
            sent = body | {"on": f"{visit.today}"}
            await visit.services.send("sessions", "PUT", path, sent, ModerationStatus, form.submission())
            return lead_to(visit, f"/moderations/{moderation_id}")
        except Refused as refused:
            form.note_refusal(str(refused), refused.errors, FIELDS)
    form.errors = {f"{name}-{assessment_id}": sentence for name, sentence in form.errors.items()}
    form.values = {**form.values, f"reason-{assessment_id}": form.text("reason")}
    return await _page(visit, moderation_id, form)


async def _list(visit: Visit, form: Typed) -> HTMLResponse:
    samples = await visit.services.get("sessions", "/moderations", list[Sample])
    programmes = await visit.services.get("referral", "/programmes", list[Programme])
    titles = {each.programme_id: f"{each.title}, {each.academic_year}" for each in programmes}
    return show(
        visit,
        "assessments/samples.html",
        status=422 if form.errors else 200,
        samples=sorted(samples, key=lambda sample: (sample.drawn_on, sample.moderation_id), reverse=True),
        titles=titles,
        kinds=KINDS,
        draws=visit.membership.role == "partnership_lead",
        programme_items=[{"value": f"{key}", "text": title} for key, title in titles.items()],
        kind_items=[{"value": kind, "text": text} for kind, text in KINDS.items()],
        values=form.values,
        errors=form.errors,
    )


async def _page(visit: Visit, moderation_id: UUID, form: Typed) -> HTMLResponse:
    sample = await visit.services.get("sessions", f"/moderations/{moderation_id}", Sample)
    tutors = await _tutors(visit) if visit.membership.role == "partnership_lead" else []
    people = {person for each in sample.sampled for person in (each.trainee_id, each.assessor_id, each.moderator_id)}
    await visit.learn_names([*tutors, *(person for person in people if person)])
    return show(
        visit,
        "assessments/sample.html",
        status=422 if form.errors else 200,
        sample=sample,
        kinds=KINDS,
        tutors=sorted(tutors, key=lambda tutor: visit.names[tutor]),
        me=visit.membership.account_id,
        draws=visit.membership.role == "partnership_lead",
        values=form.values,
        errors=form.errors,
    )


async def _tutors(visit: Visit) -> list[UUID]:
    """Return the tutors of the partnership today."""
    async with tenant_transaction(visit.context.service.store.pool, [visit.membership.tenant]) as connection:
        reader = Reader(visit.who, connection, visit.context.service.store.keyring)
        return await holders_of(reader, "tutor", visit.today)
