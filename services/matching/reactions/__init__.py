"""Reactions of matching to other services' public events, one module for each service."""

from collections.abc import Mapping

from services.matching.reactions import referral, sessions
from shared.events import PublicEvent
from shared.kernel.reactions import Reaction

REACTIONS: Mapping[type[PublicEvent], Reaction] = {**referral.REACTIONS, **sessions.REACTIONS}
