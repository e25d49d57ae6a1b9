"""The record that is kept for a person: their own, or the one that theirs was merged with."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.referral.domain.people import PERSON, Engage, Person, refusal
from services.referral.domain.training_statuses import (
    TRAINING_STATUS,
    Defer,
    TraineeDeferred,
    TraineeWithdrawn,
    TrainingStatus,
    Withdraw,
)
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit


async def kept_record(unit: Unit, person_id: UUID) -> tuple[UUID, Person]:
    """Load the record that is kept for a person, with its id: their own unless it was merged with another."""
    (person,) = await unit.load(PERSON, person_id)
    if person.status != "merged" or person.into is None:
        return person_id, person
    (kept,) = await unit.load(PERSON, person.into)
    return person.into, kept


async def with_kept_id(unit: Unit, who: Principal) -> Principal:
    """Replace the id of whoever asks with that of the record that is kept for them."""
    return replace(who, subject=await kept_subject(unit, who.subject))


async def kept_subject(unit: Unit, subject: str) -> str:
    """Return the id of the record that is kept for whoever signed in under this id."""
    try:
        kept_id, _ = await kept_record(unit, UUID(subject))
    except ValueError:
        return subject
    return str(kept_id)


async def existing_record(unit: Unit, person_id: UUID, *, pointer: str | None = None) -> tuple[UUID, Person]:
    """Load the record that is kept for a person, with its id; the id of a merged record is as good as its own.

    Raises the reason where it was erased, undone or never made.
    """
    kept_id, person = await kept_record(unit, person_id)
    if person.status != "recorded":
        raise refusal(person, pointer=pointer)
    return kept_id, person


async def engage(unit: Unit, person_id: UUID, *, by: str, on: date) -> None:
    """Mark a person's record as built upon, so that it cannot be undone; an erased, merged or undone record is
    marked too.
    """
    await unit.decide(PERSON, person_id, Engage(by=by, on=on))


async def take_over_absence(unit: Unit, who: Principal, merged_id: UUID, kept_id: UUID) -> None:
    """Defer or withdraw the kept record as the merged one, unless it has a training status of its own."""
    merged, kept = await unit.load(TRAINING_STATUS, merged_id, kept_id)
    if kept != TrainingStatus() or merged.absence is None:
        return
    common = {"person_id": kept_id, "by": who.subject, "on": merged.absence.happened_on}
    match merged.absence:
        case TraineeDeferred(reason=reason, expected_back_on=back):
            opened = (
                (await open_texts(unit.reads, unit.tenant, [reason])).get(reason, reason)
                if reason is not None
                else None
            )
            deferral = {"expected_back_on": back, "reason": opened, **common}
            await unit.decide(TRAINING_STATUS, kept_id, Defer.model_validate(deferral))
        case TraineeWithdrawn(reasons=reasons, trigger=trigger, future_interest=interest):
            opened = (await open_texts(unit.reads, unit.tenant, [reasons])).get(reasons, reasons)
            left = {"trigger": trigger, "reasons": opened.split(), "future_interest": interest, **common}
            await unit.decide(TRAINING_STATUS, kept_id, Withdraw.model_validate(left))
