"""Use cases of private notes: authorise by relation, load, decide."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.meetings import MEETING
from services.sessions.domain.notes import NOTE, Write
from services.sessions.domain.relationships import RELATIONSHIP
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def write_note(who: Principal, meeting_id: UUID, *, on: date, note: str) -> UseCase[JsonAnswer]:
    """Write the mentor's private note about a meeting, or write it anew."""

    async def use_case(unit: Unit) -> JsonAnswer:
        (meeting,) = await unit.load(MEETING, meeting_id)
        if meeting is None:
            raise NotFound("There is no such note.")
        (relationship,) = await unit.load(RELATIONSHIP, meeting.relationship_id)
        assert relationship is not None
        author_id = policy.may_keep_a_note(who, relationship)
        await unit.decide(NOTE, meeting_id, Write(meeting_id=meeting_id, author_id=author_id, note=note, on=on))
        return {"meeting_id": str(meeting_id)}

    return use_case
