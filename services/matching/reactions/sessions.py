"""Reactions to sessions' events: whoever broke off waits for another mentor."""

from collections.abc import Mapping

from services.matching.commands.break_offs import part
from shared.events import PublicEvent
from shared.events.sessions import RelationshipBrokenOff
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit


async def on_relationship_broken_off(unit: Unit, event: RelationshipBrokenOff) -> None:
    """Withdraw the pair or end the support: the place is open again, and the next round looks for another mentor."""
    await part(unit, event.relationship_id, event.happened_on)


REACTIONS: Mapping[type[PublicEvent], Reaction] = {RelationshipBrokenOff: on_relationship_broken_off}
