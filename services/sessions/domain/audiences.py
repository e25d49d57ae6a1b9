"""Whom something is released to or shared with."""

from typing import Self
from uuid import UUID

from pydantic import model_validator

from shared.kernel.decider import Value


class PersonOrRole(Value):
    """A person, or everybody in a role."""

    person_id: UUID | None = None
    role: str | None = None

    @model_validator(mode="after")
    def _is_one_of_the_two(self) -> Self:
        if (self.person_id is None) == (self.role is None):
            raise ValueError("Name either a person or a role.")
        return self
