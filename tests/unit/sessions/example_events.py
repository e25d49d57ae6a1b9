"""One private event of each kind of the sessions service."""

from services.sessions.domain.assessment_versions import AssessmentSubmitted, StandardCommented
from services.sessions.domain.meetings import (
    MeetingAcknowledged,
    MeetingHeld,
    MeetingMissed,
    meeting_id_on,
)
from services.sessions.domain.notes import NoteWritten
from services.sessions.domain.targets import TargetReviewed, TargetSet
from services.sessions.domain.trainees import AssessorAdmitted, MentorJoined
from tests.unit.sessions.examples import (
    ASSESSMENT_ID,
    DAY,
    MENTOR_ID,
    MONDAY,
    ON_TRACK,
    RELATIONSHIP_ID,
    STARTS_ON,
    TARGET_ID,
    TRAINEE_ID,
    TUTOR_ID,
    WEEK,
)

HELD = MeetingHeld(
    happened_on=MONDAY,
    meeting_id=meeting_id_on(RELATIONSHIP_ID, MONDAY),
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    by="mentor",
    minutes=50,
    agenda_by="mentee",
    discussed="sealed: discussed",
)
MISSED = MeetingMissed(
    happened_on=MONDAY + WEEK,
    meeting_id=meeting_id_on(RELATIONSHIP_ID, MONDAY + WEEK),
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    by="trainee",
    reason="cover",
)
AMENDED = MeetingHeld(
    happened_on=MONDAY,
    meeting_id=HELD.meeting_id,
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    by="mentor",
    version_number=2,
    amended_on=MONDAY + DAY,
    minutes=40,
    discussed="sealed: amended",
)
ACKNOWLEDGED = MeetingAcknowledged(
    happened_on=MONDAY + DAY,
    meeting_id=HELD.meeting_id,
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    by="mentor",
    version_number=2,
)
SET = TargetSet(
    happened_on=MONDAY,
    target_id=TARGET_ID,
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    by="trainee",
    text="sealed: text",
    measure="sealed: measure",
    due_on=MONDAY + WEEK,
)
REVIEWED = TargetReviewed(
    happened_on=MONDAY + WEEK,
    target_id=TARGET_ID,
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    by="mentor",
    status="met",
    note="sealed: review",
)
WRITTEN = NoteWritten(happened_on=MONDAY, meeting_id=HELD.meeting_id, author_id=MENTOR_ID, note="sealed: note")
SUBMITTED = AssessmentSubmitted(
    happened_on=MONDAY,
    assessment_id=ASSESSMENT_ID,
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    assessor_id=TUTOR_ID,
    kind="interim",
    judgements=ON_TRACK,
)
COMMENTED = StandardCommented(
    happened_on=MONDAY,
    assessment_id=ASSESSMENT_ID,
    trainee_id=TRAINEE_ID,
    standard="TS7",
    comment="sealed: comment",
)
JOINED = MentorJoined(
    happened_on=STARTS_ON,
    trainee_id=TRAINEE_ID,
    mentor_id=MENTOR_ID,
    relationship_id=RELATIONSHIP_ID,
    assessor_is_not_mentor=True,
)
ADMITTED = AssessorAdmitted(
    happened_on=MONDAY, trainee_id=TRAINEE_ID, assessor_id=TUTOR_ID, assessment_id=ASSESSMENT_ID
)
