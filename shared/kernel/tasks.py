"""Commands that were decided and are still to be done: what a process asks for, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

if TYPE_CHECKING:
    from shared.kernel.store import Cause


@dataclass(frozen=True, slots=True)
class Task:
    """One command: its kind, what it is about (JSON, opaque ids only), not before when (UTC).

    `id` follows from the event that decided it. `stream` is the process's own. `attempts` counts failures so far.
    """

    id: UUID
    tenant: str
    stream: str
    name: str
    body: Mapping[str, Any]
    due_at: datetime
    cause: "Cause"
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a task. One that is to wait again says until when; `reason` names no person."""

    id: UUID
    status: Literal["done", "refused", "waiting", "failed"]
    reason: str | None = None
    due_at: datetime | None = None
