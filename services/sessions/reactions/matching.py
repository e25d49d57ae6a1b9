"""Reactions to matching's events: relationships of confirmed pairs and supports open, and end when those end."""

from collections.abc import Mapping

from services.sessions.commands.relationships import end_relationship, open_relationship
from services.sessions.domain.terms import RelationshipTerms
from shared.events import PublicEvent
from shared.events.matching import PairConfirmed, PairWithdrawn, SupportConfirmed, SupportEnded
from shared.kernel.decider import build_from
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit


async def on_pair_confirmed(unit: Unit, event: PairConfirmed) -> None:
    """Open the relationship of the pair."""
    await open_relationship(unit, event.pair_id, build_from(RelationshipTerms, event), event.happened_on)


async def on_pair_withdrawn(unit: Unit, event: PairWithdrawn) -> None:
    """End the relationship of the pair; a pair that was never confirmed has none."""
    await end_relationship(unit, event.pair_id, event.reason, event.happened_on)


async def on_support_confirmed(unit: Unit, event: SupportConfirmed) -> None:
    """Open a relationship of the support's role, in addition to the one with the trainee's lead mentor."""
    terms = build_from(RelationshipTerms, event, trainee_id=event.mentee_id, mentor_hours_per_week=event.hours_per_week)
    await open_relationship(unit, event.support_id, terms, event.happened_on)


async def on_support_ended(unit: Unit, event: SupportEnded) -> None:
    """End the relationship of the support."""
    await end_relationship(unit, event.support_id, "ended_by_them", event.happened_on)


REACTIONS: Mapping[type[PublicEvent], Reaction] = {
    PairConfirmed: on_pair_confirmed,
    PairWithdrawn: on_pair_withdrawn,
    SupportConfirmed: on_support_confirmed,
    SupportEnded: on_support_ended,
}
