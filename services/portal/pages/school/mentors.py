"""The route of a school's mentors, with the hours that they give to each kind of mentoring."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from services.portal.calls.hosting import KINDS_OF_LOAD, read_mentor_loads
from services.portal.pages.school.visits import SchoolVisitDep
from services.portal.pages.templating import show

router = APIRouter()


@router.get("/school/mentors")
async def show_mentors(visit: SchoolVisitDep) -> HTMLResponse:
    """Show each mentor's hours a week: by kind of mentoring, and what is left; first whoever gives the most of them."""
    loads = await read_mentor_loads(visit.services, visit.today)
    people = {each.mentor_id for each in loads}
    await visit.learn_names(people | {each.trainee_id for load in loads for each in load.relationships})
    return show(
        visit,
        "school/mentors.html",
        loads=sorted(loads, key=lambda load: (load.left, visit.names[load.mentor_id])),
        kinds=[kind for kind in KINDS_OF_LOAD if kind in ("itt", "ect") or any(load.hours[kind] for load in loads)],
    )
