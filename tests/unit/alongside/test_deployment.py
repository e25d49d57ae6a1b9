"""What `alongside migrate` says of migrations and functions."""

import pytest
from typer.testing import CliRunner

from alongside.cli import deployment
from alongside.cli.app import app
from alongside.local.platform import Addresses
from shared.kernel.postgres.migrate import Function, Migrated, Migration

APPEND = Function("append", "", ("checksum",))


@pytest.fixture(autouse=True)
def migration_report(monkeypatch: pytest.MonkeyPatch) -> None:
    async def report_migrations(_: Addresses) -> dict[str, Migrated]:
        return {
            "referral": Migrated([Migration("kernel", 12, "more", "")], [APPEND], []),
            "matching": Migrated([], [], []),
            "sessions": Migrated([], [], [APPEND]),
        }

    monkeypatch.setattr(deployment, "find_addresses", lambda: Addresses({}))
    monkeypatch.setattr(deployment, "prepare_servers", report_migrations)


def test_migrate_counts_migrations_and_functions_and_names_those_of_a_newer_version() -> None:
    done = CliRunner().invoke(app, ["migrate"])
    assert done.exit_code == 0
    assert "referral: 1 migration and 1 function applied" in done.stdout
    assert "matching: up to date" in done.stdout
    assert "sessions: a newer version has replaced the function append; it stays as it is" in " ".join(
        done.output.split()
    )


def test_migrate_lists_them_as_json() -> None:
    done = CliRunner().invoke(app, ["migrate", "--json"])
    assert '"kernel/0012"' in done.stdout
    assert '"function append"' in done.stdout
