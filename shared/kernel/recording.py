"""Others' public events kept as they came: a service's own copy of the truth, from which its read models rebuild."""

from collections.abc import Callable, Sequence

from shared.events import PublicEvent
from shared.kernel.consumer import Effect, Incoming, Outcome
from shared.kernel.store import Cause, New, Transaction
from shared.kernel.telemetry import following


def recording(name: str, erases: Callable[[PublicEvent], object | None]) -> Effect:
    """The effect of a batch: each event appended as it is, whatever its stream has come to.

    The stream is the source's short name and the subject (`referral/school-100001`), so that no two sources meet in
    one. `erases` names the person whom an event asks to forget, or None; their key here goes in the same transaction.
    """

    async def effect(transaction: Transaction, batch: Sequence[Incoming]) -> Outcome:
        new = [_copy(name, incoming) for incoming in batch]

        async def store() -> None:
            for incoming in batch:
                person = erases(incoming.event)
                if person is not None:
                    await transaction.destroy_key(incoming.envelope.tenant, str(person))
            await transaction.append(new, dict.fromkeys((item.tenant, item.stream) for item in new))

        return Outcome({}, store)

    return effect


def _copy(name: str, incoming: Incoming) -> New:
    envelope = incoming.envelope
    with following(envelope.traceparent, f"record {envelope.type}") as traceparent:
        cause = Cause(f"service:{name}", envelope.correlation_id, envelope.causation_id, traceparent)
    source = envelope.source.rpartition(":")[2]
    return New(envelope.tenant, f"{source}/{envelope.subject}", incoming.event, cause, envelope.id)
