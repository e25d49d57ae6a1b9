"""Use cases of the training status: a trainee defers, returns, withdraws or is reinstated."""

from uuid import UUID

from services.referral import policy
from services.referral.commands.merged_records import existing_record
from services.referral.commands.people import NotAlike
from services.referral.domain.training_statuses import (
    TRAINING_STATUS,
    Commands,
    Defer,
    Deferral,
    Reinstate,
    Return,
    Status,
    TraineeDeferred,
    TraineeWithdrawn,
    TrainingStep,
    Withdraw,
    Withdrawal,
)
from shared.kernel.answers import Answer
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class TrainingStatusAnswer(Answer):
    """The training status of a trainee after a step."""

    person_id: UUID
    standing: Status


def defer(who: Principal, person_id: UUID, deferral: Deferral) -> UseCase[TrainingStatusAnswer]:
    """Defer a trainee's training."""
    return _decide(who, Defer(person_id=person_id, by=who.subject, **deferral.model_dump()))


def return_to_training(who: Principal, person_id: UUID, step: TrainingStep) -> UseCase[TrainingStatusAnswer]:
    """Let a trainee return to training after a deferral."""
    return _decide(who, Return(person_id=person_id, by=who.subject, on=step.on))


def withdraw(who: Principal, person_id: UUID, withdrawal: Withdrawal) -> UseCase[TrainingStatusAnswer]:
    """Withdraw a trainee from training."""
    return _decide(who, Withdraw(person_id=person_id, by=who.subject, **withdrawal.model_dump()))


def reinstate(who: Principal, person_id: UUID, step: TrainingStep) -> UseCase[TrainingStatusAnswer]:
    """Reinstate a trainee who had withdrawn."""
    return _decide(who, Reinstate(person_id=person_id, by=who.subject, on=step.on))


async def _with_text_on_record(unit: Unit, command: Commands) -> Commands:
    """Give a deferral or withdrawal the recorded text of the one that holds, so that a repetition is recognised."""
    (training,) = await unit.load(TRAINING_STATUS, command.person_id)
    match command, training.absence:
        case (Defer(), TraineeDeferred(reason=str() as text)) | (Withdraw(), TraineeWithdrawn(reasons=text)):
            opened = await open_texts(unit.reads, unit.tenant, [text])
            return command.model_copy(update={"on_record": opened.get(text, text)})
        case _:
            return command


def _decide(who: Principal, command: Commands) -> UseCase[TrainingStatusAnswer]:
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> TrainingStatusAnswer:
        kept_id, person = await existing_record(unit, command.person_id)
        if person.kind != "trainee":
            raise NotAlike("Only trainees defer and withdraw. A mentor's availability is set with what they can give.")
        step = await _with_text_on_record(unit, command.model_copy(update={"person_id": kept_id}))
        await unit.decide(TRAINING_STATUS, kept_id, step)
        (training,) = await unit.load(TRAINING_STATUS, kept_id)
        return TrainingStatusAnswer(person_id=kept_id, standing=training.status)

    return use_case
