"""Openings of somebody's record to keep somebody safe: explicit, for some days, with a reason, and logged.

Source: product.md S11; the duty to keep children safe goes before confidentiality, and the mentee is told. A programme
says who may open which kinds of items, for how many days, and whether the mentee may be told only afterwards, because
telling would put somebody at risk. An opening ends by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.sessions.domain.access import Opening
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.texts import Text, long_date
from shared.events.practices import SafeguardingRules
from shared.events.words import ItemKind
from shared.inputs.numbers import Whole, Yes
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value
from shared.wording import counted_noun


class NewOpening(Value):
    """For how many days, today included, somebody opens a mentee's items, and why; the programme says how many at most.

    With `tell_later` the mentee is told once it is over.
    """

    days: Annotated[Whole, Field(ge=1, le=1_000_000)]
    reason: Text
    tell_later: Yes = False


class OpeningEvent(Event):
    """The fields that all events of an opening share."""

    relationship_id: UUID
    grant_id: UUID


class RecordOpened(OpeningEvent):
    """Somebody in a role opened the mentee's items of these kinds, until the end of the day `until`."""

    type: ClassVar[str] = "sessions.record_opened"

    owner_id: UUID
    opened_by: UUID
    role: str
    kinds: tuple[ItemKind, ...]
    until: date
    tell_later: bool
    reason: Annotated[str, Personal("opened_by")]


class RecordClosed(OpeningEvent):
    """The opening ended before its last day."""

    type: ClassVar[str] = "sessions.record_closed"


class OpenRecord(Command):
    """Open the mentee's items as somebody in a role of the programme."""

    grant_id: UUID
    relationship: Relationship
    programme: Programme
    opened_by: UUID
    role: str
    opening: NewOpening


class CloseRecord(Command):
    """End an opening before its last day."""

    grant_id: UUID


Commands = OpenRecord | CloseRecord
Events = RecordOpened | RecordClosed


class AlreadyOpen(DomainError):
    """The person has opened the items already, and that goes on."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An opening: who opened what in which role, from when to when."""

    grant_id: UUID
    owner_id: UUID
    opened_by: UUID
    role: str
    kinds: frozenset[ItemKind]
    opened_on: date
    until: date
    closed_on: date | None = None

    def is_open_on(self, day: date) -> bool:
        """Whether items can be read under the opening on a day."""
        return self.closed_on is None and self.opened_on <= day <= self.until


@dataclass(frozen=True, slots=True)
class Safeguarding:
    """All openings in a relationship, by id."""

    relationship_id: UUID | None = None
    grants: tuple[Grant, ...] = ()

    def opened_by(self, records: frozenset[UUID], on: date, relationship: Relationship) -> tuple[Opening, ...]:
        """Return what somebody, given by all ids of their records, has opened in the relationship on a day."""
        return tuple(
            Opening(
                grant_id=grant.grant_id,
                relationship_id=relationship.relationship_id,
                kinds=grant.kinds,
                first=relationship.starts_on,
                last=relationship.ends_on,
            )
            for grant in self.grants
            if grant.opened_by in records and grant.is_open_on(on)
        )


def safeguarding_rules(programme: Programme) -> SafeguardingRules:
    """Return who may open what in a programme; raises `NotFound` where nobody may."""
    rules = programme.practice.safeguarding
    if rules is None:
        raise NotFound("In this programme nobody opens what was not released to them.")
    return rules


def decide(command: Commands, safeguarding: Safeguarding, now: datetime) -> Sequence[Events]:
    """Open a mentee's items for some days, or end that before the last day. Idempotent: closed is closed."""
    today = now.date()
    match command:
        case OpenRecord():
            return [_open(command, safeguarding, today)]
        case CloseRecord(grant_id=grant_id):
            grant = next((each for each in safeguarding.grants if each.grant_id == grant_id), None)
            if grant is None or safeguarding.relationship_id is None:
                raise NotFound("There is no such opening.")
            if not grant.is_open_on(today):
                return []
            return [RecordClosed(happened_on=today, relationship_id=safeguarding.relationship_id, grant_id=grant_id)]


def _open(command: OpenRecord, safeguarding: Safeguarding, today: date) -> RecordOpened:
    relationship, opening = command.relationship, command.opening
    rules = safeguarding_rules(command.programme)
    relationship.must_be_kept()
    if opening.days > rules.days_at_most:
        raise Invalid(
            f"Open it for at most {counted_noun(rules.days_at_most, 'day')}; it can be opened again then.",
            pointer="/days",
        )
    if opening.tell_later and not rules.may_tell_later:
        raise Invalid("In this programme the mentee is told at once; leave this out.", pointer="/tell_later")
    for grant in safeguarding.grants:
        if grant.opened_by == command.opened_by and grant.is_open_on(today):
            raise AlreadyOpen(f"You have opened this until {long_date(grant.until)}.")
    return RecordOpened(
        happened_on=today,
        relationship_id=relationship.relationship_id,
        grant_id=command.grant_id,
        owner_id=relationship.trainee_id,
        opened_by=command.opened_by,
        role=command.role,
        kinds=rules.opens,
        until=today + timedelta(days=opening.days - 1),
        tell_later=opening.tell_later,
        reason=opening.reason,
    )


def evolve(safeguarding: Safeguarding, event: Events) -> Safeguarding:
    """Apply an event to the openings of a relationship."""
    match event:
        case RecordOpened():
            grant = Grant(
                grant_id=event.grant_id,
                owner_id=event.owner_id,
                opened_by=event.opened_by,
                role=event.role,
                kinds=frozenset(event.kinds),
                opened_on=event.happened_on,
                until=event.until,
            )
            return Safeguarding(event.relationship_id, (*safeguarding.grants, grant))
        case RecordClosed():
            grants = tuple(
                replace(grant, closed_on=event.happened_on) if grant.grant_id == event.grant_id else grant
                for grant in safeguarding.grants
            )
            return replace(safeguarding, grants=grants)


SAFEGUARDING: Decider[Safeguarding, Commands, Events] = Decider(
    "safeguarding", Safeguarding, decide, evolve, (RecordOpened, RecordClosed)
)
