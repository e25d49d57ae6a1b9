"""`python -m alongside` is `alongside`."""

from alongside.cli import app

app()
