"""Names for the ids in what services answer: they come from referral, which alone has them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from alongside.client import NotFound, PlatformClient
from alongside.demo import personas

NAMES_PER_REQUEST = 200
ERASED = "[erased]"
"""What is shown for somebody who was erased."""
PEOPLE = {"mentor_id": "mentor", "trainee_id": "trainee"}
"""Columns with the id of a person, and the column that has their name instead."""
NAMED = {"programme_id": "programme", **PEOPLE}
"""These, and that of a programme, which has its title."""


def rows_with_names(client: PlatformClient, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with a column for the name of each person and the title of each programme, before its id."""
    ids = {row[column] for row in rows for column in PEOPLE if row.get(column) is not None}
    names = names_of_people(client, ids)
    if any(row.get("programme_id") for row in rows):
        names |= titles_of_programmes(client)
    return [
        {**row, **{name: names.get(row[of], ERASED) if row[of] else None for of, name in NAMED.items() if of in row}}
        for row in rows
    ]


def columns_with_names(columns: Sequence[str]) -> list[str]:
    """The columns of these rows: each name before the id that it is of."""
    return [name for column in columns for name in ((NAMED[column], column) if column in NAMED else (column,))]


def find_programme_id(client: PlatformClient, title_or_id: str) -> str:
    """The id of a programme by its title or id; raises `NotFound`."""
    programmes = titles_of_programmes(client)
    matching = [id_ for id_, title in programmes.items() if title_or_id in (id_, title)]
    if len(matching) != 1:
        titles = ", ".join(sorted(programmes.values())) or "none yet"
        number = "no" if not matching else "more than one"
        raise NotFound(f"There is {number} programme called {title_or_id}. The programmes are: {titles}.")
    return matching[0]


def titles_of_programmes(client: PlatformClient) -> dict[str, str]:
    """The titles of all programmes, by their ids."""
    programmes = client.get(personas.LEAD, "referral", "/programmes")
    return {str(programme["programme_id"]): programme["title"] for programme in programmes}


def school_names(client: PlatformClient, urns: set[str]) -> dict[str, str]:
    """The names of schools with their URNs, by which `--school` takes them."""
    found = {urn: client.get(personas.LEAD, "referral", f"/schools/{urn}") for urn in sorted(urns)}
    return {urn: f"{school['name']} ({urn})" for urn, school in found.items()}


def names_of_people(client: PlatformClient, ids: set[str]) -> dict[str, str]:
    """Names by person's id; an erased person has none."""
    names: dict[str, str] = {}
    for batch in _batches(NAMES_PER_REQUEST, sorted(ids)):
        names |= client.get(personas.LEAD, "referral", "/names", ids=",".join(batch))
    return names


def _batches(size: int, items: list[str]) -> Iterator[list[str]]:
    return (items[first : first + size] for first in range(0, len(items), size))
