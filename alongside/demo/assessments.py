"""The demo's assessments: from the tutor's draft over comment and signatures to whom the programme sends them."""

from collections.abc import Mapping
from typing import Any

from alongside.demo.personas import LEAD, TUTOR, school_lead, trainee
from alongside.demo.steps import DemoRun


def take_to_the_end(
    run: DemoRun, relationship: Mapping[str, Any], assessment_id: str, body: Mapping[str, Any], *, is_returned: bool
) -> None:
    """Let an assessment be shared, commented, signed by all and submitted, and let the lead acknowledge it.

    One that `is_returned` is sent back once: its second version stands beside the first.
    """
    path, day = f"/assessments/{assessment_id}", {"on": body["on"]}
    if is_returned:
        _sign(run, relationship, path, day, 1)
        returned = day | {"reason": "Say for each standard what you saw."}
        run.client.put(LEAD, "sessions", f"{path}/return", returned)
        text = {name: value for name, value in body.items() if name not in ("relationship_id", "kind")}
        comments = dict.fromkeys(body["judgements"], "What I saw on Thursday.")
        run.client.put(TUTOR, "sessions", path, text | {"comments": comments})
    _sign(run, relationship, path, day, 2 if is_returned else 1)
    run.client.put(LEAD, "sessions", f"{path}/acknowledgement", day)


def _sign(run: DemoRun, relationship: Mapping[str, Any], path: str, day: Mapping[str, Any], version: int) -> None:
    assessed = trainee(relationship["trainee_id"])
    run.client.put(TUTOR, "sessions", f"{path}/sharing", day)
    run.client.put(assessed, "sessions", f"{path}/comment", {**day, "comment": "I see it in the same way."})
    for who in (TUTOR, school_lead(relationship["school_urn"]), assessed):
        run.client.post(who, "sessions", f"{path}/signatures", {**day, "version": version})
    run.client.put(TUTOR, "sessions", f"{path}/submission", day)
