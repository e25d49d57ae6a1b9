"""Routes by which assessments are read: whose there are, one of them with its versions, its document, its evidence."""

from asyncio import gather
from collections.abc import Sequence
from math import ceil
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.responses import HTMLResponse, StreamingResponse

from services.portal.calls.answers import OpenedEntry, OpenedFeedback, OpenedObservation
from services.portal.calls.assessment_answers import Assessment, DueTask
from services.portal.calls.assessments import (
    STANDARDS,
    AssessmentView,
    list_assessments,
    list_trainees,
    read_assessment,
    read_evidence,
)
from services.portal.calls.services import Refused
from services.portal.pages.assessments.words import APPEALS, TASKS, state_of
from services.portal.pages.assessments.words import STANDARDS as HEADINGS
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed
from services.portal.pages.passing_on import pass_on
from services.portal.pages.templating import show

router = APIRouter()

AT_ONCE = 20
"""Trainees on a page."""
ASSESSORS = ("tutor", "school_lead", "partnership_lead")
PDF = "application/pdf"


@router.get("/assessments")
async def show_assessments(visit: VisitDep, find: str = "", page: int = 1) -> HTMLResponse:
    """Show somebody's own assessments, or those of the trainees with whom they have to do, and what is due."""
    if visit.membership.role not in ASSESSORS:
        own = await list_assessments(visit.services, visit.membership.account_id)
        await visit.learn_names(each.assessor_id for each in own)
        return show(visit, "assessments/own.html", assessments=own, state_of=state_of)
    trainees, due = await gather(
        list_trainees(visit.services, visit.membership.role, visit.today),
        visit.services.get("sessions", "/assessments/due", list[DueTask]),
    )
    names = await visit.learn_names([*trainees, *(task.trainee_id for task in due)])
    found = sorted(
        (each for each in trainees if find.strip().casefold() in names[each].casefold()),
        key=lambda each: (names[each], each),
    )
    last = max(1, ceil(len(found) / AT_ONCE))
    page = min(max(page, 1), last)
    shown = found[(page - 1) * AT_ONCE : page * AT_ONCE]
    assessments = await gather(*(list_assessments(visit.services, each) for each in shown))
    return show(
        visit,
        "assessments/trainees.html",
        trainees=list(zip(shown, assessments, strict=True)),
        relationships=trainees,
        due=due,
        tasks=TASKS,
        state_of=state_of,
        find=find,
        page=page,
        last_page=last,
        number=len(found),
        writes=visit.membership.role == "tutor",
    )


@router.get("/assessments/{assessment_id}")
async def show_assessment(visit: VisitDep, assessment_id: UUID, version: int | None = None) -> HTMLResponse:
    """Show a version of an assessment, what is new in it, who signs next, and what the reader can do."""
    return await assessment_page(visit, assessment_id, Typed({"submission": f"{uuid4()}"}), version)


async def assessment_page(visit: Visit, assessment_id: UUID, form: Typed, number: int | None = None) -> HTMLResponse:
    """Make the page of an assessment, with what was typed into a form on it and what is wrong with that."""
    view = await read_assessment(visit.services, assessment_id)
    version = next((each for each in view.versions if each.version == number), view.last)
    people = {version.assessor_id, version.trainee_id, *(each.person_id for each in version.signatures)}
    people |= {step.person_id for appeal in view.appeals for step in appeal.steps}
    people |= {
        step.person_id for opinion in (view.opinions.opinions if view.opinions else ()) for step in opinion.steps
    }
    await visit.learn_names(people)
    who = view.person(visit.membership.account_id, visit.membership.role)
    signers = view.signers(version)
    return show(
        visit,
        "assessments/assessment.html",
        status=422 if form.errors else 200,
        view=view,
        assessment=version,
        is_last=version is view.last,
        state=state_of(version),
        levels={level.id: level.text for level in view.levels},
        headings=HEADINGS,
        standards=[name for name in STANDARDS if name in version.judgements or name in version.comments],
        earlier=_earlier(view, version),
        changed=_changed(view, version),
        signers=signers,
        next_signer=next((role.id for role, signature in signers if signature is None), None),
        steps=view.steps_for(who, visit.today) if version is view.last else frozenset(),
        is_own=who.person_id == version.trainee_id,
        appeal=view.appeal_of(version.version),
        appeal_texts=APPEALS,
        opinion=view.opinion_of(version.version),
        opinion_steps=view.opinion_steps_for(who) if version is view.last else frozenset(),
        evidence=await _evidence(visit, view, version),
        values=form.values,
        errors=form.errors,
    )


def _earlier(view: AssessmentView, version: Assessment) -> Assessment | None:
    """Return with what a version is compared: the version before it, otherwise the assessment before this one."""
    before = [each for each in view.versions if each.version < version.version]
    return before[-1] if before else view.before


def _changed(view: AssessmentView, version: Assessment) -> list[str]:
    """Return the standards whose level or comment is another than it was before."""
    earlier = _earlier(view, version)
    if earlier is None:
        return []
    same_text = earlier.assessment_id == version.assessment_id
    return [
        name
        for name in STANDARDS
        if version.judgements.get(name) != earlier.judgements.get(name)
        or (same_text and version.comments.get(name) != earlier.comments.get(name))
    ]


async def _evidence(visit: Visit, view: AssessmentView, version: Assessment) -> list[Any]:
    """Return the items that a version rests on, as far as the reader may see that they are there."""
    if not (version.evidence or version.observations):
        return []
    rests_on = {*version.evidence, *version.observations}
    return [item for item in await read_evidence(visit.services, view.relationship) if item.item_id in rests_on]


@router.get("/assessments/{assessment_id}/document")
async def download_document(visit: VisitDep, assessment_id: UUID, version: int | None = None) -> StreamingResponse:
    """Pass an assessment on as the document that sessions makes."""
    asked: dict[str, str | int] = {} if version is None else {"version": version}
    name = f"assessment-{visit.today}.pdf"
    return await pass_on(visit.services, "sessions", f"/assessments/{assessment_id}", PDF, asked, name)


@router.get("/evidence/{kind}/{item_id}")
async def show_evidence(visit: VisitDep, kind: str, item_id: UUID) -> HTMLResponse:
    """Open something that was released to the reader; its owner sees that they have read it."""
    heading, on, texts, author_id = await _open(visit, kind, item_id)
    if author_id:
        await visit.learn_names([author_id])
    return show(visit, "assessments/evidence.html", heading=heading, on=on, texts=texts, author_id=author_id)


async def _open(visit: Visit, kind: str, item_id: UUID) -> tuple[str, Any, Sequence[tuple[str, str]], UUID | None]:
    path = f"/{kind}/{item_id}"
    match kind:
        case "journal":
            entry = await visit.services.get("sessions", path, OpenedEntry)
            return "Journal", entry.on, _texts(("", entry.text), ("Link", entry.link)), None
        case "observations":
            seen = await visit.services.get("sessions", path, OpenedObservation)
            return "Lesson observed", seen.held_on or seen.planned_on, _answers(seen), None
        case "feedback":
            given = await visit.services.get("sessions", path, OpenedFeedback)
            return (
                "Feedback",
                given.on,
                _texts(("", given.text), ("What to try next", given.next_step)),
                given.author_id,
            )
    raise Refused(404, "There is no such item.")


def _answers(observation: OpenedObservation) -> Sequence[tuple[str, str]]:
    return [(name.replace("_", " ").capitalize(), f"{value}") for name, value in observation.answers.items()]


def _texts(*texts: tuple[str, str | None]) -> Sequence[tuple[str, str]]:
    return [(heading, text) for heading, text in texts if text]
