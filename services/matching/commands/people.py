"""What use cases ask of people: which record stands for somebody's, and at which school they are."""

from uuid import UUID

from services.matching.domain.known import MENTEE, MENTOR, MERGE, MenteeKnown, MentorKnown
from shared.kernel.unit import Unit


async def kept_id(unit: Unit, person_id: UUID) -> UUID:
    """The id of the record that stands for somebody's."""
    (merged,) = await unit.load(MERGE, person_id)
    return merged.kept_id if merged is not None else person_id


async def school_of(unit: Unit, person_id: UUID) -> str | None:
    """The school of a mentor or of a mentee who is no trainee; None of anybody else."""
    (mentor,) = await unit.load(MENTOR, person_id)
    (mentee,) = await unit.load(MENTEE, person_id)
    return next((one.school_urn for one in (mentee, mentor) if isinstance(one, MenteeKnown | MentorKnown)), None)
