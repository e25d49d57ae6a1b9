"""Who may refer a mentee on to others."""

from collections.abc import Collection

from services.sessions.domain.onward_referrals import Party
from services.sessions.domain.programmes import Programme
from services.sessions.policy.relations import NOBODY, Relationship, accounts_for, side_of
from shared.events.words import AssignedRole
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal


def refers_on(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole]
) -> Party:
    """The mentor, the trainee, and leads in the role that the programme lets refer on; nobody who assesses the trainee.

    `assigned` is looked up for everybody: whoever is a tutor or an assessor of the trainee sees nothing of it, mentor
    or lead or not. Returns as whom the person takes part. Raises `NotFound` for everybody else.
    """
    side, rules = side_of(who, relationship), programme.practice.refer_on
    if side == "trainee":
        return side
    if assigned:
        raise NotFound("There is no such relationship.")
    if side is not None:
        return side
    accounts = programme.accounts_of(rules.by) if rules else frozenset()
    if accounts.isdisjoint(accounts_for(who, relationship, NOBODY)):
        raise NotFound("There is no such relationship.")
    return "lead"
