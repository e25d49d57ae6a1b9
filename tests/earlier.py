"""Versions of public events that nobody publishes any more, as their readers had them; these never change."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events import PUBLISHED, Catalogue, PublicEvent


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
