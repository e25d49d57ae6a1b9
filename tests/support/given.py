"""Given / when / then, for every decider: what has happened, what is asked, what follows.

given(REFERRAL, ReferralMade(...)).when(Accept(...)).then(ReferralAccepted(...))
given(REFERRAL).when(Accept(...)).refused(NotFound)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from typing import Generic, TypeVar

from pydantic import BaseModel

from shared.kernel.decider import Decider, DomainError, Event

S = TypeVar("S")
C = TypeVar("C", bound=BaseModel)
E = TypeVar("E", bound=Event)
D = TypeVar("D", bound=DomainError)

NOW = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome(Generic[E]):
    """What came of a command: events, or a refusal."""

    events: Sequence[E]
    refusal: DomainError | None = None

    def then(self, *expected: E) -> None:
        """Exactly these events, in this order; none where nothing is named."""
        if self.refusal is not None:
            raise AssertionError(f"refused: {self.refusal.detail}") from self.refusal
        assert list(self.events) == list(expected)

    def refused(self, kind: type[D], *, pointer: str | None = None) -> D:
        """Refused with this error, pointing to this field; answers the error."""
        assert type(self.refusal) is kind, f"expected {kind.__name__}, had {self.refusal or self.events!r}"
        assert self.refusal.pointer == pointer
        return self.refusal


@dataclass(frozen=True)
class Given(Generic[S, C, E]):
    """An aggregate to which things have happened."""

    decider: Decider[S, C, E]
    state: S

    def when(self, command: C, now: datetime = NOW) -> Outcome[E]:
        """Ask something of the aggregate."""
        try:
            return Outcome(self.decider.decide(command, self.state, now))
        except DomainError as refusal:
            return Outcome((), refusal)


def given(decider: Decider[S, C, E], *events: E) -> Given[S, C, E]:
    """The aggregate after these events."""
    return Given(decider, reduce(decider.evolve, events, decider.initial()))
