"""Routes of the series of meetings."""

from uuid import UUID

from services.sessions.commands import series as commands
from services.sessions.commands.series import PlannedMeetingState, SeriesState
from services.sessions.domain.series import SERIES, AgendaItem, CancelledMeeting, MovedMeeting, NewSeries
from services.sessions.queries import series as queries
from services.sessions.queries.series import SeriesView
from shared.inputs.days import StepDay
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/relationships/{relationship_id}/series")
@has_version(SERIES, key="relationship_id")
async def show_series(relationship_id: UUID, reader: ReaderDep) -> SeriesView:
    """Show the meetings that are planned, what came of them, and, to the two, what is on their agenda."""
    return await queries.show_series(reader, relationship_id)


@router.put("/relationships/{relationship_id}/series")
@has_version(SERIES, key="relationship_id")
async def set_series(relationship_id: UUID, body: NewSeries, caller: CallerDep) -> SeriesState:
    """Choose on which days of the week you meet. The next four weeks are planned at once, and every week one more.

    Meetings that were planned by other days, and that nobody touched, are replaced.
    """
    return await caller.run(commands.set_series(caller.who, relationship_id, body), SeriesState)


@router.put("/relationships/{relationship_id}/series/{planned_id}/day")
@has_version(SERIES, key="relationship_id")
async def move_planned_meeting(
    relationship_id: UUID, planned_id: UUID, body: MovedMeeting, caller: CallerDep
) -> PlannedMeetingState:
    """Move a planned meeting to another day, and say why."""
    use_case = commands.move_meeting(caller.who, relationship_id, planned_id, body)
    return await caller.run(use_case, PlannedMeetingState)


@router.put("/relationships/{relationship_id}/series/{planned_id}/cancellation")
@has_version(SERIES, key="relationship_id")
async def cancel_planned_meeting(
    relationship_id: UUID, planned_id: UUID, body: CancelledMeeting, caller: CallerDep
) -> PlannedMeetingState:
    """Cancel a planned meeting, and say why."""
    use_case = commands.cancel_meeting(caller.who, relationship_id, planned_id, body)
    return await caller.run(use_case, PlannedMeetingState)


@router.post("/relationships/{relationship_id}/series/{planned_id}/agenda", status_code=201)
@has_version(SERIES, key="relationship_id")
async def add_agenda_item(
    relationship_id: UUID, planned_id: UUID, body: AgendaItem, caller: CreatorDep
) -> PlannedMeetingState:
    """Put something on the agenda of a planned meeting; both of you can."""
    use_case = commands.add_agenda_item(caller.who, relationship_id, planned_id, body)
    return await caller.run(use_case, PlannedMeetingState)


@router.delete("/relationships/{relationship_id}/series/{planned_id}/agenda/{item_id}")
@has_version(SERIES, key="relationship_id")
async def remove_agenda_item(
    relationship_id: UUID, planned_id: UUID, item_id: UUID, on: StepDay, caller: CallerDep
) -> PlannedMeetingState:
    """Take something off the agenda that you put there."""
    use_case = commands.remove_agenda_item(caller.who, relationship_id, planned_id, item_id, on)
    return await caller.run(use_case, PlannedMeetingState)
