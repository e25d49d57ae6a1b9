"""Write the page of the command line, as typer itself describes it."""

import typer
from typer.cli import get_docs_for_click
from typer.main import get_command

from alongside.cli.app import app

_MARK = "<!-- Written by `python -m tools.reference`; change the code instead. -->\n\n"


def page() -> str:
    """`docs/reference/cli.md`."""
    command = get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="alongside", title="Command line")
    return f"{_MARK}{text.strip()}\n"
