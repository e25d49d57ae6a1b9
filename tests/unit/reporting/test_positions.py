"""Positions of the feed: what they look like, and where a reader goes on after a backup was restored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.feed.positions import format_position, parse_position, resume_after
from shared.kernel.records import HighWaterMark, Incarnation

FIRST = [Incarnation(1, 0)]
RESTORED = [*FIRST, Incarnation(2, 4000), Incarnation(5, 4500)]


@pytest.mark.parametrize(
    ("text", "position"),
    [("0", HighWaterMark(1, 0)), ("5000", HighWaterMark(1, 5000)), ("2-4100", HighWaterMark(2, 4100))],
)
def test_a_position_is_a_number_behind_its_incarnation_if_that_is_not_the_first(
    text: str, position: HighWaterMark
) -> None:
    assert parse_position(text) == position


@pytest.mark.parametrize("text", ["", "-1", "1-", "0-1", "1.5", "٣", "1-2-3", "5000\n", "9" * 19])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no position"):
        parse_position(text)


@pytest.mark.parametrize(
    ("reached", "after"),
    [
        ("3000", 3000),
        ("4000", 4000),
        ("4300", 4000),
        ("9000", 4000),
        ("2-4300", 4300),
        ("2-9000", 4500),
        ("5-4600", 4600),
    ],
)
def test_a_reader_who_was_further_than_the_backup_goes_on_where_the_next_incarnation_began(
    reached: str, after: int
) -> None:
    assert resume_after(parse_position(reached), RESTORED) == after


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 50)), max_size=4), st.integers(0, 400))
def test_a_position_that_was_written_is_where_a_reader_goes_on(steps: list[tuple[int, int]], position: int) -> None:
    incarnations = [*FIRST]
    for number, after in steps:
        last = incarnations[-1]
        incarnations.append(Incarnation(last.number + number, last.after + after))
    assert resume_after(parse_position(format_position(position, incarnations)), incarnations) == position
