"""Policy of referral: who may do or see what, by role and by relation."""

from collections.abc import Collection
from uuid import UUID

from shared.kernel.decider import NotAllowed, NotFound
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


def may_share_offer(who: Principal, with_urn: str) -> None:
    """A lead of all the schools that share the offer, or the partnership lead."""
    if not (who.has(*LEADS) or (who.has("school_lead") and with_urn in who.schools)):
        raise NotAllowed(
            f"You do not lead school {with_urn}, with which this offer is shared. Leave it out of `shared_with`, or "
            "ask the partnership lead, or somebody who leads all these schools, to make the offer."
        )


def may_change_offers_of(who: Principal, school_urn: str | None) -> None:
    """A lead of the school, or the partnership lead.

    None is the school of an offer that does not exist. Raises `NotFound` for the leads of other schools, who see no
    such offer, and `NotAllowed` for all others.
    """
    may_oversee(who)
    if school_urn is None or not (who.has(*LEADS) or school_urn in who.schools):
        raise NotFound("There is no such offer.")


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
    """The mentor, a lead of one of the mentor's schools, or the partnership lead.

    Raises `NotFound` for everybody else: they see no such mentor.
    """
    if not (_is_mentor(who, mentor_id) or _leads_one_of(who, schools)):
        raise NotFound("There is no such mentor.")


def may_log_training(who: Principal, *, mentor_id: UUID, schools: Collection[str]) -> None:
    """A lead of one of the mentor's schools, or the partnership lead.

    Raises `NotAllowed` for the mentor, `NotFound` for everybody else.
    """
    may_speak_for_mentor(who, mentor_id=mentor_id, schools=schools)
    if not _leads_one_of(who, schools):
        raise NotAllowed("Training is logged by the school's lead or the partnership lead.")


def may_place_mentor(who: Principal, *, mentor_id: UUID, schools: Collection[str], changed: Collection[str]) -> None:
    """The partnership lead, or a school's lead if only that school changes.

    Raises `NotFound` for those who would change another school and see no such mentor, `NotAllowed` for the others.
    """
    only_theirs = who.has("school_lead") and who.schools.issuperset(changed)
    if who.has(*LEADS) or (changed and only_theirs):
        return
    may_speak_for_mentor(who, mentor_id=mentor_id, schools=schools)
    if only_theirs:
        return
    raise NotAllowed("You can change only the dates at your own school. Ask the partnership lead for the others.")


def may_pass_consent(who: Principal, *, asked: str | None, trainee_id: str) -> None:
    """Leads and tutors; a mentee may give their own consent, if the programme asks the mentee.

    Raises `NotAllowed` for a mentee who is not asked, `NotFound` for everybody else.
    """
    if not who.has(*REFERRERS) and who.subject != trainee_id:
        raise NotFound("There is no such referral.")
    if not who.has(*REFERRERS) and asked != "mentee":
        raise NotAllowed("Consent is recorded by those who refer; a mentee may give their own.")


def may_take_back(who: Principal, *, referred_by: str, trainee_id: str) -> None:
    """The referrer, the trainee, or the partnership lead.

    Raises `NotAllowed` for others who see the referral, `NotFound` for everybody else.
    """
    if not who.has(*REFERRERS) and who.subject not in (referred_by, trainee_id):
        raise NotFound("There is no such referral.")
    if not (who.has(*LEADS) or who.subject in (referred_by, trainee_id)):
        raise NotAllowed("A referral is withdrawn by its referrer, its trainee or the partnership lead.")


def may_reverse_step(who: Principal, *, taken_by: str | None) -> None:
    """The person who took the step, or the partnership lead.

    Raises `NotAllowed` for others who see the referral, `NotFound` for everybody else.
    """
    if not who.has(*REFERRERS) and who.subject != taken_by:
        raise NotFound("There is no such referral.")
    if not (who.has(*LEADS) or who.subject == taken_by):
        raise NotAllowed("A step is taken back by the person who took it, or by the partnership lead.")


def may_know_what_became_of(who: Principal, person_id: UUID) -> None:
    """The person, or the partnership lead.

    Raises `NotFound` for everybody else: a record that was erased or merged has no school any more.
    """
    if not (who.has(*LEADS) or who.subject == str(person_id)):
        raise NotFound("There is no such mentor.")


def _is_mentor(who: Principal, mentor_id: UUID) -> bool:
    return who.has("mentor") and who.subject == str(mentor_id)


def _leads_one_of(who: Principal, schools: Collection[str]) -> bool:
    return who.has(*LEADS) or (who.has("school_lead") and not who.schools.isdisjoint(schools))
