"""Tables at the widths of terminals and pipes: what is printed and what is broken."""

from collections.abc import Sequence
from io import StringIO

import pytest
from rich.console import Console

from alongside.cli.tables import print_rows

IMPORT = "750cb362-aec1-4a5f-b5b7-2a8e4c1d9f00"
COLUMNS = ("import", "kind", "status", "rows", "sent at")
ROWS = [(IMPORT, "school_links", "imported", "27108 ready, 0 to fix, 23857 closed", "2026-11-29T10:30")]
STATUS = ("service", "head", "relay behind", "consumer behind", "others behind", "tasks", "parked", "incarnation")
STATUSES = [
    ("referral", "232", "0", "0", "0", "0", "0", "1"),
    ("reporting", "654", "12 (4 s)", "12 (4 s)", "meetings_by_school@3 12 (31 s)", "14 waiting", "1", "1"),
]


def print_table(columns: tuple[str, ...], rows: Sequence[Sequence[str]], width: int, *, terminal: bool = True) -> str:
    to = StringIO()
    print_rows(
        columns,
        rows,
        texts={"rows", "tasks"},
        console=Console(file=to, width=width, force_terminal=terminal, color_system=None),
    )
    return to.getvalue()


@pytest.mark.parametrize("width", [20, 40, 60, 80, 90, 100, 120, 200])
def test_no_id_is_cut_at_any_width_and_no_line_is_wider_unless_a_cell_is(width: int) -> None:
    shown = print_table(COLUMNS, ROWS, width)

    assert IMPORT in shown
    assert "school_links" in shown
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= max(width, len("import   ") + len(IMPORT))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_name_of_a_service_or_read_model_is_cut(width: int) -> None:
    shown = print_table(STATUS, STATUSES, width)

    assert all(name in shown for name in ("referral", "reporting", "meetings_by_school@3", "12 (4 s)"))


def test_a_row_too_wide_for_any_table_is_a_record() -> None:
    assert print_table(("service", "stream"), [("referral", IMPORT), ("matching", IMPORT)], 40) == (
        f"service  referral\nstream   {IMPORT}\n\nservice  matching\nstream   {IMPORT}\n"
    )


def test_headings_are_broken_before_a_table_becomes_records() -> None:
    shown = print_table(STATUS, STATUSES[:1], 70)

    assert "┏" not in shown, "the frame goes first"
    first, second, *_ = shown.splitlines()
    assert first.split() == ["relay", "consumer", "others"]
    assert second.split().count("behind") == 3


def test_a_table_that_is_piped_has_a_line_for_each_row() -> None:
    shown = print_table(COLUMNS, ROWS, 80, terminal=False)

    (line,) = [line for line in shown.splitlines() if IMPORT in line]
    assert [cell.strip() for cell in line.strip("│").split("│")] == list(ROWS[0])


def test_a_text_is_broken_between_its_words_only() -> None:
    behind = "meetings_by_school@3 12 (31 s), attendance_by_week@2 12 (31 s)"

    shown = print_table(("service", "tasks"), [("reporting", behind)], 36)

    assert all(word in shown for word in behind.split())


def test_the_frame_goes_before_a_text_is_broken() -> None:
    texts = [("750cb362", "27108 ready, 0 to fix, 23857 closed")]

    framed, bare, broken = (print_table(("import", "rows"), texts, width) for width in (50, 47, 46))

    assert "┏" in framed
    assert "┏" not in bare
    assert "27108 ready, 0 to fix, 23857 closed" in bare
    assert "┏" in broken
