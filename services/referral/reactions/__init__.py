"""Reactions of referral to other services' events, one module for each service that publishes them."""

from collections.abc import Mapping

from services.referral.reactions import matching
from shared.events import PublicEvent
from shared.kernel.reactions import Reaction

REACTIONS: Mapping[type[PublicEvent], Reaction] = {**matching.REACTIONS}
