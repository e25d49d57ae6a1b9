"""The partnership's own table of travel times: from a place to schools, by means of travel.

Source: product.md M10. A place is an outward postcode ("LS6") or a school's URN: nothing finer is kept here, since a
full postcode can be one household (see docs/decisions). The last file that names a place replaces all its times.
"""

import re
from typing import ClassVar

from services.matching.domain.facts import last_fact
from shared.events.words import TravelMode
from shared.inputs.schools import is_urn
from shared.kernel.decider import Event

LONGEST = 600
"""Minutes one way beyond which a time is taken for a typing error."""

_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)(?:\s*[0-9][A-Z]{2})?")


class TravelTimesKnown(Event):
    """The travel times from a place: whole minutes one way, by mode and school's URN."""

    type: ClassVar[str] = "matching.travel_times_known"

    place: str
    minutes: dict[TravelMode, dict[str, int]]


TRAVEL_TIMES = last_fact("travel_times", TravelTimesKnown)


def place_of(text: str) -> str | None:
    """Return the place that a URN or a postcode names (the outward part of a postcode); None for any other text."""
    name = text.strip().upper()
    if is_urn(name):
        return name
    postcode = _POSTCODE.fullmatch(name)
    return postcode[1] if postcode else None
