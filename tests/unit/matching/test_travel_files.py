"""A table of travel times as a file: what it says, and every cell that does not fit."""

from datetime import date

import pytest

from services.matching.domain.travel_files import CellError, read_travel_file
from services.matching.domain.travel_times import place_of

GOOD = "from,to,mode,minutes\n"


@pytest.mark.covers("M10")
@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("LS6 3QS", "LS6"),
        ("ls63qs", "LS6"),
        ("LS6", "LS6"),
        ("EC1A 1BB", "EC1A"),
        (" 900001 ", "900001"),
        ("Leeds", None),
        ("90001", None),
        ("", None),
    ],
)
def test_of_a_postcode_only_the_outward_part_is_kept(said: str, place: str | None) -> None:
    assert place_of(said) == place


@pytest.mark.covers("M10")
def test_a_file_says_minutes_by_place_mode_and_school() -> None:
    file = read_travel_file((GOOD + "LS6 3QS,900001,car,12\n900002,900001,Public transport,31\n").encode())

    assert file.errors == ()
    assert [(fact.place, fact.minutes) for fact in file.facts(date(2026, 7, 1))] == [
        ("900002", {"public_transport": {"900001": 31}}),
        ("LS6", {"car": {"900001": 12}}),
    ]


@pytest.mark.covers("M10")
def test_of_two_times_for_one_way_the_longer_counts() -> None:
    file = read_travel_file((GOOD + "LS6 3QS,900001,car,12\nLS6 1AA,900001,car,19\nLS6,900001,car,15\n").encode())

    assert (file.rows, file.merged, file.times["LS6"]["car"]) == (3, 2, {"900001": 19})


@pytest.mark.covers("M10")
def test_headings_may_be_in_any_case_and_order_and_blank_rows_are_passed_over() -> None:
    file = read_travel_file("\ufeffMinutes, MODE ,From,To,Note\r\n\r\n12,car,LS6,900001,by the ring road\r\n".encode())

    assert (file.rows, file.errors, file.times["LS6"]["car"]) == (1, (), {"900001": 12})


@pytest.mark.covers("M10")
def test_every_bad_cell_of_a_row_is_named_and_none_repeated() -> None:
    file = read_travel_file((GOOD + "LS6,900001,car,12\n12 Acacia Avenue,Kirkside,rocket,-4\nLS6,900001\n").encode())

    assert [(error.line, error.column) for error in file.errors] == [
        (3, "from"),
        (3, "to"),
        (3, "mode"),
        (3, "minutes"),
        (4, None),
    ]
    assert not any("Acacia" in error.detail for error in file.errors)


@pytest.mark.covers("M10")
@pytest.mark.parametrize("minutes", ["0", "601", "12.5", "", "²", "1e2", "=6*2"])
def test_minutes_are_whole_and_believable(minutes: str) -> None:
    file = read_travel_file((GOOD + f"LS6,900001,car,{minutes}\n").encode())

    assert [(error.line, error.column) for error in file.errors] == [(2, "minutes")]


@pytest.mark.covers("M10")
@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "The first row needs each of these headings once: from, to, mode, minutes."),
        (b"from,to,mode\n", "The first row needs each of these headings once: minutes."),
        (b"from,to,mode,minutes,to\n", "The first row needs each of these headings once: to."),
        (b"from,to,mode,minutes\n", "The file has no rows under its headings."),
    ],
)
def test_a_file_that_is_no_table_of_times_is_refused(content: bytes, detail: str) -> None:
    assert read_travel_file(content).errors == (CellError(1, None, detail),)
