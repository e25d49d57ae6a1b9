"""The effect of a service that reacts to other services' events: decides each in order, appends all together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.events import PUBLISHED, Catalogue, PublicEvent
from shared.kernel.decider import Decider
from shared.kernel.loops.consumer import BatchOutcome, BehindParkedEvent, Effect, EffectTransaction, IncomingEvent
from shared.kernel.records import Cause, stream_of
from shared.kernel.telemetry import continue_trace
from shared.kernel.unit import Clock, Unit, utc_now

Reaction = Callable[[Unit, Any], Awaitable[None]]
"""Decides, through the unit, what a service does about one public event; the event may come late."""


@dataclass(frozen=True, slots=True)
class ReactionWithReads:
    """A reaction, and what it reads for an event, as (decider, key): a batch reads that in one round trip."""

    react: Reaction
    reads: Callable[[Any], Sequence[tuple[Decider[Any, Any, Any], object]]]

    async def __call__(self, unit: Unit, event: Any) -> None:
        """React to an event."""
        await self.react(unit, event)


def catalogue_of(reactions: Mapping[type[PublicEvent], Reaction]) -> Catalogue[PublicEvent]:
    """Return the catalogue of the events that a service reacts to; the consumer skips all other types."""
    return Catalogue(reactions, PUBLISHED.upcasters)


def react_with(name: str, reactions: Mapping[type[PublicEvent], Reaction], now: Clock = utc_now) -> Effect:
    """Make the effect of a service's consumer: run each event's reaction, then append what all of them decided.

    What the reaction to a refused event decided is undone.
    """

    async def effect(transaction: EffectTransaction, batch: Sequence[IncomingEvent]) -> BatchOutcome:
        first = batch[0].envelope
        unit = Unit.begin(transaction, first.tenant, Cause(name, first.correlation_id), now=now)
        await _read_ahead(unit, batch, reactions)
        failed: dict[int, Exception] = {}
        streams: set[tuple[str, str]] = set()
        for index, incoming in enumerate(batch):
            stream = (incoming.message.topic, stream_of(incoming.message))
            if stream in streams:
                failed[index] = BehindParkedEvent()
                continue
            before = unit.savepoint()
            try:
                await _react(name, unit, incoming, reactions[type(incoming.event)])
            except transaction.fatal_errors:
                raise
            except Exception as error:  # noqa: BLE001  # whatever it is, it would fail again for ever
                unit.undo(before)
                streams.add(stream)
                failed[index] = error

        async def append() -> None:
            await unit.commit(transaction)

        return BatchOutcome(failed, append)

    return effect


async def _read_ahead(
    unit: Unit, batch: Sequence[IncomingEvent], reactions: Mapping[type[PublicEvent], Reaction]
) -> None:
    """Read what the reactions to a batch are known to read."""
    wanted: dict[str, list[tuple[Decider[Any, Any, Any], object]]] = {}
    for incoming in batch:
        reaction = reactions[type(incoming.event)]
        if isinstance(reaction, ReactionWithReads):
            wanted.setdefault(incoming.envelope.tenant, []).extend(reaction.reads(incoming.event))
    for tenant, aggregates in wanted.items():
        await unit.on_behalf(tenant, unit.cause).read(*aggregates)


async def _react(name: str, unit: Unit, incoming: IncomingEvent, reaction: Reaction) -> None:
    envelope = incoming.envelope
    with continue_trace(envelope.traceparent, f"react {envelope.type}") as traceparent:
        cause = Cause(f"service:{name}", envelope.correlation_id, envelope.id, traceparent)
        await reaction(unit.on_behalf(envelope.tenant, cause), incoming.event)
