"""The settings of a programme as a list that people read and change: each with its path, and its value as text."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

GENERAL = "general"
ABOUT_THE_TEMPLATE = ("id", "edition", "title", "about")


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting, by its dotted path."""

    path: str
    value: Any

    @property
    def group(self) -> str:
        """The first part of its path, or `general` where there is but one."""
        return self.path.partition(".")[0] if "." in self.path else GENERAL

    @property
    def label(self) -> str:
        """Its path in words."""
        inner = self.path.partition(".")[2] or self.path
        return in_words(inner)

    @property
    def text(self) -> str:
        """Its value as somebody reads it, and types another."""
        return value_in_words(self.value)


def in_words(path: str) -> str:
    """Write a path, or a part of one, in words."""
    words = path.replace(".", ": ").replace("_", " ")
    return words[:1].upper() + words[1:]


def value_in_words(value: Any) -> str:
    """Write a value: yes and no, nothing for none, and the parts of a list after one another."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value_in_words(each) for each in value)
        case dict():
            return json.dumps(value)
        case _:
            return f"{value}"


def settings_of(settings: Mapping[str, Any]) -> list[tuple[str, list[Setting]]]:
    """Return the settings by group, without forms, steps and other lists of things that have parts of their own."""
    found = [each for each in _leaves(settings, "") if each.path not in ABOUT_THE_TEMPLATE]
    found.sort(key=lambda each: each.group != GENERAL)
    return [(in_words(group), list(of_group)) for group, of_group in groupby(found, lambda each: each.group)]


def find_setting(settings: Mapping[str, Any], path: str) -> Setting | None:
    """Return the setting at a path; None where there is none that can be changed."""
    return next((each for each in _leaves(settings, "") if each.path == path), None)


def _leaves(settings: Mapping[str, Any], before: str) -> Iterator[Setting]:
    for name, value in settings.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{before}{name}.")
        elif not isinstance(value, list) or not any(isinstance(each, (dict, list)) for each in value):
            yield Setting(f"{before}{name}", value)


def read_value(text: str, value: Any) -> Any:
    """Read what was typed in the place of a value: of the same kind where that can be, for the service to judge."""
    text = text.strip()
    if isinstance(value, list):
        return [_read(part.strip()) for part in text.split(",") if part.strip()]
    if isinstance(value, str):
        return text
    return _read(text)


def _read(text: str) -> Any:
    if not text:
        return None
    if text.lower() in ("yes", "no"):
        return text.lower() == "yes"
    if re.fullmatch(r"-?[0-9]{1,9}", text):
        return int(text)
    if re.fullmatch(r"-?[0-9]{1,9}\.[0-9]{1,6}", text):
        return float(text)
    return text
