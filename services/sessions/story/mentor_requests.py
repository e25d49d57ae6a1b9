"""The lines of a request for another mentor, of which the mentor learns nothing."""

from services.sessions.domain.mentor_requests import MENTOR_REQUEST, AnotherMentorRequested, MentorRequestWithdrawn
from services.sessions.story.chapters import Chapter, Line, only

MENTEE = only("trainee", "The mentee asked in confidence; the mentor is not told.")
MENTOR_REQUESTS = Chapter(
    MENTOR_REQUEST,
    about="request",
    id_field="relationship_id",
    keys="select $1::uuid",
    lines={
        AnotherMentorRequested: Line("You asked for another mentor.", MENTEE),
        MentorRequestWithdrawn: Line("You withdrew your request for another mentor.", MENTEE),
    },
)
