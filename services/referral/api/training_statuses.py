"""Routes of the training status of trainees."""

from uuid import UUID

from services.referral.api.parameters import has_person_version
from services.referral.commands import training_statuses as commands
from services.referral.commands.training_statuses import TrainingStatusAnswer
from services.referral.domain.training_statuses import Deferral, TrainingStep, Withdrawal
from shared.kernel.http.context import CallerDep
from shared.kernel.http.routes import Router

router = Router("people")


@router.post("/people/{person_id}/deferral")
@has_person_version
async def defer(person_id: UUID, body: Deferral, caller: CallerDep) -> TrainingStatusAnswer:
    """Defer a trainee's training."""
    return await caller.run(commands.defer(caller.who, person_id, body), TrainingStatusAnswer)


@router.post("/people/{person_id}/return")
@has_person_version
async def return_to_training(person_id: UUID, body: TrainingStep, caller: CallerDep) -> TrainingStatusAnswer:
    """Let a trainee return to training after a deferral."""
    return await caller.run(commands.return_to_training(caller.who, person_id, body), TrainingStatusAnswer)


@router.post("/people/{person_id}/withdrawal")
@has_person_version
async def withdraw_trainee(person_id: UUID, body: Withdrawal, caller: CallerDep) -> TrainingStatusAnswer:
    """Withdraw a trainee from training, and say why."""
    return await caller.run(commands.withdraw(caller.who, person_id, body), TrainingStatusAnswer)


@router.post("/people/{person_id}/reinstatement")
@has_person_version
async def reinstate(person_id: UUID, body: TrainingStep, caller: CallerDep) -> TrainingStatusAnswer:
    """Reinstate a trainee who had withdrawn."""
    return await caller.run(commands.reinstate(caller.who, person_id, body), TrainingStatusAnswer)
