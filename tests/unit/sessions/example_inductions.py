"""A period of an induction and an absence, as examples for the tests of sessions."""

from datetime import date
from uuid import UUID

from services.sessions.domain.inductions import InductionAbsenceSet, InductionPeriodSet
from tests.unit.sessions.examples import MONDAY, RELATIONSHIP_ID, TRAINEE_ID

PERIOD_ID = UUID("00000000-0000-4000-8000-0000000000b1")
ABSENCE_ID = UUID("00000000-0000-4000-8000-0000000000b2")
PERIOD_SET = InductionPeriodSet(
    happened_on=MONDAY,
    trainee_id=TRAINEE_ID,
    period_id=PERIOD_ID,
    relationship_id=RELATIONSHIP_ID,
    school_urn="900001",
    starts_on=date(2026, 9, 1),
    ends_on=None,
    full_time_percent=100,
)
ABSENCE_SET = InductionAbsenceSet(
    happened_on=MONDAY,
    trainee_id=TRAINEE_ID,
    absence_id=ABSENCE_ID,
    relationship_id=RELATIONSHIP_ID,
    since=date(2026, 10, 5),
    until=date(2026, 10, 9),
    days=5,
    exempt=False,
    kind="illness",
)
EVERY = (PERIOD_SET, ABSENCE_SET)
