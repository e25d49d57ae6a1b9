"""A process for each person on each side: when they are erased, end the pairs and supports that name them.

A round or a search that read before the erasure may still propose the person: in whichever order the two events come,
the proposal is ended. The process begins with the first event of the store, so it also ends what was open when a person
was erased before there was this process. Source: product.md R8.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from services.matching.domain import pairs, supports
from services.matching.domain.people import PersonForgotten
from shared.kernel.decider import Decider, Event

Kind = Literal["pair", "support"]
PairSupportOrPersonChanged = (
    pairs.Proposed
    | pairs.Declined
    | pairs.Lapsed
    | pairs.Withdrawn
    | supports.Proposed
    | supports.Declined
    | supports.Lapsed
    | supports.Ended
    | PersonForgotten
)


class ProposalOpened(Event):
    """A pair or a support names the person, proposed or confirmed."""

    type: ClassVar[str] = "matching.naming_opened"

    kind: Kind
    id: UUID


class ProposalClosed(Event):
    """The pair or the support was declined, lapsed, or ended."""

    type: ClassVar[str] = "matching.naming_closed"

    kind: Kind
    id: UUID


class ErasureSeen(Event):
    """The person was erased."""

    type: ClassVar[str] = "matching.erasure_seen"


class EndDue(Event):
    """A pair or a support that names the erased person is to be ended."""

    type: ClassVar[str] = "matching.erasure_end_due"

    kind: Kind
    id: UUID


Events = ProposalOpened | ProposalClosed | ErasureSeen | EndDue
Naming = tuple[Kind, UUID]


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """The open pairs and supports that name a person, and whether the person was erased."""

    open: tuple[Naming, ...] = ()
    erased: bool = False


def decide(change: PairSupportOrPersonChanged, state: NamedPerson, now: datetime) -> Sequence[Events]:
    """End what is open when the person is erased, and what is proposed after that."""
    del now
    on = change.happened_on
    if isinstance(change, PersonForgotten):
        return [] if state.erased else [ErasureSeen(happened_on=on), *(_end(on, *naming) for naming in state.open)]
    kind, id_ = _naming(change)
    match change:
        case pairs.Proposed() | supports.Proposed():
            opened = ProposalOpened(happened_on=on, kind=kind, id=id_)
            return [opened, *([_end(on, kind, id_)] if state.erased else [])]
        case _:
            return [ProposalClosed(happened_on=on, kind=kind, id=id_)] if (kind, id_) in state.open else []


def _naming(change: pairs.PairEvent | supports.SupportEvent) -> Naming:
    return ("pair", change.pair_id) if isinstance(change, pairs.PairEvent) else ("support", change.support_id)


def _end(on: date, kind: Kind, id_: UUID) -> EndDue:
    return EndDue(happened_on=on, kind=kind, id=id_)


def evolve(state: NamedPerson, event: Events) -> NamedPerson:
    """Return what names the person after the event."""
    match event:
        case ProposalOpened(kind=kind, id=id_):
            return replace(state, open=(*state.open, (kind, id_)))
        case ProposalClosed(kind=kind, id=id_):
            return replace(state, open=tuple(naming for naming in state.open if naming != (kind, id_)))
        case ErasureSeen():
            return replace(state, erased=True)
        case EndDue():
            return state


def _erasures(category: str) -> Decider[NamedPerson, PairSupportOrPersonChanged, Events]:
    return Decider(category, NamedPerson, decide, evolve, (ProposalOpened, ProposalClosed, ErasureSeen, EndDue))


ERASED_MENTEES = _erasures("erased_mentee")
ERASED_MENTORS = _erasures("erased_mentor")
