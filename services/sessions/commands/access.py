"""Say who wants to read an item, and to whom it is released, whatever records of theirs were merged."""

from collections.abc import Iterable
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.assignments import assigned_as
from services.sessions.commands.merges import kept_record, kept_records
from services.sessions.commands.schools import schools_of
from services.sessions.domain.access import Audience, ItemReader
from services.sessions.domain.assignments import AssignmentSet
from services.sessions.domain.merges import RecordMerged
from services.sessions.domain.relationships import RelationshipOpened, RelationshipRehomed
from shared.kernel.decider import Invalid
from shared.kernel.postgres import name_tenants
from shared.kernel.postgres.store import connection_and_keyring
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


async def must_be_known(unit: Unit, to: Audience, *, pointer: str = "/to/person_id") -> None:
    """Raise `Invalid` for a person who was never in a relationship and never assigned: nobody would read the item.

    From the stored events: a read model may be behind them.
    """
    if to.person_id is None:
        return
    connection, _ = connection_and_keyring(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        is_known = await connection.fetchval(
            """select exists (
                   select from events where tenant = $1 and type = any ($2)
                   and $3::text[] && array[
                       body->>'trainee_id', body->>'mentor_id', body->>'person_id', body->>'kept_id'])""",
            unit.tenant,
            [RelationshipOpened.type, RelationshipRehomed.type, AssignmentSet.type, RecordMerged.type],
            [f"{to.person_id}", f"{await kept_record(unit, to.person_id)}"],
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
