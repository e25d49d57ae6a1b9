"""Queries of circles: each sees those that they are in, or invited to, with their own copy of the notes."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.circles import MISSING, WAS_IN, Membership
from services.sessions.queries.merges import current_principal, kept_record, records_of
from services.sessions.queries.programmes import find_programme
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class CircleMember(Answer):
    """Somebody who was invited to a circle, and what they are to it."""

    person_id: UUID
    membership: Membership


class MeetingOfCircle(Answer):
    """A meeting of a circle, who was there besides the convenor, and the note, for those who were."""

    meeting_id: UUID
    on: date
    minutes: int
    attended: tuple[UUID, ...]
    note: str | None


class CircleSummary(Answer):
    """A circle that the person convenes, is in, or is invited to."""

    circle_id: UUID
    programme_id: UUID
    convenor_id: UUID
    closed: bool
    membership: Membership | None


class CircleView(CircleSummary):
    """A circle with its members and meetings; `reminder` stands above every note."""

    reminder: str
    members: tuple[CircleMember, ...]
    meetings: tuple[MeetingOfCircle, ...]


async def list_circles(reader: Reader) -> list[CircleSummary]:
    """Return the circles that the person convenes, is in, or is invited to."""
    own = await _own(reader)
    rows = await reader.connection.fetch(_CIRCLES, own, [str(each) for each in own])
    return [CircleSummary(**await _summary(reader, dict(row), own)) for row in rows]


async def show_circle(reader: Reader, circle_id: UUID) -> CircleView:
    """Return a circle for those who are in it, or are invited; raises `NotFound` for everybody else."""
    own = await _own(reader)
    rows = await reader.connection.fetch(_CIRCLES, own, [str(each) for each in own])
    row = next((each for each in rows if each["circle_id"] == circle_id), None)
    if row is None:
        raise NotFound(MISSING)
    summary = await _summary(reader, dict(row), own)
    is_in = summary["membership"] in {None, *WAS_IN}
    rules = (await find_programme(reader, row["programme_id"])).practice.circles
    return CircleView(
        **summary,
        reminder=rules.reminder if rules else "",
        members=tuple(
            [
                CircleMember(person_id=await kept_record(reader, UUID(person)), membership=membership)
                for person, membership in sorted(row["members"].items())
                if is_in
            ]
        ),
        meetings=tuple(await _meetings(reader, circle_id, own)) if is_in else (),
    )


async def _own(reader: Reader) -> list[UUID]:
    return await records_of(reader, policy.circle_member(await current_principal(reader)))


async def _summary(reader: Reader, row: Mapping[str, Any], own: list[UUID]) -> dict[str, Any]:
    memberships = [row["members"].get(str(each)) for each in own]
    return {
        "circle_id": row["circle_id"],
        "programme_id": row["programme_id"],
        "convenor_id": await kept_record(reader, row["convenor_id"]),
        "closed": row["closed"],
        "membership": next((each for each in memberships if each is not None), None),
    }


async def _meetings(reader: Reader, circle_id: UUID, own: list[UUID]) -> list[MeetingOfCircle]:
    rows = await reader.unseal([dict(row) for row in await reader.connection.fetch(_MEETINGS, circle_id, own)])
    return [
        MeetingOfCircle(
            **{**row, "attended": tuple([await kept_record(reader, UUID(each)) for each in row["attended"]])}
        )
        for row in rows
    ]


_CIRCLES = """
    select * from circles
    where convenor_id = any ($1)
       or exists (select from jsonb_each_text(members) as m (id, membership)
                  where id = any ($2) and membership <> 'declined')
    order by circle_id"""
_MEETINGS = """
    select m.meeting_id, met_on as "on", minutes, attended, max(n.note) as note
    from circle_meetings m left join circle_notes n on n.meeting_id = m.meeting_id and n.owner_id = any ($2)
    where circle_id = $1 group by m.meeting_id, met_on, minutes, attended order by met_on"""
