"""What the pages show exists: commands, columns, read models, links; and each page says when not to use the thing."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from alongside.cli.app import app
from alongside.local.platform import SERVICES
from services.referral.imports.formats.calendars import CalendarRow
from services.referral.imports.formats.earlier_placements import PlacementRow
from services.referral.imports.formats.offers import OfferRow
from services.referral.imports.formats.people import MentorRow, RegisterTraineeRow, TeacherRow, TraineeRow
from services.referral.imports.formats.referrals import ReferralRow
from services.referral.imports.formats.school_links import LinkRow
from services.referral.imports.formats.schools import SchoolRow
from shared.spreadsheets.rows import Row
from tools.reference.sources import ROOT, services

DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("tutorial/*.md"), *DOCS.glob("how-to/*.md"), *DOCS.glob("explanation/*.md")])
EVERY_PAGE = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
CLI: Any = typer.main.get_command(app)
SOME_ID = "00000000-0000-4000-8000-000000000000"
IDS = {"PAIR": SOME_ID}
"""Variables of pages that hold an id."""


def page_params(pages: list[Path]) -> list[Any]:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages]


def commands_in(page: Path) -> Iterator[list[str]]:
    """The arguments of every `alongside ...` in a page's blocks of shell; a variable's name stands for its value, or
    `SOME_ID` where that is an id.
    """
    for block in re.findall(r"^```(?:sh|console)\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        for found in re.findall(r"(?<![\w./:-])alongside((?: +[^\s|&;)`\\]+)+)", block.replace("\\\n", " ")):
            yield words_of(re.sub(r"\$(\w+)", lambda name: IDS.get(name[1], name[1]), found))


def words_of(command: str) -> list[str]:
    """Split a command as a shell does; what a quotation is cut off from, at every blank."""
    try:
        return shlex.split(command)
    except ValueError:
        return command.replace('"', "").split()


def examples(command: Any) -> Iterator[list[str]]:
    """The arguments of every example in the help of a command and its subcommands."""
    for found in re.findall(r"Example: alongside(.*)", command.help or ""):
        yield shlex.split(found)
    for below in getattr(command, "commands", {}).values():
        yield from examples(below)


def parse_arguments(arguments: list[str]) -> dict[str, Any]:
    """The values of a command's parameters; raises what the command line would answer, KeyError for no such command."""
    command, name, rest = CLI, "alongside", arguments
    while hasattr(command, "commands"):
        name, *rest = rest
        command = command.commands[name]
    values: dict[str, Any] = command.make_context(name, rest).params
    return values


WRITTEN = [page for page in EVERY_PAGE if page.parent.name != "reference"]
SHOWN = [(page, arguments) for page in WRITTEN for arguments in commands_in(page)]
HELPED = list(examples(CLI))


@pytest.mark.parametrize(
    "arguments", [pytest.param(arguments, id=f"{page.stem}: {shlex.join(arguments)}") for page, arguments in SHOWN]
)
def test_a_command_that_a_page_shows_is_understood(arguments: list[str]) -> None:
    parse_arguments(arguments)


@pytest.mark.parametrize("arguments", [pytest.param(example, id=shlex.join(example)) for example in HELPED])
def test_an_example_in_the_help_is_understood(arguments: list[str]) -> None:
    parse_arguments(arguments)


@pytest.mark.parametrize(
    ("wrong", "because"),
    [("parked lift", "'lift'"), ("status --jason", "No such option"), ("parked show matching", "Missing parameter")],
)
def test_a_command_that_is_not_there_would_be_noticed(wrong: str, because: str) -> None:
    with pytest.raises(Exception, match=because):
        parse_arguments(wrong.split())


def test_the_read_models_and_services_that_commands_name_exist() -> None:
    models = {f"{service.name}.{model.name}" for service in services() for model in service.read_models}
    values = [parse_arguments(arguments) for arguments in [*HELPED, *(arguments for _, arguments in SHOWN)]]
    models_named = {value["read_model"] for value in values if "read_model" in value}
    services_named = {value["service"] for value in values if "service" in value}

    assert models_named
    assert models_named <= models
    assert services_named
    assert services_named <= {*SERVICES, "all"}


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        ("Schools", SchoolRow),
        ("Links", LinkRow),
        ("Mentors", MentorRow),
        ("Teachers", TeacherRow),
        ("Trainees", TraineeRow),
        ("Trainees of DfE's register", RegisterTraineeRow),
        ("Earlier placements", PlacementRow),
        ("Offers", OfferRow),
        ("Calendars", CalendarRow),
        ("Referrals", ReferralRow),
    ],
)
def test_the_columns_of_import_files_are_those_that_are_read(heading: str, row: type[Row]) -> None:
    page = (DOCS / "how-to" / "import-files.md").read_text("utf-8")
    section = page.partition(f"### {heading}\n")[2].partition("\n###")[0]
    shown = dict(re.findall(r"^\| `(.+?)` \| (yes|no|column only) \|", section, re.MULTILINE))
    read = {
        str(getattr(field.validation_alias, "choices", [field.alias or name])[0]): field.is_required()
        for name, field in row.model_fields.items()
        if name != "line"
    }

    assert shown.keys() == read.keys()
    assert {name for name, needed in shown.items() if needed == "yes"} == {name for name in read if read[name]}


def test_every_decision_has_a_number_of_its_own() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [int(page.name.partition("-")[0]) for page in pages]

    assert numbers == list(range(1, len(pages) + 1))
    assert [re.findall(r"^# (\d+)\.", page.read_text("utf-8"))[:1] for page in pages] == [[f"{n}"] for n in numbers]


def test_a_sentence_that_names_a_decision_links_to_the_page_of_that_number() -> None:
    named = re.compile(r"\[decision (\d+)\]\([^)]*?(\d{4})-[^)]*\)")
    wrong = [
        f"{page.relative_to(ROOT)}: decision {number} is linked to page {linked}"
        for page in [*EVERY_PAGE, ROOT / "CONTRIBUTING.md"]
        for number, linked in named.findall(page.read_text("utf-8"))
        if int(number) != int(linked)
    ]

    assert wrong == []


@pytest.mark.parametrize("page", page_params(PAGES))
def test_a_page_says_when_not_to_use_it(page: Path) -> None:
    assert re.search(r"\*\*Not for this page\*\*|^## When not to use this$", page.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("page", page_params([*EVERY_PAGE, ROOT / "CONTRIBUTING.md"]))
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text("utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", page_params([*WRITTEN, ROOT / "CONTRIBUTING.md"]))
def test_the_files_that_a_page_names_exist(page: Path) -> None:
    roots = "alongside|bench|deploy|docs|services|shared|tests|tools"
    paths = re.findall(rf"`((?:{roots})/[\w./-]+)`", page.read_text("utf-8"))

    named_in_full = [path for path in paths if not re.search(r"\b[A-Z]{2,}\b", path)]  # NAME stands for any

    assert [path for path in named_in_full if not (ROOT / path).exists()] == []
