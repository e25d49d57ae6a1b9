"""The lines of feedback."""

from services.sessions.domain.feedback import (
    FEEDBACK,
    FeedbackAcknowledged,
    FeedbackRead,
    FeedbackReleased,
    FeedbackReleaseRevoked,
    FeedbackWritten,
)
from services.sessions.story.chapters import Chapter, Line, LineReaders, only

WHOEVER_READS_IT = LineReaders(
    "The mentee, whoever gave it, and those to whom the mentee has released it",
    "Feedback belongs to the mentee, who decides who else reads it.",
    of_item=True,
)
_THEIRS = only("trainee", "Feedback belongs to the mentee, who decides who else learns of it.")

FEEDBACKS = Chapter(
    FEEDBACK,
    about="feedback",
    id_field="feedback_id",
    keys="select feedback_id from feedback where relationship_id = $1",
    lines={
        FeedbackWritten: Line("Feedback was given, version {version_number}: {role}.", WHOEVER_READS_IT),
        FeedbackAcknowledged: Line("The mentee acknowledged feedback.", _THEIRS),
        FeedbackReleased: Line("Feedback was released.", _THEIRS),
        FeedbackReleaseRevoked: Line("A release of feedback was revoked.", _THEIRS),
        FeedbackRead: Line("Somebody read feedback.", _THEIRS),
    },
)
