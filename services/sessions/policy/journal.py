"""Who keeps a journal."""

from uuid import UUID

from services.sessions.policy.relations import person_id
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def journal_owner(who: Principal) -> UUID:
    """A trainee or a mentor, for themselves.

    Returns the owner's id. Raises `NotAllowed` for everybody else.
    """
    person = person_id(who)
    if person is None or not who.has("trainee", "mentor"):
        raise NotAllowed("A journal is kept by a trainee or a mentor, each for themselves.")
    return person
