"""Run the demo partnership through one autumn: files, referrals, a matching round, a term of mentoring, a report.

Everything goes over HTTP, as a person would do it, with fixed dates: every run gives the same report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rich.console import Console

from alongside.client import PlatformClient, wait_until
from alongside.demo.assessments import assess_at_the_end, assess_interim
from alongside.demo.observations import observe_lessons
from alongside.demo.others import OtherMentoring, run_other_programmes
from alongside.demo.personas import LEAD
from alongside.demo.placement_days import count_days
from alongside.demo.relationships import (
    BREAK_OFF_WEEK,
    BREAKS_OFF,
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
from alongside.demo.weeks import WEEKS, plan_series, record_weeks

AS_OF = FIRST_MONDAY + timedelta(weeks=WEEKS, days=-1)
"""The Sunday after the last week of the term that is shown."""
HALF_WAY = 6
"""Weeks until the interim assessments."""


@dataclass(frozen=True)
class AutumnResult:
    """Result of the run: the partnership's report, names by person's id, and each refused attempt with its refusal.

    `relationships` are those of placements, with those that have ended; `others` are of other kinds of mentoring.
    `observations` counts those that were released and kept, `assessments` those that were returned, upheld appeals and
    achieved support plans, `days` the days that were taken to each state.
    """

    report: dict[str, Any]
    names: dict[str, str]
    refused: Sequence[tuple[str, str]]
    relationships: Sequence[dict[str, Any]]
    observations: Mapping[str, int]
    assessments: Mapping[str, int]
    days: Mapping[str, int]
    others: Sequence[OtherMentoring]


def run_autumn(client: PlatformClient, console: Console) -> AutumnResult:
    """Run every step; raises `Refused` or `TimedOut` if one fails."""
    with demo_run(client, console) as run:
        title = "Aire Valley teacher training, autumn placement"
        programme_id = open_programme(run, title, "2026-09-01", "2027-07-31", "2026-06-15")
        import_partnership(run)
        trainees = list_people(run, "trainee")
        mentors = list_people(run, "mentor")
        refer(run, programme_id, trainees, try_own_countersignature=True)
        wait_for_matching(run, programme_id, len(trainees))
        _match(run, programme_id)
        relationships = open_relationships(run)
        assign_tutor(run, relationships)
        sign_agreements(run, relationships)
        plan_series(run, relationships)
        pause(run, relationships[PAUSES])
        meetings = record_weeks(run, relationships, range(BREAK_OFF_WEEK))
        observations = observe_lessons(run, relationships)
        relationships = break_off(run, programme_id, relationships[BREAKS_OFF])
        meetings += record_weeks(run, relationships, range(BREAK_OFF_WEEK, HALF_WAY))
        assessments = assess_interim(run, relationships)
        meetings += record_weeks(run, relationships, range(HALF_WAY, WEEKS))
        assessments += assess_at_the_end(run, relationships)
        placements = sorted(
            client.get(LEAD, "sessions", "/relationships", limit=1000),
            key=lambda each: (run.names[each["trainee_id"]], each["trainee_id"], each["starts_on"]),
        )
        days = count_days(run, placements)
        busy = {each["mentor_id"] for each in placements}
        others = run_other_programmes(run, [person for person in mentors if person["person_id"] not in busy])
        report = _report(run, programme_id, len(relationships), meetings)
    return AutumnResult(report, run.names, run.refused, placements, observations, assessments, days, others)


def _match(run: DemoRun, programme_id: str) -> None:
    first = solve_round(run, programme_id, "2026-07-01")["pairs"]
    run.for_each("Asking both sides of each pair", first, answer_pairs(run, "2026-07-03", first[0]["pair_id"]))
    second = solve_round(run, programme_id, "2026-07-06")["pairs"]
    run.for_each("Asking again after a refusal", second, answer_pairs(run, "2026-07-08"))


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
