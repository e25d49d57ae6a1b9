"""Secrets are made once and are for their owner's eyes only."""

import base64
from pathlib import Path

from alongside.local.secrets import Secrets


def test_a_secret_is_the_same_at_the_next_start(tmp_path: Path) -> None:
    first = Secrets(tmp_path)
    made = first.master_key(), first.password("referral_app")

    again = Secrets(tmp_path)

    assert (again.master_key(), again.password("referral_app")) == made


def test_each_role_has_a_password_of_its_own(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)

    assert secrets.password("referral_app") != secrets.password("referral_worker")


def test_two_state_directories_share_no_secret(tmp_path: Path) -> None:
    assert Secrets(tmp_path / "one").master_key() != Secrets(tmp_path / "other").master_key()


def test_the_master_key_is_32_bytes(tmp_path: Path) -> None:
    assert len(base64.b64decode(Secrets(tmp_path).master_key(), validate=True)) == 32


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    Secrets(tmp_path).master_key()

    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
