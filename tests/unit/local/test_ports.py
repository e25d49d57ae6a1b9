"""Ports are free, the same again at the next start, and nobody else's meanwhile."""

import shutil
import socket
from pathlib import Path

import pytest

from alongside.local import ports
from alongside.local.ports import Ports


def test_a_port_is_the_same_at_the_next_start(tmp_path: Path) -> None:
    port = Ports(tmp_path).port("kafka")

    assert Ports(tmp_path).port("kafka") == port


def test_two_names_never_share_a_port(tmp_path: Path) -> None:
    several = Ports(tmp_path)

    assert len({several.port(f"service-{number}") for number in range(50)}) == 50


def test_a_port_that_another_program_has_taken_is_replaced_and_the_new_one_kept(tmp_path: Path) -> None:
    before = Ports(tmp_path).port("kafka")
    with socket.create_server(("127.0.0.1", before)):
        new = Ports(tmp_path).port("kafka")

    assert new != before
    assert Ports(tmp_path).port("kafka") == new


def test_a_port_is_claimed_while_its_server_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "RANGE", range(31_990, 32_000))
    first, second = Ports(tmp_path / "first"), Ports(tmp_path / "second")
    ours = [first.port(f"server-{number}") for number in range(3)]

    theirs = [second.port(f"server-{number}") for number in range(3)]

    assert not set(ours) & set(theirs)
    assert [first.port(f"server-{number}") for number in range(3)] == ours


def test_a_port_that_another_stack_has_claimed_is_replaced(tmp_path: Path) -> None:
    before = Ports(tmp_path / "first").port("kafka")
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    holder = Ports(tmp_path / "first")
    assert holder.port("kafka") == before

    assert Ports(tmp_path / "second").port("kafka") != before


def test_a_port_can_be_listened_on(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", Ports(tmp_path).port("api"))) as server:
        assert server.fileno() > 0
