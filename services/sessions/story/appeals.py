"""The lines of appeals."""

from services.sessions.domain.appeals import (
    APPEALS,
    AppealDecided,
    AppealDecisionReversed,
    AppealMade,
    AppealWithdrawn,
)
from services.sessions.story.chapters import Chapter, Line, readers_of_assessment

_READERS = readers_of_assessment("submitted")
APPEALS_MADE = Chapter(
    APPEALS,
    about="appeal",
    id_field="assessment_id",
    keys="select distinct assessment_id from assessments where relationship_id = $1",
    lines={
        AppealMade: Line(
            "The trainee appealed against version {version_number} of an assessment.",
            _READERS,
        ),
        AppealWithdrawn: Line("The trainee took an appeal back.", _READERS),
        AppealDecided: Line("An appeal was decided: it is {outcome}.", _READERS),
        AppealDecisionReversed: Line("The decision about an appeal was taken back.", _READERS),
    },
)
