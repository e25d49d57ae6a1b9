"""Routes of assessments."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.sessions.api.documents import OR_DOCUMENT, Accept, asks_for_document, make_document
from services.sessions.api.parameters import AfterCursor, Limit
from services.sessions.commands import assessments as commands
from services.sessions.commands import unexpected
from services.sessions.commands.assessments import AssessmentState
from services.sessions.commands.unexpected import UnexpectedJudgements
from services.sessions.domain.assessment_versions import (
    AssessmentReturn,
    AssessmentSharing,
    AssessmentSignature,
    AssessmentStep,
    AssessmentText,
    Correction,
    NewAssessment,
    Takeover,
    TraineesComment,
)
from services.sessions.domain.assessments import ASSESSMENT
from services.sessions.exports.assessment_file import assessment_file
from services.sessions.queries import assessment_papers, due_assessments
from services.sessions.queries import assessments as queries
from services.sessions.queries.assessments import Assessment, AssessmentWithVersions
from services.sessions.queries.due_assessments import DueAssessment, DueTask
from shared.inputs.days import AskedDay
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router, asks
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/assessments", status_code=201)
async def begin_assessment(body: NewAssessment, caller: CreatorDep) -> AssessmentState:
    """Begin an assessment of a trainee to whom you are assigned, and whom you do not mentor. It is a draft at first.

    Where as many of its kind are submitted in this relationship as the programme asks for, send `again=true` if you
    mean another one.
    """
    return await caller.run(commands.begin_assessment(caller.who, body, again=caller.again), AssessmentState)


@router.get("/assessments")
async def list_assessments(reader: ReaderDep, trainee_id: UUID) -> list[Assessment]:
    """List the assessments of a trainee that you may read, each in its last version, the latest first."""
    return await queries.list_assessments(reader, trainee_id)


@router.get("/relationships/{relationship_id}/assessments/due")
async def list_due_assessments(relationship_id: UUID, reader: ReaderDep) -> list[DueAssessment]:
    """List the assessments that the programme asks for in a relationship, by their days, and how far they are."""
    return await due_assessments.list_due(reader, relationship_id)


@router.get("/assessments/due")
async def list_due_tasks(
    reader: ReaderDep,
    until: Annotated[AskedDay | None, Query(description="The last day; by default in four weeks.")] = None,
    after: AfterCursor = None,
    limit: Limit = 100,
) -> list[DueTask]:
    """List what is due or overdue for the trainees whom you assess or oversee, a page at a time.

    These are assessments to write, to submit, and to correct after an appeal; support plans to share and to review.
    """
    return await due_assessments.list_due_tasks(reader, until, after=after, limit=limit)


@router.get("/assessments/{assessment_id}", response_model=AssessmentWithVersions, responses={**OR_DOCUMENT})
@has_version(ASSESSMENT, key="assessment_id")
@asks(queries.READ_BY)
async def show_assessment(
    assessment_id: UUID,
    reader: ReaderDep,
    version: Annotated[
        int | None, Query(ge=1, le=1000, description="Only this version; without it a document shows the last one.")
    ] = None,
    accept: Accept = "",
) -> AssessmentWithVersions | Response:
    """Show an assessment with every version that you may read.

    `Accept: application/pdf` answers with a version as a tagged document to print.
    """
    shown = await queries.show_assessment(reader, assessment_id)
    if not asks_for_document(accept):
        return shown.only(version)
    paper = await assessment_papers.show_paper(reader, shown, version)
    return await make_document(partial(assessment_file, paper))


@router.put("/assessments/{assessment_id}")
@has_version(ASSESSMENT, key="assessment_id")
async def write_assessment(assessment_id: UUID, body: AssessmentText, caller: CallerDep) -> AssessmentState:
    """Write your assessment anew: send all of it. What you had shared is a draft again until you share it."""
    return await caller.run(commands.write_assessment(caller.who, assessment_id, body), AssessmentState)


@router.put("/assessments/{assessment_id}/assessor")
@has_version(ASSESSMENT, key="assessment_id")
async def take_over_assessment(assessment_id: UUID, body: Takeover, caller: CallerDep) -> AssessmentState:
    """Go on with an assessment whose assessor is not assigned any more, in a version of your own."""
    return await caller.run(commands.take_over_assessment(caller.who, assessment_id, body), AssessmentState)


@router.put("/assessments/{assessment_id}/sharing")
@has_version(ASSESSMENT, key="assessment_id")
async def share_assessment(assessment_id: UUID, body: AssessmentSharing, caller: CallerDep) -> AssessmentState:
    """Share a complete draft with the trainee and with those who sign it.

    Where the programme asks for it, say why each concern comes up that was never raised before.
    """
    return await caller.run(commands.share_assessment(caller.who, assessment_id, body), AssessmentState)


@router.get("/assessments/{assessment_id}/unexpected")
async def show_unexpected(
    assessment_id: UUID,
    caller: CallerDep,
    on: Annotated[AskedDay | None, Query(description="The day on which you will share it; without it, today.")] = None,
) -> UnexpectedJudgements:
    """Show what your draft says of a standard that was never raised with the trainee before, and what was."""
    return await caller.run(unexpected.show_unexpected(caller.who, assessment_id, on), UnexpectedJudgements)


@router.put("/assessments/{assessment_id}/comment")
@has_version(ASSESSMENT, key="assessment_id")
async def comment_on_assessment(assessment_id: UUID, body: TraineesComment, caller: CallerDep) -> AssessmentState:
    """Comment on an assessment of you before it is signed, or say that you have no comment."""
    return await caller.run(commands.comment_on_assessment(caller.who, assessment_id, body), AssessmentState)


@router.post("/assessments/{assessment_id}/signatures", status_code=201)
@has_version(ASSESSMENT, key="assessment_id")
async def sign_assessment(assessment_id: UUID, body: AssessmentSignature, caller: CallerDep) -> AssessmentState:
    """Sign a version of an assessment, in the order of the programme. The trainee's says that they read it."""
    return await caller.run(commands.sign_assessment(caller.who, assessment_id, body), AssessmentState)


@router.put("/assessments/{assessment_id}/submission")
@has_version(ASSESSMENT, key="assessment_id")
async def submit_assessment(assessment_id: UUID, body: AssessmentStep, caller: CallerDep) -> AssessmentState:
    """Submit an assessment that all have signed."""
    return await caller.run(commands.submit_assessment(caller.who, assessment_id, body.on), AssessmentState)


@router.put("/assessments/{assessment_id}/acknowledgement")
@has_version(ASSESSMENT, key="assessment_id")
async def acknowledge_assessment(assessment_id: UUID, body: AssessmentStep, caller: CallerDep) -> AssessmentState:
    """Acknowledge an assessment that was submitted to you."""
    return await caller.run(commands.acknowledge_assessment(caller.who, assessment_id, body.on), AssessmentState)


@router.put("/assessments/{assessment_id}/return")
@has_version(ASSESSMENT, key="assessment_id")
async def return_assessment(assessment_id: UUID, body: AssessmentReturn, caller: CallerDep) -> AssessmentState:
    """Send an assessment back to its assessor, with the reason, instead of signing or acknowledging it."""
    return await caller.run(commands.return_assessment(caller.who, assessment_id, body), AssessmentState)


@router.post("/assessments/{assessment_id}/corrections", status_code=201)
@has_version(ASSESSMENT, key="assessment_id")
async def correct_assessment(assessment_id: UUID, body: Correction, caller: CallerDep) -> AssessmentState:
    """Begin a corrected version of an assessment that you submitted. The version before stays as it was."""
    return await caller.run(commands.correct_assessment(caller.who, assessment_id, body), AssessmentState)
