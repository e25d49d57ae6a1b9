"""The permission tables name every route of their service and no other, and only people whom they explain."""

import pytest

from tools.reference import http
from tools.reference.permissions import (
    parse_permission_table,
    permission_file,
    read_permission_table,
    routes_of,
)
from tools.reference.sources import services

SERVICES = {each.name: each for each in services() if permission_file(each.name).exists()}
TABLE = """
about: Notes.
people: { author: who wrote the note, reader: somebody else }
groups: { both: [author, reader] }
cases: { lost: a note that nobody finds }
rows:
  notes:
    GET /notes: { sees: [author] }
    GET /notes/{note_id}: { reads: [author], sees: [reader] }
    PUT /notes/{note_id} (lost): { does: [author] }
"""


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_has_a_row_and_every_row_a_route(service: str) -> None:
    rows = {row.route for row in read_permission_table(service).rows}

    assert rows ^ routes_of(http.openapi(SERVICES[service])) == set(), f"add or remove rows in {service}'s table"


def test_whom_a_row_does_not_name_finds_nothing_in_a_list_and_no_item() -> None:
    table = parse_permission_table("notes", TABLE)

    assert table.row("GET /notes").outcomes == {"author": "sees", "reader": "nothing"}
    assert table.row("PUT /notes/{note_id} (lost)").outcomes == {"author": "does", "reader": "absent"}


def test_somebody_may_know_of_an_item_that_a_query_lets_them_see() -> None:
    table = parse_permission_table("notes", TABLE.replace("(lost)", ""))
    change = table.rows[-1]

    assert table.may_know(change, "reader", "note_id")
    unseen = parse_permission_table("notes", TABLE.replace(" (lost)", "").replace(", sees: [reader]", ""))
    assert not unseen.may_know(unseen.rows[-1], "reader", "note_id")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("does: [author]", "does: [writer]"),
        ("does: [author]", "does: [both, author]"),
        ("does: [author]", "allows: [author]"),
        ("(lost)", "(stolen)"),
    ],
)
def test_a_row_with_somebody_or_something_that_is_not_explained_is_refused(right: str, wrong: str) -> None:
    with pytest.raises(ValueError, match="PUT /notes"):
        parse_permission_table("notes", TABLE.replace(right, wrong))
