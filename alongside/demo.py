"""The demo partnership's autumn: from files and referrals over a matching round to six weeks of mentoring.

Everything goes over HTTP as a person would do it, at the dates of the story; the same files lead to the same report.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from alongside import partnership
from alongside.client import Refused, Services, import_file, until
from alongside.personas import LEAD, TUTOR, Persona, mentor, trainee

FIRST_MONDAY = date(2026, 9, 14)
WEEKS = 6
AS_OF = FIRST_MONDAY + timedelta(weeks=WEEKS, days=-1)
"""The Sunday after the sixth week."""
STANDARDS = tuple(f"TS{number}" for number in range(1, 9))

TARGETS = (
    ("Plan three questions that check understanding.", "The questions are in the plan; half the class answers."),
    ("Use the school's routine for entry in every lesson.", "The class is settled within three minutes."),
    ("Model one worked example step by step.", "Exit tickets show the method."),
)


@dataclass(frozen=True)
class Walked:
    """What the walk leads to: the partnership's report, names by person id, and what was tried and refused."""

    report: dict[str, Any]
    names: dict[str, str]
    refused: Sequence[tuple[str, str]]


@dataclass
class _Story:
    """The services, a bar for each step, and what later steps need of earlier ones."""

    services: Services
    steps: Progress
    names: dict[str, str]
    refused: list[tuple[str, str]]
    confirmed: set[str]

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


def walk(services: Services, console: Console) -> Walked:
    """Walk the whole story; raises `Refused` or `Late` where a step does not go as it should."""
    columns = (TextColumn("{task.description:<42}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as steps:
        story = _Story(services, steps, {}, [], set())
        programme_id = _open_programme(story)
        _import_partnership(story)
        trainees = _people(story, "trainee")
        mentors = _people(story, "mentor")
        _refer(story, programme_id, trainees)
        _match(story, programme_id, len(trainees), len(mentors))
        relationships = _relationships(story)
        _six_weeks(story, relationships)
        _assess(story, relationships)
        report = _report(story, programme_id, relationships)
    return Walked(report, story.names, story.refused)


def _open_programme(story: _Story) -> str:
    programme = story.services.post(
        LEAD,
        "referral",
        "/programmes",
        {
            "template": "ite-placement",
            "title": "Aire Valley teacher training, autumn placement",
            "academic_year": "2026/27",
            "starts_on": "2026-09-01",
            "ends_on": "2027-07-31",
            "on": "2026-06-15",
        },
    )
    return str(programme["programme_id"])


def _import_partnership(story: _Story) -> None:
    on = date(2026, 6, 16)
    bad = partnership.TRAINEES_WITH_MISTAKES.read_bytes()
    mistakes = import_file(story.services, "trainees", bad, on, dry_run=True)
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

    def take(named: tuple[str, Any]) -> None:
        kind, file = named
        done = import_file(story.services, kind, file.read_bytes(), on)
        assert not done["errors"], done["errors"]

    story.each("Importing schools, mentors, trainees, offers", files, take)


def _people(story: _Story, kind: str) -> list[dict[str, Any]]:
    wanted = {"trainee": 36, "mentor": 45}[kind]
    found: list[dict[str, Any]] = until(
        lambda: story.services.get(LEAD, "referral", "/people", kind=kind, limit=1000),
        lambda people: len(people) == wanted,
        f"The list of {kind}s",
    )
    for person in found:
        story.names[person["person_id"]] = f"{person['given_name']} {person['family_name']}"
    return sorted(found, key=lambda person: str(person["reference"]))


def _refer(story: _Story, programme_id: str, trainees: Sequence[dict[str, Any]]) -> None:
    def refer(person: dict[str, Any]) -> None:
        made = story.services.post(
            TUTOR,
            "referral",
            "/referrals",
            {
                "programme_id": programme_id,
                "trainee_id": person["person_id"],
                "purpose": "induction",
                "reasons": ["general_placement"],
                "on": "2026-06-22",
            },
        )
        where = f"/referrals/{made['referral_id']}"
        if person is trainees[0]:
            story.refusal(
                "A referrer countersigns their own referral",
                lambda: story.services.post(TUTOR, "referral", f"{where}/countersignature", {"on": "2026-06-23"}),
            )
        story.services.post(LEAD, "referral", f"{where}/countersignature", {"on": "2026-06-24"})
        story.services.post(LEAD, "referral", f"{where}/acceptance", {"on": "2026-06-25"})

    story.each("Referring trainees, countersigned, accepted", trainees, refer)


def _match(story: _Story, programme_id: str, trainees: int, mentors: int) -> None:
    wanted = {"candidates": trainees, "mentors": mentors} | {
        kind: len(story.services.get(LEAD, "referral", f"/{kind}", limit=1000)) for kind in ("offers", "schools")
    }
    until(
        lambda: story.services.get(LEAD, "matching", "/readiness", programme_id=programme_id),
        lambda ready: all(ready[kind] == number for kind, number in wanted.items()),
        "What matching knows of the partnership",
    )
    first = _round(story, programme_id, "2026-07-01")
    story.each("Asking both sides of each pair", first, _answering(story, "2026-07-03", first[0]["pair_id"]))
    second = _round(story, programme_id, "2026-07-06")
    story.each("Asking again after a refusal", second, _answering(story, "2026-07-08"))


def _round(story: _Story, programme_id: str, on: str) -> list[dict[str, Any]]:
    """The pairs of a round, by the trainees' names."""
    solved = story.services.post(LEAD, "matching", "/rounds", {"programme_id": programme_id, "on": on})
    found: dict[str, Any] = story.services.get(LEAD, "matching", f"/rounds/{solved['round_id']}")
    return sorted(found["pairs"], key=lambda pair: (story.names[pair["trainee_id"]], pair["trainee_id"]))


def _answering(story: _Story, on: str, declined: str = "") -> Callable[[dict[str, Any]], None]:
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


def _relationships(story: _Story) -> list[dict[str, Any]]:
    """What sessions opened for the confirmed pairs, by the trainees' names."""
    found = until(
        lambda: story.services.get(LEAD, "sessions", "/relationships", limit=1000),
        lambda relationships: story.confirmed <= {each["relationship_id"] for each in relationships},
        "The relationships of the confirmed pairs",
    )
    return sorted(
        (each for each in found if each["relationship_id"] in story.confirmed),
        key=lambda each: (story.names[each["trainee_id"]], each["trainee_id"]),
    )


def _six_weeks(story: _Story, relationships: Sequence[dict[str, Any]]) -> None:
    """Weekly meetings. A few are missed and a few nobody records, so that the report has something to say."""
    for week in range(WEEKS):

        def meet(numbered: tuple[int, dict[str, Any]], week: int = week) -> None:
            _meeting(story, *numbered, week)

        story.each(f"Week {week + 1}: meetings and targets", list(enumerate(relationships)), meet)


def _meeting(story: _Story, number: int, relationship: dict[str, Any], week: int) -> None:
    who = mentor(relationship["mentor_id"])
    on = FIRST_MONDAY + timedelta(weeks=week, days=number % 4 + 1)
    where = f"/relationships/{relationship['relationship_id']}/meetings"
    match (number * 7 + week * 5) % 17:
        case 0 | 1:
            body: dict[str, Any] = {"status": "missed", "on": f"{on}", "reason": "cover"}
            story.services.post(who, "sessions", where, body)
            return
        case 2:
            return  # it was due and nobody recorded anything
    text, measure = TARGETS[(number + week) % len(TARGETS)]
    target = {"text": text, "measure": measure, "due_on": f"{on + timedelta(weeks=1)}"}
    body = {
        "status": "held",
        "on": f"{on}",
        "minutes": 45 + 5 * ((number + week) % 4),
        "agenda_by": "mentee" if (number + week) % 3 else "mentor",
        "discussed": "How the week's lessons went and what to try next.",
        "targets": [target] if week % 2 == 0 else [],
    }
    held = story.services.post(who, "sessions", where, body)
    for target_id in held["target_ids"]:
        review = {"on": f"{on + timedelta(weeks=1)}", "status": "met" if (number + week) % 4 else "progressing"}
        story.services.post(trainee(relationship["trainee_id"]), "sessions", f"/targets/{target_id}/reviews", review)
    if week == 0:
        note = {"on": f"{on}", "note": "Quiet at first; ask about the year 9 group next time."}
        story.services.put(who, "sessions", f"/meetings/{held['meeting_id']}/note", note)


def _assess(story: _Story, relationships: Sequence[dict[str, Any]]) -> None:
    def assess(numbered: tuple[int, dict[str, Any]]) -> None:
        number, relationship = numbered
        body = {
            "relationship_id": relationship["relationship_id"],
            "kind": "interim",
            "on": f"{AS_OF - timedelta(days=2)}",
            "judgements": {name: _judgement(number, nth) for nth, name in enumerate(STANDARDS)},
        }
        if number == 0:
            story.refusal(
                "A mentor assesses their own trainee",
                lambda: story.services.post(_mentor_who_tutors(relationship), "sessions", "/assessments", body),
            )
        story.services.post(TUTOR, "sessions", "/assessments", body)

    story.each("Interim assessments by the tutor", list(enumerate(relationships)), assess)


def _mentor_who_tutors(relationship: dict[str, Any]) -> Persona:
    return Persona(relationship["mentor_id"], ("mentor", "tutor"))


def _judgement(number: int, standard: int) -> str:
    match (number * 5 + standard * 3) % 23:
        case 0:
            return "not_on_track"
        case 1 | 2 | 3:
            return "needs_support"
        case _:
            return "on_track"


def _report(story: _Story, programme_id: str, relationships: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Ask until reporting has heard of everything: the last assessment and the last meeting."""
    meetings = sum((n * 7 + w * 5) % 17 != 2 for n in range(len(relationships)) for w in range(WEEKS))
    found: dict[str, Any] = until(
        lambda: story.services.get(LEAD, "reporting", "/report", programme_id=programme_id, as_of=f"{AS_OF}"),
        lambda report: (
            report["progress"]["trainees_assessed"] == len(relationships)
            and sum(school["held"] + school["missed"] for school in report["meetings_by_school"]) == meetings
        ),
        "The report's last facts",
    )
    return found
