"""What a mentee who breaks off, or wants another mentor, tells the safe contact that they chose, and perhaps why.

Source: product.md "What they fear" (a mentor who does not fit), S12; domain.md (f) 11 (a confidential route). The words
belong to the mentee, and are sealed with their key. The mentor learns nothing of this; the mentee sees who has read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from services.sessions.domain.access import Reads, TextRead, read_on_day, reads_after
from services.sessions.domain.texts import Text
from shared.events.practices import AccountRole
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, Event, NotFound, Personal, Value, build_from

Wish = Literal["break_off", "another_mentor"]
"""What a mentee turned to a safe contact for: the mentoring has ended, or they want another mentor first."""


class NewBreakOff(Value):
    """The last day that the mentee wants, and, as they like, the safe contact who is to get in touch, and the reason.

    Without a contact nobody is told more than that the relationship has ended.
    """

    on: StepDay
    contact: AccountRole | None = None
    reason: Text | None = None


class NewContact(Value):
    """The safe contact who is to get in touch, and the reason, in place of those given before."""

    on: StepDay
    contact: AccountRole
    reason: Text | None = None


class ContactAsked(Event):
    """A mentee asked a safe contact to get in touch, or now asks another, in other words, or with another wish."""

    type: ClassVar[str] = "sessions.contact_asked"

    relationship_id: UUID
    trainee_id: UUID
    contact: AccountRole
    reason: Annotated[str | None, Personal("trainee_id")] = None
    wish: Wish = "break_off"


class ContactAskedNoMore(Event):
    """The mentee does not want to be contacted any more: nobody else reads what they wrote."""

    type: ClassVar[str] = "sessions.contact_asked_no_more"

    relationship_id: UUID
    trainee_id: UUID


class ReasonRead(TextRead):
    """The safe contact read what the mentee wrote, for the first time on this day."""

    type: ClassVar[str] = "sessions.break_off_read"

    relationship_id: UUID
    trainee_id: UUID


class AskContact(Command):
    """Ask a safe contact to get in touch; `on_record` is the reason given before, decrypted by the use case."""

    relationship_id: UUID
    trainee_id: UUID
    contact: AccountRole
    reason: Text | None
    on: date
    on_record: str | None = None
    wish: Wish = "break_off"


class AskContactNoMore(Command):
    """Let a safe contact know that the mentee does not want to be contacted any more."""

    on: date


class ReadReason(Command):
    """Read what the mentee wrote, as somebody who may."""

    reader_id: UUID
    on: date


Commands = AskContact | AskContactNoMore | ReadReason
Events = ContactAsked | ContactAskedNoMore | ReasonRead


@dataclass(frozen=True, slots=True)
class BreakOff:
    """What a mentee told a safe contact, with the encrypted reason, and who read it on which day."""

    relationship_id: UUID
    trainee_id: UUID
    contact: AccountRole
    reason: str | None
    asked_on: date
    reads: Reads = frozenset()
    wish: Wish = "break_off"
    is_asked: bool = True


def decide(command: Commands, break_off: BreakOff | None, now: datetime) -> Sequence[Events]:
    """Ask a contact, or another in their place; record that somebody read it, once a day.

    Idempotent: asking the same contact with the same reason emits no event.
    """
    del now
    match command:
        case AskContact(contact=contact, reason=reason):
            asked = (contact, reason, command.wish)
            if break_off is not None and break_off.is_asked and asked == _asked(break_off, command.on_record):
                return []
            return [build_from(ContactAsked, command, happened_on=command.on)]
        case AskContactNoMore(on=on):
            if break_off is None or not break_off.is_asked:
                return []
            return [ContactAskedNoMore.model_validate({**_names(break_off), "happened_on": on})]
        case ReadReason() if break_off is None or not break_off.is_asked:
            raise NotFound("There is no such break-off.")
        case ReadReason(reader_id=reader_id, on=on):
            return read_on_day(ReasonRead, reader_id, on, break_off.reads, _names(break_off))


def _names(break_off: BreakOff) -> dict[str, UUID]:
    return {"relationship_id": break_off.relationship_id, "trainee_id": break_off.trainee_id}


def _asked(break_off: BreakOff, reason: str | None) -> tuple[AccountRole, str | None, Wish]:
    return break_off.contact, reason, break_off.wish


def evolve(break_off: BreakOff | None, event: Events) -> BreakOff | None:
    """Apply an event to the break-off."""
    match event:
        case ContactAsked():
            reads = break_off.reads if break_off is not None else frozenset()
            asked = (event.relationship_id, event.trainee_id, event.contact, event.reason, event.happened_on)
            return BreakOff(*asked, reads, event.wish)
        case ContactAskedNoMore():
            return break_off and replace(break_off, is_asked=False)
        case ReasonRead():
            return break_off and replace(break_off, reads=reads_after(break_off.reads, event))


BREAK_OFF: Decider[BreakOff | None, Commands, Events] = Decider(
    "break_off", lambda: None, decide, evolve, (ContactAsked, ContactAskedNoMore, ReasonRead)
)
