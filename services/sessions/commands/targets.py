"""Commands of targets: set, review, amend, and tell of one that nobody touches."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from services.sessions.commands.relationships import load_to_change, load_to_record
from services.sessions.domain.programmes import PROGRAMME
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from services.sessions.domain.target_states import Status, Target
from services.sessions.domain.target_weeks import TARGET_WEEK, CountTarget, UncountTarget, target_week_id
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
    TargetDetails,
    TargetReview,
    TellOfUntouched,
)
from shared.events.practices import SMART, Form, PracticeRole, TargetRules
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class TargetStatus(Answer):
    """A target and its status after a command."""

    target_id: UUID
    status: Status


@dataclass(frozen=True, slots=True)
class TargetContext:
    """What a programme says of targets: its rules, the form that one may fill in, and its roles."""

    rules: TargetRules
    form: Form
    roles: tuple[PracticeRole, ...]


async def load_target_context(unit: Unit, relationship: Relationship) -> TargetContext:
    """Load what the programme says of targets; a programme that is not known yet says nothing of them.

    If it becomes known before the append, the command is decided again: else a target would not count for its week.
    """
    (programme,) = await unit.load(PROGRAMME, relationship.programme_id)
    if programme is None:
        await unit.read_and_compare((PROGRAMME, relationship.programme_id))
        return TargetContext(TargetRules(), SMART, ())
    return TargetContext(programme.practice.targets, programme.target_form(), programme.practice.roles)


def set_target(who: Principal, relationship_id: UUID, target: NewTarget) -> UseCase[TargetStatus]:
    """Set a target outside a meeting."""

    async def use_case(unit: Unit) -> TargetStatus:
        relationship, by = await load_to_record(who, unit, relationship_id)
        target_id = await append_target(unit, relationship, by, target.on, target)
        return TargetStatus(target_id=target_id, status="open")

    return use_case


def review_target(who: Principal, target_id: UUID, review: TargetReview) -> UseCase[TargetStatus]:
    """Review a target; one that is revised goes on in another version."""
    return _change(who, target_id, lambda **names: ReviewTarget(**names, review=review))


def amend_target(who: Principal, target_id: UUID, amended: AmendedTarget) -> UseCase[TargetStatus]:
    """Amend a target; every version is kept."""
    return _change(who, target_id, lambda **names: AmendTarget(**names, target=amended))


def amend_review(who: Principal, target_id: UUID, review: AmendedReview) -> UseCase[TargetStatus]:
    """Amend the last review of a target; every version is kept."""
    return _change(who, target_id, lambda **names: AmendReview(**names, review=review))


async def tell_of_untouched(unit: Unit, target_id: UUID, to: Side) -> None:
    """Tell a side that nobody touches a target, unless somebody has in the meantime."""
    (target,) = await unit.load(TARGET, target_id)
    assert target is not None  # somebody touched it once
    (relationship,) = await unit.load(RELATIONSHIP, target.relationship_id)
    assert relationship is not None  # a target is set in a relationship
    telling = TellOfUntouched(relationship=relationship, target_id=target_id, to=to, on=unit.now.date())
    await unit.decide(TARGET, target_id, telling)


def _change(who: Principal, target_id: UUID, command_of: Callable[..., Commands]) -> UseCase[TargetStatus]:
    """Let one of the two change a target; `command_of` makes the command from what all commands of targets name."""

    async def use_case(unit: Unit) -> TargetStatus:
        (before,) = await unit.load(TARGET, target_id)
        relationship, by = await load_to_change(who, unit, before, "target")
        context = await load_target_context(unit, relationship)
        command = command_of(
            relationship=relationship, rules=context.rules, form=context.form, target_id=target_id, by=by
        )
        await unit.decide(TARGET, target_id, command)
        (changed,) = await unit.load(TARGET, target_id)
        assert before is not None  # else there was nothing to change
        assert changed is not None
        await _count(unit, target_id, before, changed)
        return TargetStatus(target_id=target_id, status=changed.status)

    return use_case


async def _count(unit: Unit, target_id: UUID, before: Target, changed: Target) -> None:
    """Let a target that was set by mistake not count for its week, and count again once that was a mistake."""
    if before.by_mistake == changed.by_mistake:
        return
    names = {"relationship_id": changed.relationship_id, "target_id": target_id, "set_on": changed.set_on}
    on = unit.now.date()
    week = target_week_id(changed.relationship_id, changed.set_on)
    await unit.decide(
        TARGET_WEEK,
        week,
        UncountTarget(**names, on=on) if changed.by_mistake else CountTarget(**names, on=on, at_most=None),
    )


async def append_target(unit: Unit, relationship: Relationship, by: Side, on: date, target: TargetDetails) -> UUID:
    """Set a target within another command, and return its new id; the week must have room for it."""
    target_id = uuid4()
    context = await load_target_context(unit, relationship)
    command = SetTarget(
        relationship=relationship,
        rules=context.rules,
        form=context.form,
        target_id=target_id,
        by=by,
        on=on,
        target=target,
    )
    await unit.decide(TARGET, target_id, command)
    if context.rules.per_week is not None:
        counting = CountTarget(
            relationship_id=relationship.relationship_id,
            target_id=target_id,
            set_on=on,
            at_most=context.rules.per_week,
            on=on,
        )
        await unit.decide(TARGET_WEEK, target_week_id(relationship.relationship_id, on), counting)
    return target_id
