"""Read models of circles: who is in them, their meetings, and each person's copy of the notes."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.circles import (
    CircleClosed,
    CircleMeetingRemoved,
    CircleMet,
    CircleNoteShared,
    CircleOpened,
    InvitationAnswered,
    MemberInvited,
    MemberLeft,
    Membership,
    after_answer,
    after_invitation,
    after_leaving,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class CircleRow:
    """A circle; `members` are all who were invited or were in it, by id, and what they are to it."""

    circle_id: UUID
    programme_id: UUID
    convenor_id: UUID
    members: dict[str, Any]
    closed: bool = False


def _open(before: CircleRow | None, event: CircleOpened) -> CircleRow:
    return row_of(CircleRow, event, members={}) if before is None else replace(before, closed=False)


def _close(row: CircleRow, _: CircleClosed) -> CircleRow:
    return replace(row, closed=True)


def _invite(row: CircleRow, event: MemberInvited) -> CircleRow:
    return _with(row, event.person_id, after_invitation(row.members.get(f"{event.person_id}")))


def _answer(row: CircleRow, event: InvitationAnswered) -> CircleRow:
    return _with(row, event.person_id, after_answer(row.members.get(f"{event.person_id}"), joins=event.joins))


def _leave(row: CircleRow, event: MemberLeft) -> CircleRow:
    return _with(row, event.person_id, after_leaving(row.members.get(f"{event.person_id}")))


def _with(row: CircleRow, person_id: UUID, membership: Membership | None) -> CircleRow:
    others = {person: theirs for person, theirs in row.members.items() if person != f"{person_id}"}
    return replace(row, members=others if membership is None else {**others, f"{person_id}": membership})


CIRCLES = ReadModel(
    name="circles",
    row=CircleRow,
    key=("circle_id",),
    on={
        CircleOpened: Step(key_from("circle_id"), _open),
        CircleClosed: Step(key_from("circle_id"), _close),
        MemberInvited: Step(key_from("circle_id"), _invite),
        InvitationAnswered: Step(key_from("circle_id"), _answer),
        MemberLeft: Step(key_from("circle_id"), _leave),
    },
    edition=2,
)


@dataclass(frozen=True, slots=True)
class CircleMeetingRow:
    """A meeting of a circle, and who was there besides the convenor."""

    meeting_id: UUID
    circle_id: UUID
    met_on: date
    minutes: int
    attended: tuple[str, ...]


def _meet(_: CircleMeetingRow | None, event: CircleMet) -> CircleMeetingRow:
    attended = tuple(f"{person}" for person in event.attended)
    return row_of(CircleMeetingRow, event, met_on=event.happened_on, attended=attended)


CIRCLE_MEETINGS = ReadModel(
    name="circle_meetings",
    row=CircleMeetingRow,
    key=("meeting_id",),
    on={
        CircleMet: Step(key_from("meeting_id"), _meet),
        CircleMeetingRemoved: Step(key_from("meeting_id"), remove_row),
    },
    indexes=("circle_id",),
)


@dataclass(frozen=True, slots=True)
class CircleNoteRow:
    """The note of a meeting as one of those who were there keeps it, encrypted with their key."""

    meeting_id: UUID
    owner_id: UUID
    note: str


CIRCLE_NOTES = ReadModel(
    name="circle_notes",
    row=CircleNoteRow,
    key=("meeting_id", "owner_id"),
    on={CircleNoteShared: Step(key_from("meeting_id", "owner_id"), lambda _, event: row_of(CircleNoteRow, event))},
)
