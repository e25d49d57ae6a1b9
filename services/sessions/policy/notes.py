"""Who may write a private note, and who reads it."""

from uuid import UUID

from services.sessions.policy.relations import Relationship, person_id, side_of
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal


def may_write_note(who: Principal, relationship: Relationship) -> UUID:
    """The mentor and the trainee of the relationship, each a note of their own.

    Returns the author's id. Raises `NotFound` for everybody else.
    """
    match side_of(who, relationship):
        case "mentor":
            return relationship.mentor_id
        case "trainee":
            return relationship.trainee_id
        case None:
            raise NotFound("There is no such note.")


def note_author(who: Principal) -> UUID | None:
    """The mentor or the trainee who wrote the note.

    Returns the id of the person as an author of notes, None for a subject that is not a person's id.
    """
    return person_id(who)
