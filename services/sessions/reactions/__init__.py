"""Reactions of sessions: public events of other services become commands, one file for each service."""

from collections.abc import Mapping

from services.sessions.reactions import matching, referral
from shared.events import PublicEvent
from shared.kernel.reactions import Reaction

REACTIONS: Mapping[type[PublicEvent], Reaction] = {**matching.REACTIONS, **referral.REACTIONS}
