"""Drafts of what people type into forms: which forms a service has, and who keeps what was typed into one.

A form is a command's route that takes a JSON body. A command names the draft from which it was sent in
`Alongside-Draft`: if it succeeds, the draft is discarded in the same transaction; if it is refused, what was typed is
kept, and the problem document says where.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel

from shared.kernel.decider import Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase

DRAFT = "Alongside-Draft"
POINTER = "header:alongside-draft"
DRAFTS = "/drafts/"
"""Where a service that keeps drafts has them: the path of each begins so."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of a service: the method of each, and the pattern of its path."""

    known: tuple[tuple[str, re.Pattern[str]], ...] = ()

    def must_have(self, method: str, path: str) -> None:
        """Raise `Invalid` where there is no form at this path."""
        if not any(method == known and pattern.fullmatch(path) for known, pattern in self.known):
            raise Invalid(
                f"Nothing is sent with {method} to this address; /openapi.json has all forms.", pointer="/path"
            )


NO_FORMS = Forms()


@dataclass(frozen=True, slots=True)
class NamedDraft:
    """The draft that a command names, and the form of the command."""

    draft_id: UUID
    method: str
    path: str


class DraftKeeper(Protocol):
    """Keeps the drafts of a service's people; a form is given by the method and the path of its command."""

    async def discard(self, unit: Unit, who: Principal, draft_id: UUID, method: str, path: str) -> None:
        """Discard a draft of the person in the transaction of the append; raises a `DomainError` for another form."""

    def keep_typed(
        self, who: Principal, draft_id: UUID, method: str, path: str, typed: Mapping[str, Any] | None
    ) -> UseCase[BaseModel]:
        """Keep what was typed into a form whose command was refused, or what is kept of it where it cannot be (None).

        Raises a `DomainError` where there is no such draft afterwards.
        """


def parse_draft(sent: str | None, method: str, path: str) -> NamedDraft | None:
    """Read the draft that a command names; raises `Invalid`."""
    if sent is None:
        return None
    try:
        return NamedDraft(UUID(sent.strip()), method, path)
    except ValueError:
        raise Invalid(f"{DRAFT} must be the id of a draft of yours.", pointer=POINTER) from None
