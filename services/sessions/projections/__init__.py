"""Read models of sessions, folded from its own events. Personal texts arrive encrypted and are stored as they are."""

from services.sessions.projections.absences import ABSENCES
from services.sessions.projections.access import ITEM_READS, ITEMS
from services.sessions.projections.agreements import AGREEMENTS
from services.sessions.projections.appeals import APPEAL_STEPS
from services.sessions.projections.assessments import ASSESSMENTS
from services.sessions.projections.assignments import ASSIGNMENTS
from services.sessions.projections.break_offs import BREAK_OFFS
from services.sessions.projections.circles import CIRCLE_MEETINGS, CIRCLE_NOTES, CIRCLES
from services.sessions.projections.common_needs import COMMON_NEEDS
from services.sessions.projections.days import DAY_STEPS, DAYS
from services.sessions.projections.feedback import FEEDBACK
from services.sessions.projections.figures import FIGURES
from services.sessions.projections.hand_overs import HAND_OVER_ITEMS, HAND_OVERS
from services.sessions.projections.inductions import INDUCTION_ABSENCES, INDUCTION_PERIODS
from services.sessions.projections.journal import JOURNAL
from services.sessions.projections.measures import MEASURES
from services.sessions.projections.meetings import MEETING_VERSIONS, MEETINGS
from services.sessions.projections.merges import MERGES
from services.sessions.projections.moderations import MODERATED, MODERATIONS
from services.sessions.projections.notes import NOTES
from services.sessions.projections.nudges import NUDGES
from services.sessions.projections.observations import OBSERVATIONS
from services.sessions.projections.onward_referrals import ONWARD_NOTES, ONWARD_REFERRALS
from services.sessions.projections.programmes import PROGRAMMES
from services.sessions.projections.recognitions import RECOGNITIONS
from services.sessions.projections.reflections import REFLECTIONS
from services.sessions.projections.relationships import RELATIONSHIPS
from services.sessions.projections.reviews import PLANNED_REVIEWS, REVIEWS
from services.sessions.projections.safeguarding import OPENINGS
from services.sessions.projections.second_opinions import OPINION_STEPS
from services.sessions.projections.series import AGENDA_ITEMS, PLANNED_MEETINGS, SERIES
from services.sessions.projections.summaries import SUMMARIES, SUMMARY_READS
from services.sessions.projections.support_plans import SUPPORT_PLAN_STEPS, SUPPORT_PLANS
from services.sessions.projections.surveys import SURVEYS
from services.sessions.projections.target_progress import TARGET_PROGRESS
from services.sessions.projections.target_sharing import TARGET_SHARES
from services.sessions.projections.targets import TARGET_VERSIONS, TARGETS

READ_MODELS = (
    PROGRAMMES,
    RELATIONSHIPS,
    AGREEMENTS,
    HAND_OVER_ITEMS,
    HAND_OVERS,
    SURVEYS,
    BREAK_OFFS,
    MERGES,
    ABSENCES,
    MEETINGS,
    MEETING_VERSIONS,
    SERIES,
    PLANNED_MEETINGS,
    AGENDA_ITEMS,
    DAYS,
    DAY_STEPS,
    TARGETS,
    TARGET_VERSIONS,
    TARGET_PROGRESS,
    TARGET_SHARES,
    NOTES,
    OBSERVATIONS,
    FEEDBACK,
    MEASURES,
    FIGURES,
    JOURNAL,
    ITEMS,
    ITEM_READS,
    OPENINGS,
    SUMMARIES,
    SUMMARY_READS,
    COMMON_NEEDS,
    ONWARD_REFERRALS,
    ONWARD_NOTES,
    CIRCLES,
    CIRCLE_MEETINGS,
    CIRCLE_NOTES,
    RECOGNITIONS,
    NUDGES,
    PLANNED_REVIEWS,
    REVIEWS,
    REFLECTIONS,
    ASSIGNMENTS,
    ASSESSMENTS,
    APPEAL_STEPS,
    OPINION_STEPS,
    MODERATIONS,
    MODERATED,
    INDUCTION_PERIODS,
    INDUCTION_ABSENCES,
    SUPPORT_PLANS,
    SUPPORT_PLAN_STEPS,
)
