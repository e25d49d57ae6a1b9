"""Which servers are started here, and which the environment names."""

import pytest

from alongside.local.platform import SERVICES, Addresses, NotRunning, needs_postgres

ROLES = ("OWNER", "APP", "WORKER")


def _all_urls() -> dict[str, str]:
    return {
        f"DATABASE_URL_{service.upper()}_{role}": "postgresql://x@127.0.0.1/x" for service in SERVICES for role in ROLES
    }


def test_postgresql_is_started_where_nothing_is_named() -> None:
    assert needs_postgres()


def test_postgresql_is_not_started_where_every_database_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, url in _all_urls().items():
        monkeypatch.setenv(name, url)

    assert not needs_postgres()


def test_postgresql_is_started_where_one_database_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, url in _all_urls().items():
        monkeypatch.setenv(name, url)
    monkeypatch.delenv("DATABASE_URL_SESSIONS_WORKER")

    assert needs_postgres()


def test_the_environment_comes_before_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALONGSIDE_URL_REFERRAL", "http://127.0.0.1:1")

    assert Addresses({"ALONGSIDE_URL_REFERRAL": "http://127.0.0.1:2"}).http("referral") == "http://127.0.0.1:1"


def test_an_unknown_address_says_what_to_do() -> None:
    with pytest.raises(NotRunning, match=r"alongside up.*ALONGSIDE_URL_REFERRAL"):
        Addresses({}).http("referral")
