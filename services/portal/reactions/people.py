"""Reactions to the topic of people: their names and addresses."""

from collections.abc import Mapping

from services.portal.commands.people import name_person
from shared.events import PublicEvent
from shared.events.people import PersonNamed
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit


async def on_person_named(unit: Unit, event: PersonNamed) -> None:
    """Take over the name and the address."""
    await name_person(unit, event.person_id, event.given_name, event.family_name, event.email, event.happened_on)


REACTIONS: Mapping[type[PublicEvent], Reaction] = {PersonNamed: on_person_named}
