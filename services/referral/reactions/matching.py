"""Events of matching: once a pair is proposed, the records of both people can no longer be undone."""

from collections.abc import Mapping

from services.referral.commands.merged_records import engage
from shared.events import PublicEvent
from shared.events.matching import PairProposed
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit


async def on_pair_proposed(unit: Unit, event: PairProposed) -> None:
    """Mark the records of both people as built upon, because a proposal depends on them."""
    for person_id in (event.trainee_id, event.mentor_id):
        await engage(unit, person_id, by="matching", on=event.happened_on)


REACTIONS: Mapping[type[PublicEvent], Reaction] = {PairProposed: on_pair_proposed}
