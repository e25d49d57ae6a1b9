"""Run the demo partnership through one autumn: files, referrals, a matching round, a term of mentoring, a report.

Everything goes over HTTP, as a person would do it, with fixed dates: every run gives the same report, in any year,
because the clock of its platform begins on the last day of the demo.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rich.console import Console

from alongside.client import PlatformClient, wait_until
from alongside.demo.accounts import open_partnership
from alongside.demo.assessments import assess_at_the_end, assess_interim
from alongside.demo.feedback import give_feedback, give_feedback_as_tutor
from alongside.demo.measures import AGAIN_ON, FIRST_ON, LAST_ON, take_measures
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
from alongside.demo.reviews import REVIEW_WEEKS, review_caseloads
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
from alongside.demo.term import Term, read_term
from alongside.demo.weeks import WEEKS, plan_series, record_weeks

AS_OF = FIRST_MONDAY + timedelta(weeks=WEEKS, days=-1)
"""The Sunday after the last week of the term that is shown."""
HALF_WAY = 6
"""Weeks until the interim assessments."""


@dataclass(frozen=True)
class AutumnResult:
    """Result of the run: the partnership's report, names by person's id, and each refused attempt with its refusal.

    `relationships` are those of placements, with those that have ended, and `term` is what was recorded of them;
    `others` are of other kinds of mentoring.
    """

    report: dict[str, Any]
    names: dict[str, str]
    refused: Sequence[tuple[str, str]]
    relationships: Sequence[dict[str, Any]]
    term: Term
    others: Sequence[OtherMentoring]


def run_autumn(client: PlatformClient, console: Console) -> AutumnResult:
    """Run every step; raises `Refused` or `TimedOut` if one fails."""
    with demo_run(client, console) as run:
        open_partnership(client)
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
        meetings = _go_through_term(run, programme_id, relationships)
        placements = _list_placements(run, programme_id)
        count_days(run, placements)
        term = read_term(run, placements)
        busy = {each["mentor_id"] for each in placements}
        others = run_other_programmes(run, [person for person in mentors if person["person_id"] not in busy])
        placed = sum(each["ended_because"] is None for each in placements)
        report = _report(run, programme_id, placed, meetings)
    return AutumnResult(report, run.names, run.refused, placements, term, others)


def _go_through_term(run: DemoRun, programme_id: str, first: Sequence[dict[str, Any]]) -> int:
    """Take every pair from its agreement to the end of the term; return how many meetings were recorded."""
    sign_agreements(run, first)
    take_measures(run, first, FIRST_ON)
    plan_series(run, first)
    pause(run, first[PAUSES])
    meetings = record_weeks(run, first, range(BREAK_OFF_WEEK))
    observe_lessons(run, first)
    give_feedback(run, first)
    relationships = break_off(run, programme_id, first[BREAKS_OFF])
    meetings += record_weeks(run, relationships, range(BREAK_OFF_WEEK, HALF_WAY))
    assess_interim(run, relationships)
    before, after = REVIEW_WEEKS
    begun = {each["relationship_id"] for each in first}
    review_caseloads(run, before, [each for each in relationships if each["relationship_id"] in begun])
    take_measures(run, relationships, AGAIN_ON)
    meetings += record_weeks(run, relationships, range(HALF_WAY, after))
    give_feedback_as_tutor(run, relationships)
    review_caseloads(run, after, [each for each in relationships if each["relationship_id"] not in begun])
    meetings += record_weeks(run, relationships, range(after, WEEKS))
    take_measures(run, relationships, LAST_ON, is_end=True)
    assess_at_the_end(run, relationships)
    return meetings


def _list_placements(run: DemoRun, programme_id: str) -> list[dict[str, Any]]:
    """All relationships of the programme, also those that have ended, sorted by the trainees' names."""
    found = run.client.get(LEAD, "sessions", "/relationships", limit=1000)
    return sorted(
        (each for each in found if each["programme_id"] == programme_id),
        key=lambda each: (run.names[each["trainee_id"]], each["trainee_id"], each["starts_on"]),
    )


def _match(run: DemoRun, programme_id: str) -> None:
    first = solve_round(run, programme_id, "2026-07-01")["pairs"]
    run.for_each("Asking both sides of each pair", first, answer_pairs(run, "2026-07-03", first[0]["pair_id"]))
    second = solve_round(run, programme_id, "2026-07-06")["pairs"]
    run.for_each("Asking again after a refusal", second, answer_pairs(run, "2026-07-08"))


def _report(run: DemoRun, programme_id: str, trainees: int, meetings: int) -> dict[str, Any]:
    """Read every page of the report once it counts the last assessment and the last meeting."""
    about = {"programme_id": programme_id, "as_of": f"{AS_OF}"}
    found: dict[str, Any] = wait_until(
        lambda: run.client.get(LEAD, "reporting", "/report", **about),
        lambda report: (
            report["progress"]["trainees_assessed"] == trainees
            and sum(school["held"] + school["missed"] for school in report["meetings_by_school"]) == meetings
        ),
        "The last assessment and meeting in the report",
    )
    while found["next"] is not None:
        page = run.client.get(LEAD, "reporting", "/report", **about, after=found["next"])
        found = page | {"placements": [*found["placements"], *page["placements"]]}
    return found
