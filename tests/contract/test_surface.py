"""Nothing that others hold on to goes: stores, topics, clients and backups of before count on it."""

from collections import Counter
from functools import cache

import pytest

from tests.contract.surface import Surface, read_surface, surface


@cache
def today() -> Surface:
    return surface()


@pytest.mark.parametrize("part", ["routes", "topics", "read models", "migrations"])
def test_nothing_has_gone_or_changed(part: str) -> None:
    missing = Counter(read_surface()[part]) - Counter(today()[part])

    assert sorted(missing.elements()) == []


@pytest.mark.parametrize("part", ["public events", "private events"])
def test_every_event_is_known_in_the_version_of_before_or_a_later_one(part: str) -> None:
    newest: dict[str, int] = {}
    for type_, version in map(str.split, today()[part]):
        newest[type_] = max(int(version), newest.get(type_, 0))

    missing = [line for line in read_surface()[part] if newest.get(line.split()[0], 0) < int(line.split()[1])]

    assert missing == []


def test_every_event_of_before_can_still_be_filled() -> None:
    """A field that is gone, or must be there now, would keep stored events of this version from being read."""
    known = {line.removesuffix("?") for line in today()["fields"]}
    filled = {line.removesuffix("?") for line in read_surface()["fields"]}
    events = set(today()["private events"]) & set(read_surface()["private events"])

    missing = sorted(line for line in filled - known if line.rpartition(" ")[0] in events)
    must_be_there = sorted(
        line
        for line in today()["fields"]
        if line.rpartition(" ")[0] in events and not line.endswith("?") and line not in read_surface()["fields"]
    )

    assert (missing, must_be_there) == ([], [])


def test_no_part_of_it_is_empty() -> None:
    assert [part for part, lines in read_surface().items() if not lines] == []
