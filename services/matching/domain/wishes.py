"""What people say of whom they would like to be with: ranked wishes, vetoes, and whom they chose.

Source: product.md M5; Berry and CollectivEd (choice on both sides; nobody need say why not). A lead may pass on what
somebody told them. That is kept apart from what people say themselves, which goes before it; of vetoes both count, so
that no lead can undo a veto that they may not read.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.kernel.decider import Command, Decider, Event, Invalid

Kind = Literal["wishes", "vetoes", "choices"]
Role = Literal["trainee", "colleague"]
"""A trainee names mentors and schools; everybody else, a mentor above all, names people."""

MOST = 10
"""How many can be named: a longer list ranks nobody (product.md M5)."""

_URN = re.compile(r"[0-9]{6}")


class _Said(Event):
    """Names are ids of people or URNs of schools; `by` is who said so, `themselves` whether for themselves."""

    person_id: UUID
    names: tuple[str, ...]
    by: str
    themselves: bool


class WishesSaid(_Said):
    """Whom or which schools somebody wishes for, the dearest first; it takes the place of what was wished before."""

    type: ClassVar[str] = "matching.wishes_said"


class VetoesSaid(_Said):
    """With whom or where somebody will not be; nobody need say why."""

    type: ClassVar[str] = "matching.vetoes_said"


class ChoicesSaid(_Said):
    """Whom somebody chose: where the other one chose them as well, they are a pair."""

    type: ClassVar[str] = "matching.choices_said"


class Say(Command):
    """Say all wishes, all vetoes or all choices of somebody; no names take back what was said."""

    person_id: UUID
    role: Role
    kind: Kind
    names: tuple[str, ...]
    by: str
    themselves: bool
    on: date


Events = WishesSaid | VetoesSaid | ChoicesSaid
Voice = tuple[Kind, bool]


@dataclass(frozen=True, slots=True)
class Words:
    """What was said last, by kind and whether by themselves."""

    last: Mapping[Voice, tuple[str, ...]] = field(default_factory=dict)


_EVENTS: Mapping[Kind, type[WishesSaid] | type[VetoesSaid] | type[ChoicesSaid]] = {
    "wishes": WishesSaid,
    "vetoes": VetoesSaid,
    "choices": ChoicesSaid,
}
_KINDS: Mapping[type[Event], Kind] = {event: kind for kind, event in _EVENTS.items()}
_WANTED: Mapping[Kind, tuple[Kind, ...]] = {
    "wishes": ("vetoes",),
    "choices": ("vetoes",),
    "vetoes": ("wishes", "choices"),
}


def is_school(name: str) -> bool:
    """Whether a name is a school's URN."""
    return _URN.fullmatch(name) is not None


def decide(command: Say, words: Words, now: datetime) -> Sequence[Events]:
    """What is said twice is said once; nobody is wished for and ruled out by the same voice."""
    del now
    names = tuple(_name(command, at, text) for at, text in enumerate(command.names))
    if len(names) > MOST:
        raise Invalid(f"Name at most {MOST}.", pointer="/names")
    if command.kind == "choices" and command.role == "trainee" and len(names) > 1:
        raise Invalid("A trainee chooses one mentor.", pointer="/names")
    others = {name for kind in _WANTED[command.kind] for name in words.last.get((kind, command.themselves), ())}
    for at, name in enumerate(names):
        if name in names[:at]:
            raise Invalid("This one is named twice.", pointer=f"/names/{at}")
        if name in others:
            where = "among the vetoes" if command.kind != "vetoes" else "among the wishes or choices"
            raise Invalid(f"This one stands {where}; take them out there first.", pointer=f"/names/{at}")
    if names == words.last.get((command.kind, command.themselves), ()):
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


def _name(command: Say, at: int, text: str) -> str:
    """A name as it is kept; raises `Invalid` for what somebody in this role cannot name."""
    pointer = f"/names/{at}"
    if is_school(text.strip()):
        if command.role != "trainee" or command.kind == "choices":
            raise Invalid("Name people here by their ids, not schools.", pointer=pointer)
        return text.strip()
    try:
        name = UUID(text.strip())
    except ValueError:
        schools = ", or a school's six-digit URN" if command.role == "trainee" and command.kind != "choices" else ""
        raise Invalid(f"Give a person's id{schools}.", pointer=pointer) from None
    if name == command.person_id:
        raise Invalid("Nobody names themselves.", pointer=pointer)
    return str(name)


def evolve(words: Words, event: Events) -> Words:
    """What was said last, after the event."""
    return Words({**words.last, (_KINDS[type(event)], event.themselves): event.names})


WISHES: Decider[Words, Say, Events] = Decider("wishes", Words, decide, evolve, (WishesSaid, VetoesSaid, ChoicesSaid))
