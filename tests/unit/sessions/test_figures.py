"""Figures that a school brings in by file: each once, and corrected by a later file."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.figures import FIGURES, FigureRecorded, NewFigure, RecordFigures, write_value
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.sessions.examples import DAY, MONDAY, TRAINEE_ID

pytestmark = pytest.mark.covers("S6")


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def recording(
    value: float = 93.5, known: tuple[str, str] | None = None, source: str = "Register", on: date = MONDAY
) -> RecordFigures:
    return RecordFigures(
        person_id=TRAINEE_ID,
        figures=(NewFigure(measure="attendance", on=on, value=value, source=source),),
        known={} if known is None else {("attendance", on): known},
    )


def figure_recorded(
    value: str = "93.5", version: int = 1, source: str = "Register", on: date = MONDAY, recorded_on: date = MONDAY
) -> FigureRecorded:
    return FigureRecorded(
        happened_on=on,
        person_id=TRAINEE_ID,
        measure="attendance",
        version_number=version,
        recorded_on=recorded_on,
        value=value,
        source=source,
    )


RECORDED = figure_recorded()


def test_a_figure_is_recorded_with_its_day_and_source_and_sealed_for_the_mentee() -> None:
    given(FIGURES).when(recording(), at(MONDAY)).then(RECORDED)
    assert personal_fields(FigureRecorded) == {"value": "person_id", "source": "person_id"}


def test_the_same_again_changes_nothing_and_another_value_or_source_corrects_it() -> None:
    same = ("93.5", "Register")
    given(FIGURES, RECORDED).when(recording(known=same)).then()
    given(FIGURES, RECORDED).when(recording(94, same), at(MONDAY)).then(figure_recorded("94", 2))
    other_source = figure_recorded(version=2, source="Office")
    given(FIGURES, RECORDED).when(recording(known=same, source="Office"), at(MONDAY)).then(other_source)
    next_day = MONDAY + DAY
    given(FIGURES, RECORDED).when(recording(on=next_day), at(MONDAY)).then(figure_recorded(on=next_day))


@drawn(st.lists(st.floats(-1_000_000, 1_000_000).map(lambda value: round(value, 2)), max_size=6))
def test_whatever_files_say_the_last_one_counts(values: list[float]) -> None:
    """A sheet of paper on which the last number is not crossed out."""
    figures, paper = FIGURES.initial(), list[float]()
    for value in values:
        known = (write_value(paper[-1]), "Register") if paper else None
        events = FIGURES.decide(recording(value, known), figures, at(MONDAY))
        assert len(events) == (not paper or paper[-1] != value)
        for event in events:
            figures = FIGURES.evolve(figures, event)
            paper.append(value)
    on_record = figures.by_day.get(("attendance", MONDAY))
    assert (None if on_record is None else (float(on_record.value), on_record.version)) == (
        (paper[-1], len(paper)) if paper else None
    )
