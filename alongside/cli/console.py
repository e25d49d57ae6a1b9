"""What the command line says: its two consoles, and every foreseen error as one sentence with what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import typer
from aiokafka.errors import KafkaError
from asyncpg import PostgresError
from rich.console import Console
from rich.markup import escape

from alongside.client import Late, Nobody, Refused
from alongside.local.errors import StackError
from alongside.local.platform import NothingRuns
from alongside.operations.maintenance import Unknown
from alongside.operations.restore import StillRunning
from shared.kernel.incarnations import Relaying
from shared.kernel.postgres import TRANSIENT
from shared.kernel.postgres.migrate import Altered
from shared.kernel.postgres.read_models import RebuildRunning
from shared.kernel.settings import MissingSetting

out = Console()
err = Console(stderr=True)

OURS = (
    StackError,
    NothingRuns,
    MissingSetting,
    Unknown,
    Nobody,
    RebuildRunning,
    Altered,
    Refused,
    Late,
    StillRunning,
    Relaying,
)
"""Errors whose message is a sentence for the person at the terminal."""
UNANSWERED = (httpx.TransportError, KafkaError, *TRANSIENT)


@contextmanager
def speaking() -> Iterator[None]:
    """Foreseen errors as sentences on stderr; exit code 1, and 130 for Ctrl-C."""
    try:
        yield
    except (*OURS, *UNANSWERED, PostgresError) as error:
        # an error may quote a log or a file, and what looks like markup there is none
        err.print(f"[red]Error:[/red] {escape(_sentence(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _sentence(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, OURS):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}."
    if isinstance(error, UNANSWERED):
        return f"no answer ({name}). Is the platform up? `alongside up` starts it."
    return f"a database refused ({name}). Is the DATABASE_URL_* right, and has `alongside migrate` been run against it?"
