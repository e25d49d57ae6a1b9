"""What follows from referral's events: relationships move to a successor, and to the record that was kept."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.sessions.commands.hosts import host_of
from services.sessions.commands.merges import kept_record
from services.sessions.domain.hosts import HOST, Follow, Take
from services.sessions.domain.merges import MERGE, Merge
from services.sessions.domain.relationships import (
    RELATIONSHIP,
    Move,
    Relationship,
    RelationshipOpened,
    RelationshipRehomed,
)
from services.sessions.domain.relationships import Rehome as RehomeRelationship
from services.sessions.domain.trainees import TRAINEE
from services.sessions.domain.trainees import Rehome as RehomeMentors
from shared.events.referral import PeopleMerged, PersonErased, SchoolClosed, SchoolSucceeded
from shared.kernel.postgres import name_tenants
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.unit import Unit


async def on_school_succeeded(unit: Unit, event: SchoolSucceeded) -> None:
    """Let every relationship at the school go on at the one that followed it."""
    here = await _at(unit, event.urn)
    await unit.decide(HOST, event.urn, Follow(urn=event.urn, successor_urn=event.successor_urn, on=event.happened_on))
    await _move(unit, here, await host_of(unit, event.urn), event.happened_on)


async def on_school_closed(unit: Unit, event: SchoolClosed) -> None:
    """Where a school was thought to be followed, that was a mistake: what began there is there again."""
    (host,) = await unit.load(HOST, event.urn)
    if host.successor_urn is not None:
        there = set(await _at(unit, await host_of(unit, event.urn)))
        await unit.decide(HOST, event.urn, Follow(urn=event.urn, successor_urn=None, on=event.happened_on))
        await _move(unit, [one for one in host.relationships if one in there], event.urn, event.happened_on)


async def _at(unit: Unit, urn: str) -> list[UUID]:
    """The relationships that are at a school now."""
    (host,) = await unit.load(HOST, urn)
    found = await unit.load(RELATIONSHIP, *host.relationships)
    return [one.relationship_id for one in found if one is not None and one.school_urn == urn]


async def _move(unit: Unit, relationships: Sequence[UUID], to: str, on: date) -> None:
    for relationship_id in relationships:
        await unit.decide(RELATIONSHIP, relationship_id, Move(school_urn=to, on=on))
        await unit.decide(HOST, to, Take(urn=to, relationship_id=relationship_id, on=on))


async def on_people_merged(unit: Unit, event: PeopleMerged) -> None:
    """Let every relationship of the merged record be one of the record that was kept; what was said stays as it is."""
    await unit.decide(
        MERGE, event.merged_id, Merge(merged_id=event.merged_id, kept_id=event.kept_id, on=event.happened_on)
    )
    for relationship_id in await _relationships_of(unit, event.merged_id):
        (found,) = await unit.load(RELATIONSHIP, relationship_id)
        if found is not None:
            await _rehome(unit, found, event)


async def _rehome(unit: Unit, found: Relationship, event: PeopleMerged) -> None:
    trainee_id, mentor_id = [await kept_record(unit, each) for each in (found.trainee_id, found.mentor_id)]
    rehomed = RehomeRelationship(trainee_id=trainee_id, mentor_id=mentor_id, on=event.happened_on)
    await unit.decide(RELATIONSHIP, found.relationship_id, rehomed)
    (before,) = await unit.load(TRAINEE, found.trainee_id)
    # whoever must not assess the trainee under one id must not under the other
    barred = before.barred | ({mentor_id} if found.mentor_id in before.barred else set())
    taken_over = RehomeMentors(
        trainee_id=trainee_id, relationships=before.relationships, barred=barred, on=event.happened_on
    )
    await unit.decide(TRAINEE, trainee_id, taken_over)


async def _relationships_of(unit: Unit, person_id: UUID) -> list[str]:
    """Relationships that ever named somebody: asked of the events, which a read model may be behind.

    Those of the same batch, which are not stored yet, are among them, whomever they name.
    """
    connection, _ = connection_and_keyring(unit.reads)
    await name_tenants(connection, [unit.tenant])
    rows = await connection.fetch(
        """select distinct body->>'relationship_id' as id from events
           where tenant = $1 and type = any ($2) and $3 in (body->>'trainee_id', body->>'mentor_id')""",
        unit.tenant,
        ["sessions.relationship_opened", "sessions.relationship_rehomed"],
        str(person_id),
    )
    new = [
        f"{item.event.relationship_id}"
        for item in unit.ledger.new
        if isinstance(item.event, RelationshipOpened | RelationshipRehomed)
    ]
    return list(dict.fromkeys([*(row["id"] for row in rows), *new]))


async def on_person_erased(unit: Unit, event: PersonErased) -> None:
    """Destroy the person's key: what was said by and about them here can no longer be read."""
    unit.destroy_key(event.person_id)
