"""What the command line says when something fails: one sentence, with what to do."""

from errno import ENOSPC

import asyncpg
import pytest
import typer

from alongside.cli.console import exit_on_error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            asyncpg.InsufficientPrivilegeError("permission denied for schema public"),
            "It says: permission denied for schema public. `alongside provision` makes databases and roles",
        ),
        (
            asyncpg.InvalidCatalogNameError('database "alongside_referral" does not exist'),
            "`alongside provision` makes databases and roles",
        ),
        (asyncpg.InvalidPasswordError("password authentication failed"), "`alongside provision` sets it"),
        (asyncpg.UndefinedTableError('relation "cursors" does not exist'), "has `alongside migrate` been run"),
        (OSError(ENOSPC, "No space left on device"), "The file could not be written: No space left on device."),
        (ConnectionRefusedError(), "Is the platform running? `alongside up` starts it."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_a_sentence_with_what_to_do(
    capsys: pytest.CaptureFixture[str], error: Exception, sentence: str
) -> None:
    with pytest.raises(typer.Exit), exit_on_error():
        raise error

    assert sentence in capsys.readouterr().err
