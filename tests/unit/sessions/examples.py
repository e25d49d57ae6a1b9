"""A trainee, a mentor, their relationship and dates in it, as examples for the tests of sessions."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from services.sessions.domain.assessment_versions import STANDARDS
from services.sessions.domain.relationships import Relationship, RelationshipOpened
from services.sessions.domain.terms import RelationshipTerms
from shared.events.words import Judgement, Standard

RELATIONSHIP_ID = UUID("00000000-0000-4000-8000-00000000000a")
OTHER_RELATIONSHIP_ID = UUID("00000000-0000-4000-8000-00000000000b")
PROGRAMME_ID = UUID("00000000-0000-4000-8000-00000000000c")
TRAINEE_ID = UUID("00000000-0000-4000-8000-000000000001")
MENTOR_ID = UUID("00000000-0000-4000-8000-000000000002")
TUTOR_ID = UUID("00000000-0000-4000-8000-000000000003")
STRANGER_ID = UUID("00000000-0000-4000-8000-000000000004")
TARGET_ID = UUID("00000000-0000-4000-8000-000000000005")
ASSESSMENT_ID = UUID("00000000-0000-4000-8000-000000000006")

STARTS_ON = date(2026, 9, 14)
ENDS_ON = date(2026, 12, 18)
MONDAY = date(2026, 9, 21)
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)

TERMS = RelationshipTerms(
    programme_id=PROGRAMME_ID,
    trainee_id=TRAINEE_ID,
    mentor_id=MENTOR_ID,
    school_urn="900001",
    starts_on=STARTS_ON,
    ends_on=ENDS_ON,
    meetings_per_week=1,
    targets_per_meeting=3,
    assessor_is_not_mentor=True,
    mentor_hours_per_week=1.5,
)
OPENED = RelationshipOpened(happened_on=date(2026, 7, 1), relationship_id=RELATIONSHIP_ID, **TERMS.model_dump())
RELATIONSHIP = Relationship(
    relationship_id=RELATIONSHIP_ID,
    programme_id=PROGRAMME_ID,
    trainee_id=TRAINEE_ID,
    mentor_id=MENTOR_ID,
    school_urn="900001",
    starts_on=STARTS_ON,
    ends_on=ENDS_ON,
    targets_per_meeting=3,
)
ERASED = replace(RELATIONSHIP, ended=True, erased=True)
"""The relationship after one of the two was erased."""

ON_TRACK: dict[Standard, Judgement] = dict.fromkeys(STANDARDS, "on_track")
