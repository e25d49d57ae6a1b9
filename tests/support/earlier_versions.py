"""Earlier versions of public events, as they were published and read; these never change."""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from services.reporting.main import SERVICE as REPORTING_TODAY
from services.sessions import publish as today
from services.sessions.domain import relationships as relationship
from services.sessions.main import EVENTS
from services.sessions.main import SERVICE as SESSIONS_TODAY
from shared.events import PUBLISHED, Catalogue, PublicEvent
from shared.events.people import PersonNamed
from shared.kernel.loops.relay import Publication, publish_each
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of
from shared.kernel.recording import AllEventsExcept


class RelationshipOpened(PublicEvent):
    """A confirmed pair became a mentoring relationship: version 1, in which the mentor's time is hours a week."""

    type: ClassVar[str] = "sessions.relationship_opened"

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    mentor_hours_per_week: float


KNOWN: Catalogue[PublicEvent] = Catalogue(
    RelationshipOpened if type_ == RelationshipOpened.type else event for type_, event in PUBLISHED.classes.items()
)
"""What a service knew before version 2."""


def publish(event: BaseModel) -> PublicEvent | None:
    """Publish a stored event as sessions did before version 2."""
    match event:
        case relationship.RelationshipOpened():
            said = event.model_dump(exclude={"targets_per_meeting", "assessor_is_not_mentor"})
            return RelationshipOpened.model_validate(said)
        case _:
            return today.publish(event)


@dataclass(frozen=True, slots=True)
class RelationshipRow:
    """The row of a mentoring relationship that reporting had before version 2."""

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    mentor_hours_per_week: float


RELATIONSHIPS = ReadModel(
    "relationships",
    RelationshipRow,
    ("relationship_id",),
    {RelationshipOpened: Step(key_from("relationship_id"), lambda _, event: row_of(RelationshipRow, event))},
)

SESSIONS = replace(
    SESSIONS_TODAY,
    publications=lambda settings: [
        Publication(settings.topic("sessions"), "urn:alongside:sessions", publish_each(EVENTS, publish))
    ],
)
REPORTING = replace(REPORTING_TODAY, catalogue=AllEventsExcept(KNOWN, but=PersonNamed), read_models=(RELATIONSHIPS,))
"""The services as they were deployed before version 2."""
