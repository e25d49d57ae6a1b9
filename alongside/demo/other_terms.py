"""A term of the demo's other kinds of mentoring: each meets by its own rhythm and fills in its own programme's forms.

Each function returns in a sentence how the term went, from what the services answer at its end.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from alongside.demo.assessments import sign_and_submit
from alongside.demo.observations import observe
from alongside.demo.personas import LEAD, Persona, mentor, school_lead, trainee
from alongside.demo.relationships import relationship_path
from alongside.demo.steps import FIRST_MONDAY, DemoRun
from alongside.demo.weeks import HOLIDAYS, WEEKS
from shared.wording import counted_noun

Relationship = Mapping[str, Any]

BEGINS_ON = FIRST_MONDAY + timedelta(days=1)
END_OF_TERM = FIRST_MONDAY + timedelta(weeks=12, days=4)
IDENTIFIERS = (
    "attendance",
    "punctuality",
    "happiness",
    "anger",
    "presentation",
    "friendships",
    "attitude_to_learning",
    "homework",
    "cooperation",
    "behaviour",
)


def serve_induction(run: DemoRun, relationship: Relationship) -> str:
    """A teacher's first term at half of full time: weekly meetings, an absence, an observation, a progress review."""
    _meet(run, relationship, range(1, WEEKS))
    lead = school_lead(relationship["school_urn"])
    induction = f"/trainees/{relationship['trainee_id']}/induction"
    about = {"relationship_id": relationship["relationship_id"]}
    run.client.post(
        lead,
        "sessions",
        f"{induction}/periods",
        about | {"starts_on": relationship["starts_on"], "full_time_percent": 50, "on": f"{BEGINS_ON}"},
    )
    ill = {"kind": "illness", "since": "2026-11-16", "until": "2026-11-18", "days": 1.5, "on": "2026-11-19"}
    run.client.post(lead, "sessions", f"{induction}/absences", about | ill)
    observe(run, relationship, {"focus": "How the lesson begins."}, {"strengths": "All work within two minutes."})
    _write_progress_review(run, relationship)
    record = run.client.get(lead, "sessions", induction)
    states = [each["state"] for each in record["due"] if each["state"]]
    absent = sum(each["days"] for each in record["absences"])
    return (
        f"{_meetings_held(run, relationship)}, {counted_noun(absent, 'day')} of absence, progress review {states[0]}, "
        f"{record['terms_served']:g} of {counted_noun(record['length_terms'], 'term')} served"
    )


def _write_progress_review(run: DemoRun, relationship: Relationship) -> None:
    """Let the induction tutor of the school, whom the lead assigns as assessor, review the teacher's progress."""
    lead = school_lead(relationship["school_urn"])
    tutor = Persona(lead.subject, ("school_lead", "assessor"), lead.schools)
    assigned = {"person_id": tutor.subject, "role": "assessor", "starts_on": f"{BEGINS_ON}", "on": f"{BEGINS_ON}"}
    run.client.post(LEAD, "sessions", "/assignments", {"trainee_id": relationship["trainee_id"], **assigned})
    body = {
        "relationship_id": relationship["relationship_id"],
        "kind": "ect_progress_review",
        "on": f"{END_OF_TERM}",
        "judgements": {f"TS{number}": "on_track" for number in range(1, 9)},
        "answers": {"strengths": "Calm starts.", "development": "Questions to all.", "on_track": "yes"},
        "observed_on": [f"{END_OF_TERM - timedelta(days=2)}"],
    }
    made = run.client.post(tutor, "sessions", "/assessments", body)
    signers = (tutor, trainee(relationship["trainee_id"]))
    sign_and_submit(run, f"/assessments/{made['assessment_id']}", signers, {"on": f"{END_OF_TERM}"})


def mentor_pupil(run: DemoRun, relationship: Relationship) -> str:
    """A pupil's mentoring: ten identifiers three times, a target, a counsellor, and a review that ends it.

    The school's figures of attendance stand beside the pupil's own view.
    """
    last = FIRST_MONDAY + timedelta(weeks=9, days=4)
    pupil, head = trainee(relationship["trainee_id"]), school_lead(relationship["school_urn"])
    path = relationship_path(relationship)
    for who in (pupil, mentor(relationship["mentor_id"]), head):
        _answer_identifiers(run, relationship, who, BEGINS_ON, 4)
    _meet(run, relationship, range(1, 10))
    plan = {
        "on": f"{BEGINS_ON}",
        "text": "I am in the room when the bell rings.",
        "due_on": f"{BEGINS_ON + timedelta(weeks=4)}",
        "answers": {"notice": "The register shows it.", "first_step": "I pack my bag the night before."},
    }
    target_id = run.client.post(pupil, "sessions", f"{path}/targets", plan)["target_id"]
    met = {"on": plan["due_on"], "status": "met"}
    run.client.post(pupil, "sessions", f"/targets/{target_id}/reviews", met)
    _refer_to_counsellor(run, relationship)
    _bring_in_attendance(run, relationship)
    _answer_identifiers(run, relationship, pupil, FIRST_MONDAY + timedelta(weeks=7), 5)
    taken = _answer_identifiers(run, relationship, pupil, last, 7, is_end=True)
    closed = {"on": f"{last}", "decision": "close", "note": "You know your way now. The door stays open."}
    run.client.post(head, "sessions", f"{path}/reviews", closed)
    change = run.client.get(pupil, "sessions", f"/measures/{taken['series_id']}")["change"]
    first, now = (sum(each[when] for each in change) / len(change) for when in ("first", "last"))
    (other_help,) = run.client.get(pupil, "sessions", f"{path}/onward-referrals")
    attendance = [each["value"] for each in run.client.get(head, "sessions", f"{path}/figures")]
    decided = run.client.get(head, "sessions", f"{path}/reviews")["reviews"][-1]["decision"]
    return (
        f"{_meetings_held(run, relationship)}, own view {first:.1f} to {now:.1f} of 10, attendance "
        f"{min(attendance):g} to {max(attendance):g} %, {other_help['text'].lower()} "
        f"{other_help['status'].replace('_', ' ')}, review: {decided}"
    )


def _answer_identifiers(
    run: DemoRun, relationship: Relationship, who: Persona, on: date, level: int, *, is_end: bool = False
) -> dict[str, Any]:
    answers = {name: level + nth % 3 - 1 for nth, name in enumerate(IDENTIFIERS)}
    body = {"instrument": "baseline", "on": f"{on}", "answers": answers} | ({"is_end": True} if is_end else {})
    taken: dict[str, Any] = run.client.post(who, "sessions", f"{relationship_path(relationship)}/measures", body)
    return taken


def _refer_to_counsellor(run: DemoRun, relationship: Relationship) -> None:
    """Let the mentor offer help, and record step by step that it was agreed to, made and taken up."""
    guide, offered_on = mentor(relationship["mentor_id"]), FIRST_MONDAY + timedelta(weeks=3)
    offer = {"on": f"{offered_on}", "kind": "counsellor", "reason": "Somebody to talk to about home."}
    path = f"{relationship_path(relationship)}/onward-referrals"
    onward_id = run.client.post(guide, "sessions", path, offer)["onward_id"]
    for nth, status in enumerate(("agreed", "made", "taken_up"), 1):
        step = {"on": f"{offered_on + timedelta(days=nth)}", "status": status}
        run.client.post(guide, "sessions", f"/onward-referrals/{onward_id}/steps", step)


def _bring_in_attendance(run: DemoRun, relationship: Relationship) -> None:
    """Let the school bring in the pupil's attendance by file."""
    rows = ((FIRST_MONDAY - timedelta(days=3), 78), (FIRST_MONDAY + timedelta(weeks=9), 91))
    lines = [f"{relationship['trainee_id']},attendance,{value},{day},register" for day, value in rows]
    table = "\n".join(("mentee_id,measure,value,day,source", *lines, ""))
    run.client.send_file(school_lead(relationship["school_urn"]), "sessions", "/figures", table.encode())


def review_peers(run: DemoRun, relationship: Relationship) -> str:
    """Two colleagues: one observes the other by criteria that these chose, and both agree on what leaves the pair."""
    _meet(run, relationship, range(1, WEEKS, 4))
    chosen = {"focus": "Who answers my questions.", "criteria": "Names of those who speak, minute by minute."}
    observe(run, relationship, chosen, {"seen": "Eleven of twenty-eight spoke."})
    path = f"{relationship_path(relationship)}/summary"
    text = {
        "on": f"{END_OF_TERM}",
        "answers": {"need": "Time to think after a question.", "strength": "Openings that everybody can enter."},
        "needs": ["questioning"],
    }
    observed, observer = trainee(relationship["trainee_id"]), mentor(relationship["mentor_id"])
    draft = run.client.put(observed, "sessions", path, text)["draft"]
    for who in (observed, observer):
        run.client.post(who, "sessions", f"{path}/signatures", {"on": f"{END_OF_TERM}", "draft": draft})
    coordinator = school_lead(relationship["school_urn"])
    (agreed,) = (
        each
        for each in run.client.get(coordinator, "sessions", "/summaries")
        if each["relationship_id"] == relationship["relationship_id"]
    )
    return (
        f"{_meetings_held(run, relationship)}, a lesson observed, a summary agreed for the coordinator: "
        f"{', '.join(agreed['needs'])}"
    )


def supervise_mentor(run: DemoRun, relationship: Relationship) -> str:
    """A mentor with a more experienced one: meetings every six weeks, and a self-review that nobody else reads."""
    _meet(run, relationship, range(1, WEEKS, 6))
    answers = {
        "personal_qualities": "I listen longer than in September.",
        "teaching": "I show less and ask more.",
        "professionalism": "I keep our hour free.",
        "self_development": "I want to sit in on others.",
    }
    mentored = trainee(relationship["trainee_id"])
    path = f"{relationship_path(relationship)}/reflections"
    run.client.put(mentored, "sessions", f"{path}/self_review", {"on": f"{END_OF_TERM}", "answers": answers})
    own, seen = (_written(run, who, path) for who in (mentored, mentor(relationship["mentor_id"])))
    return (
        f"{_meetings_held(run, relationship)}, {counted_noun(own, 'self-review')} by the mentor standards, of which "
        f"the supervisor can read {seen or 'none'}"
    )


def _written(run: DemoRun, who: Persona, path: str) -> int:
    """How many forms that the mentee has filled in somebody can read."""
    return sum(
        each["by"] == "trainee" and each["version"] is not None for each in run.client.get(who, "sessions", path)
    )


def _meet(run: DemoRun, relationship: Relationship, weeks: Sequence[int]) -> None:
    """Let the mentor record a meeting in each of these weeks but the one in the holidays."""
    for week in weeks:
        if week != HOLIDAYS:
            on = FIRST_MONDAY + timedelta(weeks=week, days=1)
            met = {"status": "held", "on": f"{on}", "minutes": 40, "discussed": "What each of us tried, and what next."}
            path = f"{relationship_path(relationship)}/meetings"
            run.client.post(mentor(relationship["mentor_id"]), "sessions", path, met)


def _meetings_held(run: DemoRun, relationship: Relationship) -> str:
    meetings = run.client.get(LEAD, "sessions", relationship_path(relationship))["meetings"]
    return counted_noun(sum(each["status"] == "held" for each in meetings), "meeting")
