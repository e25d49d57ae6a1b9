"""Routes of surveys."""

from uuid import UUID

from services.sessions.commands import surveys as commands
from services.sessions.commands.surveys import SurveyState
from services.sessions.domain.surveys import SurveyAnswers
from services.sessions.queries import surveys as queries
from services.sessions.queries.surveys import SurveyView
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.get("/relationships/{relationship_id}/survey")
async def show_survey(relationship_id: UUID, reader: ReaderDep) -> SurveyView:
    """Show the survey of views of mentoring, your own answers, and, once both of you have answered, where to talk."""
    return await queries.show_survey(reader, relationship_id)


@router.put("/relationships/{relationship_id}/survey/answers")
async def answer_survey(relationship_id: UUID, body: SurveyAnswers, caller: CallerDep) -> SurveyState:
    """Answer the survey. The other of you never sees your answers, only on which statements you differ."""
    return await caller.run(commands.answer_survey(caller.who, relationship_id, body), SurveyState)
