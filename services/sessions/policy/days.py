"""Who may plan, log, confirm, accept and return days."""

from collections.abc import Collection, Mapping, Sequence

from services.sessions.domain.days import DayRole, ReturnableState
from services.sessions.domain.programmes import Programme
from services.sessions.policy.relations import NOBODY, Relationship, accounts_for, side_of
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_plan_days(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> DayRole:
    """The trainee, leads of the host school, and those who accept days for the provider.

    Returns the role in which they plan. Raises `NotAllowed` for others who may see the relationship.
    """
    roles = _day_roles(who, relationship, programme, assigned)
    if not roles:
        raise NotAllowed("Days are planned by the trainee, the host school or the provider.")
    return roles[0]


def may_log_days(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> DayRole:
    """The trainee of the relationship, for themselves.

    Raises `NotAllowed` for others who may see the relationship.
    """
    if "trainee" not in _day_roles(who, relationship, programme, assigned):
        raise NotAllowed("Only the trainee logs their days, or removes them. A school returns what is wrong.")
    return "trainee"


def may_confirm_days(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> DayRole:
    """Leads of the host school, but not for themselves.

    Raises `NotAllowed` for others who may see the relationship.
    """
    if "school" not in _day_roles(who, relationship, programme, assigned):
        raise NotAllowed("Days are confirmed by a lead of the school where the trainee was.")
    return "school"


def may_accept_days(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> DayRole:
    """Leads of the partnership, and those whom the programme names, but not for themselves.

    Raises `NotAllowed` for others who may see the relationship.
    """
    if "provider" not in _day_roles(who, relationship, programme, assigned):
        raise NotAllowed("Days are accepted by the partnership lead, or by those whom the programme names.")
    return "provider"


def may_return_days(
    who: Principal,
    relationship: Relationship,
    programme: Programme,
    state: ReturnableState,
    assigned: Collection[AssignedRole] = NOBODY,
) -> DayRole:
    """Leads of the host school until the provider has accepted; those who accept, once the school has confirmed.

    Returns the role in which they return a day from this state. Raises `NotAllowed` for others who may see the
    relationship.
    """
    may: Mapping[ReturnableState, tuple[DayRole, ...]] = {
        "logged": ("school",),
        "confirmed": ("school", "provider"),
        "accepted": ("provider",),
    }
    roles = [role for role in _day_roles(who, relationship, programme, assigned) if role in may[state]]
    if not roles:
        raise NotAllowed("The school returns what is logged or confirmed, the provider what is confirmed or accepted.")
    return roles[0]


def _day_roles(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole]
) -> Sequence[DayRole]:
    """The roles in which somebody takes steps with the days of a trainee; nobody judges their own days."""
    if side_of(who, relationship) == "trainee":
        return ("trainee",)
    rules, accounts = programme.practice.days, accounts_for(who, relationship, assigned)
    accepting = programme.accounts_of(rules.accepted_by) if rules else frozenset()
    roles: list[DayRole] = ["school"] if "school_lead" in accounts else []
    accepts = not accounts.isdisjoint({"partnership_lead", *(accepting - {"school_lead"})})
    return [*roles, "provider"] if accepts else roles
