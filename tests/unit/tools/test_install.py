"""What `make demo` and `make test` show while packages are installed for the first time."""

import pytest

from tools.install import show_progress

LINES = [
    *(f"Collecting package-{number} (from -r requirements.lock (line {number}))" for number in range(40)),
    "  Downloading package_1-1.0-py3-none-any.whl (9.9 kB)",
    "Requirement already satisfied: pip",
    "Installing collected packages: package-0, package-1",
    "Successfully installed package-0-1.0",
]


def test_a_terminal_sees_one_line_that_counts(capsys: pytest.CaptureFixture[str]) -> None:
    show_progress(LINES, 50, terminal=True)

    shown = capsys.readouterr().out
    assert shown.endswith("\rFetching packages: 40 of 50\nInstalling 40 packages\n")
    assert shown.count("\n") == 2


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    show_progress(LINES, 50, terminal=False)

    assert capsys.readouterr().out.splitlines() == [
        "Fetching packages: 20 of 50",
        "Fetching packages: 40 of 50",
        "Installing 40 packages",
    ]
