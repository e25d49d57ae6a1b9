"""Reactions to the events of sessions, matching and referral that say what is due for whom."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from services.portal.domain.dues import HOLIDAYS, MEETING, MENTORING, PROPOSAL, TARGET, TRAINING
from shared.events import PublicEvent, matching, referral, sessions
from shared.kernel.decider import Decider
from shared.kernel.reactions import Reaction, ReactionWithReads
from shared.kernel.unit import Unit


def take_over(decider: Decider[Any, Any, Any], key: str) -> Reaction:
    """Return the reaction that takes an event over into the aggregate that its field `key` names."""
    key_of = attrgetter(key)

    async def react(unit: Unit, event: Any) -> None:
        await unit.decide(decider, key_of(event), event)

    return ReactionWithReads(react, lambda event: [(decider, key_of(event))])


_MENTORING = take_over(MENTORING, "relationship_id")
_MEETING = take_over(MEETING, "meeting_id")
_TARGET = take_over(TARGET, "target_id")
_PROPOSAL = take_over(PROPOSAL, "pair_id")

REACTIONS: Mapping[type[PublicEvent], Reaction] = {
    sessions.RelationshipOpened: _MENTORING,
    sessions.RelationshipPaused: _MENTORING,
    sessions.RelationshipResumed: _MENTORING,
    sessions.RelationshipBrokenOff: _MENTORING,
    sessions.RelationshipRehomed: _MENTORING,
    sessions.RelationshipMoved: _MENTORING,
    sessions.RelationshipEnded: _MENTORING,
    sessions.MeetingHeld: _MEETING,
    sessions.MeetingMissed: _MEETING,
    sessions.TargetSet: _TARGET,
    sessions.TargetReviewed: _TARGET,
    matching.PairProposed: _PROPOSAL,
    matching.PairDeclined: _PROPOSAL,
    matching.PairLapsed: _PROPOSAL,
    matching.PairConfirmed: _PROPOSAL,
    matching.PairWithdrawn: _PROPOSAL,
    referral.SchoolCalendarRecorded: take_over(HOLIDAYS, "urn"),
    referral.TraineeStandingChanged: take_over(TRAINING, "trainee_id"),
}
