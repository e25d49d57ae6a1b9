"""Write an event as a line of plain words, and say who sees the line.

Source: product.md S1 and S11 (an owner sees what is recorded, and who can see it). A line is filled from the facts of
its event only: a personal text has no name here, so that no line can quote what somebody wrote.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from services.sessions.domain.assessment_versions import State as AssessmentState
from services.sessions.domain.forms import ROLES
from services.sessions.domain.texts import long_date
from shared.events.practices import AccountRole
from shared.events.words import Side
from shared.kernel.decider import Decider, Event, Personal

SIDE_FIELDS = frozenset({"by", "observed"})
"""The fields of events that name a side of the relationship."""


@dataclass(frozen=True, slots=True)
class LineReaders:
    """Who sees a line, in words (`who`, and `why`), and as what the policy asks.

    Those are everybody who may see the relationship; or some of its sides and those who oversee it with an account; or
    those who read an assessment once it is in a state, or what the line is about (`of_item`). `person_id` leaves out
    everybody but this person, `while_reading` a mentor whose time to read what the two wrote is over.
    """

    who: str
    why: str
    everybody: bool = False
    sides: frozenset[Side] = frozenset()
    accounts: frozenset[AccountRole] = frozenset()
    assessment: AssessmentState | None = None
    of_item: bool = False
    person_id: UUID | None = None
    while_reading: bool = False


EVERYBODY = LineReaders(
    "Everybody who may see this relationship", "It is a fact, without a word of what the two wrote.", everybody=True
)
THE_TWO = LineReaders(
    "The mentor and the mentee",
    "It stays between the two; the mentor sees it for as long as the programme says.",
    sides=frozenset({"mentor", "trainee"}),
    while_reading=True,
)


def only(side: Side, why: str) -> LineReaders:
    """Return the readers of a line that one side alone sees."""
    return LineReaders(f"Only the {ROLES[side]}", why, sides=frozenset({side}))


_SINCE: Mapping[AssessmentState, str] = {
    "drafting": "while it is a draft",
    "shared": "once it is shared",
    "commented": "once the trainee has commented on it",
    "signing": "while it is being signed",
    "signed": "once all have signed it",
    "submitted": "once it is submitted",
    "acknowledged": "once it is acknowledged",
    "returned": "when it goes back to its assessor",
}
"""From when on an assessment is read, for people, by its state."""


def readers_of_assessment(state: AssessmentState) -> LineReaders:
    """Return the readers of a line that is seen by whoever reads the assessment in this state."""
    return LineReaders(
        f"Those who may read an assessment in this programme {_SINCE[state]}",
        "An assessment reaches its readers step by step: the assessor, then the trainee and those who sign it, then "
        "those to whom it is sent.",
        assessment=state,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """How an event reads, with its facts in braces, and who sees that.

    Either may depend on the event; the readers on the first event of its stream too.
    """

    text: str | Callable[[Any], str]
    readers: LineReaders | Callable[[Any, Any], LineReaders] = EVERYBODY

    def write(self, event: Event) -> str:
        """Return the line of an event, without personal text."""
        text = self.text if isinstance(self.text, str) else self.text(event)
        written = text.format_map({name: _word(name, getattr(event, name)) for name in _facts(type(event))})
        return written[:1].upper() + written[1:]

    def readers_of(self, event: Event, opening: Event) -> LineReaders:
        """Return who sees the line of an event; `opening` is the first event of its stream."""
        return self.readers if isinstance(self.readers, LineReaders) else self.readers(event, opening)


@dataclass(frozen=True, slots=True)
class Chapter:
    """The lines of an aggregate's events.

    `about` says in a word what the lines are about, `id_field` is the field of the events with its id, and `keys` is
    SQL for the keys of the aggregate's streams that belong to the relationship $1.
    """

    decider: Decider[Any, Any, Any]
    about: str
    id_field: str
    keys: str
    lines: Mapping[type[Event], Line]


def day_of(event: Event) -> date:
    """Return the day of a line: the day on which something was written, where that is not the day that it is of."""
    later: date | None = getattr(event, "amended_on", None) or getattr(event, "recorded_on", None)
    return later or event.happened_on


@cache
def _facts(event: type[Event]) -> frozenset[str]:
    """The fields of an event that are no personal text."""
    return frozenset(
        name
        for name, field in event.model_fields.items()
        if not any(isinstance(mark, Personal) for mark in field.metadata)
    )


def _word(name: str, value: object) -> str:
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, tuple):
        return " and ".join(_word("", each) for each in value)
    if isinstance(value, str) and name in SIDE_FIELDS:
        return f"the {ROLES['mentor' if value == 'mentor' else 'trainee']}"
    return str(value).replace("_", " ")
