"""Who may do or see what in referral, by role."""

from shared.kernel.auth import Principal
from shared.kernel.decider import NotAllowed

LEADS = ("partnership_lead",)
REFERRERS = ("partnership_lead", "school_lead", "tutor")


def may_run_the_partnership(who: Principal) -> None:
    """Programmes, imports, decisions on referrals: the partnership lead."""
    if not who.has(*LEADS):
        raise NotAllowed("Only the partnership lead can do this.")


def may_refer(who: Principal) -> None:
    """Refer and countersign: leads of the partnership and of schools, and tutors."""
    if not who.has(*REFERRERS):
        raise NotAllowed("Referrals are made by a partnership lead, a school lead or a tutor.")
