"""Queries of nudges: each of the two sees their own, and those whom the programme names only that there is one."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.signs import FOR_MENTEE_ALONE, SIGNS, Sign
from services.sessions.queries.assignments import assigned_today
from services.sessions.queries.merges import current_principal
from services.sessions.queries.relationships import find_relationships
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now

TEXTS: Mapping[Sign, str] = {
    "missed_in_a_row": "Several meetings in a row were missed. What would make the next one possible?",
    "no_agenda_by_mentee": "The mentee has not set the agenda for a while. What do you want to speak about next?",
    "falling_pulse": (
        "You have said of several meetings that it goes less well. A conversation may help, with your mentor or with "
        "one of your safe contacts. Only you see this."
    ),
    "untouched_targets": "A target has not been looked at for a while. Is it still the right one?",
}
FOR_OTHERS = "A conversation may help."
"""All that anybody but the two is told."""


class Nudge(Answer):
    """A word to the two of a relationship that a conversation may help.

    Its two see the sign. Unless they say by `passes_on_on` that they have talked, those whom the programme names are
    told that a conversation may help, and not why; None for a nudge that nobody else is told of.
    """

    nudge_id: UUID
    relationship_id: UUID
    on: date
    sign: Sign | None
    text: str
    passes_on_on: date | None
    passed_on_on: date | None
    talked_on: date | None


async def list_nudges(reader: Reader) -> list[Nudge]:
    """Return the nudges of the person's own relationships, and those that were passed on to them, the latest first."""
    who, assigned, today = await current_principal(reader), await assigned_today(reader), utc_now().date()
    scope = policy.visible_relationships(who, assigned)
    rows = await reader.connection.fetch(
        _NUDGES, scope.person_id, scope.everything, sorted(scope.schools), sorted(scope.trainees)
    )
    relationships = await find_relationships(reader, {row["relationship_id"] for row in rows})
    nudges: list[Nudge] = []
    for row in rows:
        relationship = relationships[row["relationship_id"]]
        roles = policy.assigned_roles(who, assigned.get(relationship.trainee_id, policy.NOBODY))
        match policy.nudge_reader(who, relationship, row["passed_on_to"], roles, today):
            case "other":
                nudges += _for_others(dict(row))
            case "mentor" | "trainee" as side:
                (opened,) = await reader.unseal([dict(row)])
                nudges += _for_side(opened, side)
    return nudges


def _for_side(row: Mapping[str, Any], side: Side) -> list[Nudge]:
    sign = next((sign for sign in SIGNS if sign == row["sign"]), None)
    if sign is None or (side == "mentor" and sign in FOR_MENTEE_ALONE):
        return []
    passes_on_on = None if sign in FOR_MENTEE_ALONE else row["pass_on_on"]
    return [_nudge(row, sign=sign, text=TEXTS[sign], passes_on_on=passes_on_on)]


def _for_others(row: Mapping[str, Any]) -> list[Nudge]:
    return [_nudge(row, sign=None, text=FOR_OTHERS, passes_on_on=None)] if row["talked_on"] is None else []


def _nudge(row: Mapping[str, Any], **told: Any) -> Nudge:
    same = {name: row[name] for name in ("nudge_id", "relationship_id", "passed_on_on", "talked_on")}
    return Nudge(**same, on=row["given_on"], **told)


_NUDGES = """
    select n.* from nudges n join relationships r using (relationship_id)
    where r.mentor_id = $1 or r.trainee_id = $1
       or (n.passed_on_on is not null and ($2 or r.school_urn = any ($3) or r.trainee_id = any ($4)))
    order by n.given_on desc, n.nudge_id"""
