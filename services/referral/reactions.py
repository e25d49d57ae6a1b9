"""Referral listens to nobody: it is where everything begins."""

from collections.abc import Mapping

from shared.events import PublicEvent
from shared.kernel.reactions import Reaction

REACTIONS: Mapping[type[PublicEvent], Reaction] = {}
