"""Needs that several pairs of a school share, counted once at the end of each of the programme's terms.

Source: product.md S15, P9; Berry (needs that peer review shows become whole-school training). A need is counted only
of as many people as the programme's smallest group. A count is made once, of summaries that were agreed in that term
alone, and never changed: no two counts differ by one person (decision 35).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid5

from shared.calendar import day_after
from shared.events.practices import NeedRules
from shared.kernel.decider import Command, Decider, Event, Value


class NeedCount(Value):
    """How many people have a need."""

    code: str
    people: int


class CommonNeedsEvent(Event):
    """The programme and school of a count, and the last day of its term."""

    count_id: UUID
    programme_id: UUID
    school_urn: str
    until: date


class NeedsNamed(CommonNeedsEvent):
    """A pair agreed on needs, in place of those that it had named before in this term; none takes them back."""

    type: ClassVar[str] = "sessions.needs_named"

    relationship_id: UUID
    trainee_id: UUID
    needs: tuple[str, ...]


class NeedsCounted(CommonNeedsEvent):
    """The needs of a term were counted: those of at least the smallest group."""

    type: ClassVar[str] = "sessions.needs_counted"

    needs: tuple[NeedCount, ...]


class NameNeeds(Command):
    """Count a pair's needs in the term that ends on `until`."""

    count_id: UUID
    programme_id: UUID
    school_urn: str
    until: date
    relationship_id: UUID
    trainee_id: UUID
    needs: tuple[str, ...]
    on: date


class CountNeeds(Command):
    """Count the needs of a term that is over; `records` are the kept records of people whose records were merged."""

    smallest_group: int
    records: Mapping[UUID, UUID]
    on: date


Commands = NameNeeds | CountNeeds
Events = NeedsNamed | NeedsCounted


@dataclass(frozen=True, slots=True)
class CommonNeeds:
    """The needs that each pair named, and whether they were counted."""

    about: NeedsNamed | None = None
    named: Mapping[UUID, tuple[UUID, tuple[str, ...]]] = field(default_factory=dict)
    counted: bool = False


def term_end(rules: NeedRules, day: date) -> date:
    """Return the last day of the term in which a day lies."""
    ends = (date.fromisoformat(f"{year}-{end}") for year in (day.year, day.year + 1) for end in rules.counted_until)
    return min(end for end in ends if end >= day)


def count_id_of(programme_id: UUID, school_urn: str, until: date) -> UUID:
    """Return the id of the count of a programme at a school in a term."""
    return uuid5(programme_id, f"needs {school_urn} {until.isoformat()}")


def decide(command: Commands, needs: CommonNeeds, now: datetime) -> Sequence[Events]:
    """Take the needs of a pair until they are counted; count them once. Idempotent where nothing changes."""
    del now
    match command:
        case NameNeeds(relationship_id=relationship_id):
            _, before = needs.named.get(relationship_id, (None, ()))
            if needs.counted or command.needs == before:
                return []
            about = command.model_dump(exclude={"on"})
            return [NeedsNamed.model_validate({"happened_on": command.on, **about})]
        case CountNeeds(on=on):
            if needs.about is None or needs.counted or on <= needs.about.until:
                return []
            about = needs.about.model_dump(include=set(CommonNeedsEvent.model_fields) - {"happened_on"})
            return [NeedsCounted.model_validate({"happened_on": on, **about, "needs": _count(command, needs)})]


def _count(command: CountNeeds, needs: CommonNeeds) -> tuple[NeedCount, ...]:
    people = {(command.records.get(person, person), need) for person, named in needs.named.values() for need in named}
    counts = Counter(need for _, need in people)
    return tuple(
        NeedCount(code=code, people=number)
        for code, number in sorted(counts.items())
        if number >= command.smallest_group
    )


def evolve(needs: CommonNeeds, event: Events) -> CommonNeeds:
    """Apply an event to the needs of a term."""
    match event:
        case NeedsNamed():
            named = {**needs.named, event.relationship_id: (event.trainee_id, event.needs)}
            return replace(needs, about=needs.about or event, named=named)
        case NeedsCounted():
            return replace(needs, counted=True)


COMMON_NEEDS: Decider[CommonNeeds, Commands, Events] = Decider(
    "common_needs", CommonNeeds, decide, evolve, (NeedsNamed, NeedsCounted)
)


class CountDue(Event):
    """The needs of a term are to be counted on a day."""

    type: ClassVar[str] = "sessions.count_due"

    count_id: UUID
    on: date


def follow(change: NeedsNamed, due_on: date | None, now: datetime) -> Sequence[CountDue]:
    """Have the needs of a term counted on the day after it."""
    del now
    if due_on is not None:
        return []
    return [CountDue(happened_on=change.happened_on, count_id=change.count_id, on=day_after(change.until))]


COUNT: Decider[date | None, NeedsNamed, CountDue] = Decider(
    "count", lambda: None, follow, lambda _, event: event.on, (CountDue,)
)
