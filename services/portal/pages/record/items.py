"""Kinds of items in somebody's record: where each is opened, and what a page shows of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.portal.calls.answers import (
    InstrumentOfRelationship,
    OpenedEntry,
    OpenedFeedback,
    OpenedMeasures,
    OpenedObservation,
    OpenedReflection,
    OwnItem,
    Part,
)
from services.portal.calls.services import Refused, ServicesAsPerson
from services.portal.pages.reports.tables import heading_of

MEASURES = "measures"


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of several times: a heading for each, and a row for each question."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """An item as a page shows it: its day, its texts under headings, a table, and the people whom it names."""

    on: date
    texts: tuple[tuple[str, str], ...]
    author_id: UUID | None = None
    table: Table | None = None
    people: frozenset[UUID] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of items: its heading, where sessions has them, and how an answer becomes what a page shows."""

    kind: str
    title: str
    collection: str
    answer: type[Part]
    show: Callable[[Any], Opened]


async def find_item(services: ServicesAsPerson, kind: Item, item_id: UUID) -> tuple[OwnItem, str]:
    """Return an item of the person's own, and its path in sessions; raises `Refused`.

    A time of measures is part of a series, which its relationship knows.
    """
    own = next(
        (each for each in await services.get("sessions", "/record", list[OwnItem]) if each.item_id == item_id), None
    )
    if own is None or own.kind != kind.kind:
        raise Refused(404, "There is no such item in your record.")
    if kind.kind != MEASURES:
        return own, f"/{kind.collection}/{item_id}"
    instruments = await services.get(
        "sessions", f"/relationships/{own.relationship_id}/measures", list[InstrumentOfRelationship]
    )
    series = next(time.series_id for each in instruments for time in each.times if time.measure_id == item_id)
    return own, f"/{kind.collection}/{series}/{item_id}"


async def open_item(services: ServicesAsPerson, kind: Item, path: str) -> Opened:
    """Open an item of the person's own by its path; of measures every time, so that the change can be seen."""
    whole = path.rpartition("/")[0] if kind.kind == MEASURES else path
    return kind.show(await services.get("sessions", whole, kind.answer))


def _entry(entry: OpenedEntry) -> Opened:
    return Opened(entry.on, _texts(("", entry.text), ("Link", entry.link), ("About", ", ".join(entry.tags))))


def _feedback(feedback: OpenedFeedback) -> Opened:
    texts = _texts(
        ("", feedback.text),
        ("What to try next", feedback.next_step),
        ("About", ", ".join(feedback.development_needs)),
    )
    return Opened(feedback.on, texts, feedback.author_id, people=frozenset((feedback.author_id,)))


def _observation(observation: OpenedObservation) -> Opened:
    return Opened(observation.held_on or observation.planned_on, _answers(observation.answers))


def _reflection(reflection: OpenedReflection) -> Opened:
    return Opened(reflection.on, _answers(reflection.answers))


def _measures(measures: OpenedMeasures) -> Opened:
    times = sorted(measures.times, key=lambda time: time.on)
    questions = list(dict.fromkeys(question for time in times for question in time.answers))
    rows = tuple(
        (heading_of(question), *(f"{time.answers.get(question, '')}" for time in times)) for question in questions
    )
    heads = ("Question", *(f"{time.on.day} {time.on:%B %Y}" for time in times))
    return Opened(times[-1].on, (), table=Table(heading_of(measures.instrument), heads, rows))


def _answers(answers: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return _texts(*((heading_of(name), f"{value}") for name, value in answers.items()))


def _texts(*texts: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((heading, text) for heading, text in texts if text)


def _by_kind(items: Iterable[Item]) -> dict[str, Item]:
    return {item.kind: item for item in items}


ITEMS = _by_kind(
    (
        Item("journal_entry", "Your journal", "journal", OpenedEntry, _entry),
        Item("observation", "Observations of your lessons", "observations", OpenedObservation, _observation),
        Item("feedback", "Feedback for you", "feedback", OpenedFeedback, _feedback),
        Item(MEASURES, "How you saw yourself", "measures", OpenedMeasures, _measures),
        Item("reflection", "Looking back", "reflections", OpenedReflection, _reflection),
    )
)
