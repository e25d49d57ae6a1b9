"""Who reads a nudge."""

from collections.abc import Collection
from datetime import date
from typing import Literal

from services.sessions.policy.relations import ReadableRelationship, accounts_for, side_of
from services.sessions.policy.relationships import reading_side
from shared.events.words import AssignedRole, Side
from shared.kernel.principal import Principal


def nudge_reader(
    who: Principal,
    relationship: ReadableRelationship,
    passed_on_to: Collection[str],
    assigned: Collection[AssignedRole],
    today: date,
) -> Side | Literal["other"] | None:
    """The mentor and the trainee, each their own; leads and tutors to whom a nudge was passed on.

    The mentor reads it as long as what the two wrote. Returns as whom the person reads it, None for everybody else.
    """
    if side_of(who, relationship) is not None:
        return reading_side(who, relationship, today)
    return None if accounts_for(who, relationship, assigned).isdisjoint(passed_on_to) else "other"
