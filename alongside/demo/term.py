"""What the services answer at the end of the demo's term: everything that the report says of mentoring."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

from alongside.demo.measures import INSTRUMENT
from alongside.demo.personas import LEAD, trainee
from alongside.demo.relationships import relationship_path
from alongside.demo.steps import DemoRun

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Term:
    """A term of placements, counted from answers of services.

    `planned` counts planned meetings that were moved and those that a pause cancelled, `items` what belongs to trainees
    by kind and `released` what they released by kind and role, `measures` answers to the programme's instrument by
    occasion; `confidence` has the means of the first and the last answers of each trainee whose lead may read them.
    `last_reviews` counts the last decisions on relationships, `reviewed` relationships by the number of their reviews.
    `assessments` counts those submitted, returned and corrected, `versions` all by their number of versions,
    `support_plans` by outcome, `half_days` by state.
    """

    planned: Counter[str] = field(default_factory=Counter)
    items: Counter[str] = field(default_factory=Counter)
    released: Counter[tuple[str, str]] = field(default_factory=Counter)
    measures: Counter[str] = field(default_factory=Counter)
    confidence: list[tuple[float, float]] = field(default_factory=list)
    last_reviews: Counter[str] = field(default_factory=Counter)
    reviewed: Counter[int] = field(default_factory=Counter)
    assessments: Counter[str] = field(default_factory=Counter)
    versions: Counter[int] = field(default_factory=Counter)
    support_plans: Counter[str] = field(default_factory=Counter)
    half_days: Counter[str] = field(default_factory=Counter)


def read_term(run: DemoRun, placements: Sequence[Answer]) -> Term:
    """Ask for everything that was recorded of these placements, and of the trainees' own records."""
    term = Term()
    run.for_each(
        "Reading what was recorded", placements, lambda each: _read_placement(run, relationship_path(each), term)
    )
    trainees = sorted({each["trainee_id"] for each in placements})
    run.for_each("Reading what is the trainees' own", trainees, lambda each: _read_trainee(run, each, term))
    return term


def _read_placement(run: DemoRun, path: str, term: Term) -> None:
    planned = run.client.get(LEAD, "sessions", f"{path}/series")["meetings"]
    term.planned.update(each["reason"] if each["reason"] == "paused" else each["status"] for each in planned)
    reviews = run.client.get(LEAD, "sessions", f"{path}/reviews")["reviews"]
    term.last_reviews.update(each["decision"] for each in reviews[-1:])
    term.reviewed[len(reviews)] += 1
    days = run.client.get(LEAD, "sessions", f"{path}/days")["totals"]
    term.half_days.update({each["state"]: each["half_days"] for each in days})
    instruments = run.client.get(LEAD, "sessions", f"{path}/measures")
    (times,) = (each["times"] for each in instruments if each["instrument"]["id"] == INSTRUMENT)
    term.measures.update(each["occasion"] for each in times)


def _read_trainee(run: DemoRun, trainee_id: str, term: Term) -> None:
    own = run.client.get(trainee(trainee_id), "sessions", "/record")
    term.items.update(each["kind"] for each in own)
    released = [(each, to["role"]) for each in own for to in each["readers"] if to["why"] == "released_to_role"]
    term.released.update((each["kind"], role) for each, role in released)
    for relationship_id in {each["relationship_id"] for each, _ in released if each["kind"] == "measures"}:
        term.confidence.append(_change(run, relationship_id))
    for assessment in run.client.get(LEAD, "sessions", "/assessments", trainee_id=trainee_id):
        _read_assessment(run, assessment, term)


def _change(run: DemoRun, relationship_id: str) -> tuple[float, float]:
    """The means of a trainee's first and last answers, as the lead can read them."""
    (instrument,) = run.client.get(LEAD, "sessions", f"/relationships/{relationship_id}/measures")
    series_id = instrument["times"][0]["series_id"]
    change = run.client.get(LEAD, "sessions", f"/measures/{series_id}")["change"]
    return mean(each["first"] for each in change), mean(each["last"] for each in change)


def _read_assessment(run: DemoRun, assessment: Answer, term: Term) -> None:
    path = f"/assessments/{assessment['assessment_id']}"
    term.versions[assessment["version"]] += 1
    term.assessments["submitted"] += assessment["submitted_on"] is not None
    if assessment["version"] > 1:
        versions = run.client.get(LEAD, "sessions", path)["versions"]
        term.assessments["returned"] += any(each["returned_on"] is not None for each in versions)
        term.assessments["corrected"] += any(each["corrected_because"] is not None for each in versions)
        appeals = run.client.get(LEAD, "sessions", f"{path}/appeal")["appeals"]
        term.assessments.update(each["state"] for each in appeals if each["state"])
    if "not_on_track" in assessment["judgements"].values():
        steps = run.client.get(LEAD, "sessions", f"{path}/support-plan")["steps"]
        term.support_plans.update(each["outcome"] for each in steps if each.get("outcome"))
