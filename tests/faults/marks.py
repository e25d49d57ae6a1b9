"""By what a stored event tells whose it is: in referral by who acted, who is somebody else for every command.

In sessions a mentor and a trainee act again and again, so that there an event tells it by what it is about.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

Body = Mapping[str, Any]


def meeting(meeting_id: object) -> str:
    return f"meeting {meeting_id}"


def acknowledgement(meeting_id: object) -> str:
    return f"acknowledgement of {meeting_id}"


def target(relationship_id: object, due_on: object) -> str:
    return f"target of {relationship_id} due on {due_on}"


def review(target_id: object, on: object) -> str:
    return f"review of {target_id} on {on}"


def draft(relationship_id: object, number: object) -> str:
    return f"draft {number} of {relationship_id}"


def signature(relationship_id: object, number: object, side: object) -> str:
    return f"signature of the {side} under {draft(relationship_id, number)}"


def entry(owner_id: object, on: object) -> str:
    return f"journal entry of {owner_id} on {on}"


def release(entry_id: object, role: object) -> str:
    return f"release of {entry_id} to {role}"


_MARKS: Mapping[str, Callable[[Body], str]] = {
    "sessions.meeting_held": lambda body: meeting(body["meeting_id"]),
    "sessions.meeting_acknowledged": lambda body: acknowledgement(body["meeting_id"]),
    "sessions.target_set": lambda body: target(body["relationship_id"], body["due_on"]),
    "sessions.target_reviewed": lambda body: review(body["target_id"], body["happened_on"]),
    "sessions.agreement_written": lambda body: draft(body["relationship_id"], body["draft"]),
    "sessions.agreement_signed": lambda body: signature(body["relationship_id"], body["draft"], body["by"]),
    # the last signature, which is the trainee's, agrees the relationship
    "sessions.relationship_agreed": lambda body: signature(body["relationship_id"], 1, "trainee"),
    "sessions.journal_entry_written": lambda body: entry(body["owner_id"], body["happened_on"]),
    "sessions.journal_entry_released": lambda body: release(body["entry_id"], body["to"]["role"]),
}


def mark_of(service: str, type_: str, actor: str, body: str) -> str | None:
    """Return the mark of a stored event; None for one that no client's command leaves behind."""
    if actor.startswith("service:"):
        return None  # a reaction or a process: no client's
    if service == "referral":
        return actor
    mark = _MARKS.get(type_)
    return mark(json.loads(body)) if mark else None
