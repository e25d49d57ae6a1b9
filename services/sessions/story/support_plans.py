"""The lines of support plans."""

from services.sessions.domain.support_plans import (
    SUPPORT_PLAN,
    SupportPlanAcknowledged,
    SupportPlanClosed,
    SupportPlanReopened,
    SupportPlanReviewed,
    SupportPlanShared,
    SupportPlanWritten,
)
from services.sessions.story.chapters import Chapter, Line, readers_of_assessment

SUPPORT_PLANS = Chapter(
    SUPPORT_PLAN,
    about="support plan",
    id_field="assessment_id",
    keys="select distinct assessment_id from assessments where relationship_id = $1",
    lines={
        SupportPlanWritten: Line(
            "Version {version_number} of a support plan was written.", readers_of_assessment("drafting")
        ),
        SupportPlanShared: Line("A support plan was shared with the trainee.", readers_of_assessment("submitted")),
        SupportPlanAcknowledged: Line("The trainee acknowledged a support plan.", readers_of_assessment("submitted")),
        SupportPlanReviewed: Line("A support plan was reviewed: {progress}.", readers_of_assessment("submitted")),
        SupportPlanClosed: Line("A support plan was closed: {outcome}.", readers_of_assessment("submitted")),
        SupportPlanReopened: Line("A support plan goes on.", readers_of_assessment("submitted")),
    },
)
