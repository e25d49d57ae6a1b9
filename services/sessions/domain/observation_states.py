"""The state of an observation, and what every event of an observation has."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.access import PRIVATE, Access, Item
from services.sessions.domain.forms import OTHER
from services.sessions.domain.relationships import Relationship
from shared.events.words import Side, Standard
from shared.kernel.decider import DomainError, Event

MISSING = "There is no such observation."


class ObservationEvent(Event):
    """The field that all events of an observation share."""

    observation_id: UUID


@dataclass(frozen=True, slots=True)
class WrittenAnswers:
    """What one side wrote on a day, encrypted for those whose the record is."""

    version: int
    by: Side
    on: date
    for_mentor: str | None
    for_trainee: str | None


@dataclass(frozen=True, slots=True)
class Observation:
    """An observation: its plan, what took place, everything that was written, and to whom it is released."""

    observation_id: UUID
    relationship_id: UUID
    observed: Side
    both_own: bool
    planned_on: date
    asked_by: Side
    accepted: bool = False
    called_off: bool = False
    held_on: date | None = None
    development_need: bool | None = None
    standards: tuple[Standard, ...] = ()
    feedback_on: date | None = None
    written: tuple[WrittenAnswers, ...] = ()
    access: Access = PRIVATE

    @property
    def observer(self) -> Side:
        """The side that observes."""
        return OTHER[self.observed]

    def item_in(self, relationship: Relationship, side: Side | None) -> Item:
        """Return what decides who reads what was written.

        The observed does; the observer while both own it, or until feedback was given; others after a release. `side`
        is the reader's: the observer reads no longer than the mentor of the relationship does.
        """
        shared = side == OTHER[self.observed] and (self.both_own or self.feedback_on is None)
        shared_with = frozenset({relationship.person_on(OTHER[self.observed])}) if shared else frozenset()
        owner_id, on = relationship.person_on(self.observed), self.held_on or self.planned_on
        return Item(owner_id, self.access, shared_with, "observation", self.relationship_id, on)

    def evidence_in(self, relationship: Relationship, *, observes: bool) -> Item:
        """Return what decides who lets an assessment rest on it: an assessor who observed needs no release."""
        item = self.item_in(relationship, None)
        return replace(item, shared_with=frozenset({relationship.person_on(self.observer)})) if observes else item


class ObservationIsOver(DomainError):
    """The observation has taken place, or was called off, and what is asked comes too late."""


class NotHeldYet(DomainError):
    """Notes or feedback come before the observation is recorded as held."""


class NotTheirRecord(DomainError):
    """Somebody decides about a record that is the other's."""

    status = 403


def must_be_held(observation: Observation) -> date:
    """Return the day on which it took place; raises `NotHeldYet`."""
    if observation.held_on is None:
        raise NotHeldYet("First the observer records that it took place.")
    return observation.held_on
