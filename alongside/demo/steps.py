"""What every story of the demo partnership begins with: a programme, its files, its people, and rounds of matching.

Everything goes over HTTP as a person would do it, at the dates of the story.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from alongside.client import Refused, Services, import_file, until
from alongside.demo import partnership
from alongside.demo.personas import LEAD, TUTOR, mentor, trainee

ACADEMIC_YEAR = "2026/27"
IMPORTED_ON = date(2026, 6, 16)
FIRST_MONDAY = date(2026, 9, 14)
PEOPLE = {"trainee": 36, "mentor": 45}


@dataclass
class Story:
    """The services, a bar for each step, and what later steps need of earlier ones."""

    services: Services
    steps: Progress
    names: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)

    def each(self, title: str, items: Sequence[Any], do: Callable[[Any], None]) -> None:
        """Do something for each item, with a bar."""
        task = self.steps.add_task(title, total=len(items))
        for item in items:
            do(item)
            self.steps.advance(task)

    def refusal(self, what: str, do: Callable[[], object]) -> None:
        """Try what must be refused, and keep the sentence."""
        try:
            do()
        except Refused as refused:
            self.refused.append((what, str(refused)))
        else:
            raise AssertionError(f"{what} was not refused")


@contextmanager
def told(services: Services, console: Console) -> Iterator[Story]:
    """A story whose steps show on this console."""
    columns = (TextColumn("{task.description:<42}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as steps:
        yield Story(services, steps)


def open_programme(story: Story, title: str, starts_on: str, ends_on: str, on: str) -> str:
    """A placement programme; its id."""
    programme = story.services.post(
        LEAD,
        "referral",
        "/programmes",
        {
            "template": "ite-placement",
            "title": title,
            "academic_year": ACADEMIC_YEAR,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "on": on,
        },
    )
    return str(programme["programme_id"])


def import_partnership(story: Story) -> None:
    """The partnership's files: one with mistakes is tried first."""
    bad = partnership.TRAINEES_WITH_MISTAKES.read_bytes()
    mistakes = import_file(story.services, "trainees", bad, IMPORTED_ON, dry_run=True)
    first = mistakes["errors"][0]
    story.refused.append(
        (
            f"A trainees' file with {len(mistakes['errors'])} mistakes",
            f"Nothing was stored. First: line {first['line']}, {first['column']}: {first['message']}",
        )
    )
    files = (
        ("schools", partnership.SCHOOLS),
        ("mentors", partnership.MENTORS),
        ("trainees", partnership.TRAINEES),
        ("offers", partnership.OFFERS),
    )
    story.each(
        "Importing schools, mentors, trainees, offers",
        files,
        lambda file: import_one(story, file[0], file[1], IMPORTED_ON),
    )


def import_one(story: Story, kind: str, file: Traversable, on: date) -> None:
    """A file without mistakes."""
    done = import_file(story.services, kind, file.read_bytes(), on)
    assert not done["errors"], done["errors"]


def people(story: Story, kind: str) -> list[dict[str, Any]]:
    """All mentors or trainees, once they are there, in the order of their references."""
    found: list[dict[str, Any]] = until(
        lambda: story.services.get(LEAD, "referral", "/people", kind=kind, limit=1000),
        lambda people: len(people) == PEOPLE[kind],
        f"The list of {kind}s",
    )
    for person in found:
        story.names[person["person_id"]] = f"{person['given_name']} {person['family_name']}"
    return sorted(found, key=lambda person: str(person["reference"]))


FIRST = ("induction", "general_placement")
SECOND = ("progression", "contrasting_placement")


def refer(
    story: Story,
    programme_id: str,
    trainees: Sequence[dict[str, Any]],
    *,
    why: tuple[str, str] = FIRST,
    month: str = "2026-06",
    own: str = "",
) -> None:
    """Each of them referred in that month, countersigned by somebody else, and accepted; `why` is purpose and reason.

    `own` says what is refused on the way: that a referrer countersigns for the first of them.
    """

    def one(person: dict[str, Any]) -> None:
        made = story.services.post(
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
        where = f"/referrals/{made['referral_id']}"
        if own and person is trainees[0]:
            story.refusal(
                own,
                lambda: story.services.post(TUTOR, "referral", f"{where}/countersignature", {"on": f"{month}-23"}),
            )
        story.services.post(LEAD, "referral", f"{where}/countersignature", {"on": f"{month}-24"})
        story.services.post(LEAD, "referral", f"{where}/acceptance", {"on": f"{month}-25"})

    story.each("Referring trainees, countersigned, accepted", trainees, one)


def known_to_matching(story: Story, programme_id: str, candidates: int) -> None:
    """Until matching knows of everybody and everything that the round is to begin with."""
    wanted = {"candidates": candidates, "mentors": PEOPLE["mentor"]} | {
        kind: len(story.services.get(LEAD, "referral", f"/{kind}", limit=1000)) for kind in ("offers", "schools")
    }
    until(
        lambda: story.services.get(LEAD, "matching", "/readiness", programme_id=programme_id),
        lambda ready: all(ready[kind] == number for kind, number in wanted.items()),
        "What matching knows of the partnership",
    )


def solve(story: Story, programme_id: str, on: str) -> dict[str, Any]:
    """A round, its pairs by the trainees' names."""
    solved = story.services.post(LEAD, "matching", "/rounds", {"programme_id": programme_id, "on": on})
    return in_full(story, solved["round_id"])


def in_full(story: Story, round_id: str) -> dict[str, Any]:
    """What a round came to, its pairs by the trainees' names."""
    found: dict[str, Any] = story.services.get(LEAD, "matching", f"/rounds/{round_id}")
    pairs = sorted(found["pairs"], key=lambda pair: (story.names[pair["trainee_id"]], pair["trainee_id"]))
    return found | {"pairs": pairs}


def answering(story: Story, on: str, declined: str = "") -> Callable[[dict[str, Any]], None]:
    """Both sides say yes; the mentor of the pair `declined` says no."""

    def answer(pair: dict[str, Any]) -> None:
        where = f"/pairs/{pair['pair_id']}"
        asked = mentor(pair["mentor_id"])
        if pair["pair_id"] == declined:
            word = {"on": on, "reason": "I shall be part-time this term."}
            story.services.post(asked, "matching", f"{where}/refusal", word)
            return
        story.services.post(asked, "matching", f"{where}/acceptance", {"on": on})
        done = story.services.post(trainee(pair["trainee_id"]), "matching", f"{where}/acceptance", {"on": on})
        assert done["status"] == "confirmed", done
        story.confirmed.add(pair["pair_id"])

    return answer
