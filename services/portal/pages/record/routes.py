"""The route of somebody's own record."""

from asyncio import gather
from itertools import groupby

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from services.portal.calls.answers import OwnItem, Reading
from services.portal.pages.context import VisitDep
from services.portal.pages.templating import show

router = APIRouter()

KINDS = {
    "entry": "Your journal",
    "observation": "Observations of your lessons",
    "feedback": "Feedback for you",
    "measures": "How you saw yourself",
    "reflection": "Looking back",
}
REASONS = {
    "works_with_owner": "they wrote it with you or for you",
    "released_to_person": "you released it to them",
    "released_to_role": "you released it to them",
    "assessment_rests_on_it": "an assessment of theirs rests on it",
    "safeguarding": "it was opened to keep somebody safe",
}


@router.get("/record")
async def show_record(visit: VisitDep) -> HTMLResponse:
    """Show every item of the person's own, by kind, with everybody who can see it and who has read it."""
    items, readings = await gather(
        visit.services.get("sessions", "/record", list[OwnItem]),
        visit.services.get("sessions", "/record/reads", list[Reading]),
    )
    people = {reader.person_id for item in items for reader in item.readers if reader.person_id}
    await visit.learn_names(people | {reading.reader_id for reading in readings if reading.reader_id})
    items.sort(key=lambda item: item.kind)
    kinds = [(kind, list(of_kind)) for kind, of_kind in groupby(items, key=lambda item: item.kind)]
    return show(visit, "record/record.html", kinds=kinds, readings=readings, titles=KINDS, reasons=REASONS)
