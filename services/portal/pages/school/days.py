"""Routes of days: a school's lead confirms what trainees logged, many at once, and sends back what is not right."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.hosting import PlacementDay, read_days
from services.portal.calls.hosting_answers import DayOutcomes
from services.portal.calls.services import Refused
from services.portal.pages import words
from services.portal.pages.context import Visit
from services.portal.pages.forms import Typed, read_form
from services.portal.pages.school.visits import SchoolVisitDep
from services.portal.pages.school.words import DAY_PARTS, RETURN_REASONS, items_of
from services.portal.pages.templating import lead_to, show

router = APIRouter()

AT_ONCE = 150
"""Days that one form holds."""
State = Literal["logged", "confirmed"]


@router.get("/school/days")
async def show_days(visit: SchoolVisitDep, state: State = "logged") -> HTMLResponse:
    """Show the days that wait to be confirmed, by trainee, or those that were confirmed and can be taken back."""
    return await _list(visit, state, Typed({"submission": f"{uuid4()}"}))


@router.post("/school/days")
async def confirm_days(request: Request, visit: SchoolVisitDep) -> Response:
    """Confirm every day that is ticked; a day that is refused stays, with the reason."""
    form = await read_form(request, most_fields=AT_ONCE + 20)
    keys = [key for key in form.several("day") if _line(key)]
    if not keys:
        form.errors["days"] = "Tick the days that are right."
        return await _list(visit, "logged", form)
    body = {"days": [_line(key) for key in keys]}
    try:
        done = await visit.services.send("sessions", "POST", "/days/confirmation", body, DayOutcomes, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, {})
        return await _list(visit, "logged", form)
    if not done.refused:
        return lead_to(visit, "/school/days")
    form.begin_anew()
    form.errors.update({f"day-{keys[each.line]}": each.detail for each in done.refused})
    return await _list(visit, "logged", form)


@router.get("/school/days/return")
async def show_return_form(visit: SchoolVisitDep, day: str, state: State = "logged") -> HTMLResponse:
    """Show the form by which a day is sent back to the trainee."""
    return await _return_form(visit, day, state, Typed({"submission": f"{uuid4()}"}))


@router.post("/school/days/return")
async def return_day(request: Request, visit: SchoolVisitDep, day: str, state: State = "logged") -> Response:
    """Send a day one step back."""
    form = await read_form(request)
    reason = form.choice("reason", "Choose what is not right.")
    if form.errors or not (line := _line(day)):
        return await _return_form(visit, day, state, form)
    body = {"days": [line], "state": state, "reason": reason}
    try:
        done = await visit.services.send("sessions", "POST", "/days/return", body, DayOutcomes, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, {"/reason": "reason"})
        return await _return_form(visit, day, state, form)
    if done.refused:
        form.begin_anew()
        form.errors["reason"] = done.refused[0].detail
        return await _return_form(visit, day, state, form)
    return lead_to(visit, "/school/days")


def _line(key: str) -> dict[str, str] | None:
    """Return the line of a request that a day's value in a form stands for; None where it stands for none."""
    relationship_id, _, rest = key.partition(".")
    on, _, part = rest.partition(".")
    try:
        line = {"relationship_id": f"{UUID(relationship_id)}", "on": f"{date.fromisoformat(on)}", "part": part}
    except ValueError:
        return None
    return line if part in DAY_PARTS else None


async def _list(visit: Visit, state: State, form: Typed) -> HTMLResponse:
    days, more = await read_days(visit.services, state)
    names = await visit.learn_names({day.trainee_id for day in days})
    shown = days[:AT_ONCE] if state == "logged" else list(reversed(days))[:AT_ONCE]
    errors = {name: _with_day(name, sentence, days, names) for name, sentence in form.errors.items()}
    ticked = set(form.several("day")) if form.errors else {day.key for day in shown}
    return show(
        visit,
        "school/days.html",
        status=422 if form.errors else 200,
        state=state,
        by_trainee=_by_trainee(shown, names),
        number=len(days),
        shown=len(shown),
        more=more,
        ticked=ticked,
        values=form.values,
        errors=errors,
    )


def _by_trainee(days: Sequence[PlacementDay], names: Mapping[UUID, str]) -> list[tuple[UUID, list[PlacementDay]]]:
    """Return days by trainee, in the order of their names."""
    ordered = sorted(days, key=lambda day: (names[day.trainee_id], day.trainee_id, day.on))
    return [(trainee_id, list(of_trainee)) for trainee_id, of_trainee in groupby(ordered, lambda day: day.trainee_id)]


def _with_day(name: str, sentence: str, days: Sequence[PlacementDay], names: Mapping[UUID, str]) -> str:
    """Say of which day a sentence is, for a summary that lists several."""
    day = next((each for each in days if name == f"day-{each.key}"), None)
    return sentence if day is None else f"{names[day.trainee_id]}, {words.weekday(day.on)}: {sentence}"


async def _return_form(visit: Visit, key: str, state: State, form: Typed) -> HTMLResponse:
    days, _ = await read_days(visit.services, state)
    day = next((each for each in days if each.key == key), None)
    if day is None:
        raise Refused(404, "There is no such day.")
    await visit.learn_names([day.trainee_id])
    reasons: dict[str, Any] = {
        reason: text for reason, text in RETURN_REASONS.items() if state == "confirmed" or reason != "by_mistake"
    }
    return show(
        visit,
        "school/return.html",
        status=422 if form.errors else 200,
        day=day,
        state=state,
        reason_items=items_of(reasons),
        values=form.values,
        errors=form.errors,
    )
