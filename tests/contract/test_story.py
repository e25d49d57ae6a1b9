"""Every event of sessions reads as a line of a relationship's story, or has a reason why it does not.

What a line says comes from facts only: a word that somebody wrote never gets into it.
"""

from functools import cache
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sessions import domain
from services.sessions.domain.access import Audience
from services.sessions.domain.target_states import TargetAudience
from services.sessions.story.chapters import LineReaders
from services.sessions.story.registry import CHAPTERS, LINES, WITHOUT_LINE
from shared.kernel.decider import Event, Personal, deciders_in

EVENTS = [event for decider in deciders_in(domain) for event in decider.events]
WROTE = "WhatSomebodyWrote"
AUDIENCES = {each: st.builds(each, person_id=st.just(UUID(int=1))) for each in (Audience, TargetAudience)}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_an_event_has_a_line_or_a_reason(event: type[Event]) -> None:
    assert (event in LINES) != (event in WITHOUT_LINE), (
        f"say how {event.__name__} reads and who sees it: add a `Line` to its chapter in services/sessions/story/ (a "
        "new aggregate gets a module there, and a place in `CHAPTERS` of registry.py); or give the reason why it has "
        "none in `WITHOUT_LINE` there, if it is of no relationship"
    )


def test_a_line_stands_in_the_chapter_of_its_aggregate() -> None:
    for chapter in CHAPTERS:
        assert set(chapter.lines) <= set(chapter.decider.events), chapter.about
        assert all(chapter.id_field in event.model_fields for event in chapter.lines), chapter.about


@pytest.mark.parametrize("event", LINES, ids=lambda event: event.type)
@settings(max_examples=30)  # what differs is which fields are there, and there are few
@given(data=st.data())
def test_a_line_says_nothing_that_somebody_wrote(event: type[Event], data: st.DataObject) -> None:
    happened = data.draw(_all_of(event))
    line = LINES[event].write(happened)
    assert line.endswith(".")
    assert WROTE not in line


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.about)
@settings(max_examples=30)  # what differs is which fields are there, and there are few
@given(data=st.data())
def test_a_line_says_who_sees_it_and_why(chapter: Any, data: st.DataObject) -> None:
    opening = data.draw(_all_of(chapter.decider.events[0]))
    for event, line in chapter.lines.items():
        readers = line.readers_of(data.draw(_all_of(event)), opening)
        assert isinstance(readers, LineReaders)
        assert readers.who
        assert readers.why.endswith(".")


@cache  # a strategy takes much longer to make than to draw from
def _all_of(event: type[Event]) -> st.SearchStrategy[Event]:
    return st.builds(event, **_fields(event))


def _fields(event: type[Event]) -> dict[str, st.SearchStrategy[Any]]:
    """Strategies for the fields that hold what somebody wrote, and for those whose type does not say all."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in event.model_fields.items():
        if any(isinstance(mark, Personal) for mark in field.metadata):
            fields[name] = st.just(WROTE)
        elif field.annotation in AUDIENCES:
            fields[name] = AUDIENCES[field.annotation]
    return fields
