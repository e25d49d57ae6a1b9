"""Who gets a document of what they have done as a mentor."""

from uuid import UUID

from services.sessions.policy.relations import person_id
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def recognition_holder(who: Principal) -> UUID:
    """Mentors, for what they have done themselves.

    Returns the id of the holder. Raises `NotAllowed` for a subject that is not a person's id.
    """
    person = person_id(who)
    if person is None:
        raise NotAllowed("Only people who mentor get a document of what they have done.")
    return person
