"""Who reads the record of an observation: the observed releases it, and an assessment may rest on it."""

from collections.abc import Sequence
from typing import ClassVar

from services.sessions.domain.access import (
    ItemRead,
    ItemReleased,
    ItemReleaseRevoked,
    ItemUsed,
    ReadItem,
    Release,
    ReleaseItem,
    RevokeRelease,
    UseItem,
    read,
    release,
    revoke,
    use,
)
from services.sessions.domain.observation_states import (
    MISSING,
    NotTheirRecord,
    Observation,
    ObservationEvent,
    must_be_held,
)
from services.sessions.domain.relationships import Relationship
from shared.events.words import Side
from shared.kernel.decider import Command


class ObservationReleased(ItemReleased, ObservationEvent):
    """The observed released the record."""

    type: ClassVar[str] = "sessions.observation_released"


class ObservationReleaseRevoked(ItemReleaseRevoked, ObservationEvent):
    """The observed took a release back."""

    type: ClassVar[str] = "sessions.observation_release_revoked"


class ObservationRead(ItemRead, ObservationEvent):
    """Somebody other than the two read the record, for the first time on this day."""

    type: ClassVar[str] = "sessions.observation_read"


class ObservationUsed(ItemUsed, ObservationEvent):
    """An assessment rests on the record."""

    type: ClassVar[str] = "sessions.observation_used"


class ReleaseObservation(Command):
    """Release the record to a person or a role; `by` is the side that wants to."""

    relationship: Relationship
    by: Side
    release: Release


class RevokeObservationRelease(Command):
    """Take a release back."""

    relationship: Relationship
    by: Side
    release: Release


class UseObservation(UseItem):
    """Let an assessment rest on the record; `observes` says that its assessor is who observed."""

    relationship: Relationship
    observes: bool


class ReadObservation(ReadItem):
    """Read the record; `side` is the reader's, who is one of the two, as long as they read what was recorded."""

    relationship: Relationship
    side: Side | None


AccessCommands = ReleaseObservation | RevokeObservationRelease | ReadObservation | UseObservation
AccessEvents = ObservationReleased | ObservationReleaseRevoked | ObservationRead | ObservationUsed


def decide_access(command: AccessCommands, observation: Observation) -> Sequence[AccessEvents]:
    """Release the record, take that back, read it, or let an assessment rest on it."""
    match command:
        case ReadObservation():
            return _read(command, observation)
        case UseObservation():
            return _use(command, observation)
        case ReleaseObservation() | RevokeObservationRelease():
            return _release(command, observation)


def _release(
    command: ReleaseObservation | RevokeObservationRelease, observation: Observation
) -> Sequence[ObservationReleased | ObservationReleaseRevoked]:
    names, relationship = {"observation_id": observation.observation_id}, command.relationship
    if command.by != observation.observed:
        raise NotTheirRecord("Who was observed decides who else reads this.")
    item = observation.item_in(relationship, command.by)
    if isinstance(command, ReleaseObservation):
        releasing = ReleaseItem(owner_id=item.owner_id, release=command.release)
        return release(ObservationReleased, releasing, item, names)
    revoking = RevokeRelease(owner_id=item.owner_id, release=command.release)
    return revoke(ObservationReleaseRevoked, revoking, item, names)


def _read(command: ReadObservation, observation: Observation) -> Sequence[ObservationRead]:
    item = observation.item_in(command.relationship, command.side)
    names = {"observation_id": observation.observation_id}
    return read(ObservationRead, command, item, names, missing=MISSING)


def _use(command: UseObservation, observation: Observation) -> Sequence[ObservationUsed]:
    """Let an assessment rest on the record: what was released to its assessor, or what they observed themselves."""
    must_be_held(observation)
    item = observation.evidence_in(command.relationship, observes=command.observes)
    names = {"observation_id": observation.observation_id}
    version = len(observation.written)
    return use(ObservationUsed, command, item, names, version=version)
