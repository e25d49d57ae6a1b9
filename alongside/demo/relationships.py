"""The demo's mentoring relationships: agreements, a pause, and a mentee who breaks off and is matched anew."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from alongside.client import wait_until
from alongside.demo.personas import LEAD, TUTOR, mentor, trainee
from alongside.demo.steps import FIRST_MONDAY, DemoRun, answer_pairs, solve_round

BREAK_OFF_WEEK = 4
"""The week, counted from 0, that begins with a round for the mentee who broke off on the day before."""
BREAKS_OFF, PAUSES = 4, 2
"""Places in the list of relationships: whose mentee breaks off, and which pauses."""
PAUSED_WEEKS = (2, 3)


def open_relationships(run: DemoRun) -> list[dict[str, Any]]:
    """Return the relationships that sessions opened for the confirmed pairs, sorted by the trainees' names."""
    found = wait_until(
        lambda: run.client.get(LEAD, "sessions", "/relationships", limit=1000),
        lambda relationships: run.confirmed <= {each["relationship_id"] for each in relationships},
        "The relationships of the confirmed pairs",
    )
    return sorted(
        (each for each in found if each["relationship_id"] in run.confirmed),
        key=lambda each: (run.names[each["trainee_id"]], each["trainee_id"]),
    )


def assign_tutor(run: DemoRun, relationships: Sequence[dict[str, Any]]) -> None:
    """Let the lead assign the tutor to each trainee; before that the tutor sees none of them."""
    first = relationship_path(relationships[0])
    run.expect_refusal(
        "A tutor looks at a trainee to whom nobody assigned them",
        lambda: run.client.get(TUTOR, "sessions", first),
    )
    days = {"starts_on": f"{FIRST_MONDAY}", "on": f"{FIRST_MONDAY}"}

    def assign(relationship: dict[str, Any]) -> None:
        who = {"trainee_id": relationship["trainee_id"], "person_id": TUTOR.subject, "role": "tutor"}
        run.client.post(LEAD, "sessions", "/assignments", who | days)

    run.for_each("Tutor assigned to each trainee", relationships, assign)


def sign_agreements(run: DemoRun, relationships: Sequence[dict[str, Any]], on: date = FIRST_MONDAY) -> None:
    """Let a mentor try to record what was discussed too early; then let both of each pair sign an agreement."""
    first = relationships[0]
    meeting = {"status": "held", "on": f"{on}", "minutes": 45, "discussed": "How the first day went."}
    run.expect_refusal(
        "A mentor records what was discussed before both have signed their agreement",
        lambda: run.client.post(
            mentor(first["mentor_id"]), "sessions", f"{relationship_path(first)}/meetings", meeting
        ),
    )
    run.for_each("Agreements, signed by both", relationships, lambda relationship: agree(run, relationship, on))


def agree(run: DemoRun, relationship: Mapping[str, Any], on: date, *, mentee_signs_first: bool = False) -> None:
    """Let the mentor write an agreement, and let both sign it in the order of the programme."""
    path = f"{relationship_path(relationship)}/agreement"
    people = (mentor(relationship["mentor_id"]), trainee(relationship["trainee_id"]))
    answers = {"expectations": "We both come prepared.", "confidentiality": "What we say stays between us."}
    draft = run.client.put(people[0], "sessions", path, {"on": f"{on}", "answers": answers})["draft"]
    for who in people[::-1] if mentee_signs_first else people:
        run.client.post(who, "sessions", f"{path}/signatures", {"on": f"{on}", "draft": draft})


def pause(run: DemoRun, relationship: dict[str, Any]) -> None:
    """Let a trainee pause for the weeks of the pause, and the mentor resume after them."""
    first = FIRST_MONDAY + timedelta(weeks=PAUSED_WEEKS[0])
    back = FIRST_MONDAY + timedelta(weeks=PAUSED_WEEKS[-1] + 1)
    run.client.post(
        trainee(relationship["trainee_id"]), "sessions", f"{relationship_path(relationship)}/pause", {"on": f"{first}"}
    )
    run.client.post(
        mentor(relationship["mentor_id"]),
        "sessions",
        f"{relationship_path(relationship)}/resumption",
        {"on": f"{back}"},
    )


def break_off(run: DemoRun, programme_id: str, relationship: dict[str, Any]) -> list[dict[str, Any]]:
    """Let a mentee break off, and return all relationships after a round has found another mentor.

    The tutor, whom the mentee chose, reads why; the mentor cannot.
    """
    relationship_id, monday = relationship["relationship_id"], FIRST_MONDAY + timedelta(weeks=BREAK_OFF_WEEK)
    body = {"on": f"{monday - timedelta(days=1)}", "contact": "tutor", "reason": "I am told off in front of my class."}
    run.client.post(
        trainee(relationship["trainee_id"]), "sessions", f"{relationship_path(relationship)}/break-off", body
    )
    run.client.get(TUTOR, "sessions", f"/break-offs/{relationship_id}")
    run.expect_refusal(
        "A mentor asks why the mentee broke off",
        lambda: run.client.get(mentor(relationship["mentor_id"]), "sessions", f"/break-offs/{relationship_id}"),
    )
    wait_until(
        lambda: run.client.get(LEAD, "matching", "/pairs", status="withdrawn"),
        lambda pairs: relationship_id in {pair["pair_id"] for pair in pairs},
        "The pair that broke off in matching",
    )
    run.confirmed.discard(relationship_id)
    before = set(run.confirmed)
    pairs = solve_round(run, programme_id, f"{monday}")["pairs"]
    run.for_each("Another mentor for a mentee who broke off", pairs, answer_pairs(run, f"{monday}"))
    relationships = open_relationships(run)
    for each in relationships:
        if each["relationship_id"] not in before:
            agree(run, each, monday)
    return relationships


def relationship_path(relationship: Mapping[str, Any]) -> str:
    """Return the path of a relationship in sessions."""
    return f"/relationships/{relationship['relationship_id']}"
