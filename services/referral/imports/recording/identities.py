"""Identities of recorded people, which the store keeps encrypted, decrypted for decisions that compare them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.referral.domain.people import PERSON, Kind, Person
from services.referral.domain.profiles import Identity
from services.referral.imports.database import fetch_rows, open_texts
from shared.kernel.unit import Unit

_WITH_IDENTIFIER = {
    "trn": "A person with this TRN is on record under another reference. Use that reference, or correct the TRN.",
    "hesa_id": "A person with this HESA id is on record under another reference. Use that one, or correct the id.",
}
_WITH_EMAIL = "A person of this name and e-mail address is on record under another reference. Use that reference."


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


async def open_identities(unit: Unit, sealed: Iterable[Identity]) -> dict[Identity, Identity]:
    """Decrypt identities; returns the decrypted identity of each encrypted one."""
    sealed = list(sealed)
    opened = await open_texts(unit, [text for identity in sealed for text in identity.model_dump().values()])
    return {
        identity: Identity(**{name: opened.get(text, text) for name, text in identity.model_dump().items()})
        for identity in sealed
    }


async def recorded_otherwise(unit: Unit, kind: Kind, new: Mapping[int, Any]) -> dict[int, str]:
    """Find rows (by line) whose reference is new and whose person is on record: by TRN, HESA id, or e-mail and name.

    Returns a sentence for each that says what to do. Nothing personal is searched for in the database, so the people of
    this kind are opened.
    """
    if not new:
        return {}
    rows = await fetch_rows(unit, "select family_name, email, trn, hesa_id from people where kind = $1", kind)
    opened = await open_texts(unit, [row[name] for row in rows for name in ("email", "trn", "hesa_id")])
    emails = {opened.get(row["email"], row["email"]).casefold(): row["family_name"] for row in rows}
    names = await open_texts(unit, [emails[email] for row in new.values() if (email := row.email.casefold()) in emails])
    sentences: dict[int, str] = {}
    for line, row in new.items():
        family_name = emails.get(row.email.casefold())
        if family_name is not None and names.get(family_name, family_name).casefold() == row.family_name.casefold():
            sentences[line] = _WITH_EMAIL
    for name, sentence in _WITH_IDENTIFIER.items():
        identifiers = {opened.get(row[name], row[name]) for row in rows if row[name]}
        sentences |= {line: sentence for line, row in new.items() if getattr(row, name, None) in identifiers}
    return sentences
