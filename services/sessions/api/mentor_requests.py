"""Routes of requests for another mentor."""

from uuid import UUID

from services.sessions.commands import mentor_requests as commands
from services.sessions.commands.break_offs import OpenedBreakOff
from services.sessions.commands.mentor_requests import MentorRequestState
from services.sessions.domain.mentor_requests import MentorRequestStep, NewMentorRequest
from services.sessions.queries import mentor_requests as queries
from services.sessions.queries.mentor_requests import MentorRequestNotice
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.put("/mentor-requests/{relationship_id}")
async def request_another_mentor(
    relationship_id: UUID, body: NewMentorRequest, caller: CallerDep
) -> MentorRequestState:
    """Request another mentor, as the mentee. Your mentor is not told, and your mentoring goes on until there is one.

    Whom you name as your contact is asked to get in touch with you, and alone may read your reason. Send it again to
    ask another contact, or in other words.
    """
    return await caller.run(commands.request_another_mentor(caller.who, relationship_id, body), MentorRequestState)


@router.put("/mentor-requests/{relationship_id}/withdrawal")
async def withdraw_mentor_request(
    relationship_id: UUID, body: MentorRequestStep, caller: CallerDep
) -> MentorRequestState:
    """Withdraw your request: nobody looks for another mentor any more, and nobody else reads what you wrote."""
    return await caller.run(commands.withdraw_mentor_request(caller.who, relationship_id, body), MentorRequestState)


@router.get("/mentor-requests")
async def list_mentor_requests(reader: ReaderDep) -> list[MentorRequestNotice]:
    """List the mentees who want another mentor and chose you as their safe contact; your own requests too."""
    return await queries.list_mentor_requests(reader)


@router.get("/mentor-requests/{relationship_id}")
async def open_mentor_request(relationship_id: UUID, caller: CallerDep) -> OpenedBreakOff:
    """Open what a mentee wrote to you as their safe contact. The mentee can see that you did."""
    return await caller.run(commands.open_mentor_request(caller.who, relationship_id), OpenedBreakOff)
