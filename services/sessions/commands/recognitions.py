"""Commands of recognitions: issue a document of what a mentor has done, withdraw it."""

import secrets
from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.meeting_days import meetings_on
from services.sessions.commands.merges import current_principal, is_same_person
from services.sessions.commands.people import must_not_be_erased
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import relationships_naming
from services.sessions.commands.stored_events import find_events
from services.sessions.domain.meetings import Meeting
from services.sessions.domain.merges import MERGE, RecordMerged
from services.sessions.domain.recognition_codes import make_code, recognition_id_of
from services.sessions.domain.recognitions import (
    MISSING,
    RECOGNITION,
    IssueRecognition,
    MentoringMeeting,
    NewRecognition,
    Recognition,
    RecognitionIssued,
    ReplaceRecognition,
    WithdrawRecognition,
    sum_up,
)
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from shared.calendar import day_after
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class RecognitionState(Answer):
    """A document after a command: whether it stands. Its code is shown to its holder alone, by the query."""

    recognition_id: UUID
    stands: bool


def issue_recognition(who: Principal, new: NewRecognition) -> UseCase[RecognitionState]:
    """Issue a document of what the person has done as a mentor; it replaces the one before.

    The same document again is answered with the one that stands.
    """

    async def use_case(unit: Unit) -> RecognitionState:
        holder_id = policy.recognition_holder(await current_principal(unit, who))
        await must_not_be_erased(unit, holder_id)
        before = await _standing(unit, holder_id)
        code = make_code(secrets.choice)
        recognition_id = recognition_id_of(unit.tenant, code)
        issuing = IssueRecognition(
            recognition_id=recognition_id,
            holder_id=holder_id,
            code=code,
            name=new.name,
            name_shown=new.name_shown,
            mentoring=sum_up(await _meetings(unit, holder_id, new.on)),
            on=new.on,
        )
        for each in before:
            if await _says_the_same(unit, each, issuing):
                return RecognitionState(recognition_id=each.recognition_id, stands=True)
        await unit.decide(RECOGNITION, recognition_id, issuing)
        for each in before:
            await unit.decide(
                RECOGNITION, each.recognition_id, ReplaceRecognition(replaced_by=recognition_id, on=new.on)
            )
        return RecognitionState(recognition_id=recognition_id, stands=True)

    return use_case


def withdraw_recognition(who: Principal, recognition_id: UUID, on: date) -> UseCase[RecognitionState]:
    """Withdraw a document of the person's own: whoever checks its code learns only that it was withdrawn."""

    async def use_case(unit: Unit) -> RecognitionState:
        holder_id = policy.recognition_holder(await current_principal(unit, who))
        (recognition,) = await unit.load(RECOGNITION, recognition_id)
        if recognition is None or not await is_same_person(unit, recognition.holder_id, holder_id):
            raise NotFound(MISSING)
        await must_not_be_erased(unit, holder_id)
        await unit.decide(RECOGNITION, recognition_id, WithdrawRecognition(on=on))
        return RecognitionState(recognition_id=recognition_id, stands=False)

    return use_case


async def _standing(unit: Unit, holder_id: UUID) -> list[Recognition]:
    """Return the documents of a person that stand, whichever of their records got them."""
    merged = await find_events(unit, MERGE, RecordMerged, kept_id=[holder_id])
    own = {holder_id, *(event.merged_id for event in merged)}
    issued = await find_events(unit, RECOGNITION, RecognitionIssued, holder_id=own)
    found = await unit.load(RECOGNITION, *dict.fromkeys(event.recognition_id for event in issued))
    return [each for each in found if each is not None and each.stands]


async def _meetings(unit: Unit, mentor_id: UUID, until: date) -> list[MentoringMeeting]:
    """Return the meetings that somebody held as a mentor up to a day."""
    found = await unit.load(RELATIONSHIP, *await relationships_naming(unit, mentor_id))
    theirs = {each.relationship_id: each for each in found if each is not None and each.mentor_id == mentor_id}
    meetings = await meetings_on(unit, {key: _days_of(each, until) for key, each in theirs.items()})
    return [await _as_mentoring(unit, theirs[each.relationship_id], each) for each in meetings if each.status == "held"]


def _days_of(relationship: Relationship, until: date) -> list[date]:
    """Return the days from the first to the last of a relationship, or to another day before that."""
    last = min(until, relationship.ends_on)
    return [day_after(relationship.starts_on, nth) for nth in range((last - relationship.starts_on).days + 1)]


async def _as_mentoring(unit: Unit, relationship: Relationship, meeting: Meeting) -> MentoringMeeting:
    programme = await load_programme(unit, relationship.programme_id)
    role = programme.mentors_title(relationship.role)
    return MentoringMeeting(programme.title, role, relationship.trainee_id, meeting.met_on, meeting.minutes)


async def _says_the_same(unit: Unit, recognition: Recognition, issuing: IssueRecognition) -> bool:
    facts = recognition.mentoring, recognition.name_shown, recognition.issued_on
    if facts != (issuing.mentoring, issuing.name_shown, issuing.on):
        return False
    opened = await open_texts(unit.reads, unit.tenant, [recognition.name])
    return opened.get(recognition.name) == issuing.name
