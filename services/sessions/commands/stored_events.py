"""Events of the unit's tenant by the ids that they name, where a read model may be behind them."""

from collections.abc import Collection
from typing import Any, TypeVar
from uuid import UUID

from shared.kernel.decider import Decider, Event
from shared.kernel.postgres import name_tenants
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.unit import Unit

EventT = TypeVar("EventT", bound=Event)


async def find_events(
    unit: Unit, decider: Decider[Any, Any, Any], *types: type[EventT], **named: Collection[UUID]
) -> list[EventT]:
    """Return the events of these types that name one of the ids in one of the fields: `trainee_id=[...]`.

    First those that are stored, by their position, and then those that the unit has decided and not appended yet.
    Personal texts stay encrypted.
    """
    by_text = {field: [f"{id_}" for id_ in ids] for field, ids in named.items()}
    fields = " or ".join(f"body->>'{field}' = any (${nth}::text[])" for nth, field in enumerate(by_text, 3))
    connection, _ = connection_and_keyring(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        rows = await connection.fetch(
            f"""select type, schema_version, body::text as body from events
                where tenant = $1 and type = any ($2) and ({fields}) order by position""",
            unit.tenant,
            [each.type for each in types],
            *by_text.values(),
        )
    stored = (decider.catalogue.decode(row["type"], row["schema_version"], row["body"]) for row in rows)
    new = (item.event for item in unit.ledger.new)
    return [
        *(event for event in stored if isinstance(event, types)),
        *(
            event
            for event in new
            if isinstance(event, types) and any(getattr(event, field) in ids for field, ids in named.items())
        ),
    ]
