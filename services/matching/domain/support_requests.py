"""What a mentee asks for beside their lead mentor: nobody is given a mentor for what they did not ask for.

Source: product.md M7 ("at the mentee's wish"); Gilligan in CollectivEd (a constellation that the mentee drives).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.events.words import Facet
from shared.kernel.decider import Command, Decider, Event


class Asked(Event):
    """The mentee asks for this, and for nothing that they asked for before; `by` is who said so."""

    type: ClassVar[str] = "matching.support_asked_for"

    person_id: UUID
    facets: tuple[Facet, ...]
    structural: bool
    buddy: bool
    by: str


class AsksTakenBack(Event):
    """The mentee asks for nobody any more."""

    type: ClassVar[str] = "matching.asks_taken_back"

    person_id: UUID
    by: str


class Ask(Command):
    """Say all that the mentee asks for; nothing takes it back."""

    person_id: UUID
    facets: tuple[Facet, ...]
    structural: bool
    buddy: bool
    by: str
    on: date


Events = Asked | AsksTakenBack
Asks = Asked | None


def decide(command: Ask, asks: Asks, now: datetime) -> Sequence[Events]:
    """What is said twice is said once, in whatever order the facets come."""
    del now
    facets = tuple(sorted(set(command.facets)))
    common = {"happened_on": command.on, "person_id": command.person_id, "by": command.by}
    if not (facets or command.structural or command.buddy):
        return [AsksTakenBack(**common)] if asks is not None else []
    if asks is not None and (asks.facets, asks.structural, asks.buddy) == (facets, command.structural, command.buddy):
        return []
    return [Asked(facets=facets, structural=command.structural, buddy=command.buddy, **common)]


def evolve(_: Asks, event: Events) -> Asks:
    """What is asked for after the event."""
    return event if isinstance(event, Asked) else None


ASKS: Decider[Asks, Ask, Events] = Decider("asks", lambda: None, decide, evolve, (Asked, AsksTakenBack))
