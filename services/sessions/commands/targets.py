"""Commands of targets."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

from services.sessions.commands.relationships import load_to_change, load_to_record
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.targets import (
    TARGET,
    AmendedReview,
    AmendedTarget,
    AmendReview,
    AmendTarget,
    Commands,
    NewTarget,
    ReviewTarget,
    SetTarget,
    Status,
    TargetDetails,
    TargetReview,
)
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class TargetStatus(Answer):
    """A target and its status after a command."""

    target_id: UUID
    status: Status


def set_target(who: Principal, relationship_id: UUID, target: NewTarget) -> UseCase[TargetStatus]:
    """Set a target outside a meeting."""

    async def use_case(unit: Unit) -> TargetStatus:
        relationship, by = await load_to_record(who, unit, relationship_id)
        target_id = await append_target(unit, relationship, by, target.on, target)
        return TargetStatus(target_id=target_id, status="open")

    return use_case


def review_target(who: Principal, target_id: UUID, review: TargetReview) -> UseCase[TargetStatus]:
    """Review a target."""
    return _change(
        who,
        target_id,
        lambda relationship, by: ReviewTarget(relationship=relationship, target_id=target_id, by=by, review=review),
    )


def amend_target(who: Principal, target_id: UUID, amended: AmendedTarget) -> UseCase[TargetStatus]:
    """Amend a target; every version is kept."""
    return _change(
        who,
        target_id,
        lambda relationship, by: AmendTarget(relationship=relationship, target_id=target_id, by=by, target=amended),
    )


def amend_review(who: Principal, target_id: UUID, review: AmendedReview) -> UseCase[TargetStatus]:
    """Amend the last review of a target; every version is kept."""
    return _change(
        who,
        target_id,
        lambda relationship, by: AmendReview(relationship=relationship, target_id=target_id, by=by, review=review),
    )


def _change(
    who: Principal, target_id: UUID, command_of: Callable[[Relationship, Side], Commands]
) -> UseCase[TargetStatus]:
    async def use_case(unit: Unit) -> TargetStatus:
        (target,) = await unit.load(TARGET, target_id)
        relationship, by = await load_to_change(who, unit, target, "target")
        await unit.decide(TARGET, target_id, command_of(relationship, by))
        (changed,) = await unit.load(TARGET, target_id)
        assert changed is not None  # else there was nothing to change
        return TargetStatus(target_id=target_id, status=changed.status)

    return use_case


async def append_target(unit: Unit, relationship: Relationship, by: Side, on: date, target: TargetDetails) -> UUID:
    """Set a target within another command, and return its new id."""
    target_id = uuid4()
    command = SetTarget(relationship=relationship, target_id=target_id, by=by, on=on, target=target)
    await unit.decide(TARGET, target_id, command)
    return target_id
