"""The committed list of Kafka's jars."""

import re

from alongside.local.lock import LOCK_FILE, WANTED, read_lock


def test_every_jar_is_named_by_version_size_and_hash() -> None:
    for jar in read_lock():
        assert re.fullmatch(r"[\w.-]+:[\w.-]+:[\w.-]+", jar.coordinates)
        assert jar.size > 0
        assert re.fullmatch(r"[0-9a-f]{64}", jar.sha256)


def test_the_lock_file_has_every_wanted_jar_in_one_version() -> None:
    coordinates = [jar.coordinates for jar in read_lock()]

    assert set(WANTED) <= set(coordinates)
    assert len({name.rpartition(":")[0] for name in coordinates}) == len(coordinates)


def test_the_lock_file_names_no_host() -> None:
    assert "://" not in LOCK_FILE.read_text()
