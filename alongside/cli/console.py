"""The consoles for output and for errors, progress bars, and the printing of expected errors as one sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import ENOSPC

import httpx
import typer
from aiokafka.errors import KafkaError
from asyncpg import (
    InsufficientPrivilegeError,
    InvalidAuthorizationSpecificationError,
    InvalidCatalogNameError,
    PostgresError,
)
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from alongside.client import NoAnswer, NotFound, Refused, TimedOut
from alongside.local.errors import StackError
from alongside.local.platform import NotRunning
from alongside.operations.restore import StillRunning
from alongside.operations.services import Unknown
from shared.kernel.kafka.messages import MissingTopic
from shared.kernel.postgres import TRANSIENT_ERRORS
from shared.kernel.postgres.migrate import MigrationChanged
from shared.kernel.postgres.read_models import NewerEdition, RebuildRunning
from shared.kernel.restore import RelayRunning
from shared.kernel.settings import MissingSetting
from shared.spreadsheets.errors import FileError

out = Console()
err = Console(stderr=True)

EXPLAINED = (
    StackError,
    NotRunning,
    MissingSetting,
    Unknown,
    NotFound,
    NoAnswer,
    RebuildRunning,
    NewerEdition,
    MigrationChanged,
    Refused,
    TimedOut,
    StillRunning,
    MissingTopic,
    RelayRunning,
    FileError,
)
"""Errors whose message is a sentence for the person at the terminal."""
CONNECTION_ERRORS = (httpx.TransportError, KafkaError, *TRANSIENT_ERRORS)


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Print an expected error as a sentence on stderr and exit with code 1; exit with 130 on Ctrl-C."""
    try:
        yield
    except (*EXPLAINED, *CONNECTION_ERRORS, PostgresError) as error:
        # an error may quote a log or a file, and what looks like markup there is none
        err.print(f"[red]Error:[/red] {escape(_sentence(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _sentence(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, EXPLAINED):
        return str(error)
    if isinstance(error, OSError) and (error.filename is not None or error.errno == ENOSPC):
        return f"{error.filename or 'The file could not be written'}: {error.strerror}."
    if isinstance(error, CONNECTION_ERRORS):
        return f"A server did not answer ({name}). Is the platform running? `alongside up` starts it."
    return f"A database refused a statement ({name}). {_remedy(error)}"


def _remedy(error: BaseException) -> str:
    """What an operator does about a statement that a database has refused."""
    match error:
        case InsufficientPrivilegeError() | InvalidCatalogNameError():
            # its words name tables and schemas, never what is in them
            return f"It says: {error}. `alongside provision` makes databases and roles, and gives them their rights."
        case InvalidAuthorizationSpecificationError():
            return "Is the password in the DATABASE_URL_* right? `alongside provision` sets it."
        case _:
            return "Is the DATABASE_URL_* right, and has `alongside migrate` been run against it?"


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr until the block ends; yields a function that takes the total and how much of it is done."""
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda total, done: progress.update(task, completed=done, total=total)
