"""Policy of referral: who may do or see what, by role and by relation."""

from collections.abc import Collection
from uuid import UUID

from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal

LEADS = ("partnership_lead",)
REFERRERS = ("partnership_lead", "school_lead", "tutor")


def may_run_the_partnership(who: Principal) -> None:
    """The partnership lead."""
    if not who.has(*LEADS):
        raise NotAllowed("Only the partnership lead can do this.")


def may_offer(who: Principal, school_urn: str) -> None:
    """A lead of the school, or the partnership lead."""
    if not (who.has(*LEADS) or (who.has("school_lead") and school_urn in who.schools)):
        raise NotAllowed("Offers are made by the school's lead or the partnership lead.")


def may_limit_hosting(who: Principal, school_urn: str | None) -> None:
    """A lead of the school, or the partnership lead; for a trust only the partnership lead."""
    if not (who.has(*LEADS) or (who.has("school_lead") and school_urn in who.schools)):
        raise NotAllowed("Limits are set by the school's lead; limits of a trust by the partnership lead.")


def may_oversee(who: Principal) -> None:
    """Leads of the partnership and of its schools."""
    if not who.has(*LEADS, "school_lead"):
        raise NotAllowed("Only leads of the partnership and of its schools can see this.")


def schools_seen(who: Principal) -> list[str] | None:
    """The partnership lead sees every school, a school's lead only their own.

    Returns the URNs of the schools whose people and offers the person sees; None for all.
    """
    if who.has(*LEADS):
        return None
    return sorted(who.schools) if who.has("school_lead") else []


def may_refer(who: Principal) -> None:
    """Leads of the partnership and of its schools, and tutors."""
    if not who.has(*REFERRERS):
        raise NotAllowed("Referrals are made by a partnership lead, a school lead or a tutor.")


def referrals_seen(who: Principal) -> str | None:
    """Leads and tutors see every referral, trainees their own.

    Returns the trainee's id, None for every referral; raises `NotAllowed` for others.
    """
    if who.has(*REFERRERS):
        return None
    if who.has("trainee"):
        return who.subject
    raise NotAllowed("Referrals are for those who make them, and for the trainee.")


def may_read_texts(who: Principal, *, referred_by: str, trainee_id: UUID) -> bool:
    """Only the trainee, the referrer and the partnership lead read the note and the reasons."""
    return who.has(*LEADS) or who.subject in (referred_by, str(trainee_id))


def may_speak_for_mentor(who: Principal, *, mentor_id: UUID, schools: Collection[str]) -> None:
    """The mentor, a lead of one of the mentor's schools, or the partnership lead."""
    if who.has("mentor") and who.subject == str(mentor_id):
        return
    if not (who.has(*LEADS) or (who.has("school_lead") and not who.schools.isdisjoint(schools))):
        raise NotAllowed("Only the mentor, a lead of their school or the partnership lead can do this.")


def may_log_training(who: Principal, schools: Collection[str]) -> None:
    """A lead of one of the mentor's schools, or the partnership lead."""
    if not (who.has(*LEADS) or (who.has("school_lead") and not who.schools.isdisjoint(schools))):
        raise NotAllowed("Training is logged by the school's lead or the partnership lead.")


def may_place_mentor(who: Principal, schools: Collection[str]) -> None:
    """The partnership lead, or a school's lead if only that school changes."""
    if not (who.has(*LEADS) or (who.has("school_lead") and who.schools.issuperset(schools))):
        raise NotAllowed("You can change only the dates at your own school. Ask the partnership lead for the others.")


def may_pass_consent(who: Principal, *, asked: str | None, trainee_id: str) -> None:
    """Leads and tutors; a mentee may give their own consent, if the programme asks the mentee."""
    if not (who.has(*REFERRERS) or (asked == "mentee" and who.subject == trainee_id)):
        raise NotAllowed("Consent is recorded by those who refer; a mentee may give their own.")


def may_take_back(who: Principal, *, referred_by: str, trainee_id: str) -> None:
    """The referrer, the trainee, or the partnership lead."""
    if not (who.has(*LEADS) or who.subject in (referred_by, trainee_id)):
        raise NotAllowed("A referral is withdrawn by its referrer, its trainee or the partnership lead.")
