"""All lines of the story, and the events that have none, with the reason.

An event of sessions has a line in the module of its aggregate, or a reason in `WITHOUT_LINE`:
`tests/contract/test_story.py` finds one that has neither.
"""

from collections.abc import Mapping

from services.sessions.domain.absences import AbsencesRecorded
from services.sessions.domain.assignments import AssignmentSet, ExceptionExplained
from services.sessions.domain.calendars import CalendarKnown
from services.sessions.domain.circles import (
    CircleClosed,
    CircleMeetingRemoved,
    CircleMet,
    CircleNoteShared,
    CircleOpened,
    InvitationAnswered,
    MemberInvited,
    MemberLeft,
)
from services.sessions.domain.common_needs import CountDue, NeedsCounted, NeedsNamed
from services.sessions.domain.figures import FigureRecorded
from services.sessions.domain.hosts import HostFollowed, RelationshipHosted
from services.sessions.domain.inductions import InductionAbsenceSet, InductionPeriodSet
from services.sessions.domain.journal import (
    EntryRead,
    EntryReleased,
    EntryRemoved,
    EntryWritten,
    EvidenceUsed,
    FileAttached,
    FileRemoved,
    ReleaseRevoked,
)
from services.sessions.domain.meeting_days import MeetingDayCorrected
from services.sessions.domain.merges import RecordMerged
from services.sessions.domain.moderations import (
    ModerationAgreed,
    ModerationSentBack,
    ModeratorNamed,
    SampleDiscarded,
    SampleDrawn,
)
from services.sessions.domain.nudges import (
    LookPlanned,
    NudgeEnded,
    NudgeGiven,
    NudgePassedOn,
    TalkRecorded,
    TalkTakenBack,
)
from services.sessions.domain.people import PersonForgotten
from services.sessions.domain.planning import PlanningDue
from services.sessions.domain.programmes import ProgrammeKnown
from services.sessions.domain.recognitions import RecognitionIssued, RecognitionReplaced, RecognitionWithdrawn
from services.sessions.domain.review_plans import ClosingDue, ReviewPlanDue
from services.sessions.domain.safeguarding import RecordClosed, RecordOpened
from services.sessions.domain.series import PlannedAhead
from services.sessions.domain.target_weeks import TargetCounted, TargetUncounted
from services.sessions.domain.trainees import AssessorAdmitted, MentorJoined, MentorsRehomed
from services.sessions.domain.untouched_targets import TellingDue
from services.sessions.domain.watches import LookDue, MeetingNoticed, PassingOnDue, TargetNoticed, UntouchedNoticed
from services.sessions.story.agreements import AGREEMENTS
from services.sessions.story.appeals import APPEALS_MADE
from services.sessions.story.assessments import ASSESSMENTS
from services.sessions.story.break_offs import BREAK_OFFS
from services.sessions.story.chapters import Chapter, Line
from services.sessions.story.days import DAYS
from services.sessions.story.feedback import FEEDBACKS
from services.sessions.story.hand_overs import HAND_OVERS
from services.sessions.story.measures import MEASURES_TAKEN
from services.sessions.story.meetings import MEETINGS
from services.sessions.story.mentor_requests import MENTOR_REQUESTS
from services.sessions.story.notes import NOTES
from services.sessions.story.observations import OBSERVATIONS
from services.sessions.story.onward_referrals import ONWARD_REFERRALS
from services.sessions.story.reflections import REFLECTIONS
from services.sessions.story.relationships import RELATIONSHIPS
from services.sessions.story.reviews import REVIEWS
from services.sessions.story.second_opinions import OPINIONS
from services.sessions.story.series import PLANNED_MEETINGS
from services.sessions.story.summaries import SUMMARIES
from services.sessions.story.support_plans import SUPPORT_PLANS
from services.sessions.story.surveys import SURVEYS
from services.sessions.story.targets import TARGETS
from shared.events.catalogue import Catalogue
from shared.kernel.decider import Event

CHAPTERS: tuple[Chapter, ...] = (
    RELATIONSHIPS,
    AGREEMENTS,
    SURVEYS,
    PLANNED_MEETINGS,
    MEETINGS,
    NOTES,
    TARGETS,
    DAYS,
    OBSERVATIONS,
    FEEDBACKS,
    MEASURES_TAKEN,
    ASSESSMENTS,
    APPEALS_MADE,
    OPINIONS,
    SUPPORT_PLANS,
    HAND_OVERS,
    BREAK_OFFS,
    MENTOR_REQUESTS,
    REVIEWS,
    REFLECTIONS,
    SUMMARIES,
    ONWARD_REFERRALS,
)

_A_JOURNAL = "a journal belongs to a person, not to one of their relationships"
_THE_PLATFORM = "it says what the platform knows or does, not what happened between the two"
_AN_OPENING = "the mentee is told of it when that puts nobody at risk, in `GET /record/openings`"
_A_TRAINEE = "it is of a trainee, whoever mentors them"
_A_SAMPLE = "what is in a sample is seen by the lead who drew it and the moderator only"
_A_NUDGE = "each of the two sees their own nudges in the list of nudges, and of some only the mentee is ever told"
_A_CIRCLE = "a circle is of several mentors, and of none of their relationships"
_A_RECOGNITION = "a document sums up all the relationships of a mentor, and is theirs alone"
_A_COUNT = "it is a count of a school, not of a pair"
WITHOUT_LINE: Mapping[type[Event], str] = {
    EntryWritten: _A_JOURNAL,
    EntryRemoved: _A_JOURNAL,
    EntryReleased: _A_JOURNAL,
    ReleaseRevoked: _A_JOURNAL,
    EntryRead: _A_JOURNAL,
    EvidenceUsed: _A_JOURNAL,
    FileAttached: _A_JOURNAL,
    FileRemoved: _A_JOURNAL,
    RecordOpened: _AN_OPENING,
    RecordClosed: _AN_OPENING,
    AssignmentSet: _A_TRAINEE,
    ExceptionExplained: _A_TRAINEE,
    AssessorAdmitted: _A_TRAINEE,
    MentorJoined: _A_TRAINEE,
    MentorsRehomed: _A_TRAINEE,
    AbsencesRecorded: _A_TRAINEE,
    FigureRecorded: _A_TRAINEE,
    InductionPeriodSet: _A_TRAINEE,
    InductionAbsenceSet: _A_TRAINEE,
    SampleDrawn: _A_SAMPLE,
    SampleDiscarded: _A_SAMPLE,
    ModeratorNamed: _A_SAMPLE,
    ModerationAgreed: _A_SAMPLE,
    ModerationSentBack: _A_SAMPLE,
    MeetingDayCorrected: "the line of the amended record says it",
    RecordMerged: "the line of the relationship that goes on says it",
    PersonForgotten: "the line of the relationship that is closed says it",
    NudgeGiven: _A_NUDGE,
    NudgeEnded: _A_NUDGE,
    NudgePassedOn: _A_NUDGE,
    TalkRecorded: _A_NUDGE,
    TalkTakenBack: _A_NUDGE,
    LookPlanned: _A_NUDGE,
    LookDue: _A_NUDGE,
    PassingOnDue: _A_NUDGE,
    MeetingNoticed: _A_NUDGE,
    TargetNoticed: _A_NUDGE,
    UntouchedNoticed: _A_NUDGE,
    CircleOpened: _A_CIRCLE,
    CircleClosed: _A_CIRCLE,
    MemberInvited: _A_CIRCLE,
    InvitationAnswered: _A_CIRCLE,
    MemberLeft: _A_CIRCLE,
    CircleMet: _A_CIRCLE,
    CircleNoteShared: _A_CIRCLE,
    CircleMeetingRemoved: _A_CIRCLE,
    RecognitionIssued: _A_RECOGNITION,
    RecognitionReplaced: _A_RECOGNITION,
    RecognitionWithdrawn: _A_RECOGNITION,
    NeedsNamed: _A_COUNT,
    NeedsCounted: _A_COUNT,
    CountDue: _A_COUNT,
    ReviewPlanDue: _THE_PLATFORM,
    ClosingDue: _THE_PLATFORM,
    CalendarKnown: _THE_PLATFORM,
    RelationshipHosted: _THE_PLATFORM,
    HostFollowed: _THE_PLATFORM,
    PlanningDue: _THE_PLATFORM,
    TargetCounted: _THE_PLATFORM,
    TargetUncounted: _THE_PLATFORM,
    TellingDue: _THE_PLATFORM,
    PlannedAhead: _THE_PLATFORM,
    ProgrammeKnown: _THE_PLATFORM,
}
"""The events that have no line, and why."""

LINES: Mapping[type[Event], Line] = {event: line for chapter in CHAPTERS for event, line in chapter.lines.items()}
EVENTS: Catalogue[Event] = Catalogue(
    (event for chapter in CHAPTERS for event in chapter.decider.events),
    {known: upcaster for chapter in CHAPTERS for known, upcaster in chapter.decider.upcasters.items()},
)
"""The events of all chapters, with those that have no line."""
