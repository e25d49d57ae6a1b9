"""Resolve merged records and closed schools, by their streams."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.matching.domain.identities import Identities
from services.matching.domain.people import MERGE
from services.matching.domain.schools import SCHOOL
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit


async def kept_id(unit: Unit, person_id: UUID) -> UUID:
    """Return the id of a person's kept record: their own, or that of the record with which theirs was merged."""
    (kept,) = await kept_ids(unit, person_id)
    return kept


async def kept_ids(unit: Unit, *people: UUID) -> Sequence[UUID]:
    """Return the ids of these people's kept records, in their order."""
    merges = await unit.load(MERGE, *people)
    return [person if merge is None else merge.kept_id for person, merge in zip(people, merges, strict=True)]


async def current_principal(unit: Unit, who: Principal) -> Principal:
    """Return the person under the id of their kept record: their token may still name a merged record."""
    (merge,) = await unit.load(MERGE, who.subject)
    return who if merge is None else replace(who, subject=str(merge.kept_id))


async def current_school(unit: Unit, urn: str) -> str:
    """Return the URN of the last successor of a school, or its own."""
    successors: dict[str, str] = {}
    following: str | None = urn
    while following is not None and following not in successors:
        (school,) = await unit.load(SCHOOL, following)
        successor = school.successor_urn if school is not None else None
        if successor is None:
            break
        successors[following] = successor
        following = successor
    return Identities(successors=successors).school(urn)
