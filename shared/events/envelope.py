"""CloudEvents 1.0 in Kafka's binary mode: the event's JSON is the message's value, all else are headers.

Extensions of ours: `sequence` (position in the producer's store, 20 digits so that text order is number order),
`tenant`, `correlationid`, `causationid`, `readableas` (the oldest version whose readers can read this one; where it is
absent, only those of the event's own), and `traceparent` of the distributed tracing extension.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Headers = list[tuple[str, bytes]]

SCHEMA_PREFIX = "urn:alongside:schema:"


class BrokenEnvelope(ValueError):
    """A message whose headers are no CloudEvent of ours."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of an event without opening it.

    `source` is `urn:alongside:SERVICE`, `subject` the stream, `sequence` the position in the source's store,
    `time` when it was recorded (UTC).
    """

    id: UUID
    type: str
    version: int
    source: str
    subject: str
    time: datetime
    tenant: str
    sequence: int
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None
    readable_as: int | None = None

    def headers(self) -> Headers:
        """The message's headers; `content-type` is JSON."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": str(self.id),
            "ce_type": self.type,
            "ce_source": self.source,
            "ce_subject": self.subject,
            "ce_time": self.time.isoformat(),
            "ce_dataschema": f"{SCHEMA_PREFIX}{self.type}:{self.version}",
            "ce_tenant": self.tenant,
            "ce_sequence": f"{self.sequence:020d}",
            "ce_correlationid": str(self.correlation_id),
            "content-type": "application/json",
        }
        if self.causation_id is not None:
            headers["ce_causationid"] = str(self.causation_id)
        if self.traceparent is not None:
            headers["ce_traceparent"] = self.traceparent
        if self.readable_as is not None:
            headers["ce_readableas"] = str(self.readable_as)
        return [(name, value.encode()) for name, value in headers.items()]

    @classmethod
    def from_headers(cls, headers: Iterable[tuple[str, bytes]]) -> "Envelope":
        """The envelope of a message; raises `BrokenEnvelope` with the header's name, never its value."""
        found = {name: value for name, value in headers if value is not None}  # Kafka knows headers without a value
        _check_storable(found)
        try:
            _check_spec(found["ce_specversion"])
            type_ = found["ce_type"].decode()
            return cls(
                id=UUID(found["ce_id"].decode()),
                type=type_,
                version=_version(found["ce_dataschema"].decode(), type_),
                source=found["ce_source"].decode(),
                subject=found["ce_subject"].decode(),
                time=_time(found["ce_time"].decode()),
                tenant=found["ce_tenant"].decode(),
                sequence=_sequence(found["ce_sequence"]),
                correlation_id=UUID(found["ce_correlationid"].decode()),
                causation_id=_optional_uuid(found, "ce_causationid"),
                traceparent=found["ce_traceparent"].decode() if "ce_traceparent" in found else None,
                readable_as=_readable_as(found["ce_readableas"]) if "ce_readableas" in found else None,
            )
        except KeyError as missing:
            raise BrokenEnvelope(f"header {missing.args[0]} is missing") from None
        except BrokenEnvelope:
            raise
        except ValueError as error:
            raise BrokenEnvelope(f"a header cannot be read: {type(error).__name__}") from None


def _check_storable(headers: Mapping[str, bytes]) -> None:
    # no database takes a text with NUL: whoever keeps the envelope would fail on it again and again
    for name, value in headers.items():
        if b"\0" in value:
            raise BrokenEnvelope(f"header {name.replace(chr(0), '')} holds NUL")


def _check_spec(version: bytes) -> None:
    if version != b"1.0":
        raise BrokenEnvelope("ce_specversion is not 1.0")


def _version(schema: str, type_: str) -> int:
    prefix = f"{SCHEMA_PREFIX}{type_}:"
    if not schema.startswith(prefix):
        raise BrokenEnvelope("ce_dataschema does not belong to ce_type")
    return int(schema.removeprefix(prefix))


def _readable_as(digits: bytes) -> int:
    version = int(digits)
    if version < 1:
        raise BrokenEnvelope("ce_readableas is no version")
    return version


def _sequence(digits: bytes) -> int:
    position = int(digits)
    if not 0 <= position < 2**63:
        raise BrokenEnvelope("ce_sequence is no position")
    return position


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise BrokenEnvelope("ce_time has no zone")
    return time


def _optional_uuid(headers: Mapping[str, bytes], name: str) -> UUID | None:
    return UUID(headers[name].decode()) if name in headers else None
