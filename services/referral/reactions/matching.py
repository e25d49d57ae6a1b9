"""Events of matching: what is built on the records of people, and the placements of trainees."""

from collections.abc import Mapping

from services.referral.commands.merged_records import engage
from services.referral.domain.placements import PLACEMENTS, ConfirmPlacement, EndPlacement, Placement
from shared.events import PublicEvent
from shared.events.matching import PairConfirmed, PairProposed, PairWithdrawn
from shared.kernel.decider import build_from
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit


async def on_pair_proposed(unit: Unit, event: PairProposed) -> None:
    """Mark the records of both people as built upon, because a proposal depends on them."""
    for person_id in (event.trainee_id, event.mentor_id):
        await engage(unit, person_id, by="matching", on=event.happened_on)


async def on_pair_confirmed(unit: Unit, event: PairConfirmed) -> None:
    """Note that the trainee is placed."""
    placement = build_from(Placement, event)
    command = ConfirmPlacement(trainee_id=event.trainee_id, placement=placement, on=event.happened_on)
    await unit.decide(PLACEMENTS, event.trainee_id, command)


async def on_pair_withdrawn(unit: Unit, event: PairWithdrawn) -> None:
    """Note that the trainee does not have this placement any more."""
    command = EndPlacement(trainee_id=event.trainee_id, pair_id=event.pair_id, on=event.happened_on)
    await unit.decide(PLACEMENTS, event.trainee_id, command)


REACTIONS: Mapping[type[PublicEvent], Reaction] = {
    PairProposed: on_pair_proposed,
    PairConfirmed: on_pair_confirmed,
    PairWithdrawn: on_pair_withdrawn,
}
