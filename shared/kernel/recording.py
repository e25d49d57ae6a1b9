"""The effect of a service that stores other services' events unchanged, and rebuilds its read models from them."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from pydantic import ConfigDict

from shared.events import Catalogue, PublicEvent
from shared.events.catalogue import version_of
from shared.kernel.loops.consumer import BatchOutcome, Effect, EffectTransaction, IncomingEvent
from shared.kernel.records import Cause, NewEvent, ReceivedBody
from shared.kernel.telemetry import continue_trace, spans_are_exported


class AllEventsExcept(Catalogue[PublicEvent]):
    """Accepts every public event except one type, including types that this version does not know."""

    def __init__(self, published: Catalogue[PublicEvent], but: type[PublicEvent]) -> None:
        super().__init__((event for event in published.classes.values() if event is not but), published.upcasters)
        self._but = but.type

    def knows(self, type_: str) -> bool:
        """Whether events of this type are accepted."""
        return type_ != self._but

    def decode(self, type_: str, version: int, body: bytes | str, readable_as: int | None = None) -> PublicEvent:
        """Decode an event, or keep it unchanged if its type is unknown; raises `Undecodable`."""
        if type_ in self.classes:
            return super().decode(type_, version, body, readable_as)
        return Catalogue((_as_it_came(type_, version),)).decode(type_, version, body)


class _AsItCame(PublicEvent):
    """A public event of an unknown type: any fields, of which only `happened_on` is checked."""

    model_config = ConfigDict(extra="allow")


@lru_cache(maxsize=1024)
def _as_it_came(type_: str, version: int) -> type[_AsItCame]:
    return type("AsItCame", (_AsItCame,), {"type": type_, "version": version, "__module__": __name__})


class Recording:
    """Appends each event unchanged, whatever the version of its stream.

    The JSON of the message is stored as it came, so fields that this version does not know are stored too, for a later
    version of the service. An event in a version newer than the newest known is stored as the newest known. The stream
    is the source's short name and the subject (`referral/school-100001`), so that no two sources share a stream.
    `erases` returns the id of the person whom an event asks to forget, or None; their key in this service is destroyed
    in the same transaction.
    """

    def __init__(self, name: str, erases: Callable[[PublicEvent], object | None]) -> None:
        self._actor = f"service:{name}"
        self._erases = erases

    async def __call__(self, transaction: EffectTransaction, batch: Sequence[IncomingEvent]) -> BatchOutcome:
        """Prepare the batch; the append is still to be done."""
        copy = _copy_traced if spans_are_exported() else _copy
        new = [copy(incoming, self._actor) for incoming in batch]

        async def append() -> None:
            for incoming in batch:
                person = self._erases(incoming.event)
                if person is not None:
                    await transaction.destroy_key(incoming.envelope.tenant, str(person))
            await transaction.append(new, dict.fromkeys((item.tenant, item.stream) for item in new))

        return BatchOutcome({}, append)


def record_events(name: str, erases: Callable[[PublicEvent], object | None]) -> Effect:
    """Make the effect of the service `name`, which records the events that it consumes; `erases` is as in
    `Recording`.
    """
    return Recording(name, erases)


def _copy(incoming: IncomingEvent, actor: str) -> NewEvent:
    envelope, event, message = incoming
    assert message.value is not None  # an event was read from it
    return NewEvent(
        envelope.tenant,
        f"{envelope.source.rpartition(':')[2]}/{envelope.subject}",
        event,
        Cause(actor, envelope.correlation_id, envelope.causation_id, envelope.traceparent),
        envelope.id,
        ReceivedBody(min(envelope.version, version_of(event)), message.value),
    )


def _copy_traced(incoming: IncomingEvent, actor: str) -> NewEvent:
    """Copy an event, with a span in its trace that its further way belongs to."""
    envelope = incoming.envelope
    with continue_trace(envelope.traceparent, f"record {envelope.type}") as traceparent:
        return _copy(incoming._replace(envelope=envelope._replace(traceparent=traceparent)), actor)
