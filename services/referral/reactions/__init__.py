"""Other services' events that referral acts on, one module for each service that sends them."""

from collections.abc import Mapping

from services.referral.reactions import matching
from shared.events import PublicEvent
from shared.kernel.reactions import Reaction

REACTIONS: Mapping[type[PublicEvent], Reaction] = {**matching.REACTIONS}
