"""Routes of mentors: what they can be asked for, their schools, their relations, their training."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.referral.api.parameters import has_person_version
from services.referral.commands import mentors as commands
from services.referral.commands.mentors import MentorId, MentorRelations, MentorSchoolsAnswer
from services.referral.domain.mentors import CorrectedTraining, NewTerms, NewTraining, RelationTo, Training
from services.referral.domain.profiles import MentorSchools
from services.referral.queries import people as queries
from services.referral.queries.people import TrainingEntry
from shared.inputs.days import StepDay
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("people")


@router.post("/people/{person_id}/mentoring")
@has_person_version
async def declare_mentoring(person_id: UUID, body: NewTerms, caller: CallerDep) -> MentorId:
    """Declare what a mentor can be asked for: role kinds, facets, hours given already, availability."""
    return await caller.run(commands.declare(caller.who, person_id, body), MentorId)


@router.put("/people/{person_id}/schools")
@has_person_version
async def set_schools(person_id: UUID, body: MentorSchools, caller: CallerDep) -> MentorSchoolsAnswer:
    """Set all schools that a mentor is at, each with its first and last day there."""
    return await caller.run(commands.set_schools(caller.who, person_id, body), MentorSchoolsAnswer)


@router.post("/people/{person_id}/relations")
@has_person_version
async def add_relation(person_id: UUID, body: RelationTo, caller: CallerDep) -> MentorRelations:
    """Add a relation of a mentor to somebody, which may keep the two from being paired."""
    return await caller.run(commands.add_relation(caller.who, person_id, body), MentorRelations)


@router.post("/people/{person_id}/relations/end")
@has_person_version
async def end_relation(person_id: UUID, body: RelationTo, caller: CallerDep) -> MentorRelations:
    """End a relation of a mentor to somebody."""
    return await caller.run(commands.end_relation(caller.who, person_id, body), MentorRelations)


@router.post("/people/{person_id}/training", status_code=201)
@has_person_version
async def log_training(person_id: UUID, body: NewTraining, caller: CreatorDep) -> Training:
    """Log training of a mentor; the rule of its day decides how many of its hours can be claimed."""
    return await caller.run(commands.log_training(caller.who, person_id, body), Training)


@router.get("/people/{person_id}/training")
async def list_training(person_id: UUID, reader: ReaderDep) -> list[TrainingEntry]:
    """List a mentor's training, the earliest first; an entry that was corrected or removed is shown as it was, too."""
    return await queries.trainings(reader, person_id)


@router.put("/people/{person_id}/training/{training_id}")
@has_person_version
async def correct_training(person_id: UUID, training_id: UUID, body: CorrectedTraining, caller: CallerDep) -> Training:
    """Correct an entry of training: send it whole, as it should be. What it was stays readable."""
    return await caller.run(commands.correct_training(caller.who, person_id, training_id, body), Training)


@router.delete("/people/{person_id}/training/{training_id}")
@has_person_version
async def remove_training(
    person_id: UUID,
    training_id: UUID,
    caller: CallerDep,
    on: Annotated[StepDay, Query(description="The day of the removal.")],
) -> MentorId:
    """Remove an entry of training that was a mistake. What it was stays readable."""
    return await caller.run(commands.remove_training(caller.who, person_id, training_id, on), MentorId)
