"""A school as the host of relationships: the relationships that it has hosted, and its successor.

Source: product.md R2. When a school closes, its relationships continue at the successor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, Event, build_from


class RelationshipHosted(Event):
    """A relationship began at this school or moved to it."""

    type: ClassVar[str] = "sessions.relationship_hosted"

    urn: str
    relationship_id: UUID


class HostFollowed(Event):
    """Another school succeeded this one. None takes the succession back: it was a mistake."""

    type: ClassVar[str] = "sessions.host_followed"

    urn: str
    successor_urn: str | None


class HostRelationship(Command):
    """Host a relationship at this school."""

    urn: str
    relationship_id: UUID
    on: date


class SetSuccessor(Command):
    """Set the school's successor, or take it back with None."""

    urn: str
    successor_urn: str | None
    on: date


Commands = HostRelationship | SetSuccessor
Events = RelationshipHosted | HostFollowed


@dataclass(frozen=True, slots=True)
class Host:
    """A school: the relationships that are or were at it, and its successor."""

    relationships: tuple[UUID, ...] = ()
    successor_urn: str | None = None


def decide(command: Commands, host: Host, now: datetime) -> Sequence[Events]:
    """Host a relationship or set the successor. Idempotent: repeating a command emits no event."""
    del now
    match command:
        case HostRelationship(relationship_id=relationship_id):
            hosted = build_from(RelationshipHosted, command, happened_on=command.on)
            return [] if relationship_id in host.relationships else [hosted]
        case SetSuccessor(successor_urn=successor_urn):
            followed = build_from(HostFollowed, command, happened_on=command.on)
            return [] if successor_urn == host.successor_urn else [followed]


def evolve(host: Host, event: Events) -> Host:
    """Apply an event to the school."""
    match event:
        case RelationshipHosted():
            return replace(host, relationships=(*host.relationships, event.relationship_id))
        case HostFollowed():
            return replace(host, successor_urn=event.successor_urn)


HOST: Decider[Host, Commands, Events] = Decider("host", Host, decide, evolve, (RelationshipHosted, HostFollowed))
