"""Commands of the sharing of targets: share, take that back, acknowledge."""

from uuid import UUID

from services.sessions import policy
from services.sessions.commands.access import must_be_known
from services.sessions.commands.assignments import assigned_as
from services.sessions.commands.merges import current_principal, kept_record, kept_records
from services.sessions.commands.relationships import load_to_change, must_still_act
from services.sessions.commands.targets import load_target_context
from services.sessions.domain.access import Audience
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from services.sessions.domain.target_sharing import (
    AcknowledgeTarget,
    RevokeTargetShare,
    SharedWith,
    ShareTarget,
    TargetReceipt,
    TargetShare,
)
from services.sessions.domain.target_states import Target, TargetAudience
from services.sessions.domain.targets import TARGET
from shared.events.practices import PracticeRole
from shared.events.words import AssignedRole
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class TargetSharing(Answer):
    """With whom a target is shared after a command."""

    target_id: UUID
    shared_with: tuple[TargetAudience, ...]


class TargetReceived(Answer):
    """A target that somebody acknowledged."""

    target_id: UUID
    acknowledged: bool


def share_target(who: Principal, target_id: UUID, share: TargetShare) -> UseCase[TargetSharing]:
    """Share a target with a person who is known here, or with a role that the programme names."""

    async def use_case(unit: Unit) -> TargetSharing:
        (target,) = await unit.load(TARGET, target_id)
        relationship, by = await load_to_change(who, unit, target, "target")
        share_ = await _of_kept_record(unit, share)
        if share_.to.person_id is not None:
            await must_be_known(unit, Audience(person_id=share_.to.person_id))
        context = await load_target_context(unit, relationship)
        sharing = ShareTarget(
            relationship=relationship,
            rules=context.rules,
            roles=context.roles,
            target_id=target_id,
            by=by,
            share=share_,
        )
        await unit.decide(TARGET, target_id, sharing)
        return await _sharing(unit, target_id)

    return use_case


def revoke_share(who: Principal, target_id: UUID, share: TargetShare) -> UseCase[TargetSharing]:
    """Take back that a target is shared."""

    async def use_case(unit: Unit) -> TargetSharing:
        (target,) = await unit.load(TARGET, target_id)
        relationship, by = await load_to_change(who, unit, target, "target")
        assert target is not None  # else there was nothing to change
        for to in await _meant(unit, target, share.to):
            revoked = share.model_copy(update={"to": SharedWith(**to.model_dump())})
            revoking = RevokeTargetShare(relationship=relationship, target_id=target_id, by=by, share=revoked)
            await unit.decide(TARGET, target_id, revoking)
        return await _sharing(unit, target_id)

    return use_case


def acknowledge_target(who: Principal, target_id: UUID, receipt: TargetReceipt) -> UseCase[TargetReceived]:
    """Acknowledge a target that is shared with the person or their role; or, as one of the two, say that somebody did
    who has no account.
    """

    async def use_case(unit: Unit) -> TargetReceived:
        (target,) = await unit.load(TARGET, target_id)
        if target is None:
            raise NotFound("There is no such target.")
        (relationship,) = await unit.load(RELATIONSHIP, target.relationship_id)
        assert relationship is not None  # a target is set in a relationship
        caller = await current_principal(unit, who)
        must_still_act(unit, caller, relationship, "There is no such target.")
        context = await load_target_context(unit, relationship)
        assigned = await assigned_as(unit, caller, relationship.trainee_id)
        through = await _through(unit, caller, relationship, target, context.roles, assigned)
        by = policy.may_acknowledge(caller, relationship, through, assigned)
        person_id = policy.item_reader(caller) if by is None else None
        acknowledging = AcknowledgeTarget(
            relationship=relationship,
            roles=context.roles,
            target_id=target_id,
            person_id=person_id,
            by=by,
            through=through,
            receipt=receipt,
        )
        await unit.decide(TARGET, target_id, acknowledging)
        return TargetReceived(target_id=target_id, acknowledged=True)

    return use_case


async def _through(
    unit: Unit,
    caller: Principal,
    relationship: Relationship,
    target: Target,
    roles: tuple[PracticeRole, ...],
    assigned: frozenset[AssignedRole],
) -> tuple[TargetAudience, ...]:
    """The ways in which a target is shared with somebody, whatever records of theirs were merged."""
    people = [to.person_id for to in target.shared_with if to.person_id is not None]
    kept = dict(zip(people, await kept_records(unit, *people), strict=True))
    person_id = policy.item_reader(caller)
    records = frozenset(each for each in people if kept[each] == person_id)
    readers = policy.shared_target_readers(caller, relationship, roles, assigned)
    return policy.audiences_of_target(target.shared_with, records, readers)


async def _of_kept_record(unit: Unit, share: TargetShare) -> TargetShare:
    if share.to.person_id is None:
        return share
    to = SharedWith(person_id=await kept_record(unit, share.to.person_id))
    return share.model_copy(update={"to": to})


async def _meant(unit: Unit, target: Target, to: SharedWith) -> list[TargetAudience]:
    """The audiences that mean the same, each as it was shared: records may have been merged since."""
    if to.person_id is None:
        return [each for each in target.shared_with if each.role == to.role]
    people = [each for each in target.shared_with if each.person_id is not None]
    wanted, *kept = await kept_records(unit, to.person_id, *(each.person_id for each in people if each.person_id))
    return [each for each, kept_id in zip(people, kept, strict=True) if kept_id == wanted]


async def _sharing(unit: Unit, target_id: UUID) -> TargetSharing:
    (target,) = await unit.load(TARGET, target_id)
    assert target is not None
    shared_with = [
        each if each.person_id is None else TargetAudience(person_id=await kept_record(unit, each.person_id))
        for each in target.shared_with
    ]
    return TargetSharing(target_id=target_id, shared_with=tuple(dict.fromkeys(shared_with)))
