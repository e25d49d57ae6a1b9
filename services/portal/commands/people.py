"""Take over from referral who is on record, under which name."""

from datetime import date
from uuid import UUID

from services.portal.commands.calendars import remove_feed
from services.portal.commands.reminders import forget_reminders
from services.portal.domain.people import PERSON, Kind, NamePerson, RecordPerson, RemovePerson
from services.portal.signing_in.identities import enter_address, forget_identities
from shared.kernel.unit import Unit


async def name_person(unit: Unit, person_id: UUID, given_name: str, family_name: str, email: str, on: date) -> None:
    """Take over the name and the address of a person."""
    naming = NamePerson(
        person_id=person_id,
        given_name=given_name,
        family_name=family_name,
        email=email,
        on=on,
    )
    if await unit.decide(PERSON, person_id, naming):
        enter_address(unit, person_id, email)


async def record_person(unit: Unit, person_id: UUID, kind: Kind, on: date) -> None:
    """Take over which side of a mentoring relationship the person's record is for."""
    await unit.decide(PERSON, person_id, RecordPerson(person_id=person_id, kind=kind, on=on))


async def remove_person(unit: Unit, person_id: UUID, on: date, kept_id: UUID | None = None) -> None:
    """Take over that a record is no longer there, and destroy its key: the name cannot be read again."""
    await unit.decide(PERSON, person_id, RemovePerson(person_id=person_id, kept_id=kept_id, on=on))
    forget_identities(unit, person_id)
    remove_feed(unit, person_id)
    forget_reminders(unit, person_id)
    unit.destroy_key(person_id)
