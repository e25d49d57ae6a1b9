"""Who reads a nudge."""

from collections.abc import Collection
from typing import Literal

from services.sessions.policy.relations import Relationship, accounts_for, side_of
from shared.events.words import AssignedRole, Side
from shared.kernel.principal import Principal


def nudge_reader(
    who: Principal, relationship: Relationship, passed_on_to: Collection[str], assigned: Collection[AssignedRole]
) -> Side | Literal["other"] | None:
    """The mentor and the trainee, each their own; leads and tutors to whom a nudge was passed on.

    Returns as whom the person reads it, None for everybody else.
    """
    side = side_of(who, relationship)
    if side is not None:
        return side
    return None if accounts_for(who, relationship, assigned).isdisjoint(passed_on_to) else "other"
