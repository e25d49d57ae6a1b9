"""Schools' offers to host."""

from typing import ClassVar

from services.matching.domain.facts import last_fact
from shared.events import referral
from shared.kernel.decider import Event


class OfferKnown(Event, referral.OfferRecorded):
    """A school's offer to host: places in a subject and phase between two dates."""

    type: ClassVar[str] = "matching.offer_known"


OFFER = last_fact("offer", OfferKnown)
