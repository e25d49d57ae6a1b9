"""Remember programmes, and find the programme of a relationship."""

from uuid import UUID

from services.sessions.domain.programmes import PROGRAMME, LearnProgramme, Programme, require_known
from shared.kernel.unit import Unit


async def learn_programme(unit: Unit, programme: LearnProgramme) -> None:
    """Remember a programme."""
    await unit.decide(PROGRAMME, programme.programme_id, programme)


async def load_programme(unit: Unit, programme_id: UUID) -> Programme:
    """Load a programme; raises `ProgrammeNotKnown`."""
    (programme,) = await unit.load(PROGRAMME, programme_id)
    return require_known(programme)
