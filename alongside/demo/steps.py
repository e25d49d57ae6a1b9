"""Steps that both demo runs share: open a programme, import files, refer trainees, solve rounds, answer proposals.

Each step sends the HTTP requests that a person of the partnership would send, with dates in the year 2026/27.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from alongside.client import PlatformClient, Refused, import_file, wait_until
from alongside.demo import partnership
from alongside.demo.personas import LEAD, TUTOR, mentor, trainee
from shared.wording import counted_noun

ACADEMIC_YEAR = "2026/27"
IMPORTED_ON = date(2026, 6, 16)
FIRST_MONDAY = date(2026, 9, 14)
PEOPLE = {"trainee": 36, "mentor": 45}


@dataclass
class DemoRun:
    """State of one run: the client, a progress bar for each step, and results that later steps need.

    `names` are by person's id, `refused` are attempts with the sentence of each refusal, `confirmed` are ids of pairs.
    """

    client: PlatformClient
    steps: Progress
    names: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)

    def for_each(self, title: str, items: Sequence[Any], do: Callable[[Any], None]) -> None:
        """Call `do` with each item and show a progress bar; a file, which can show none, gets a line at the start."""
        if not self.steps.console.is_terminal:
            self.steps.console.out(f"{title}: {len(items)}", highlight=False)
        task = self.steps.add_task(title, total=len(items))
        for item in items:
            do(item)
            self.steps.advance(task)

    def expect_refusal(self, what: str, do: Callable[[], object]) -> None:
        """Call `do`, which a service must refuse, and keep the sentence of the refusal."""
        try:
            do()
        except Refused as refused:
            self.refused.append((what, str(refused)))
        else:
            raise AssertionError(f"{what} was not refused")


@contextmanager
def demo_run(client: PlatformClient, console: Console) -> Iterator[DemoRun]:
    """Start a run that shows its steps on a console."""
    columns = (TextColumn("{task.description:<42}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as steps:
        yield DemoRun(client, steps)


def open_programme(
    run: DemoRun, title: str, starts_on: str, ends_on: str, on: str, *, template: str = "ite-placement"
) -> str:
    """Open a programme, of placements if no other template is given, and return its id."""
    programme = run.client.post(
        LEAD,
        "referral",
        "/programmes",
        {
            "template": template,
            "title": title,
            "academic_year": ACADEMIC_YEAR,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "on": on,
        },
    )
    return str(programme["programme_id"])


def import_partnership(run: DemoRun) -> None:
    """Import the partnership's files, after a dry run of one with mistakes."""
    bad = partnership.TRAINEES_WITH_MISTAKES.read_bytes()
    mistakes = import_file(run.client, "trainees", bad, IMPORTED_ON, dry_run=True)
    first = mistakes["errors"][0]
    run.refused.append(
        (
            f"A trainees' file with {counted_noun(len(mistakes['errors']), 'mistake')}",
            f"Nothing was stored. First: line {first['line']}, {first['column']}: {first['message']}",
        )
    )
    files = (
        ("schools", partnership.SCHOOLS),
        ("calendars", partnership.CALENDARS),
        ("mentors", partnership.MENTORS),
        ("trainees", partnership.TRAINEES),
        ("offers", partnership.OFFERS),
    )
    run.for_each(
        "Importing schools, calendars, people, offers",
        files,
        lambda file: import_without_errors(run, file[0], file[1], IMPORTED_ON),
    )


def import_without_errors(run: DemoRun, kind: str, file: Traversable, on: date) -> None:
    """Import a file that must have no errors."""
    done = import_file(run.client, kind, file.read_bytes(), on)
    assert not done["errors"], done["errors"]


def list_people(run: DemoRun, kind: str) -> list[dict[str, Any]]:
    """Wait until all mentors or trainees are listed; return them sorted by reference and remember their names."""
    found: list[dict[str, Any]] = wait_until(
        lambda: run.client.get(LEAD, "referral", "/people", kind=kind, limit=1000),
        lambda people: len(people) == PEOPLE[kind],
        f"The list of {kind}s",
    )
    for person in found:
        run.names[person["person_id"]] = f"{person['given_name']} {person['family_name']}".strip()
    return sorted(found, key=lambda person: str(person["reference"]))


FIRST_PLACEMENT = ("induction", "general_placement")
SECOND_PLACEMENT = ("progression", "contrasting_placement")


def refer(
    run: DemoRun,
    programme_id: str,
    trainees: Sequence[dict[str, Any]],
    *,
    why: tuple[str, str] = FIRST_PLACEMENT,
    month: str = "2026-06",
    try_own_countersignature: bool = False,
) -> None:
    """Refer each trainee in a month, have another person countersign, and accept; `why` is purpose and reason.

    `try_own_countersignature`: the referrer tries to countersign the first referral too, which is refused.
    """

    def refer_one(person: dict[str, Any]) -> None:
        made = run.client.post(
            TUTOR,
            "referral",
            "/referrals",
            {
                "programme_id": programme_id,
                "trainee_id": person["person_id"],
                "purpose": why[0],
                "reasons": [why[1]],
                "on": f"{month}-22",
            },
        )
        path = f"/referrals/{made['referral_id']}"
        if try_own_countersignature and person is trainees[0]:
            run.expect_refusal(
                "A referrer countersigns their own referral",
                lambda: run.client.post(TUTOR, "referral", f"{path}/countersignature", {"on": f"{month}-23"}),
            )
        run.client.post(LEAD, "referral", f"{path}/countersignature", {"on": f"{month}-24"})
        run.client.post(LEAD, "referral", f"{path}/acceptance", {"on": f"{month}-25"})

    run.for_each("Referring and accepting trainees", trainees, refer_one)


def wait_for_matching(run: DemoRun, programme_id: str, candidates: int) -> None:
    """Wait until matching has received every candidate, mentor, offer and school that a round needs."""
    wanted = {"candidates": candidates, "mentors": PEOPLE["mentor"]} | {
        kind: len(run.client.get(LEAD, "referral", f"/{kind}", limit=1000)) for kind in ("offers", "schools")
    }
    wait_until(
        lambda: run.client.get(LEAD, "matching", "/readiness", programme_id=programme_id),
        lambda ready: all(ready[kind] == number for kind, number in wanted.items()),
        "The partnership's people, offers and schools in matching",
    )


def solve_round(run: DemoRun, programme_id: str, on: str) -> dict[str, Any]:
    """Solve a round and return it as `get_round` does."""
    solved = run.client.post(LEAD, "matching", "/rounds", {"programme_id": programme_id, "on": on})
    return get_round(run, solved["round_id"])


def get_round(run: DemoRun, round_id: str) -> dict[str, Any]:
    """Return a round with its result, its pairs sorted by the trainees' names."""
    found: dict[str, Any] = run.client.get(LEAD, "matching", f"/rounds/{round_id}")
    pairs = sorted(found["pairs"], key=lambda pair: (run.names[pair["trainee_id"]], pair["trainee_id"]))
    return found | {"pairs": pairs}


def answer_pairs(run: DemoRun, on: str, declined: str = "") -> Callable[[dict[str, Any]], None]:
    """Make a function that accepts a pair for both sides; the mentor of the pair `declined` refuses instead."""

    def answer(pair: dict[str, Any]) -> None:
        path = f"/pairs/{pair['pair_id']}"
        pair_mentor = mentor(pair["mentor_id"])
        if pair["pair_id"] == declined:
            refusal = {"on": on, "reason": "I shall be part-time this term."}
            run.client.post(pair_mentor, "matching", f"{path}/refusal", refusal)
            return
        run.client.post(pair_mentor, "matching", f"{path}/acceptance", {"on": on})
        done = run.client.post(trainee(pair["trainee_id"]), "matching", f"{path}/acceptance", {"on": on})
        assert done["status"] == "confirmed", done
        run.confirmed.add(pair["pair_id"])

    return answer
