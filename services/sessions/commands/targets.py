"""Use cases of targets: authorise by relation, load, decide."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from services.sessions.commands.relationships import open_to
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.targets import TARGET, Review, Reviewed, SetTarget
from shared.events.words import Side
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target that somebody wants to set."""

    text: str
    measure: str | None
    due_on: date


def set_target(who: Principal, relationship_id: UUID, *, on: date, wanted: Wanted) -> UseCase[JsonAnswer]:
    """Set a target outside a meeting."""

    async def use_case(unit: Unit) -> JsonAnswer:
        relationship, by = await open_to(who, unit, relationship_id)
        return {"target_id": str(await set_wanted(unit, relationship, by, on, wanted)), "status": "open"}

    return use_case


def review_target(
    who: Principal, target_id: UUID, *, on: date, status: Reviewed, note: str | None
) -> UseCase[JsonAnswer]:
    """Look at a target again."""

    async def use_case(unit: Unit) -> JsonAnswer:
        (target,) = await unit.load(TARGET, target_id)
        if target is None:
            raise NotFound("There is no such target.")
        try:
            _, by = await open_to(who, unit, target.relationship_id)
        except NotFound:
            raise NotFound("There is no such target.") from None
        await unit.decide(TARGET, target_id, Review(target_id=target_id, by=by, on=on, status=status, note=note))
        return {"target_id": str(target_id), "status": status}

    return use_case


async def set_wanted(unit: Unit, relationship: Relationship, by: Side, on: date, wanted: Wanted) -> UUID:
    target_id = uuid4()
    await unit.decide(
        TARGET,
        target_id,
        SetTarget(
            relationship=relationship,
            target_id=target_id,
            by=by,
            on=on,
            text=wanted.text,
            measure=wanted.measure,
            due_on=wanted.due_on,
        ),
    )
    return target_id
