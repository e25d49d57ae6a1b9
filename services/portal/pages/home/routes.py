"""The route of the home page, one page for each role."""

from asyncio import gather
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from services.portal.calls.answers import Overview
from services.portal.calls.services import Away, Refused
from services.portal.calls.sessions import Mentoring, current_relationships, read_mentoring
from services.portal.pages.assessments.waiting import waiting_assessments
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.home.first_steps import read_first_steps
from services.portal.pages.school.waiting import read_waiting
from services.portal.pages.templating import show
from shared.calendar import ENGLAND

router = APIRouter()


@router.get("/")
async def show_home(visit: VisitDep) -> HTMLResponse:
    """Show the home of the role in which somebody comes."""
    match visit.membership.role:
        case "mentor":
            return show(visit, "home/mentor.html", mentorings=await _mentorings(visit))
        case "trainee":
            mentorings, waiting = await gather(_mentorings(visit), waiting_assessments(visit))
            return show(visit, "home/trainee.html", mentorings=mentorings, waiting=waiting)
        case "school_lead":
            waiting, overview = await gather(read_waiting(visit), _overview(visit))
            return show(visit, "home/school.html", waiting=waiting, **overview)
        case "partnership_lead":
            found = await _overview(visit)
            steps = [] if _has_begun(found["overview"]) else await read_first_steps(visit)
            return show(visit, "home/lead.html", steps=steps, **found)
        case _:
            return show(visit, "home/lead.html", steps=[], **await _overview(visit))


def _has_begun(overview: Overview | None) -> bool:
    return overview is None or (overview.mentoring is not None and overview.mentoring.relationships > 0)


async def _mentorings(visit: Visit) -> list[Mentoring]:
    """Return the relationships of somebody that go on: what was not recorded comes first, then what is next."""
    relationships = await current_relationships(visit.services, visit.today)
    mentorings = await gather(
        *(read_mentoring(visit.services, each.relationship_id, visit.today) for each in relationships)
    )
    await visit.learn_names(person for each in relationships for person in (each.mentor_id, each.trainee_id))
    return sorted(mentorings, key=lambda each: (not each.unrecorded, each.next_planned or each.relationship.ends_on))


async def _overview(visit: Visit) -> dict[str, Any]:
    try:
        overview = await visit.services.get("reporting", "/overview", Overview)
    except (Refused, Away) as missing:
        return {"overview": None, "is_away": isinstance(missing, Away), "statuses": [], "up_to_date_at": None}
    people = {
        person
        for of_kind in overview.warnings or ()
        for each in of_kind.latest
        for person in (each.trainee_id, each.mentor_id)
        if person is not None
    }
    await visit.learn_names(people)
    at = overview.up_to_date_at
    found = [each.trainees for each in overview.placements or ()]
    statuses = [status for status in (found[0] if found else ()) if any(trainees.get(status) for trainees in found)]
    up_to_date_at = None if at is None else f"{at.astimezone(ENGLAND):%H:%M}"
    return {"overview": overview, "statuses": statuses, "up_to_date_at": up_to_date_at}
