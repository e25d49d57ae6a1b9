"""The demo partnership's autumn: from files and referrals over a matching round to six weeks of mentoring.

Everything goes over HTTP as a person would do it, at the dates of the story; the same files lead to the same report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rich.console import Console

from alongside.client import Services, until
from alongside.demo.personas import LEAD, TUTOR, Persona, mentor, trainee
from alongside.demo.steps import (
    FIRST_MONDAY,
    Story,
    answering,
    import_partnership,
    known_to_matching,
    open_programme,
    people,
    refer,
    solve,
    told,
)

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


def walk(services: Services, console: Console) -> Walked:
    """Walk the whole story; raises `Refused` or `Late` where a step does not go as it should."""
    with told(services, console) as story:
        title = "Aire Valley teacher training, autumn placement"
        programme_id = open_programme(story, title, "2026-09-01", "2027-07-31", "2026-06-15")
        import_partnership(story)
        trainees = people(story, "trainee")
        people(story, "mentor")
        refer(story, programme_id, trainees, own="A referrer countersigns their own referral")
        known_to_matching(story, programme_id, len(trainees))
        _match(story, programme_id)
        relationships = _relationships(story)
        _six_weeks(story, relationships)
        _assess(story, relationships)
        report = _report(story, programme_id, relationships)
    return Walked(report, story.names, story.refused)


def _match(story: Story, programme_id: str) -> None:
    first = solve(story, programme_id, "2026-07-01")["pairs"]
    story.each("Asking both sides of each pair", first, answering(story, "2026-07-03", first[0]["pair_id"]))
    second = solve(story, programme_id, "2026-07-06")["pairs"]
    story.each("Asking again after a refusal", second, answering(story, "2026-07-08"))


def _relationships(story: Story) -> list[dict[str, Any]]:
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


def _six_weeks(story: Story, relationships: Sequence[dict[str, Any]]) -> None:
    """Weekly meetings. A few are missed and a few nobody records, so that the report has something to say."""
    for week in range(WEEKS):

        def meet(numbered: tuple[int, dict[str, Any]], week: int = week) -> None:
            _meeting(story, *numbered, week)

        story.each(f"Week {week + 1}: meetings and targets", list(enumerate(relationships)), meet)


def _meeting(story: Story, number: int, relationship: dict[str, Any], week: int) -> None:
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


def _assess(story: Story, relationships: Sequence[dict[str, Any]]) -> None:
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


def _report(story: Story, programme_id: str, relationships: Sequence[dict[str, Any]]) -> dict[str, Any]:
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
