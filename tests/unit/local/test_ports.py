"""Ports are free, and the same again at the next start."""

import socket
from pathlib import Path

from alongside.local.ports import Ports


def test_a_port_is_the_same_at_the_next_start(tmp_path: Path) -> None:
    port = Ports(tmp_path).port("kafka")

    assert Ports(tmp_path).port("kafka") == port


def test_two_names_never_share_a_port(tmp_path: Path) -> None:
    ports = Ports(tmp_path)

    assert len({ports.port(f"service-{number}") for number in range(50)}) == 50


def test_a_port_that_another_program_has_taken_is_replaced_and_the_new_one_kept(tmp_path: Path) -> None:
    before = Ports(tmp_path).port("kafka")
    with socket.create_server(("127.0.0.1", before)):
        new = Ports(tmp_path).port("kafka")

    assert new != before
    assert Ports(tmp_path).port("kafka") == new


def test_a_port_can_be_listened_on(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", Ports(tmp_path).port("api"))) as server:
        assert server.fileno() > 0
