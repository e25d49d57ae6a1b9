"""Routes of targets."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.sessions.api.bodies import Body, Text
from services.sessions.commands import targets as commands
from services.sessions.domain.targets import Reviewed, Status
from shared.kernel.http.context import CallerDep

router = APIRouter(tags=["sessions"])


class Wanted(Body):
    """A target to set; `measure` says how one will know that it is reached."""

    text: Text
    measure: Text | None = None
    due_on: date

    def wanted(self) -> commands.Wanted:
        """The target as the use case takes it."""
        return commands.Wanted(self.text, self.measure, self.due_on)


class NewTarget(Wanted):
    """A target to set outside a meeting."""

    on: date


class TargetReview(Body):
    """Where a target stands on a day."""

    on: date
    status: Reviewed
    note: Text | None = None


class TargetStanding(BaseModel):
    """Where a target stands."""

    target_id: UUID
    status: Status


@router.post("/relationships/{relationship_id}/targets", status_code=201)
async def set_target(relationship_id: UUID, body: NewTarget, caller: CallerDep) -> TargetStanding:
    """Set a target outside a meeting."""
    use_case = commands.set_target(caller.who, relationship_id, on=body.on, wanted=body.wanted())
    return TargetStanding.model_validate(await caller.run(use_case))


@router.post("/targets/{target_id}/reviews", status_code=201)
async def review_target(target_id: UUID, body: TargetReview, caller: CallerDep) -> TargetStanding:
    """Look at a target again."""
    use_case = commands.review_target(caller.who, target_id, **body.model_dump())
    return TargetStanding.model_validate(await caller.run(use_case))
