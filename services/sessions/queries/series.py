"""Queries of the series of meetings: what is planned, what came of it, and the agenda for the two."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.meetings import Outcome
from services.sessions.domain.series import CancellationReason, Weekday
from services.sessions.queries.relationships import find_to_see
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class AgendaEntry(Answer):
    """Something on the agenda; only the two see the text."""

    item_id: UUID
    added_by: Side
    added_on: date
    text: str | None


class PlannedMeeting(Answer):
    """A planned meeting: its day, the day that it was first planned for, and who moved or cancelled it and why.

    `outcome` is what was recorded of that day, None where nothing was.
    """

    planned_id: UUID
    planned_on: date
    first_planned_on: date
    status: Literal["planned", "moved", "cancelled"]
    changed_by: Side | None
    reason: CancellationReason | None
    outcome: Outcome | None
    agenda: list[AgendaEntry]


class SeriesView(Answer):
    """The series of a relationship: the days of the week, empty where nobody chose them yet, and what is planned."""

    relationship_id: UUID
    weekdays: tuple[Weekday, ...]
    every_weeks: int | None
    starts_on: date | None
    set_by: Side | None
    meetings: list[PlannedMeeting]


async def show_series(reader: Reader, relationship_id: UUID) -> SeriesView:
    """Return the series of a relationship, the earliest meeting first, with the texts of the agenda for the two.

    Raises `NotFound` for people who may not see the relationship.
    """
    seen = await find_to_see(reader, relationship_id)
    relationship = seen.relationship
    reads = policy.reading_side(seen.who, relationship, utc_now().date()) is not None
    agenda: dict[UUID, list[AgendaEntry]] = {}
    items = await reader.connection.fetch(
        """select item_id, planned_id, added_by, added_on, for_mentor, for_trainee from agenda_items
           where relationship_id = $1 order by added_on, item_id""",
        relationship_id,
    )
    for item in await reader.unseal([dict(item) for item in items]) if reads else map(dict, items):
        copies = (item["for_mentor"], item["for_trainee"]) if reads else ()
        text = next((copy for copy in copies if copy != ERASED), ERASED if reads else None)
        entry = AgendaEntry(item_id=item["item_id"], added_by=item["added_by"], added_on=item["added_on"], text=text)
        agenda.setdefault(item["planned_id"], []).append(entry)
    rhythm = await reader.connection.fetchrow("select * from series where relationship_id = $1", relationship_id)
    planned = await reader.connection.fetch(
        """select p.planned_id, p.planned_on, p.first_planned_on, p.status, p.changed_by, p.reason, m.status as outcome
           from planned_meetings p
           left join meetings m on m.relationship_id = p.relationship_id and m.happened_on = p.planned_on
                               and p.status <> 'cancelled'
           where p.relationship_id = $1 order by p.planned_on, p.planned_id""",
        relationship_id,
    )
    return SeriesView(
        relationship_id=relationship_id,
        weekdays=rhythm["weekdays"] if rhythm else (),
        every_weeks=rhythm and rhythm["every_weeks"],
        starts_on=rhythm and rhythm["starts_on"],
        set_by=rhythm and rhythm["set_by"],
        meetings=[PlannedMeeting(**dict(row), agenda=agenda.get(row["planned_id"], [])) for row in planned],
    )
