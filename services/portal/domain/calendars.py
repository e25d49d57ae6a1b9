"""A calendar feed: a secret address at which a person's calendar reads what is due for them.

Source: product.md U7. A person has at most one; whoever knows the address reads it, so it names nobody unless its owner
asks for names. The secret stands in no event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, Event, NotFound, Value, build_from


class FeedOptions(Value):
    """Whether entries name people, and the time at which meetings begin; None shows them as entries of a whole day."""

    names: bool = False
    meetings_at: time | None = None


class FeedMade(Event):
    """A person made a feed."""

    type: ClassVar[str] = "portal.feed_made"

    account_id: UUID
    options: FeedOptions


class FeedChanged(Event):
    """A person changed what their feed shows; its address stays."""

    type: ClassVar[str] = "portal.feed_changed"

    account_id: UUID
    options: FeedOptions


class FeedRotated(Event):
    """A person gave their feed another address; the one before shows nothing from this moment on."""

    type: ClassVar[str] = "portal.feed_rotated"

    account_id: UUID


class FeedEnded(Event):
    """A person ended their feed; its address shows nothing from this moment on."""

    type: ClassVar[str] = "portal.feed_ended"

    account_id: UUID


Events = FeedMade | FeedChanged | FeedRotated | FeedEnded


class MakeFeed(Command):
    """Make a feed, or change what the present one shows."""

    account_id: UUID
    options: FeedOptions
    on: date


class RotateFeed(Command):
    """Give the feed another address."""

    account_id: UUID
    on: date


class EndFeed(Command):
    """End the feed."""

    account_id: UUID
    on: date


Commands = MakeFeed | RotateFeed | EndFeed


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that has not ended."""

    options: FeedOptions


def decide(command: Commands, feed: Feed | None, now: datetime) -> Sequence[Events]:
    """Decide about a person's feed. Idempotent but for a rotation, which always makes another address."""
    del now
    match command, feed:
        case MakeFeed(), None:
            return [build_from(FeedMade, command, happened_on=command.on)]
        case MakeFeed(options=options), Feed():
            return [] if options == feed.options else [build_from(FeedChanged, command, happened_on=command.on)]
        case RotateFeed(), None:
            raise NotFound("You have no calendar. Make one first.")
        case RotateFeed(), Feed():
            return [build_from(FeedRotated, command, happened_on=command.on)]
        case EndFeed(), None:
            return []
        case _:
            return [build_from(FeedEnded, command, happened_on=command.on)]


def evolve(feed: Feed | None, event: Events) -> Feed | None:
    """Apply an event."""
    match event:
        case FeedMade(options=options) | FeedChanged(options=options):
            return Feed(options)
        case FeedRotated():
            return feed
        case FeedEnded():
            return None


def _none() -> Feed | None:
    return None


FEED: Decider[Feed | None, Commands, Events] = Decider(
    "feed", _none, decide, evolve, (FeedMade, FeedChanged, FeedRotated, FeedEnded)
)
