"""Run `alongside` as `python -m alongside`."""

from alongside.cli.app import app

app()
