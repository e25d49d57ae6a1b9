"""Commands of circles: convene, invite, answer, leave, record a meeting, close."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.merges import current_principal, kept_record, kept_records
from services.sessions.commands.people import must_not_be_erased
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.stored_events import find_events
from services.sessions.domain.circles import (
    CIRCLE,
    MISSING,
    AnswerInvitation,
    Circle,
    CircleMeeting,
    CloseCircle,
    Commands,
    Invitation,
    InvitationAnswer,
    InviteMember,
    LeaveCircle,
    NewCircle,
    OpenCircle,
    RecordCircleMeeting,
    RemoveCircleMeeting,
)
from services.sessions.domain.relationships import RELATIONSHIP, RelationshipOpened, RelationshipRehomed
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class CircleState(Answer):
    """A circle after a command: how many are in it besides the convenor, and how many meetings are recorded."""

    circle_id: UUID
    closed: bool
    members: int
    meetings: int


def open_circle(who: Principal, new: NewCircle) -> UseCase[CircleState]:
    """Convene a circle of a programme."""

    async def use_case(unit: Unit) -> CircleState:
        convenor_id = policy.may_convene(await current_principal(unit, who))
        await must_not_be_erased(unit, convenor_id)
        circle_id = uuid4()
        opening = OpenCircle(
            circle_id=circle_id,
            programme=await load_programme(unit, new.programme_id),
            programme_id=new.programme_id,
            convenor_id=convenor_id,
            on=new.on,
        )
        await unit.decide(CIRCLE, circle_id, opening)
        return await _state(unit, circle_id)

    return use_case


def close_circle(who: Principal, circle_id: UUID, on: date) -> UseCase[CircleState]:
    """Close a circle; what was recorded stays."""
    return _change(who, circle_id, lambda _, by: CloseCircle(by=by, on=on))


def reopen_circle(who: Principal, circle_id: UUID, on: date) -> UseCase[CircleState]:
    """Open a circle again that was closed."""

    async def use_case(unit: Unit) -> CircleState:
        circle, by = await _load(unit, who, circle_id)
        if by != circle.convenor_id:
            raise NotFound(MISSING)
        programme = await load_programme(unit, circle.programme_id)
        names = {"circle_id": circle_id, "programme_id": circle.programme_id, "convenor_id": by}
        await unit.decide(CIRCLE, circle_id, OpenCircle(programme=programme, on=on, **names))
        return await _state(unit, circle_id)

    return use_case


def invite_member(who: Principal, circle_id: UUID, invitation: Invitation) -> UseCase[CircleState]:
    """Invite somebody to a circle."""

    async def use_case(unit: Unit) -> CircleState:
        circle, by = await _load(unit, who, circle_id)
        person_id = await kept_record(unit, invitation.person_id)
        await _must_mentor(unit, person_id)
        inviting = InviteMember(
            programme=await load_programme(unit, circle.programme_id),
            by=by,
            person_id=await _id_in(unit, circle, person_id),
            on=invitation.on,
        )
        await unit.decide(CIRCLE, circle_id, inviting)
        return await _state(unit, circle_id)

    return use_case


def answer_invitation(who: Principal, circle_id: UUID, answer: InvitationAnswer) -> UseCase[CircleState]:
    """Join a circle, or decline."""

    async def use_case(unit: Unit) -> CircleState:
        circle, by = await _load(unit, who, circle_id)
        programme = await load_programme(unit, circle.programme_id)
        answering = AnswerInvitation(programme=programme, by=by, joins=answer.joins, on=answer.on)
        await unit.decide(CIRCLE, circle_id, answering)
        return await _state(unit, circle_id)

    return use_case


def leave_circle(who: Principal, circle_id: UUID, leaving: Invitation) -> UseCase[CircleState]:
    """Leave a circle, or remove somebody as its convenor."""

    async def use_case(unit: Unit) -> CircleState:
        circle, by = await _load(unit, who, circle_id)
        person_id = await _id_in(unit, circle, await kept_record(unit, leaving.person_id))
        await unit.decide(CIRCLE, circle_id, LeaveCircle(by=by, person_id=person_id, on=leaving.on))
        return await _state(unit, circle_id)

    return use_case


def record_meeting(who: Principal, circle_id: UUID, meeting: CircleMeeting) -> UseCase[CircleState]:
    """Record a meeting of a circle, or what is recorded of a day anew."""

    async def use_case(unit: Unit) -> CircleState:
        circle, by = await _load(unit, who, circle_id)
        attended = [await _id_in(unit, circle, each) for each in await kept_records(unit, *meeting.attended)]
        recording = RecordCircleMeeting(by=by, meeting=meeting.model_copy(update={"attended": tuple(attended)}))
        await unit.decide(CIRCLE, circle_id, recording)
        return await _state(unit, circle_id)

    return use_case


def remove_meeting(who: Principal, circle_id: UUID, meeting_id: UUID, on: date) -> UseCase[CircleState]:
    """Remove a meeting that was recorded by mistake."""
    return _change(who, circle_id, lambda _, by: RemoveCircleMeeting(by=by, meeting_id=meeting_id, on=on))


def _change(who: Principal, circle_id: UUID, command_of: Callable[[Circle, UUID], Commands]) -> UseCase[CircleState]:
    async def use_case(unit: Unit) -> CircleState:
        circle, by = await _load(unit, who, circle_id)
        await unit.decide(CIRCLE, circle_id, command_of(circle, by))
        return await _state(unit, circle_id)

    return use_case


async def _load(unit: Unit, who: Principal, circle_id: UUID) -> tuple[Circle, UUID]:
    """Load a circle for somebody who is in it or invited, with the id that they have in it; raises `NotFound`."""
    (circle,) = await unit.load(CIRCLE, circle_id)
    if circle is None:
        raise NotFound(MISSING)
    person = policy.circle_member(await current_principal(unit, who))
    by = None if person is None else await _id_in(unit, circle, person)
    if by is None or not (circle.includes(by) or by in circle.members):
        raise NotFound(MISSING)
    return circle, by


async def _must_mentor(unit: Unit, person_id: UUID) -> None:
    """Raise `Invalid` for somebody who never mentored anybody: a circle is not for mentees.

    From the stored events: a read model may be behind them.
    """
    if not await find_events(unit, RELATIONSHIP, RelationshipOpened, RelationshipRehomed, mentor_id=[person_id]):
        raise Invalid(
            "Only mentors are invited to a circle: somebody who mentors here, or has mentored. Check the id.",
            pointer="/person_id",
        )


async def _id_in(unit: Unit, circle: Circle, person_id: UUID) -> UUID:
    """Return the id that somebody, given by their kept record, has in a circle: it may be of a merged record."""
    people = [circle.convenor_id, *circle.members]
    kept = zip(people, await kept_records(unit, *people), strict=True)
    return next((each for each, kept_id in kept if kept_id == person_id), person_id)


async def _state(unit: Unit, circle_id: UUID) -> CircleState:
    (circle,) = await unit.load(CIRCLE, circle_id)
    assert circle is not None
    members = sum(membership == "member" for membership in circle.members.values())
    return CircleState(circle_id=circle_id, closed=circle.closed, members=members, meetings=len(circle.meetings))
