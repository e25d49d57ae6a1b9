"""A target is shared with people who acknowledge it: somebody known here, or a role that the programme names.

Source: George (parents, class teachers and the leader sign the action plan; it is "not put in a drawer"). The mentee
owns the target, and shares it with whom they want; the mentor shares it with the roles that the programme names.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.sessions.domain.relationships import Relationship
from services.sessions.domain.target_states import Target, TargetAudience, TargetEvent
from shared.events.practices import PracticeRole, TargetRules
from shared.events.words import Side
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Event, Invalid, NotAllowed, Value

RoleId = Annotated[str, Field(min_length=1, max_length=100)]


class SharedWith(TargetAudience):
    """A person, or a role of the programme, as it is sent."""

    role: RoleId | None = None


class TargetShare(Value):
    """With whom a target is shared, and on which day."""

    to: SharedWith
    on: StepDay


class TargetReceipt(Value):
    """A day on which somebody acknowledges a target.

    For a role whose people have no account, one of the two says that somebody acknowledged it (`role`).
    """

    on: StepDay
    role: RoleId | None = None


class TargetShared(TargetEvent):
    """One of the two shared the target."""

    type: ClassVar[str] = "sessions.target_shared"

    to: TargetAudience


class TargetShareRevoked(TargetEvent):
    """One of the two took back that the target is shared; who acknowledged it is not asked again."""

    type: ClassVar[str] = "sessions.target_share_revoked"

    to: TargetAudience


class TargetAcknowledged(Event):
    """Somebody with whom the target is shared acknowledged it; `by` is the side that says so for a role without
    accounts, and then there is no `person_id`.
    """

    type: ClassVar[str] = "sessions.target_acknowledged"

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    to: TargetAudience
    person_id: UUID | None
    by: Side | None
    version_number: int


class ShareTarget(Command):
    """Share a target; `roles` are those of the programme."""

    relationship: Relationship
    rules: TargetRules
    roles: tuple[PracticeRole, ...]
    target_id: UUID
    by: Side
    share: TargetShare


class RevokeTargetShare(Command):
    """Take back that a target is shared."""

    relationship: Relationship
    target_id: UUID
    by: Side
    share: TargetShare


class AcknowledgeTarget(Command):
    """Acknowledge a target: as a person with whom it is shared in these ways, or (`by`) as one of the two for a role
    without accounts.
    """

    relationship: Relationship
    roles: tuple[PracticeRole, ...]
    target_id: UUID
    person_id: UUID | None
    by: Side | None
    through: tuple[TargetAudience, ...]
    receipt: TargetReceipt


SharingCommands = ShareTarget | RevokeTargetShare | AcknowledgeTarget
SharingEvents = TargetShared | TargetShareRevoked | TargetAcknowledged


def share_target(command: SharingCommands, target: Target) -> Sequence[SharingEvents]:
    """Share a target, take that back, acknowledge it. Idempotent: the same again emits no event."""
    command.relationship.must_be_kept()
    names: dict[str, object] = {
        "target_id": command.target_id,
        "relationship_id": target.relationship_id,
        "trainee_id": target.trainee_id,
        "by": command.by,
        "version_number": target.version + 1,
    }
    match command:
        case ShareTarget(share=share):
            to = TargetAudience(**share.to.model_dump())
            _must_be_shareable(command, to)
            shared = TargetShared.model_validate({**names, "happened_on": share.on, "to": to})
            return [] if to in target.shared_with else [shared]
        case RevokeTargetShare(share=share):
            to = TargetAudience(**share.to.model_dump())
            if command.by == "mentor" and to.person_id is not None:
                raise NotAllowed("The mentee shares a target with people, and takes that back.")
            revoked = TargetShareRevoked.model_validate({**names, "happened_on": share.on, "to": to})
            return [revoked] if to in target.shared_with else []
        case AcknowledgeTarget():
            return _acknowledge(command, target, names)


def _must_be_shareable(command: ShareTarget, to: TargetAudience) -> None:
    """Raise `Invalid` for the two and for a role that the programme does not name, `NotAllowed` for a mentor who names
    a person.
    """
    command.relationship.must_be_confidential("/to")
    if to.person_id in (command.relationship.mentor_id, command.relationship.trainee_id):
        raise Invalid("The two of you see every target; choose somebody else.", pointer="/to/person_id")
    if to.person_id is not None and command.by == "mentor":
        raise NotAllowed("The mentee chooses the people with whom a target is shared. You can choose a role.")
    if to.role is not None and to.role not in command.rules.shared_with:
        titles = {role.id: role.title for role in command.roles}
        named = ", ".join(f"{role} ({titles.get(role, role)})" for role in command.rules.shared_with)
        raise Invalid(
            f"In this programme choose one of: {named}."
            if named
            else "This programme names no role for targets; the mentee can choose a person.",
            pointer="/to/role",
        )


def _acknowledge(command: AcknowledgeTarget, target: Target, names: dict[str, object]) -> Sequence[TargetAcknowledged]:
    if command.by is None and command.receipt.role is not None:
        raise Invalid("You acknowledge it for yourself; leave the role out.", pointer="/role")
    through = (_role_without_accounts(command, target),) if command.by is not None else command.through
    return [
        TargetAcknowledged.model_validate(
            {**names, "happened_on": command.receipt.on, "to": to, "person_id": command.person_id}
        )
        for to in through[:1]
        if not any(command.person_id in target.shared_with.get(each, ()) for each in through)
    ]


def _role_without_accounts(command: AcknowledgeTarget, target: Target) -> TargetAudience:
    """Return the role for which one of the two says that a target was acknowledged; raises `Invalid`."""
    role_id = command.receipt.role
    if role_id is None:
        raise Invalid("Others acknowledge your target. Say for which role somebody did.", pointer="/role")
    to = TargetAudience(role=role_id)
    if to not in target.shared_with:
        raise Invalid("This target is not shared with that role; share it first.", pointer="/role")
    if any(role.id == role_id and role.held_by is not None for role in command.roles):
        raise Invalid("People in this role have an account, and acknowledge it themselves.", pointer="/role")
    return to


def evolve_sharing(target: Target, event: SharingEvents) -> Target:
    """Apply that a target was shared, or not any more, or acknowledged."""
    match event:
        case TargetShared():
            return replace(target, shared_with={**target.shared_with, event.to: frozenset()})
        case TargetShareRevoked():
            left = {to: by for to, by in target.shared_with.items() if to != event.to}
            return replace(target, shared_with=left)
        case TargetAcknowledged():
            acknowledged = target.shared_with.get(event.to, frozenset()) | {event.person_id}
            return replace(target, shared_with={**target.shared_with, event.to: acknowledged})
