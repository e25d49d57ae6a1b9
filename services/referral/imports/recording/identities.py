"""Who recorded people are: identities are sealed in the store, and are opened here for decisions that compare them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.referral.domain.people import PERSON, Person
from services.referral.domain.profiles import Identity
from shared.kernel.postgres import name_tenants
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.unit import Unit


async def on_record(unit: Unit, keys: Sequence[UUID]) -> dict[UUID, tuple[Person, Identity | None]]:
    """These people as recorded, and who they are, opened, so that a decision can see whether it has changed."""
    people = dict(zip(keys, await unit.load(PERSON, *keys), strict=True))
    standing = {key: person.identity for key, person in people.items() if person.status == "recorded"}
    opened = await opened_identities(unit, [identity for identity in standing.values() if identity is not None])
    return {
        key: (person, opened[identity] if (identity := standing.get(key)) is not None else None)
        for key, person in people.items()
    }


async def opened_identities(unit: Unit, sealed: Iterable[Identity]) -> dict[Identity, Identity]:
    """Sealed identities with every text opened."""
    sealed = list(sealed)
    connection, keyring = connection_and_keyring(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        texts = [text for identity in sealed for text in identity.model_dump().values()]
        opened = await keyring.open(connection, unit.tenant, texts)
    return {
        identity: Identity(**{name: opened.get(text, text) for name, text in identity.model_dump().items()})
        for identity in sealed
    }
