"""Commands of private notes."""

from uuid import UUID

from services.sessions import policy
from services.sessions.commands.merges import current_principal
from services.sessions.commands.relationships import must_still_act
from services.sessions.domain.meetings import MEETING
from services.sessions.domain.notes import NOTE, PrivateNote, WriteNote
from services.sessions.domain.relationships import RELATIONSHIP
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase

MISSING = "There is no such note."


class SavedNote(Answer):
    """The meeting whose note was saved."""

    meeting_id: UUID


def write_note(who: Principal, meeting_id: UUID, note: PrivateNote) -> UseCase[SavedNote]:
    """Write the person's own private note about a meeting, or replace it."""

    async def use_case(unit: Unit) -> SavedNote:
        (meeting,) = await unit.load(MEETING, meeting_id)
        if meeting is None:
            raise NotFound(MISSING)
        (relationship,) = await unit.load(RELATIONSHIP, meeting.relationship_id)
        assert relationship is not None
        caller = await current_principal(unit, who)
        author_id = policy.may_write_note(caller, relationship)
        must_still_act(unit, caller, relationship, MISSING)
        writing = WriteNote(relationship=relationship, meeting_id=meeting_id, author_id=author_id, note=note)
        await unit.decide(NOTE, meeting_id, writing)
        return SavedNote(meeting_id=meeting_id)

    return use_case
