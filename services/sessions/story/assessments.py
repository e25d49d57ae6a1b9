"""The lines of assessments."""

from services.sessions.domain.assessment_versions import (
    AssessmentAcknowledged,
    AssessmentReturned,
    AssessmentShared,
    AssessmentSigned,
    AssessmentSubmitted,
    AssessmentTakenOver,
    AssessmentWritten,
    StandardCommented,
    TraineeCommented,
)
from services.sessions.domain.assessments import ASSESSMENT
from services.sessions.story.chapters import Chapter, Line, readers_of_assessment

ASSESSMENTS = Chapter(
    ASSESSMENT,
    about="assessment",
    id_field="assessment_id",
    keys="select distinct assessment_id from assessments where relationship_id = $1",
    lines={
        AssessmentWritten: Line(
            "The assessor wrote version {version_number} of an assessment.", readers_of_assessment("drafting")
        ),
        AssessmentTakenOver: Line(
            "Another assessor went on with an assessment, in version {version_number}.",
            readers_of_assessment("drafting"),
        ),
        AssessmentShared: Line("The assessor shared an assessment.", readers_of_assessment("shared")),
        TraineeCommented: Line(
            "The trainee commented on an assessment, or had no comment.", readers_of_assessment("commented")
        ),
        AssessmentSigned: Line("An assessment was signed: {role}.", readers_of_assessment("signing")),
        AssessmentSubmitted: Line("An assessment was submitted: {kind}.", readers_of_assessment("submitted")),
        StandardCommented: Line("The assessor commented on {standard}.", readers_of_assessment("submitted")),
        AssessmentAcknowledged: Line("An assessment was acknowledged.", readers_of_assessment("acknowledged")),
        AssessmentReturned: Line("An assessment was returned to its assessor.", readers_of_assessment("returned")),
    },
)
