"""Queries of safeguarding: the openings of a relationship, and the items that the person has opened."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.queries.merges import kept_id_of, records_of
from services.sessions.queries.programmes import find_programme
from services.sessions.queries.relationships import find_to_see
from shared.events.words import ItemKind
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class OpeningOfRecord(Answer):
    """Somebody in a role of the programme opened the mentee's items of these kinds.

    `reason` is why, in their own words; null for everybody but whoever wrote it.
    """

    grant_id: UUID
    opened_by: UUID
    role: str
    kinds: tuple[ItemKind, ...]
    opened_on: date
    last_day: date
    tell_later: bool
    closed_on: date | None
    reason: str | None


class OpenItem(Answer):
    """An item that the person has opened: read it by its id, or measures by their `series_id`."""

    item_id: UUID
    kind: ItemKind
    on: date
    series_id: UUID | None


class SafeguardingOfRelationship(Answer):
    """The openings of a relationship, the latest first, and the items that the person may read under their own."""

    relationship_id: UUID
    openings: list[OpeningOfRecord]
    items: list[OpenItem]


async def show_safeguarding(reader: Reader, relationship_id: UUID) -> SafeguardingOfRelationship:
    """Return the openings of a relationship for those who may open it, with the reasons that they wrote themselves.

    Raises `NotFound` or `NotAllowed`.
    """
    seen = await find_to_see(reader, relationship_id)
    programme = await find_programme(reader, seen.relationship.programme_id)
    holder = policy.may_open_record(seen.who, seen.relationship, programme, seen.assigned)
    own = await records_of(reader, holder.person_id)
    return SafeguardingOfRelationship(
        relationship_id=relationship_id,
        openings=await reader.all(OpeningOfRecord, _OPENINGS, relationship_id, own, unseal=True),
        items=await reader.all(OpenItem, _ITEMS, relationship_id, own, utc_now().date()),
    )


_OPENINGS = f"""
    select grant_id, {kept_id_of("opened_by")} as opened_by, role, kinds, opened_on, last_day, tell_later, closed_on,
           case when opened_by = any ($2) then reason end as reason
    from openings where relationship_id = $1 order by opened_on desc, grant_id"""
_ITEMS = """
    select distinct i.item_id, i.kind, i.happened_on as "on", m.series_id
    from openings o
         join relationships r on r.relationship_id = o.relationship_id
         join items i on o.kinds ? i.kind
          and case when i.relationship_id is null
                   then i.owner_id = o.owner_id and i.happened_on between r.starts_on and r.ends_on
                   else i.relationship_id = r.relationship_id and i.owner_side is distinct from 'mentor' end
         left join measures m on m.measure_id = i.item_id
    where o.relationship_id = $1 and o.opened_by = any ($2) and o.closed_on is null and o.last_day >= $3
    order by i.happened_on desc, i.item_id"""
