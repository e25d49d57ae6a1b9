"""Commands of safeguarding: open a mentee's items for some days, and end that."""

from datetime import date
from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_see
from services.sessions.domain.safeguarding import (
    SAFEGUARDING,
    CloseRecord,
    NewOpening,
    OpenRecord,
    safeguarding_rules,
)
from shared.events.words import ItemKind
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class OpeningState(Answer):
    """An opening after a command: which kinds of items it opens, and until the end of which day."""

    grant_id: UUID
    relationship_id: UUID
    kinds: tuple[ItemKind, ...]
    opened_on: date
    last_day: date
    closed_on: date | None


def open_record(who: Principal, relationship_id: UUID, opening: NewOpening) -> UseCase[OpeningState]:
    """Open the items of the mentee of a relationship, to keep somebody safe."""

    async def use_case(unit: Unit) -> OpeningState:
        seen = await load_to_see(who, unit, relationship_id)
        programme = await load_programme(unit, seen.relationship.programme_id)
        safeguarding_rules(programme)
        holder = policy.may_open_record(seen.who, seen.relationship, programme, seen.assigned)
        grant_id = uuid4()
        opening_it = OpenRecord(
            grant_id=grant_id,
            relationship=seen.relationship,
            programme=programme,
            opened_by=holder.person_id,
            role=holder.role,
            opening=opening,
        )
        await unit.decide(SAFEGUARDING, relationship_id, opening_it)
        return await _state(unit, relationship_id, grant_id)

    return use_case


def close_record(who: Principal, relationship_id: UUID, grant_id: UUID) -> UseCase[OpeningState]:
    """End an opening before its last day."""

    async def use_case(unit: Unit) -> OpeningState:
        seen = await load_to_see(who, unit, relationship_id)
        programme = await load_programme(unit, seen.relationship.programme_id)
        policy.may_open_record(seen.who, seen.relationship, programme, seen.assigned)
        await unit.decide(SAFEGUARDING, relationship_id, CloseRecord(grant_id=grant_id))
        return await _state(unit, relationship_id, grant_id)

    return use_case


async def _state(unit: Unit, relationship_id: UUID, grant_id: UUID) -> OpeningState:
    (safeguarding,) = await unit.load(SAFEGUARDING, relationship_id)
    grant = next(grant for grant in safeguarding.grants if grant.grant_id == grant_id)
    return OpeningState(
        grant_id=grant_id,
        relationship_id=relationship_id,
        kinds=tuple(sorted(grant.kinds)),
        opened_on=grant.opened_on,
        last_day=grant.until,
        closed_on=grant.closed_on,
    )
