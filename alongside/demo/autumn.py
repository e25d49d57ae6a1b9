"""Run the demo partnership through one autumn: files, referrals, a matching round, six weeks of mentoring, a report.

Everything goes over HTTP, as a person would do it, with fixed dates: every run gives the same report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rich.console import Console

from alongside.client import PlatformClient, wait_until
from alongside.demo.assessments import take_to_the_end
from alongside.demo.personas import LEAD, TUTOR, Persona, mentor, trainee
from alongside.demo.relationships import (
    BREAK_OFF_WEEK,
    BREAKS_OFF,
    PAUSED_WEEKS,
    PAUSES,
    assign_tutor,
    break_off,
    open_relationships,
    pause,
    sign_agreements,
)
from alongside.demo.steps import (
    FIRST_MONDAY,
    DemoRun,
    answer_pairs,
    demo_run,
    import_partnership,
    list_people,
    open_programme,
    refer,
    solve_round,
    wait_for_matching,
)

WEEKS = 6
ASSESSED_ON = FIRST_MONDAY + timedelta(weeks=WEEKS, days=-3)
"""The Friday of the sixth week."""
RETURNED = 3
"""The place in the list of relationships of the assessment that the lead sends back once."""
WITH_JOURNAL = 6
"""Trainees who keep a journal: their interim assessments rest on an entry of it."""
AS_OF = FIRST_MONDAY + timedelta(weeks=WEEKS, days=-1)
"""The Sunday after the sixth week."""
STANDARDS = tuple(f"TS{number}" for number in range(1, 9))

TARGETS = (
    ("Plan three questions that check understanding.", "The questions are in the plan; half the class answers."),
    ("Use the school's routine for entry in every lesson.", "The class is settled within three minutes."),
    ("Model one worked example step by step.", "Exit tickets show the method."),
)


@dataclass(frozen=True)
class AutumnResult:
    """Result of the run: the partnership's report, names by person's id, each refused attempt with its refusal, and the
    mentoring relationships with those that have ended.
    """

    report: dict[str, Any]
    names: dict[str, str]
    refused: Sequence[tuple[str, str]]
    relationships: Sequence[dict[str, Any]]


def run_autumn(client: PlatformClient, console: Console) -> AutumnResult:
    """Run every step; raises `Refused` or `TimedOut` if one fails."""
    with demo_run(client, console) as run:
        title = "Aire Valley teacher training, autumn placement"
        programme_id = open_programme(run, title, "2026-09-01", "2027-07-31", "2026-06-15")
        import_partnership(run)
        trainees = list_people(run, "trainee")
        list_people(run, "mentor")
        refer(run, programme_id, trainees, try_own_countersignature=True)
        wait_for_matching(run, programme_id, len(trainees))
        _match(run, programme_id)
        relationships = open_relationships(run)
        assign_tutor(run, relationships)
        sign_agreements(run, relationships)
        pause(run, relationships[PAUSES])
        meetings = _record_weeks(run, relationships, range(BREAK_OFF_WEEK))
        relationships = break_off(run, programme_id, relationships[BREAKS_OFF])
        meetings += _record_weeks(run, relationships, range(BREAK_OFF_WEEK, WEEKS))
        _assess(run, relationships)
        report = _report(run, programme_id, len(relationships), meetings)
        all_relationships = client.get(LEAD, "sessions", "/relationships", limit=1000)
    return AutumnResult(report, run.names, run.refused, all_relationships)


def _match(run: DemoRun, programme_id: str) -> None:
    first = solve_round(run, programme_id, "2026-07-01")["pairs"]
    run.for_each("Asking both sides of each pair", first, answer_pairs(run, "2026-07-03", first[0]["pair_id"]))
    second = solve_round(run, programme_id, "2026-07-06")["pairs"]
    run.for_each("Asking again after a refusal", second, answer_pairs(run, "2026-07-08"))


def _record_weeks(run: DemoRun, relationships: Sequence[dict[str, Any]], weeks: range) -> int:
    """Record weekly meetings, and return how many. A few are missed and a few not recorded, for the report to show."""
    recorded = 0
    for week in weeks:

        def meet(numbered: tuple[int, dict[str, Any]], week: int = week) -> None:
            nonlocal recorded
            recorded += _meeting(run, *numbered, week)

        run.for_each(f"Week {week + 1}: meetings and targets", list(enumerate(relationships)), meet)
    return recorded


def _meeting(run: DemoRun, number: int, relationship: dict[str, Any], week: int) -> bool:
    """Record the meeting of a week; return whether there is something to record."""
    if number == PAUSES and week in PAUSED_WEEKS:
        return False
    who = mentor(relationship["mentor_id"])
    on = FIRST_MONDAY + timedelta(weeks=week, days=number % 4 + 1)
    path = f"/relationships/{relationship['relationship_id']}/meetings"
    match (number * 7 + week * 5) % 17:
        case 0 | 1:
            body: dict[str, Any] = {"status": "missed", "on": f"{on}", "reason": "cover"}
            run.client.post(who, "sessions", path, body)
            return True
        case 2:
            return False  # it was due and nobody recorded anything
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
    held = run.client.post(who, "sessions", path, body)
    for target_id in held["target_ids"]:
        review = {"on": f"{on + timedelta(weeks=1)}", "status": "met" if (number + week) % 4 else "progressing"}
        run.client.post(trainee(relationship["trainee_id"]), "sessions", f"/targets/{target_id}/reviews", review)
    if week == 0:
        note = {"on": f"{on}", "note": "Quiet at first; ask about the year 9 group next time."}
        run.client.put(who, "sessions", f"/meetings/{held['meeting_id']}/note", note)
        acknowledgement = f"/meetings/{held['meeting_id']}/acknowledgement"
        run.client.put(trainee(relationship["trainee_id"]), "sessions", acknowledgement, {"on": f"{on}"})
    return True


def _journal_entry(run: DemoRun, number: int, relationship: dict[str, Any]) -> str:
    """Let the trainee write an entry, and release it to the tutors unless it is the second trainee's."""
    who, on = trainee(relationship["trainee_id"]), f"{AS_OF - timedelta(days=9)}"
    words = {"on": on, "text": "I waited three seconds after each question; more hands went up.", "tags": ["TS4"]}
    entry_id = run.client.post(who, "sessions", "/journal", words)["entry_id"]
    if number != 1:
        release = {"to": {"role": "tutor"}, "on": on}
        run.client.post(who, "sessions", f"/journal/{entry_id}/releases", release)
    return str(entry_id)


def _assess(run: DemoRun, relationships: Sequence[dict[str, Any]]) -> None:
    def assess(numbered: tuple[int, dict[str, Any]]) -> None:
        number, relationship = numbered
        judgements = {name: _judgement(number, nth) for nth, name in enumerate(STANDARDS)}
        body: dict[str, Any] = {
            "relationship_id": relationship["relationship_id"],
            "kind": "interim",
            "on": f"{ASSESSED_ON}",
            "judgements": judgements,
            "comments": {name: "What to work on next." for name in STANDARDS if judgements[name] != "on_track"},
            "observed_on": [f"{ASSESSED_ON - timedelta(days=1)}"],
        }
        if number < WITH_JOURNAL:
            evidence = [_journal_entry(run, number, relationship)]
            if number == 1:
                run.expect_refusal(
                    "A tutor rests an assessment on a journal entry that its owner keeps to themselves",
                    lambda: run.client.post(TUTOR, "sessions", "/assessments", body | {"evidence": evidence}),
                )
            else:
                body["evidence"] = evidence
        if number == 0:
            run.expect_refusal(
                "A mentor assesses their own trainee",
                lambda: run.client.post(_mentor_who_tutors(relationship), "sessions", "/assessments", body),
            )
        begun = run.client.post(TUTOR, "sessions", "/assessments", body)["assessment_id"]
        take_to_the_end(run, relationship, begun, body, is_returned=number == RETURNED)

    run.for_each("Interim assessments, signed and submitted", list(enumerate(relationships)), assess)


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


def _report(run: DemoRun, programme_id: str, trainees: int, meetings: int) -> dict[str, Any]:
    """Read the report once it counts the last assessment and the last meeting."""
    found: dict[str, Any] = wait_until(
        lambda: run.client.get(LEAD, "reporting", "/report", programme_id=programme_id, as_of=f"{AS_OF}"),
        lambda report: (
            report["progress"]["trainees_assessed"] == trainees
            and sum(school["held"] + school["missed"] for school in report["meetings_by_school"]) == meetings
        ),
        "The last assessment and meeting in the report",
    )
    return found
