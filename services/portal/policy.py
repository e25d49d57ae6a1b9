"""Who may do what in the portal: pure functions, called by commands and queries."""

from services.portal.domain.accounts import GivenRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_name_partnership(who: Principal) -> None:
    """The partnership lead, and an operator, who opens the partnership.

    Raises `NotAllowed` for everybody else.
    """
    if not who.has("operator", "partnership_lead"):
        raise NotAllowed("A partnership is opened by an operator, and named by its lead.")


def may_give_role(who: Principal, role: GivenRole) -> None:
    """The partnership lead, any role; an operator, that of the lead, so that a partnership can begin.

    Raises `NotAllowed` for everybody else.
    """
    if who.has("partnership_lead") or (who.has("operator") and role == "partnership_lead"):
        return
    raise NotAllowed("Roles are given by the partnership lead.")


def may_end_access(who: Principal) -> None:
    """The partnership lead.

    Raises `NotAllowed` for everybody else.
    """
    if not who.has("partnership_lead"):
        raise NotAllowed("Roles and accounts are ended, and opened again, by the partnership lead.")


def may_find_people(who: Principal) -> None:
    """The partnership lead, who may see the names of everybody.

    Raises `NotAllowed` for everybody else.
    """
    if not who.has("partnership_lead"):
        raise NotAllowed("People are searched for by the partnership lead.")


def may_list_accounts(who: Principal) -> None:
    """The partnership lead.

    Raises `NotAllowed` for everybody else.
    """
    if not who.has("partnership_lead"):
        raise NotAllowed("Who may sign in is shown to the partnership lead.")
