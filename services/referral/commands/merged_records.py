"""The record that stands for somebody: theirs, or the one that theirs was merged with."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.referral.domain.people import PERSON, Engage, Person, refusal
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit


async def kept(unit: Unit, of: UUID) -> tuple[UUID, Person]:
    """Who stands for a person, and their record: they themselves unless their record was merged."""
    (person,) = await unit.load(PERSON, of)
    if person.status != "merged" or person.into is None:
        return of, person
    (standing_for,) = await unit.load(PERSON, person.into)
    return person.into, standing_for


async def as_kept(unit: Unit, who: Principal) -> Principal:
    """Whoever asks, under the id of the record that stands for theirs."""
    try:
        subject = UUID(who.subject)
    except ValueError:
        return who
    stands_for, _ = await kept(unit, subject)
    return replace(who, subject=str(stands_for))


async def recorded(unit: Unit, of: UUID, *, pointer: str | None = None) -> Person:
    """A person whose record stands; raises why it does not."""
    (person,) = await unit.load(PERSON, of)
    if person.status != "recorded":
        raise refusal(person, pointer=pointer)
    return person


async def engage(unit: Unit, of: UUID, *, by: str, on: date) -> None:
    """Note that something rests on a person's record, whatever became of it."""
    await unit.decide(PERSON, of, Engage(by=by, on=on))
