"""Commands of break-offs: the mentee breaks off, a safe contact reads what the mentee wrote to them."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.assignments import assigned_as, has_tutor
from services.sessions.commands.merges import current_principal
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import last_recorded_day, load_to_see
from services.sessions.domain.break_offs import (
    BREAK_OFF,
    AskContact,
    BreakOff,
    NewBreakOff,
    NewContact,
    ReadReason,
    Wish,
)
from services.sessions.domain.ends import BreakOffRelationship
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from shared.events.practices import AccountRole
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid, NotFound, build_from
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase

_MISSING = "There is no such break-off."
_LEARNT = "The other of you learns that it has ended and can tell by whom, never why."
_IN_TOUCH = "Whom you chose gets in touch with you."
_NOBODY_ASKED = "Nobody is asked to get in touch with you; you can still ask one of your safe contacts."


class BrokenOff(Answer):
    """The relationship that ended, and whom the mentee asked to get in touch.

    `what_happens` tells the mentee who learns what; in the words of the programme where somebody is asked.
    """

    relationship_id: UUID
    ended_on: date
    contact: AccountRole | None
    what_happens: str


class OpenedBreakOff(Answer):
    """What a mentee wrote to the safe contact of their choice."""

    relationship_id: UUID
    trainee_id: UUID
    on: date
    contact: AccountRole
    reason: str | None


def break_off(who: Principal, relationship_id: UUID, new: NewBreakOff) -> UseCase[BrokenOff]:
    """End the relationship at the mentee's wish; neither the mentor nor anybody outside is told why."""

    async def use_case(unit: Unit) -> BrokenOff:
        seen = await load_to_see(who, unit, relationship_id)
        relationship = seen.relationship
        policy.may_break_off(seen.who, relationship, seen.assigned)
        if new.reason is not None and new.contact is None:
            raise Invalid(
                "Choose who may read your reason, or leave it out: it is sent to nobody else.", pointer="/contact"
            )
        text = None if new.contact is None else await safe_text_of(unit, relationship, new.contact)
        recorded_on = await last_recorded_day(unit, relationship, new.on)
        await unit.decide(RELATIONSHIP, relationship_id, BreakOffRelationship(on=new.on, recorded_on=recorded_on))
        if new.contact is not None:
            await ask_contact(unit, relationship, build_from(NewContact, new))
        return _broken_off(relationship, new.on, new.contact, text)

    return use_case


def ask_another_contact(who: Principal, relationship_id: UUID, new: NewContact) -> UseCase[BrokenOff]:
    """Ask another contact after a break-off, or the same in other words, as the mentee who broke off."""

    async def use_case(unit: Unit) -> BrokenOff:
        try:
            seen = await load_to_see(who, unit, relationship_id)
        except NotFound:
            raise NotFound(_MISSING) from None
        relationship = seen.relationship
        policy.may_break_off(seen.who, relationship, seen.assigned)
        relationship.must_be_kept()
        if not relationship.broken_off:
            raise NotFound(_MISSING)
        text = await safe_text_of(unit, relationship, new.contact)
        await ask_contact(unit, relationship, new)
        return _broken_off(relationship, relationship.ends_on, new.contact, text)

    return use_case


async def safe_text_of(unit: Unit, relationship: Relationship, contact: AccountRole) -> str | None:
    """Return what the programme says of a break-off; None where it says nothing.

    Raises `Invalid` for whom the programme does not name as safe contact.
    """
    safe = (await load_programme(unit, relationship.programme_id)).safe_accounts()
    if contact not in safe.accounts:
        choice = " or ".join(sorted(safe.accounts)) or "nobody: leave the contact out"
        raise Invalid(f"In this programme you can turn to: {choice}.", pointer="/contact")
    if contact == "tutor" and not await has_tutor(unit, relationship.trainee_id):
        raise Invalid("No tutor is assigned to you now; choose somebody else.", pointer="/contact")
    return safe.text


async def ask_contact(unit: Unit, relationship: Relationship, new: NewContact, wish: Wish = "break_off") -> None:
    """Ask a safe contact to get in touch with the mentee, or another in the place of whom the mentee asked before."""
    (asked,) = await unit.load(BREAK_OFF, relationship.relationship_id)
    on_record = None if asked is None else await _reason_of(unit, asked)
    names = {"relationship_id": relationship.relationship_id, "trainee_id": relationship.trainee_id}
    asking = build_from(AskContact, new, **names, on_record=on_record, wish=wish)
    await unit.decide(BREAK_OFF, relationship.relationship_id, asking)


def _broken_off(relationship: Relationship, ended_on: date, contact: AccountRole | None, text: str | None) -> BrokenOff:
    in_touch = _IN_TOUCH if contact is not None else _NOBODY_ASKED
    return BrokenOff(
        relationship_id=relationship.relationship_id,
        ended_on=ended_on,
        contact=contact,
        what_happens=text or f"{_LEARNT} {in_touch}",
    )


async def _reason_of(unit: Unit, asked: BreakOff) -> str | None:
    opened = await open_texts(unit.reads, unit.tenant, [asked.reason])
    return asked.reason and opened.get(asked.reason, asked.reason)


def open_break_off(who: Principal, relationship_id: UUID, wish: Wish = "break_off") -> UseCase[OpenedBreakOff]:
    """Open what a mentee with this wish wrote to a safe contact, and record for the mentee that it was read."""

    async def use_case(unit: Unit) -> OpenedBreakOff:
        (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
        (found,) = await unit.load(BREAK_OFF, relationship_id)
        missing = _MISSING if wish == "break_off" else "There is no such request."
        if found is None or relationship is None or found.wish != wish or not found.is_asked:
            raise NotFound(missing)
        assigned = await assigned_as(unit, who, relationship.trainee_id)
        caller = await current_principal(unit, who)
        reader_id = policy.break_off_reader(caller, relationship, found.contact, assigned, missing=missing)
        if reader_id != relationship.trainee_id:
            await unit.decide(BREAK_OFF, relationship_id, ReadReason(reader_id=reader_id, on=unit.now.date()))
        return OpenedBreakOff(
            relationship_id=relationship_id,
            trainee_id=relationship.trainee_id,
            on=found.asked_on,
            contact=found.contact,
            reason=await _reason_of(unit, found),
        )

    return use_case
