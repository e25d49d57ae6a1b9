"""What the clients asked for and what became of it, as they saw it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

Outcome = Literal["ok", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request: `ok` was acknowledged with a position, `refused` by a problem of the 400s, all else is unknown.

    A request that never left, because nobody listened, is refused too: it cannot have had an effect.
    """

    outcome: Outcome
    status: int | None = None
    position: int | None = None
    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who asks: the id of their record, and their role."""

    subject: str
    role: str


@dataclass(slots=True)
class Command:
    """A command with an id of its own, which is its Idempotency-Key.

    `expects` is how many events of which type an accepted one leaves behind, among others; all of them or none. `mark`
    is what these events have in common and no others: by it events tell whose they are.
    """

    id: str
    kind: str
    path: str
    body: object
    expects: Mapping[str, int]
    service: str = "referral"
    method: str = "POST"
    who: Who | None = None
    mark: str = ""
    after_it: int = 0
    """Events of the same append that come after those with the mark, and have none."""
    attempts: list[Attempt] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mark = self.mark or self.id

    @property
    def outcome(self) -> Outcome:
        """Of all its attempts: acknowledged once is acknowledged; one unknown attempt may have had its effect."""
        outcomes = {attempt.outcome for attempt in self.attempts}
        if "ok" in outcomes:
            return "ok"
        return "unknown" if "unknown" in outcomes or not outcomes else "refused"

    @property
    def acknowledged(self) -> list[Attempt]:
        return [attempt for attempt in self.attempts if attempt.outcome == "ok"]


@dataclass
class Lost:
    """What went with a database that was put back to an older backup: ids of events, their actors, their marks, and
    their keys.
    """

    events: set[UUID] = field(default_factory=set)
    actors: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)


@dataclass
class History:
    """Every command, in the order in which they were first asked, and what was lost with a backup put back."""

    commands: list[Command] = field(default_factory=list)
    asked: int = 0
    lost: Lost = field(default_factory=Lost)

    def outcomes(self) -> Counter[Outcome]:
        return Counter(command.outcome for command in self.commands)

    def statuses(self) -> Counter[str]:
        """The number of attempts by the HTTP status of their answers."""
        return Counter(str(attempt.status or "no answer") for c in self.commands for attempt in c.attempts)
