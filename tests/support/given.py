"""Test a decider with given, when, then: past events, a command, and the expected events or refusal.

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
    """The outcome of a command: events, or a refusal."""

    events: Sequence[E]
    refusal: DomainError | None = None

    def then(self, *expected: E) -> None:
        """Assert that the command emitted exactly these events, in this order; without arguments, no event."""
        if self.refusal is not None:
            raise AssertionError(f"refused: {self.refusal.detail}") from self.refusal
        assert list(self.events) == list(expected)

    def refused(self, kind: type[D], *, pointer: str | None = None) -> D:
        """Assert that the command was refused with this error, pointing to this field; return the error."""
        assert type(self.refusal) is kind, f"expected {kind.__name__}, had {self.refusal or self.events!r}"
        assert self.refusal.pointer == pointer
        return self.refusal


@dataclass(frozen=True)
class Given(Generic[S, C, E]):
    """An aggregate after some events."""

    decider: Decider[S, C, E]
    state: S

    def when(self, command: C, now: datetime = NOW) -> Outcome[E]:
        """Decide a command on the aggregate."""
        try:
            return Outcome(self.decider.decide(command, self.state, now))
        except DomainError as refusal:
            return Outcome((), refusal)


def given(decider: Decider[S, C, E], *events: E) -> Given[S, C, E]:
    """Make the aggregate of a decider from these events."""
    return Given(decider, reduce(decider.evolve, events, decider.initial()))
