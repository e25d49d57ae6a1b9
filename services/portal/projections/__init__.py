"""Read models of the portal, folded from its own events. Personal texts arrive encrypted and are stored as they are."""

from services.portal.projections.accounts import ACCOUNTS, GRANTS
from services.portal.projections.dues import (
    MENTORINGS,
    OPEN_PROPOSALS,
    OPEN_TARGETS,
    RECORDED_MEETINGS,
    SCHOOL_HOLIDAYS,
    TRAINEES_AWAY,
)
from services.portal.projections.partnerships import NAMES
from services.portal.projections.people import KEPT_RECORDS, PEOPLE

DUES = (MENTORINGS, RECORDED_MEETINGS, OPEN_TARGETS, OPEN_PROPOSALS, SCHOOL_HOLIDAYS, TRAINEES_AWAY)
READ_MODELS = (PEOPLE, KEPT_RECORDS, ACCOUNTS, GRANTS, NAMES, *DUES)
