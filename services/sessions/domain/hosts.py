"""A school as the host of relationships: which began there, and which school followed it.

Source: product.md R2; when a school closes, what is attached to it goes on at its successor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, Event


class RelationshipHosted(Event):
    """A relationship is at this school."""

    type: ClassVar[str] = "sessions.relationship_hosted"

    urn: str
    relationship_id: UUID


class HostFollowed(Event):
    """Another school took over; None: that was a mistake."""

    type: ClassVar[str] = "sessions.host_followed"

    urn: str
    successor_urn: str | None


class Take(Command):
    """Let a relationship be at this school."""

    urn: str
    relationship_id: UUID
    on: date


class Follow(Command):
    """Say who took over, or that nobody did after all."""

    urn: str
    successor_urn: str | None
    on: date


Commands = Take | Follow
Events = RelationshipHosted | HostFollowed


@dataclass(frozen=True, slots=True)
class Host:
    """The relationships that are or were at a school, and who followed it."""

    relationships: tuple[UUID, ...] = ()
    successor_urn: str | None = None


def decide(command: Commands, host: Host, now: datetime) -> Sequence[Events]:
    """What is said twice is said once."""
    del now
    match command:
        case Take(urn=urn, relationship_id=relationship_id):
            known = relationship_id in host.relationships
            hosted = RelationshipHosted(happened_on=command.on, urn=urn, relationship_id=relationship_id)
            return [] if known else [hosted]
        case Follow(urn=urn, successor_urn=successor_urn):
            followed = HostFollowed(happened_on=command.on, urn=urn, successor_urn=successor_urn)
            return [] if successor_urn == host.successor_urn else [followed]


def evolve(host: Host, event: Events) -> Host:
    """The school after the event."""
    match event:
        case RelationshipHosted():
            return replace(host, relationships=(*host.relationships, event.relationship_id))
        case HostFollowed():
            return replace(host, successor_urn=event.successor_urn)


HOST: Decider[Host, Commands, Events] = Decider("host", Host, decide, evolve, (RelationshipHosted, HostFollowed))
