"""Identities of recorded people, which the store keeps encrypted, decrypted for decisions that compare them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.referral.domain.people import PERSON, Person
from services.referral.domain.profiles import Identity
from shared.kernel.postgres.store import open_texts
from shared.kernel.unit import Unit


async def load_people(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, tuple[Person, Identity | None]]:
    """Load people with their identities decrypted, so that a decision can see what has changed.

    The identity is None if the record was erased, merged or undone, or never existed.
    """
    people = dict(zip(ids, await unit.load(PERSON, *ids), strict=True))
    sealed = {key: person.identity for key, person in people.items() if person.status == "recorded"}
    opened = await open_identities(unit, [identity for identity in sealed.values() if identity is not None])
    return {
        key: (person, opened[identity] if (identity := sealed.get(key)) is not None else None)
        for key, person in people.items()
    }


def name_in_words(given_name: str, family_name: str, reference: str) -> str:
    """Return how a person on record is named in a sentence."""
    return f"{given_name} {family_name}, reference {reference}".lstrip()


async def names_of(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Name people on record, for somebody who may read their names; without those who have none any more."""
    people = await load_people(unit, ids)
    return {
        key: name_in_words(identity.given_name, identity.family_name, identity.reference)
        for key, (_, identity) in people.items()
        if identity is not None
    }


async def open_identities(unit: Unit, sealed: Iterable[Identity]) -> dict[Identity, Identity]:
    """Decrypt identities; returns the decrypted identity of each encrypted one."""
    sealed = list(sealed)
    opened = await open_texts(
        unit.reads, unit.tenant, [text for identity in sealed for text in identity.model_dump().values()]
    )
    return {
        identity: Identity(**{name: opened.get(text, text) for name, text in identity.model_dump().items()})
        for identity in sealed
    }
