"""The lines of appeals."""

from services.sessions.domain.appeals import (
    APPEALS,
    AppealDecided,
    AppealDecisionReversed,
    AppealMade,
    AppealWithdrawn,
)
from services.sessions.story.chapters import Chapter, Line, readers_of_assessment

APPEALS_MADE = Chapter(
    APPEALS,
    about="appeal",
    id_field="assessment_id",
    keys="select distinct assessment_id from assessments where relationship_id = $1",
    lines={
        AppealMade: Line(
            "The trainee appealed against version {version_number} of an assessment.",
            readers_of_assessment("submitted"),
        ),
        AppealWithdrawn: Line("The trainee took an appeal back.", readers_of_assessment("submitted")),
        AppealDecided: Line("An appeal was decided: it is {outcome}.", readers_of_assessment("submitted")),
        AppealDecisionReversed: Line(
            "The decision about an appeal was taken back.", readers_of_assessment("submitted")
        ),
    },
)
