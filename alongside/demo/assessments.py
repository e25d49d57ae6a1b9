"""The demo's assessments: from the tutor's draft over comment and signatures to whom the programme sends them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from alongside.demo.personas import LEAD, TUTOR, Persona, school_lead, trainee
from alongside.demo.steps import FIRST_MONDAY, DemoRun

INTERIM_ON = FIRST_MONDAY + timedelta(weeks=5, days=4)
"""The Friday of the sixth week."""
END_ON = FIRST_MONDAY + timedelta(weeks=12, days=4)
"""The Friday of the thirteenth week."""
RETURNED = 3
"""The place in the list of relationships of the assessment that the lead sends back once."""
OFF_TRACK = 0
"""The place of the trainee whose interim assessment asks for a support plan."""
APPEALS = 7
"""The place of the trainee who appeals against the assessment at the end of the placement."""
WITH_JOURNAL = 6
"""Trainees who keep a journal: their interim assessments rest on an entry of it."""
STANDARDS = tuple(f"TS{number}" for number in range(1, 9))


def assess_interim(run: DemoRun, relationships: Sequence[dict[str, Any]]) -> None:
    """Assess every trainee half-way, some by what they released of their journal; two attempts are refused."""

    def assess(numbered: tuple[int, dict[str, Any]]) -> None:
        number, relationship = numbered
        body = _assessment(number, relationship, "interim", INTERIM_ON)
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
        path = _take_to_the_end(run, relationship, body, is_returned=number == RETURNED)
        if number == OFF_TRACK:
            _support(run, relationship, f"{path}/support-plan")

    run.for_each("Interim assessments, signed and submitted", list(enumerate(relationships)), assess)


def assess_at_the_end(run: DemoRun, relationships: Sequence[dict[str, Any]]) -> None:
    """Assess every trainee at the end of the placement; one appeals, and gets a corrected assessment."""

    def assess(numbered: tuple[int, dict[str, Any]]) -> None:
        number, relationship = numbered
        body = _assessment(number, relationship, "end_of_placement", END_ON)
        path = _take_to_the_end(run, relationship, body)
        if number == APPEALS:
            _appeal(run, relationship, path, body)

    run.for_each("Assessments at the end of the placement", list(enumerate(relationships)), assess)


def _assessment(number: int, relationship: Mapping[str, Any], kind: str, on: date) -> dict[str, Any]:
    judgements = {name: _judgement(number, nth, kind) for nth, name in enumerate(STANDARDS)}
    return {
        "relationship_id": relationship["relationship_id"],
        "kind": kind,
        "on": f"{on}",
        "judgements": judgements,
        "comments": {name: "What to work on next." for name in STANDARDS if judgements[name] != "on_track"},
        "observed_on": [f"{on - timedelta(days=1)}"],
    }


def _judgement(number: int, standard: int, kind: str) -> str:
    match (number * 5 + standard * 3) % 23:
        case 0:
            return "not_on_track" if kind == "interim" and number == OFF_TRACK else "needs_support"
        case 1 | 2 | 3 if kind == "interim":
            return "needs_support"
        case _:
            return "on_track"


def _journal_entry(run: DemoRun, number: int, relationship: Mapping[str, Any]) -> str:
    """Let the trainee write an entry, and release it to the tutors unless it is the second trainee's."""
    who, on = trainee(relationship["trainee_id"]), f"{INTERIM_ON - timedelta(days=7)}"
    words = {"on": on, "text": "I waited three seconds after each question; more hands went up.", "tags": ["TS4"]}
    entry_id = run.client.post(who, "sessions", "/journal", words)["entry_id"]
    if number != 1:
        release = {"to": {"role": "tutor"}, "on": on}
        run.client.post(who, "sessions", f"/journal/{entry_id}/releases", release)
    return str(entry_id)


def _mentor_who_tutors(relationship: Mapping[str, Any]) -> Persona:
    return Persona(relationship["mentor_id"], ("mentor", "tutor"))


def _take_to_the_end(
    run: DemoRun, relationship: Mapping[str, Any], body: Mapping[str, Any], *, is_returned: bool = False
) -> str:
    """Let an assessment be begun, shared, commented, signed by all and submitted, and let the lead acknowledge it.

    One that `is_returned` is sent back once: its second version stands beside the first. Returns its path.
    """
    path = f"/assessments/{run.client.post(TUTOR, 'sessions', '/assessments', body)['assessment_id']}"
    day = {"on": body["on"]}
    if is_returned:
        sign_and_submit(run, path, _signers(relationship), day)
        returned = day | {"reason": "Say for each standard what you saw."}
        run.client.put(LEAD, "sessions", f"{path}/return", returned)
        run.client.put(TUTOR, "sessions", path, _written_anew(body))
    sign_and_submit(run, path, _signers(relationship), day, 2 if is_returned else 1)
    run.client.put(LEAD, "sessions", f"{path}/acknowledgement", day)
    return path


def _written_anew(body: Mapping[str, Any]) -> dict[str, Any]:
    """The text of an assessment with a comment on each standard."""
    text = {name: value for name, value in body.items() if name not in ("relationship_id", "kind")}
    return text | {"comments": dict.fromkeys(body["judgements"], "What I saw on Thursday.")}


def _support(run: DemoRun, relationship: Mapping[str, Any], path: str) -> None:
    """Let the tutor plan support for the trainee who is not on track, look at it again, and close it."""
    first, second = INTERIM_ON + timedelta(weeks=3), INTERIM_ON + timedelta(weeks=5)
    goal = {"goal": "Calm starts of lessons.", "help": "The mentor, in two lessons a week.", "standards": ["TS1"]}
    planned = {"on": f"{INTERIM_ON}", "review_on": [f"{first}", f"{second}"], "goals": [goal]}
    run.client.put(TUTOR, "sessions", path, planned)
    run.client.put(TUTOR, "sessions", f"{path}/sharing", {"on": f"{INTERIM_ON}"})
    run.client.put(trainee(relationship["trainee_id"]), "sessions", f"{path}/acknowledgement", {"on": f"{INTERIM_ON}"})
    reviewed = {
        "on": f"{first}",
        "review_on": f"{first}",
        "progress": "go_on",
        "text": "Two of three starts were calm.",
    }
    run.client.put(TUTOR, "sessions", f"{path}/review", reviewed)
    closed = {"on": f"{second}", "outcome": "achieved", "text": "All starts are calm."}
    run.client.put(TUTOR, "sessions", f"{path}/closing", closed)


def _appeal(run: DemoRun, relationship: Mapping[str, Any], path: str, body: Mapping[str, Any]) -> None:
    """Let the trainee appeal and the lead uphold it: the corrected version stands beside the first."""
    appealed, decided, corrected = (f"{END_ON + timedelta(days=days)}" for days in (3, 5, 6))
    appeal = {"on": appealed, "version": 1, "reason": "Nobody saw me teach the class that this is about."}
    run.client.put(trainee(relationship["trainee_id"]), "sessions", f"{path}/appeal", appeal)
    decision = {"on": decided, "version": 1, "outcome": "upheld", "reason": "The lesson that was seen was another one."}
    run.client.put(LEAD, "sessions", f"{path}/appeal/decision", decision)
    correction = _written_anew(body) | {"on": corrected, "reason": "After an appeal."}
    run.client.post(TUTOR, "sessions", f"{path}/corrections", correction)
    sign_and_submit(run, path, _signers(relationship), {"on": corrected}, 2)
    run.client.put(LEAD, "sessions", f"{path}/acknowledgement", {"on": corrected})


def sign_and_submit(
    run: DemoRun, path: str, signers: Sequence[Persona], day: Mapping[str, Any], version: int = 1
) -> None:
    """Let the first signer, the assessor, share an assessment, the last one comment, all sign it, and submit it."""
    assessor, assessed = signers[0], signers[-1]
    run.client.put(assessor, "sessions", f"{path}/sharing", day)
    run.client.put(assessed, "sessions", f"{path}/comment", {**day, "comment": "I see it in the same way."})
    for who in signers:
        run.client.post(who, "sessions", f"{path}/signatures", {**day, "version": version})
    run.client.put(assessor, "sessions", f"{path}/submission", day)


def _signers(relationship: Mapping[str, Any]) -> tuple[Persona, ...]:
    return TUTOR, school_lead(relationship["school_urn"]), trainee(relationship["trainee_id"])
