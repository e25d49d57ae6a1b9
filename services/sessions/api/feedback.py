"""Routes of feedback."""

from uuid import UUID

from services.sessions.commands import feedback as commands
from services.sessions.commands.feedback import FeedbackState, OpenedFeedback
from services.sessions.domain.access import Release
from services.sessions.domain.feedback import FEEDBACK, AmendedFeedback, FeedbackAcknowledgement, NewFeedback
from services.sessions.queries import feedback as queries
from services.sessions.queries.feedback import FeedbackSummary
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/relationships/{relationship_id}/feedback", status_code=201)
async def write_feedback(relationship_id: UUID, body: NewFeedback, caller: CreatorDep) -> FeedbackState:
    """Give the mentee feedback on their teaching, without a grade. It is theirs: others read it if they release it."""
    return await caller.run(commands.write_feedback(caller.who, relationship_id, body), FeedbackState)


@router.get("/relationships/{relationship_id}/feedback")
async def list_feedback(relationship_id: UUID, reader: ReaderDep) -> list[FeedbackSummary]:
    """List the feedback of a relationship that you may read, the latest first, without its words."""
    return await queries.list_feedback(reader, relationship_id)


@router.get("/feedback/{feedback_id}")
@has_version(FEEDBACK, key="feedback_id")
async def open_feedback(feedback_id: UUID, caller: CallerDep) -> OpenedFeedback:
    """Open feedback with every version of it. If it was released to you, the mentee can see that you did."""
    return await caller.run(commands.open_feedback(caller.who, feedback_id), OpenedFeedback)


@router.put("/feedback/{feedback_id}")
@has_version(FEEDBACK, key="feedback_id")
async def amend_feedback(feedback_id: UUID, body: AmendedFeedback, caller: CallerDep) -> FeedbackState:
    """Amend feedback that you gave, in the programme's days: send it whole, as it should be. Every version is kept."""
    return await caller.run(commands.amend_feedback(caller.who, feedback_id, body), FeedbackState)


@router.put("/feedback/{feedback_id}/acknowledgement")
@has_version(FEEDBACK, key="feedback_id")
async def acknowledge_feedback(feedback_id: UUID, body: FeedbackAcknowledgement, caller: CallerDep) -> FeedbackState:
    """Acknowledge that you have read feedback that was given to you."""
    return await caller.run(commands.acknowledge_feedback(caller.who, feedback_id, body.on), FeedbackState)


@router.post("/feedback/{feedback_id}/releases", status_code=201)
@has_version(FEEDBACK, key="feedback_id")
async def release_feedback(feedback_id: UUID, body: Release, caller: CallerDep) -> FeedbackState:
    """Release feedback that was given to you to a person, or to everybody in a role."""
    return await caller.run(commands.release_feedback(caller.who, feedback_id, body), FeedbackState)


@router.post("/feedback/{feedback_id}/revocations", status_code=201)
@has_version(FEEDBACK, key="feedback_id")
async def revoke_feedback_release(feedback_id: UUID, body: Release, caller: CallerDep) -> FeedbackState:
    """Take a release back."""
    return await caller.run(commands.revoke_release(caller.who, feedback_id, body), FeedbackState)
