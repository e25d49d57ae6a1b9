"""Files are whole or absent; a lock has one holder."""

from pathlib import Path

import pytest

from alongside.local.files import hold_lock, write_atomically


def test_a_rewritten_file_holds_the_new_text_alone_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", "a long first text")
    write_atomically(tmp_path / "file", "second")

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"file": "second"}


def test_a_file_keeps_its_old_text_when_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", "old")

    with pytest.raises(UnicodeEncodeError):
        write_atomically(tmp_path / "file", "half\udc80")

    assert (tmp_path / "file").read_text() == "old"


def test_a_lock_that_is_held_is_refused_to_who_does_not_wait(tmp_path: Path) -> None:
    with hold_lock(tmp_path / "lock"), pytest.raises(BlockingIOError), hold_lock(tmp_path / "lock", wait=False):
        pass


def test_a_lock_is_free_again_after_its_holder(tmp_path: Path) -> None:
    with hold_lock(tmp_path / "lock"):
        pass
    with hold_lock(tmp_path / "lock", wait=False):
        pass
