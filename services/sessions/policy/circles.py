"""Who may convene a circle, and who is in it."""

from uuid import UUID

from services.sessions.policy.relations import person_id
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_convene(who: Principal) -> UUID:
    """Mentors, tutors and leads.

    Returns the convenor's id. Raises `NotAllowed` for everybody else.
    """
    person = person_id(who)
    if person is None or not who.has("mentor", "tutor", "school_lead", "partnership_lead"):
        raise NotAllowed("A circle is convened by a mentor, a tutor or a lead.")
    return person


def circle_member(who: Principal) -> UUID | None:
    """Mentors and others who are in the circle, or are invited to it.

    Returns the id of the person as a member, None for a subject that is not a person's id.
    """
    return person_id(who)
