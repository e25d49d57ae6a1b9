"""The compacted topic `alongside.people.v1`: the name of each person, by id.

A message without a value erases the person. No other topic carries names.
"""

from typing import ClassVar
from uuid import UUID

from shared.events.published import PublicEvent

COMPACTED = frozenset({"people"})
"""The topics on which a message without a value erases what its key had; what happened is an event on another topic."""


class PersonNamed(PublicEvent):
    """Name and contact of a person, keyed by their stream; a later event replaces an earlier one.

    Somebody with one name has it as `family_name`, and an empty `given_name`.
    """

    type: ClassVar[str] = "people.person_named"

    person_id: UUID
    given_name: str
    family_name: str
    email: str
