"""Answer questions of use cases about people: their school, whether they are trainees, whether they were erased."""

from uuid import UUID

from services.matching.domain.mentees import MENTEE, MenteeKnown
from services.matching.domain.mentors import MENTOR, MentorKnown
from services.matching.domain.people import PERSON, Erased
from services.matching.domain.trainees import TRAINEE, TraineeKnown
from shared.kernel.unit import Unit


async def school_of(unit: Unit, person_id: UUID) -> str | None:
    """Return the school of a mentor or of a mentee who is not a trainee; None for anybody else."""
    (mentor,) = await unit.load(MENTOR, person_id)
    (mentee,) = await unit.load(MENTEE, person_id)
    return next((fact.school_urn for fact in (mentee, mentor) if isinstance(fact, MenteeKnown | MentorKnown)), None)


async def is_trainee(unit: Unit, person_id: UUID) -> bool:
    """Whether this is the record of a trainee."""
    (trainee,) = await unit.load(TRAINEE, person_id)
    return isinstance(trainee, TraineeKnown)


async def is_erased(unit: Unit, *people: UUID) -> bool:
    """Whether any of these people was erased."""
    return any(fact is not None for fact in await unit.load(PERSON, *people))


async def refuse_erased(unit: Unit, *people: UUID) -> None:
    """Raise `Erased` if any of these people was erased, and compare with the append that nobody is erased now."""
    await unit.read_and_compare(*((PERSON, person) for person in people))
    if await is_erased(unit, *people):
        raise Erased("A person whom this names was erased, so nothing about them can be recorded any more.")
