"""The read tables of reporting: public events of the other services folded into rows, one module a table.

Events of one stream arrive in order; events of different streams arrive in any order. So each type of event sets
columns of its own, a row may begin with any of them, and the rows are the same whatever arrived first.
"""

from services.reporting.tables.assessments import ASSESSMENTS
from services.reporting.tables.calendars import CALENDARS
from services.reporting.tables.common_needs import COMMON_NEEDS
from services.reporting.tables.days import DAYS
from services.reporting.tables.earlier_placements import EARLIER_PLACEMENTS
from services.reporting.tables.feedback import FEEDBACK
from services.reporting.tables.measures import MEASURES
from services.reporting.tables.meetings import MEETINGS
from services.reporting.tables.mentors import MENTORS
from services.reporting.tables.merges import MERGES
from services.reporting.tables.pairs import PAIRS
from services.reporting.tables.pauses import PAUSES
from services.reporting.tables.programmes import PROGRAMMES
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.relationships import RELATIONSHIPS
from services.reporting.tables.schools import SCHOOLS
from services.reporting.tables.targets import TARGETS
from services.reporting.tables.trainees import TRAINEES
from services.reporting.tables.training import TRAINING
from services.reporting.tables.training_statuses import TRAINING_STATUSES
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from services.reporting.tables.unplaced import UNPLACED

READ_MODELS = (
    PROGRAMMES,
    SCHOOLS,
    CALENDARS,
    MENTORS,
    TRAINEES,
    TRAINING_STATUSES,
    MERGES,
    UNDONE_REGISTRATIONS,
    REFERRALS,
    UNPLACED,
    PAIRS,
    RELATIONSHIPS,
    PAUSES,
    MEETINGS,
    TARGETS,
    FEEDBACK,
    MEASURES,
    ASSESSMENTS,
    DAYS,
    EARLIER_PLACEMENTS,
    TRAINING,
    COMMON_NEEDS,
)
"""Every read table of the service."""
