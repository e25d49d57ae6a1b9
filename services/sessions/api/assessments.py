"""Routes of assessments."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.sessions.api.bodies import Body, Text
from services.sessions.commands import assessments as commands
from services.sessions.queries import assessments as queries
from shared.events.words import AssessmentKind, Judgement, Standard
from shared.kernel.http.context import CallerDep, ReaderDep

router = APIRouter(tags=["sessions"])


class NewAssessment(Body):
    """A judgement on each of the eight Teachers' Standards, and a comment on any of them."""

    relationship_id: UUID
    kind: AssessmentKind
    on: date
    judgements: dict[Standard, Judgement]
    comments: dict[Standard, Text] = Field(default_factory=dict)


class AssessmentKept(BaseModel):
    """The assessment that was submitted."""

    assessment_id: UUID


@router.post("/assessments", status_code=201)
async def submit_assessment(body: NewAssessment, caller: CallerDep) -> AssessmentKept:
    """Submit an assessment of a trainee whom one does not mentor."""
    return AssessmentKept.model_validate(await caller.run(commands.submit_assessment(caller.who, **body.model_dump())))


@router.get("/assessments")
async def list_assessments(reader: ReaderDep, trainee_id: UUID) -> list[dict[str, Any]]:
    """A trainee's assessments, as far as one may see them, the latest first."""
    return await queries.assessments(reader, trainee_id)
