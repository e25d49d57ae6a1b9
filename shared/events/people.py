"""The compacted topic `alongside.people.v1`: who an id is. A null value is erasure; nothing else carries names."""

from typing import ClassVar
from uuid import UUID

from shared.events.published import PublicEvent


class PersonNamed(PublicEvent):
    """Name and contact of a person, keyed by their stream; the last one counts."""

    type: ClassVar[str] = "people.person_named"

    person_id: UUID
    given_name: str
    family_name: str
    email: str
