"""Ranked wishes, vetoes and choices of people: with whom or where they want to be, or not.

Source: product.md M5; Berry and CollectivEd (choice on both sides; nobody needs to give a reason). A lead may pass on
what a person told them. It is stored apart from what the person states, which takes precedence. Vetoes of both count,
so that no lead can undo a veto that they may not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.inputs.days import StepDay
from shared.inputs.schools import is_urn
from shared.kernel.decider import Command, Decider, Event, Invalid, Value

Kind = Literal["wishes", "vetoes", "choices"]
Role = Literal["trainee", "colleague"]
"""A trainee names mentors and schools; everybody else, above all a mentor, names people."""

MOST = 10
"""How many can be named: a longer list ranks nobody (product.md M5)."""


class _Stated(Event):
    """Names are ids of people or URNs of schools; `by` recorded them, `themselves` is whether for themselves."""

    person_id: UUID
    names: tuple[str, ...]
    by: str
    themselves: bool


class WishesStated(_Stated):
    """The people or schools that somebody wishes for, the dearest first, in place of all earlier wishes."""

    type: ClassVar[str] = "matching.wishes_said"


class VetoesStated(_Stated):
    """The people or schools that somebody rules out; nobody need give a reason."""

    type: ClassVar[str] = "matching.vetoes_said"


class ChoicesStated(_Stated):
    """The people whom a person chose; two people who chose each other are a pair."""

    type: ClassVar[str] = "matching.choices_said"


class Names(Value):
    """All names that a person states, the dearest first: ids of people or, if a trainee states them, URNs of schools.

    An empty list withdraws the names stated before. `person_id` is the person for whom a lead states them; None if
    people state their own.
    """

    names: tuple[Annotated[str, Field(max_length=40)], ...] = Field(max_length=100)
    person_id: UUID | None = None
    on: StepDay


class StateNames(Command):
    """State all wishes, all vetoes or all choices of a person; an empty list withdraws those stated before."""

    person_id: UUID
    role: Role
    kind: Kind
    names: tuple[str, ...]
    by: str
    themselves: bool
    on: date


Events = WishesStated | VetoesStated | ChoicesStated
Voice = tuple[Kind, bool]


@dataclass(frozen=True, slots=True)
class StatedNames:
    """The last names by kind, and by whether the person stated them themselves."""

    last: Mapping[Voice, tuple[str, ...]] = field(default_factory=dict)


_EVENTS: Mapping[Kind, type[WishesStated] | type[VetoesStated] | type[ChoicesStated]] = {
    "wishes": WishesStated,
    "vetoes": VetoesStated,
    "choices": ChoicesStated,
}
_KINDS: Mapping[type[Event], Kind] = {event: kind for kind, event in _EVENTS.items()}
_OPPOSED: Mapping[Kind, tuple[Kind, ...]] = {
    "wishes": ("vetoes",),
    "choices": ("vetoes",),
    "vetoes": ("wishes", "choices"),
}


def decide(command: StateNames, stated: StatedNames, now: datetime) -> Sequence[Events]:
    """Replace the names of one kind.

    Idempotent; raises `Invalid` if the same person wishes for somebody and rules them out.
    """
    del now
    names = tuple(_name(command, at, text) for at, text in enumerate(command.names))
    if len(names) > MOST:
        raise Invalid(f"Name at most {MOST}.", pointer="/names")
    if command.kind == "choices" and command.role == "trainee" and len(names) > 1:
        raise Invalid("A trainee chooses one mentor.", pointer="/names")
    opposed = {name for kind in _OPPOSED[command.kind] for name in stated.last.get((kind, command.themselves), ())}
    for at, name in enumerate(names):
        if name in names[:at]:
            raise Invalid("This name is listed twice.", pointer=f"/names/{at}")
        if name in opposed:
            where = "among the vetoes" if command.kind != "vetoes" else "among the wishes or choices"
            raise Invalid(f"This name is {where}; remove it there first.", pointer=f"/names/{at}")
    if names == stated.last.get((command.kind, command.themselves), ()):
        return []
    return [
        _EVENTS[command.kind](
            happened_on=command.on,
            person_id=command.person_id,
            names=names,
            by=command.by,
            themselves=command.themselves,
        )
    ]


def _name(command: StateNames, at: int, text: str) -> str:
    """A name as it is kept; raises `Invalid` for a name that somebody in this role cannot state."""
    pointer = f"/names/{at}"
    if is_urn(text.strip()):
        if command.role != "trainee" or command.kind == "choices":
            raise Invalid("Name people here by their ids, not schools.", pointer=pointer)
        return text.strip()
    try:
        name = UUID(text.strip())
    except ValueError:
        schools = ", or a school's six-digit URN" if command.role == "trainee" and command.kind != "choices" else ""
        raise Invalid(f"Give a person's id{schools}.", pointer=pointer) from None
    if name == command.person_id:
        raise Invalid("People cannot name themselves.", pointer=pointer)
    return str(name)


def evolve(stated: StatedNames, event: Events) -> StatedNames:
    """Return the last names after the event."""
    return StatedNames({**stated.last, (_KINDS[type(event)], event.themselves): event.names})


WISHES: Decider[StatedNames, StateNames, Events] = Decider(
    "wishes", StatedNames, decide, evolve, (WishesStated, VetoesStated, ChoicesStated)
)
