"""Remember people who were erased, and refuse what they would still do."""

from datetime import date
from uuid import UUID

from services.sessions.domain.people import PERSON, Erased, ForgetPerson
from shared.kernel.unit import Unit


async def is_erased(unit: Unit, *people: UUID) -> bool:
    """Whether any of these people was erased."""
    forgotten = await unit.load(PERSON, *people)
    return any(forgotten)


async def must_not_be_erased(unit: Unit, person_id: UUID) -> None:
    """Raise `Erased` for a person who was erased."""
    if await is_erased(unit, person_id):
        raise Erased("This record was erased, so that nothing can be done with it any more.")


async def remember_erasure(unit: Unit, person_id: UUID, on: date) -> None:
    """Remember that a person was erased, and nothing else of them."""
    await unit.decide(PERSON, person_id, ForgetPerson(person_id=person_id, on=on))
