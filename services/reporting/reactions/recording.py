"""Store every public event except names, and destroy the key of each person whom an event erases."""

from uuid import UUID

from shared.events import PUBLISHED, PublicEvent
from shared.events.people import PersonNamed
from shared.events.referral import PersonErased
from shared.kernel.recording import AllEventsExcept, record_events

CATALOGUE = AllEventsExcept(PUBLISHED, but=PersonNamed)
"""Every public event except those that name a person: a report speaks of ids, and names never come here."""


def erased_person(event: PublicEvent) -> UUID | None:
    """Return the person whose key here is destroyed with this event; None where the event erases nobody."""
    return event.person_id if isinstance(event, PersonErased) else None


RECORD = record_events("reporting", erased_person)
"""The effect of a batch of public events: all are stored as they came."""
