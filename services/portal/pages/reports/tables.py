"""Rows of a report as a table that people read: names in the place of ids, headings in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.portal.calls.answers import Column as ReportColumn
from services.portal.calls.answers import ReportDescription
from services.portal.pages import words

PEOPLE = {"mentor_id": "Mentor", "trainee_id": "Trainee"}
PROGRAMME = "programme_id"
ABBREVIATIONS = {"urn": "URN", "qts": "QTS", "send": "SEND"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column as people read it: its heading, what it means, and the column of the report that it shows."""

    name: str
    heading: str
    means: str


def columns_of(report: ReportDescription) -> list[Column]:
    """Return the columns that people read: ids of things that have no name are left out, and a school's number where
    its name stands beside it.
    """
    names = {column.name for column in report.columns}
    return [
        Column(column.name, heading_of(column.name), column.means)
        for column in report.columns
        if not (_is_bare_id(column.name) or (column.name == "school_urn" and "school_name" in names))
    ]


def filters_of(report: ReportDescription) -> list[ReportColumn]:
    """Return the columns that somebody can ask for a value of; nobody types an id."""
    return [column for column in report.columns if column.is_filter and not column.name.endswith("_id")]


def heading_of(name: str) -> str:
    """Write the name of a column in words."""
    if name in PEOPLE:
        return PEOPLE[name]
    if name == PROGRAMME:
        return "Programme"
    spoken = " ".join(ABBREVIATIONS.get(word, word) for word in name.split("_"))
    return spoken[:1].upper() + spoken[1:]


def names_in(rows: Iterable[Mapping[str, Any]]) -> tuple[set[UUID], bool]:
    """Return the people in rows, and whether there are programmes."""
    rows = list(rows)
    people = {UUID(row[name]) for row in rows for name in PEOPLE if row.get(name)}
    return people, any(row.get(PROGRAMME) for row in rows)


def values_of(
    columns: Sequence[Column], row: Mapping[str, Any], names: Mapping[UUID, str], titles: Mapping[UUID, str]
) -> list[str]:
    """Return the values of a row as people read them, in the order of the columns."""
    return [_value(column.name, row[column.name], names, titles) for column in columns]


def _value(name: str, value: Any, names: Mapping[UUID, str], titles: Mapping[UUID, str]) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str() if name in PEOPLE:
            return names[UUID(value)]
        case str() if name == PROGRAMME:
            return titles.get(UUID(value), "a programme")
        case str():
            return _text(value)
        case float():
            return f"{value:.2f}".rstrip("0").rstrip(".")
        case list():
            return ", ".join(_value(name, each, names, titles) for each in value)
        case dict():
            return "; ".join(f"{heading_of(key)}: {_value(key, each, names, titles)}" for key, each in value.items())
        case _:
            return f"{value}"


def _text(value: str) -> str:
    """Write a text of a report: days in words, one of some choices without its underscores."""
    try:
        return words.day(date.fromisoformat(value)) if len(value) == len("2026-12-01") else _choice(value)
    except ValueError:
        return _choice(value)


def _choice(value: str) -> str:
    return value.replace("_", " ") if value.islower() and " " not in value else value


def _is_bare_id(name: str) -> bool:
    return name.endswith("_id") and name not in PEOPLE and name != PROGRAMME
