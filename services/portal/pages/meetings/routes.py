"""Routes of the weekly meeting."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.answers import Meeting, MeetingVersion, RecordedMeeting
from services.portal.calls.services import Refused
from services.portal.calls.sessions import Mentoring, read_mentoring
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import Typed, day_fields, read_form
from services.portal.pages.templating import lead_to, show
from services.portal.pages.words import MISSED_BY, MISSED_REASONS

router = APIRouter()

FIELDS = {
    "/on": "on-day",
    "/minutes": "minutes",
    "/discussed": "discussed",
    "/reflection": "reflection",
    "/targets/0/due_on": "due-day",
    "/targets": "target",
    "/reason": "reason",
    "/missed_by": "missed_by",
    "/pulse": "pulse",
}
"""The field of the form that each part of a request to sessions stands for."""


@router.get("/meetings/new/{relationship_id}")
async def show_meeting_form(visit: VisitDep, relationship_id: UUID) -> HTMLResponse:
    """Show the form of this week's meeting, with the targets of last week first."""
    mentoring = await _mentoring(visit, relationship_id)
    suggested = day_fields("on", mentoring.day_to_record) | day_fields("due", _next_meeting(mentoring))
    return _form(visit, mentoring, Typed({"minutes": "", **suggested, "submission": f"{uuid4()}"}))


@router.post("/meetings/new/{relationship_id}")
async def record_meeting(request: Request, visit: VisitDep, relationship_id: UUID) -> Response:
    """Record the meeting and what became of the targets; what is wrong is shown beside what was typed."""
    form = await read_form(request)
    mentoring = await _mentoring(visit, relationship_id)
    body = _held(form, is_trainee=_is_trainee(visit, mentoring))
    if form.errors:
        return _form(visit, mentoring, form)
    recorded = await _record(visit, relationship_id, body, form)
    if recorded is None:
        return _form(visit, mentoring, form)
    await _review_targets(visit, mentoring, form, body["on"])
    return lead_to(visit, f"/meetings/{recorded.meeting_id}/recorded?of={relationship_id}")


@router.get("/meetings/missed/{relationship_id}")
async def show_missed_form(visit: VisitDep, relationship_id: UUID) -> HTMLResponse:
    """Show the form for a meeting that did not take place."""
    mentoring = await _mentoring(visit, relationship_id)
    suggested = day_fields("on", mentoring.day_to_record)
    return _missed_form(visit, mentoring, Typed({**suggested, "submission": f"{uuid4()}"}))


@router.post("/meetings/missed/{relationship_id}")
async def record_missed(request: Request, visit: VisitDep, relationship_id: UUID) -> Response:
    """Record that a meeting did not take place."""
    form = await read_form(request)
    mentoring = await _mentoring(visit, relationship_id)
    body = _missed(form)
    if form.errors:
        return _missed_form(visit, mentoring, form)
    recorded = await _record(visit, relationship_id, body, form)
    if recorded is None:
        return _missed_form(visit, mentoring, form)
    return lead_to(visit, f"/meetings/{recorded.meeting_id}/recorded?of={relationship_id}")


@router.get("/meetings/{meeting_id}/recorded")
async def show_recorded(visit: VisitDep, meeting_id: UUID, of: UUID) -> HTMLResponse:
    """Show what was recorded, who can see it, and until when it can be corrected."""
    meeting = await visit.services.get("sessions", f"/meetings/{meeting_id}", Meeting)
    mentoring = await _mentoring(visit, of)
    return show(visit, "meetings/recorded.html", meeting=meeting, mentoring=mentoring, other=_other(visit, mentoring))


@router.get("/meetings/{meeting_id}/correction")
async def show_correction_form(visit: VisitDep, meeting_id: UUID, of: UUID) -> HTMLResponse:
    """Show the record of a meeting, to be corrected."""
    meeting = await visit.services.get("sessions", f"/meetings/{meeting_id}", Meeting)
    mentoring = await _mentoring(visit, of)
    values = {
        "submission": f"{uuid4()}",
        "version": f"{meeting.version}",
        "minutes": f"{meeting.minutes or ''}",
        "discussed": meeting.discussed or "",
        "reflection": meeting.reflection or "",
        "reason": meeting.reason or "",
        "missed_by": meeting.missed_by or "",
        **day_fields("on", meeting.on),
    }
    return _correction_form(visit, mentoring, meeting, Typed(values))


@router.post("/meetings/{meeting_id}/correction")
async def correct_meeting(request: Request, visit: VisitDep, meeting_id: UUID, of: UUID) -> Response:
    """Correct the record of a meeting; every earlier version stays readable for the two."""
    form = await read_form(request)
    meeting = await visit.services.get("sessions", f"/meetings/{meeting_id}", Meeting)
    mentoring = await _mentoring(visit, of)
    if meeting.status == "held":
        body = _held(form, is_trainee=_is_trainee(visit, mentoring))
        body.pop("targets", None)
    else:
        body = _missed(form)
    version = form.number("version", "Open the record again, and correct it there.")
    if form.errors:
        return _correction_form(visit, mentoring, meeting, form)
    body |= {"amended_on": f"{visit.today}"}
    try:
        await visit.services.send(
            "sessions", "PUT", f"/meetings/{meeting_id}", body, MeetingVersion, form.submission(), if_match=version
        )
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, FIELDS)
        return _correction_form(visit, mentoring, meeting, form)
    return lead_to(visit, f"/meetings/{meeting_id}/recorded?of={of}")


@router.get("/mentoring/{relationship_id}")
async def show_mentoring(visit: VisitDep, relationship_id: UUID) -> HTMLResponse:
    """Show a relationship week by week: its meetings, its targets, and who can see what."""
    mentoring = await _mentoring(visit, relationship_id)
    meetings = sorted(mentoring.relationship.meetings, key=lambda meeting: meeting.on, reverse=True)
    return show(
        visit, "meetings/mentoring.html", mentoring=mentoring, meetings=meetings, other=_other(visit, mentoring)
    )


def _form(visit: Visit, mentoring: Mentoring, form: Typed) -> HTMLResponse:
    return _show_form(visit, "meetings/form.html", mentoring, form)


def _missed_form(visit: Visit, mentoring: Mentoring, form: Typed) -> HTMLResponse:
    return _show_form(visit, "meetings/missed.html", mentoring, form)


def _correction_form(visit: Visit, mentoring: Mentoring, meeting: Meeting, form: Typed) -> HTMLResponse:
    return _show_form(visit, "meetings/correction.html", mentoring, form, meeting=meeting)


def _show_form(visit: Visit, template: str, mentoring: Mentoring, form: Typed, **values: Any) -> HTMLResponse:
    return show(
        visit,
        template,
        status=422 if form.errors else 200,
        mentoring=mentoring,
        other=_other(visit, mentoring),
        values=form.values,
        errors=form.errors,
        reasons=MISSED_REASONS,
        people=MISSED_BY,
        is_trainee=_is_trainee(visit, mentoring),
        **values,
    )


async def _record(visit: Visit, relationship_id: UUID, body: dict[str, Any], form: Typed) -> RecordedMeeting | None:
    """Record a meeting; notes a refusal in the form and returns None."""
    path = f"/relationships/{relationship_id}/meetings"
    try:
        return await visit.services.send("sessions", "POST", path, body, RecordedMeeting, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, FIELDS)
        return None


def _missed(form: Typed) -> dict[str, Any]:
    """Return the request that records a missed meeting as it was typed; notes what is missing."""
    on = form.day("on", "Give the day on which you would have met, such as 14 12 2026.")
    reason = form.choice("reason", "Choose why you did not meet.")
    return {"status": "missed", "on": f"{on}", "reason": reason, "missed_by": form.optional("missed_by")}


def _held(form: Typed, *, is_trainee: bool) -> dict[str, Any]:
    """Return the request that records a meeting as it was typed; notes what is missing."""
    on = form.day("on", "Give the day on which you met, such as 14 12 2026.")
    minutes = "minutes-other" if form.text("minutes-other") else "minutes"
    body: dict[str, Any] = {
        "status": "held",
        "on": f"{on}",
        "minutes": form.number(minutes, "Choose how long you met, or type a number of minutes."),
        "discussed": form.optional("discussed"),
    }
    if is_trainee:
        body["reflection"] = form.optional("reflection")
    if target := form.optional("target"):
        due_on = form.day("due", "Give the day until which the target is for, such as 21 12 2026.")
        body["targets"] = [{"text": target, "due_on": f"{due_on}"}]
    return body


async def _review_targets(visit: Visit, mentoring: Mentoring, form: Typed, on: str) -> None:
    """Review each target of which something was chosen. The meeting is recorded already, whatever comes of these."""
    for target in mentoring.open_targets:
        status = form.text(f"review-{target.target_id}")
        if status in ("met", "progressing"):
            await visit.services.send(
                "sessions",
                "POST",
                f"/targets/{target.target_id}/reviews",
                {"on": on, "status": status},
                dict[str, Any],
                uuid5(form.submission(), f"{target.target_id}"),
            )


async def _mentoring(visit: Visit, relationship_id: UUID) -> Mentoring:
    mentoring = await read_mentoring(visit.services, relationship_id, visit.today)
    await visit.learn_names((mentoring.relationship.mentor_id, mentoring.relationship.trainee_id))
    return mentoring


def _other(visit: Visit, mentoring: Mentoring) -> str:
    """Return the name of the other of the two."""
    return visit.names[mentoring.other_than(visit.membership.account_id)]


def _is_trainee(visit: Visit, mentoring: Mentoring) -> bool:
    return mentoring.side_of(visit.membership.account_id) == "trainee"


def _next_meeting(mentoring: Mentoring) -> date:
    return min(mentoring.next_planned or mentoring.today + timedelta(days=7), mentoring.relationship.ends_on)
