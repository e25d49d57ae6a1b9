"""Who reads an item of somebody's record: its owner, and those to whom the owner has released it. Nobody else does.

Source: product.md S11 and "The mentee owns the record"; Berry ("All data gathered become the property of the teacher
observed"). A release names a person or a role, and can be revoked.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import model_validator

from shared.kernel.decider import Value

AudienceRole = Literal["tutor", "assessor", "school_lead", "partnership_lead"]
"""A role to which an item can be released.

A tutor or an assessor is one who is assigned to its owner, a school's lead one of a school where its owner is or was.
"""


class Audience(Value):
    """To whom an item is released: a person, or everybody in a role."""

    person_id: UUID | None = None
    role: AudienceRole | None = None

    @model_validator(mode="after")
    def _is_one_of_the_two(self) -> "Audience":
        if (self.person_id is None) == (self.role is None):
            raise ValueError("name either a person or a role")
        return self


@dataclass(frozen=True, slots=True)
class ItemReader:
    """Somebody who wants to read items of an owner: the ids of all their records, and their roles for this owner."""

    records: frozenset[UUID]
    roles: frozenset[AudienceRole] = frozenset()

    def is_in(self, audience: Audience) -> bool:
        """Whether the reader is the person, or has the role."""
        return audience.role in self.roles if audience.person_id is None else audience.person_id in self.records


def may_read(reader: ItemReader, owner_id: UUID, released_to: frozenset[Audience], kept_by: frozenset[UUID]) -> bool:
    """Whether somebody may read an item: the owner, an audience, or an assessor whose assessment rests on it.

    What an assessment rests on stays readable to its assessor after the release is revoked.
    """
    if reader.records & {owner_id, *kept_by}:
        return True
    return any(reader.is_in(audience) for audience in released_to)
