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

_AUTHORS, _READERS = readers_of_assessment("drafting"), readers_of_assessment("submitted")
SUPPORT_PLANS = Chapter(
    SUPPORT_PLAN,
    about="support plan",
    id_field="assessment_id",
    keys="select distinct assessment_id from assessments where relationship_id = $1",
    lines={
        SupportPlanWritten: Line("Version {version_number} of a support plan was written.", _AUTHORS),
        SupportPlanShared: Line("A support plan was shared with the trainee.", _READERS),
        SupportPlanAcknowledged: Line("The trainee acknowledged a support plan.", _READERS),
        SupportPlanReviewed: Line("A support plan was reviewed: {progress}.", _READERS),
        SupportPlanClosed: Line("A support plan was closed: {outcome}.", _READERS),
        SupportPlanReopened: Line("A support plan goes on.", _READERS),
    },
)
