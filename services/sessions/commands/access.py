"""Say who wants to read an item, and to whom it is released, whatever records of theirs were merged."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.assignments import assigned_as
from services.sessions.commands.merges import is_same_person, kept_record, kept_records
from services.sessions.commands.people import must_not_be_erased
from services.sessions.commands.schools import schools_of
from services.sessions.commands.stored_events import find_events
from services.sessions.domain.access import (
    Access,
    Audience,
    Item,
    ItemReader,
    Opening,
    ReadItem,
    Release,
    ReleaseItem,
    RevokeRelease,
    reason_to_read,
)
from services.sessions.domain.assignments import ASSIGNMENTS, AssignmentSet
from services.sessions.domain.merges import MERGE, RecordMerged
from services.sessions.domain.relationships import RELATIONSHIP, RelationshipOpened, RelationshipRehomed
from services.sessions.domain.safeguarding import SAFEGUARDING
from services.sessions.domain.trainees import TRAINEE
from shared.kernel.decider import Decider, Invalid, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit


async def load_item_reader(unit: Unit, who: Principal, *items: Item, schools: Collection[str] = ()) -> ItemReader:
    """Return the reader of items of one owner: all ids among the people named in them that mean the person who asks.

    Where these do not let the person read all of them, also the person's roles for the owner, `schools` counted among
    the owner's, and what the person has opened of the owner's: most items are read by those whose they are.
    """
    person_id = policy.item_reader(who)
    kept_id = None if person_id is None else await kept_record(unit, person_id)
    named = sorted(frozenset[UUID]().union(*({item.owner_id, *item.people} for item in items)))
    kept_of_named = zip(named, await kept_records(unit, *named), strict=True)
    reader = ItemReader(frozenset(named_id for named_id, kept in kept_of_named if kept == kept_id))
    kept_owner = await kept_record(unit, items[0].owner_id)
    if any(to.role for item in _closed_to(reader, items) for to in item.access.released_to):
        assigned = await assigned_as(unit, who, kept_owner)
        owners = {*schools, *await schools_of(unit, kept_owner)}
        reader = replace(reader, roles=policy.audience_roles(who, owners, assigned))
    if any(item.kind for item in _closed_to(reader, items)):
        reader = replace(reader, opened=await _opened_by(unit, kept_id, kept_owner))
    return reader


def _closed_to(reader: ItemReader, items: Iterable[Item]) -> list[Item]:
    return [item for item in items if reason_to_read(reader, item) is None]


async def _opened_by(unit: Unit, person_id: UUID | None, owner_id: UUID) -> tuple[Opening, ...]:
    """Return what a person has opened of an owner's to keep somebody safe, both given by their kept records."""
    if person_id is None:
        return ()
    (trainee,) = await unit.load(TRAINEE, owner_id)
    ids = sorted(trainee.relationships)
    safeguarding = await unit.load(SAFEGUARDING, *ids)
    openers = sorted({grant.opened_by for each in safeguarding for grant in each.grants})
    if not openers:
        return ()
    kept = zip(openers, await kept_records(unit, *openers), strict=True)
    own = frozenset(each for each, kept_id in kept if kept_id == person_id)
    today = unit.now.date()
    return tuple(
        opening
        for each, relationship in zip(safeguarding, await unit.load(RELATIONSHIP, *ids), strict=True)
        if relationship is not None
        for opening in each.opened_by(own, today, relationship)
    )


async def reading_of(unit: Unit, who: Principal, *items: Item, schools: Collection[str] = ()) -> ReadItem:
    """Return the command by which somebody reads items of one owner today, `schools` counted among the owner's."""
    person_id = policy.item_reader(who)
    return ReadItem(
        reader=await load_item_reader(unit, who, *items, schools=schools),
        reader_id=None if person_id is None else await kept_record(unit, person_id),
        on=unit.now.date(),
    )


async def must_be_own(unit: Unit, who: Principal, owner_id: UUID | None, missing: str) -> UUID:
    """Return the id under which an item was written if it is the person's own.

    Raises `NotFound` with the sentence `missing` for everybody else, and where there is no item.
    """
    person_id = policy.item_owner(who)
    if owner_id is None or person_id is None or not await is_same_person(unit, person_id, owner_id):
        raise NotFound(missing)
    await must_not_be_erased(unit, person_id)
    return owner_id


async def release_own(
    unit: Unit, who: Principal, decider: Decider[Any, Any, Any], key: UUID, release: Release, missing: str
) -> None:
    """Release an item of the person's own; raises `NotFound` with the sentence `missing` for everybody else."""
    (item,) = await unit.load(decider, key)
    owner_id = await must_be_own(unit, who, item and item.owner_id, missing)
    releasing = ReleaseItem(owner_id=owner_id, release=await release_to_known(unit, owner_id, release))
    await unit.decide(decider, key, releasing)


async def revoke_own(
    unit: Unit, who: Principal, decider: Decider[Any, Any, Any], key: UUID, revocation: Release, missing: str
) -> None:
    """Take back a release of the person's own item; raises `NotFound` for everybody else."""
    (item,) = await unit.load(decider, key)
    owner_id = await must_be_own(unit, who, item and item.owner_id, missing)
    for revoked in await revocations_of(unit, item.access, revocation):
        await unit.decide(decider, key, RevokeRelease(owner_id=owner_id, release=revoked))


async def release_to_known(unit: Unit, owner_id: UUID, release: Release) -> Release:
    """Return a release under the id of the person's kept record; raises `Invalid` for somebody who is not known.

    Each record of the owner stands for `owner_id`, the id under which the item was written.
    """
    to = await of_kept_record(unit, release.to)
    if to.person_id is not None and to.person_id == await kept_record(unit, owner_id):
        to = Audience(person_id=owner_id)
    await must_be_known(unit, to)
    return release.model_copy(update={"to": to})


async def revocations_of(unit: Unit, access: Access, revocation: Release) -> list[Release]:
    """Return what is to be revoked: each release to the same audience, whatever records were merged since."""
    meant = await audiences_meant(unit, access.released_to, revocation.to)
    return [revocation.model_copy(update={"to": to}) for to in meant]


async def current_audiences(unit: Unit, access: Access) -> tuple[Audience, ...]:
    """Return to whom an item is released, people by the ids of their kept records."""
    return tuple(sorted({await of_kept_record(unit, to) for to in access.released_to}, key=str))


async def audiences_for_owner(unit: Unit, who: Principal, owner_id: UUID, access: Access) -> tuple[Audience, ...]:
    """Return to whom an item is released if its owner asks, people by their kept records; nothing for others."""
    is_own = await is_same_person(unit, policy.item_owner(who), owner_id)
    return await current_audiences(unit, access) if is_own else ()


async def of_kept_record(unit: Unit, audience: Audience) -> Audience:
    """Return the audience under the id of the person's kept record."""
    if audience.person_id is None:
        return audience
    return Audience(person_id=await kept_record(unit, audience.person_id))


async def must_be_known(unit: Unit, to: Audience, *, pointer: str = "/to/person_id") -> None:
    """Raise `Invalid` for a person who was never in a relationship and never assigned: nobody would read the item.

    From the stored events: a read model may be behind them.
    """
    if to.person_id is None:
        return
    own = {to.person_id, await kept_record(unit, to.person_id)}
    is_known = bool(
        await find_events(unit, RELATIONSHIP, RelationshipOpened, RelationshipRehomed, trainee_id=own, mentor_id=own)
        or await find_events(unit, ASSIGNMENTS, AssignmentSet, trainee_id=own, person_id=own)
        or await find_events(unit, MERGE, RecordMerged, kept_id=own)
    )
    if not is_known:
        raise Invalid(
            "Nobody with this id mentors, is mentored or is assigned to anybody here. Check the id, or choose a role.",
            pointer=pointer,
        )


async def audiences_meant(unit: Unit, released_to: Iterable[Audience], to: Audience) -> list[Audience]:
    """Return the audiences that mean the same as `to`, each as it was released: records may have been merged since."""
    meant = await of_kept_record(unit, to)
    return [audience for audience in sorted(released_to, key=str) if await of_kept_record(unit, audience) == meant]
