"""`python -m alongside` is `alongside`."""

from alongside.cli.app import app

app()
