"""Reactions to sessions' events: whoever broke off or agreed on an early end waits for another mentor, and whoever was
closed in a review does not; for a mentee who wants another mentor one is looked for while their mentoring goes on.
"""

from collections.abc import Mapping

from services.matching.commands.break_offs import part
from services.matching.commands.mentor_changes import set_mentor_change
from shared.events import PublicEvent
from shared.events.sessions import (
    AnotherMentorRequested,
    MentorRequestWithdrawn,
    RelationshipBrokenOff,
    RelationshipEnded,
)
from shared.kernel.reactions import Reaction
from shared.kernel.unit import Unit


async def on_relationship_broken_off(unit: Unit, event: RelationshipBrokenOff) -> None:
    """Withdraw the pair or end the support: the place is open again, and the next round looks for another mentor."""
    await part(unit, event.relationship_id, event.happened_on, "ended_by_them")


async def on_relationship_ended(unit: Unit, event: RelationshipEnded) -> None:
    """Withdraw the pair or end the support that the two ended or a review closed: the mentor's hours are free again.

    The ends that matching itself caused, and a break-off that it has heard of, say nothing new.
    """
    match event.reason:
        case "ended_by_them" | "closed_in_review" as reason:
            await part(unit, event.relationship_id, event.ended_on, reason)
        case _:
            pass


async def on_another_mentor_requested(unit: Unit, event: AnotherMentorRequested) -> None:
    """Let the next round or search look for another mentor; what there is goes on until one is confirmed."""
    await set_mentor_change(unit, event.relationship_id, event.happened_on, requested=True)


async def on_mentor_request_withdrawn(unit: Unit, event: MentorRequestWithdrawn) -> None:
    """Look for no other mentor any more."""
    await set_mentor_change(unit, event.relationship_id, event.happened_on, requested=False)


REACTIONS: Mapping[type[PublicEvent], Reaction] = {
    RelationshipBrokenOff: on_relationship_broken_off,
    RelationshipEnded: on_relationship_ended,
    AnotherMentorRequested: on_another_mentor_requested,
    MentorRequestWithdrawn: on_mentor_request_withdrawn,
}
