"""Facts of another service, as matching stores them: a later fact replaces an earlier one, and a repeated one is
ignored.

A fact is referral's public event under a stored type of matching's own, so that a field which the public event gains is
stored without being named here. If matching stores only some of the fields, the fact declares these. Names of people
stay in referral.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar

from shared.events import PublicEvent
from shared.kernel.decider import Command, Decider, Event

F = TypeVar("F", bound=Event)


class RecordFact(Command, Generic[F]):
    """Record the present state of a fact."""

    fact: F


def last_fact(category: str, *facts: type[F]) -> Decider[F | None, RecordFact[F], F]:
    """Make the decider of a kind of fact; its state is the last fact, None before the first."""
    return Decider(category, lambda: None, _decide, lambda _, last: last, facts)


def _decide(command: RecordFact[F], last: F | None, now: datetime) -> Sequence[F]:
    del now
    return [] if last is not None and _content(last) == _content(command.fact) else [command.fact]


def _content(fact: Event) -> dict[str, object]:
    # the same fact of another day is nothing new
    return fact.model_dump(exclude={"happened_on"})


def fact_of(fact: type[F], event: PublicEvent) -> F:
    """Make a fact from a public event: of its fields, those that the fact declares."""
    return fact.model_validate({name: getattr(event, name) for name in fact.model_fields if hasattr(event, name)})
