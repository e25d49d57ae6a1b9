"""What the demo shows of its steps while it runs."""

from io import StringIO
from typing import cast

from rich.console import Console

from alongside.client import PlatformClient
from alongside.demo.steps import demo_run

NO_CLIENT = cast("PlatformClient", None)


def test_a_file_gets_a_line_when_a_step_begins_and_nothing_at_the_end() -> None:
    file = StringIO()
    seen = []
    with demo_run(NO_CLIENT, Console(file=file)) as run:
        run.for_each("Importing schools", [1, 2], lambda _: seen.append(file.getvalue()))

    assert seen == ["Importing schools: 2\n"] * 2
    assert file.getvalue() == "Importing schools: 2\n"


def test_a_terminal_gets_a_bar() -> None:
    file = StringIO()
    with demo_run(NO_CLIENT, Console(file=file, width=100, force_terminal=True)) as run:
        run.for_each("Importing schools", [1, 2], lambda _: None)

    assert "2/2" in file.getvalue()
    assert "Importing schools: 2" not in file.getvalue()
