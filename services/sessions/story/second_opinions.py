"""The lines of second opinions."""

from services.sessions.domain.second_opinions import (
    SECOND_OPINIONS,
    OpinionAsked,
    OpinionRequestWithdrawn,
    OpinionWritten,
)
from services.sessions.story.chapters import Chapter, Line, readers_of_assessment

_READERS = readers_of_assessment("submitted")
OPINIONS = Chapter(
    SECOND_OPINIONS,
    about="second opinion",
    id_field="assessment_id",
    keys="select distinct assessment_id from assessments where relationship_id = $1",
    lines={
        OpinionAsked: Line("Somebody asked for a second opinion on an assessment.", _READERS),
        OpinionRequestWithdrawn: Line("A request for a second opinion was taken back.", _READERS),
        OpinionWritten: Line("A second opinion on an assessment was written.", _READERS),
    },
)
