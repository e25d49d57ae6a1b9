"""A recorded event as a CloudEvent 1.0 in its JSON format."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from services.reporting.feed.positions import format_position
from shared.events.envelope import SCHEMA_PREFIX
from shared.kernel.answers import Answer
from shared.kernel.records import Incarnation


class CloudEvent(Answer):
    """A public event as a CloudEvent 1.0.

    `source` and `id` together identify it, whichever way and how often it comes. `subject` is its stream: events of one
    stream come in the order in which they happened. `recordedtime` is when reporting recorded it (UTC), and `position`
    where it stands in the feed. `data` has the form that the schema in `dataschema` gives, with the effective date in
    `happened_on`. The other extensions are those of the events on Kafka.
    """

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: str
    subject: str
    dataschema: str
    datacontenttype: Literal["application/json"]
    recordedtime: datetime
    position: str = Field(description="Where it stands in the feed: `after` this position come all later events.")
    tenant: str
    correlationid: UUID
    causationid: UUID | None = Field(default=None, description="Left out where no other event caused it.")
    data: dict[str, Any]


def cloud_event(row: Mapping[str, Any], incarnations: Sequence[Incarnation]) -> CloudEvent:
    """Return a row of the table `events` as a CloudEvent: its stream is the source's short name and the subject."""
    source, _, subject = row["stream"].partition("/")
    # an attribute without a value is left out (`exclude_unset`): CloudEvents knows no null
    caused = {} if row["causation_id"] is None else {"causationid": row["causation_id"]}
    return CloudEvent(
        specversion="1.0",
        id=row["id"],
        source=f"urn:alongside:{source}",
        type=row["type"],
        subject=subject,
        dataschema=f"{SCHEMA_PREFIX}{row['type']}:{row['schema_version']}",
        datacontenttype="application/json",
        recordedtime=row["recorded_at"],
        position=format_position(row["position"], incarnations),
        tenant=row["tenant"],
        correlationid=row["correlation_id"],
        **caused,
        data=row["body"],
    )
