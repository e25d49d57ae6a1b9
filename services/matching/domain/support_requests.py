"""The support that a mentee requests in addition to their lead mentor: nobody gets support that they did not request.

Source: product.md M7 ("at the mentee's wish"); Gilligan in CollectivEd (a constellation that the mentee drives).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import field_validator

from shared.events.words import Facet
from shared.kernel.decider import Command, Decider, Event, Value


class WantedSupport(Value):
    """All the support that a mentee wants: facets, a structural mentor, a buddy."""

    facets: tuple[Facet, ...] = ()
    structural: bool = False
    buddy: bool = False

    @field_validator("facets")
    @classmethod
    def _named_once(cls, facets: tuple[Facet, ...]) -> tuple[Facet, ...]:
        if len(set(facets)) < len(facets):
            raise ValueError("Name each facet once.")
        return tuple(sorted(facets))


class SupportRequested(Event):
    """The mentee requests support, which replaces their earlier request; `by` is the person who recorded it."""

    type: ClassVar[str] = "matching.support_asked_for"

    person_id: UUID
    facets: tuple[Facet, ...]
    structural: bool
    buddy: bool
    by: str


class SupportRequestWithdrawn(Event):
    """The mentee requests no support any more."""

    type: ClassVar[str] = "matching.asks_taken_back"

    person_id: UUID
    by: str


class RequestSupport(Command):
    """Record all the support that the mentee wants; none withdraws the request."""

    person_id: UUID
    wanted: WantedSupport
    by: str
    on: date


Events = SupportRequested | SupportRequestWithdrawn
SupportRequest = SupportRequested | None


def decide(command: RequestSupport, request: SupportRequest, now: datetime) -> Sequence[Events]:
    """Idempotent: repeating a request emits no event, in whatever order the facets come."""
    del now
    wanted = dict(command.wanted)
    common = {"happened_on": command.on, "person_id": command.person_id, "by": command.by}
    if not any(wanted.values()):
        return [SupportRequestWithdrawn(**common)] if request is not None else []
    if request is not None and wanted.items() <= dict(request).items():
        return []
    return [SupportRequested(**wanted, **common)]


def evolve(_: SupportRequest, event: Events) -> SupportRequest:
    """Return the request after the event; None where there is none."""
    return event if isinstance(event, SupportRequested) else None


SUPPORT_REQUEST: Decider[SupportRequest, RequestSupport, Events] = Decider(
    "asks", lambda: None, decide, evolve, (SupportRequested, SupportRequestWithdrawn)
)
