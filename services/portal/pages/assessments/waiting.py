"""The assessments of somebody's own that wait for them, as their home lists them."""

from asyncio import gather

from services.portal.calls.assessment_answers import Assessment
from services.portal.calls.assessments import list_assessments, read_assessment
from services.portal.calls.services import Away, Refused
from services.portal.pages.context import Visit

UNDER_WAY = ("shared", "commented", "signing")


async def waiting_assessments(visit: Visit) -> list[tuple[Assessment, frozenset[str]]]:
    """Return the assessments on which somebody can comment or that they sign next; none while they cannot be had."""
    me = visit.membership.account_id
    try:
        own = await list_assessments(visit.services, me)
        views = await gather(
            *(read_assessment(visit.services, each.assessment_id) for each in own if each.state in UNDER_WAY)
        )
    except (Refused, Away):
        return []
    steps = [view.steps_for(view.person(me, visit.membership.role), visit.today) for view in views]
    return [(view.last, own_steps) for view, own_steps in zip(views, steps, strict=True) if own_steps]
