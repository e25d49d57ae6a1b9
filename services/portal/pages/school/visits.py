"""Visits of a school's pages, which are for its lead."""

from typing import Annotated

from fastapi import Depends

from services.portal.calls.services import Refused
from services.portal.pages.context import Visit, VisitDep


async def school_visit(visit: VisitDep) -> Visit:
    """Return the visit of a school's lead; raises `Refused` for everybody else."""
    if visit.membership.role != "school_lead":
        raise Refused(
            403, "This page is for the lead of a school. If you are one as well, switch your role at the top."
        )
    return visit


SchoolVisitDep = Annotated[Visit, Depends(school_visit)]
