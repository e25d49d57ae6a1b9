"""Say who wants to read an item, and to whom it is released, whatever records of theirs were merged."""

from collections.abc import Iterable
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.assignments import assigned_as
from services.sessions.commands.merges import kept_record, kept_records
from services.sessions.commands.schools import schools_of
from services.sessions.domain.access import Audience, ItemReader
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit


async def load_item_reader(unit: Unit, who: Principal, owner_id: UUID, people: Iterable[UUID]) -> ItemReader:
    """Return the reader of an item: all ids among its owner and these people that mean the person who asks, and the
    person's roles for this owner.
    """
    person_id = policy.item_reader(who)
    named = sorted({owner_id, *people})
    kept_id = None if person_id is None else await kept_record(unit, person_id)
    kept_of_named = zip(named, await kept_records(unit, *named), strict=True)
    records = frozenset(named_id for named_id, kept in kept_of_named if kept == kept_id)
    kept_owner = await kept_record(unit, owner_id)
    assigned = await assigned_as(unit, who, kept_owner)
    return ItemReader(records, policy.audience_roles(who, await schools_of(unit, kept_owner), assigned))


async def of_kept_record(unit: Unit, audience: Audience) -> Audience:
    """Return the audience under the id of the person's kept record."""
    if audience.person_id is None:
        return audience
    return Audience(person_id=await kept_record(unit, audience.person_id))


async def audiences_meant(unit: Unit, released_to: Iterable[Audience], to: Audience) -> list[Audience]:
    """Return the audiences that mean the same as `to`, each as it was released: records may have been merged since."""
    meant = await of_kept_record(unit, to)
    return [audience for audience in sorted(released_to, key=str) if await of_kept_record(unit, audience) == meant]
