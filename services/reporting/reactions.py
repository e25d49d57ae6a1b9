"""What reporting does about public events: it keeps them all, but for names, and forgets whom it is asked to forget."""

from uuid import UUID

from shared.events import PUBLISHED, PublicEvent
from shared.events.people import PersonNamed
from shared.events.referral import PersonErased
from shared.kernel.recording import AllEventsExcept

KNOWN = AllEventsExcept(PUBLISHED, but=PersonNamed)
"""Everything published but who an id is: a report speaks of ids, and names never come here."""


def erases(event: PublicEvent) -> UUID | None:
    """The person whose key here goes with this event, if it asks for that."""
    return event.person_id if isinstance(event, PersonErased) else None
