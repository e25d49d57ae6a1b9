"""Who may do or see what in referral, by role and by relation."""

from collections.abc import Collection
from uuid import UUID

from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal

LEADS = ("partnership_lead",)
REFERRERS = ("partnership_lead", "school_lead", "tutor")


def may_run_the_partnership(who: Principal) -> None:
    """The partnership lead runs programmes and imports, decides on referrals, and merges, undoes and erases records."""
    if not who.has(*LEADS):
        raise NotAllowed("Only the partnership lead can do this.")


def may_offer(who: Principal, school_urn: str) -> None:
    """A school's lead answers for the school; the partnership lead for every school."""
    if not (who.has(*LEADS) or (who.has("school_lead") and school_urn in who.schools)):
        raise NotAllowed("Offers are made by the school's lead or the partnership lead.")


def may_limit_hosting(who: Principal, school_urn: str | None) -> None:
    """A school's lead limits hosting at the school; the partnership lead at every school and in trusts."""
    if not (who.has(*LEADS) or (who.has("school_lead") and school_urn in who.schools)):
        raise NotAllowed("Limits are set by the school's lead; limits of a trust by the partnership lead.")


def may_oversee(who: Principal) -> None:
    """Leads of the partnership and of its schools see lists of people and offers."""
    if not who.has(*LEADS, "school_lead"):
        raise NotAllowed("Only leads of the partnership and of its schools can see this.")


def schools_seen(who: Principal) -> list[str] | None:
    """The partnership lead sees what is at every school (None), a school's lead what is at theirs."""
    if who.has(*LEADS):
        return None
    return sorted(who.schools) if who.has("school_lead") else []


def may_refer(who: Principal) -> None:
    """Leads of the partnership and of schools, and tutors, refer and countersign."""
    if not who.has(*REFERRERS):
        raise NotAllowed("Referrals are made by a partnership lead, a school lead or a tutor.")


def referrals_seen(who: Principal) -> str | None:
    """Those who refer see every referral (None); a trainee sees their own (the trainee's id)."""
    if who.has(*REFERRERS):
        return None
    if who.has("trainee"):
        return who.subject
    raise NotAllowed("Referrals are for those who make them, and for the trainee.")


def may_read_texts(who: Principal, *, referred_by: str, trainee_id: UUID) -> bool:
    """The trainee, the referrer and the partnership lead read the note and the reasons of a referral."""
    return who.has(*LEADS) or who.subject in (referred_by, str(trainee_id))


def may_speak_for_mentor(who: Principal, *, mentor_id: UUID, schools: Collection[str]) -> None:
    """The mentor, a lead of one of the mentor's `schools` and the partnership lead say what the mentor can give."""
    if who.has("mentor") and who.subject == str(mentor_id):
        return
    if not (who.has(*LEADS) or (who.has("school_lead") and not who.schools.isdisjoint(schools))):
        raise NotAllowed("Only the mentor, a lead of their school or the partnership lead can do this.")


def may_log_training(who: Principal, schools: Collection[str]) -> None:
    """A lead of one of the mentor's `schools` and the partnership lead log training."""
    if not (who.has(*LEADS) or (who.has("school_lead") and not who.schools.isdisjoint(schools))):
        raise NotAllowed("Training is logged by the school's lead or the partnership lead.")


def may_place_mentor(who: Principal, schools: Collection[str]) -> None:
    """The partnership lead sets the schools of a mentor; a school's lead changes only that school."""
    if not (who.has(*LEADS) or (who.has("school_lead") and who.schools.issuperset(schools))):
        raise NotAllowed("You can change only the dates at your own school. Ask the partnership lead for the others.")


def may_pass_consent(who: Principal, *, asked: str | None, trainee_id: str) -> None:
    """Those who refer record consent; a mentee records their own where the programme asks the mentee."""
    if not (who.has(*REFERRERS) or (asked == "mentee" and who.subject == trainee_id)):
        raise NotAllowed("Consent is recorded by those who refer; a mentee may give their own.")


def may_take_back(who: Principal, *, referred_by: str, trainee_id: str) -> None:
    """The referrer, the trainee and the partnership lead withdraw a referral."""
    if not (who.has(*LEADS) or who.subject in (referred_by, trainee_id)):
        raise NotAllowed("A referral is withdrawn by its referrer, its trainee or the partnership lead.")
