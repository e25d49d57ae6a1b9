"""What holds for the queries of every report."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.reporting import reports
from services.reporting.views.current_rows import TABLES_OF_PEOPLE

REPORTS = sorted(Path(next(iter(reports.__path__))).glob("*.py"))
READS_PEOPLE = re.compile(rf"\b(from|join) ({'|'.join(model.name for model in TABLES_OF_PEOPLE)})\b")


def statements(module: Path) -> Iterator[str]:
    """The SQL statements of a module as they are written there, with the names of what is put into them in braces."""
    tree = ast.parse(module.read_text())
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts
        ):
            text = ast.unparse(node).strip("f\"'")
            if "select" in text:
                yield text


def test_the_tables_that_name_people_are_known() -> None:
    names = {model.name for model in TABLES_OF_PEOPLE}
    assert names >= {"mentors", "trainees", "referrals", "unplaced", "pairs", "relationships", "targets", "assessments"}
    assert names.isdisjoint({"schools", "programmes", "meetings", "merges", "undone_registrations"})


@pytest.mark.parametrize("module", REPORTS, ids=lambda module: module.stem)
def test_a_report_reads_people_as_they_are_after_merges_and_undone_registrations(module: Path) -> None:
    for statement in statements(module):
        reads_people = READS_PEOPLE.search(statement) or re.search(r"\{(DELIVERY|PLACEMENT_STATUS)\}", statement)
        if reads_people and not statement.startswith("($2 or relationship_id"):  # a condition within a statement
            assert statement.startswith("{CURRENT_ROWS}"), statement
