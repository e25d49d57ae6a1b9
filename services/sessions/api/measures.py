"""Routes of measures: instruments of the programme, and their answers."""

from uuid import UUID

from services.sessions.commands import measures as commands
from services.sessions.commands.measures import MeasuresState, OpenedMeasures
from services.sessions.domain.access import Release
from services.sessions.domain.measures import MEASURES, AmendedMeasures, NewMeasures
from services.sessions.queries import measures as queries
from services.sessions.queries.measures import InstrumentOfRelationship
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/relationships/{relationship_id}/measures", status_code=201)
async def take_measures(relationship_id: UUID, body: NewMeasures, caller: CallerDep) -> MeasuresState:
    """Answer an instrument of the programme: the baseline, again, or at the end. The answers are the mentee's."""
    return await caller.run(commands.take_measures(caller.who, relationship_id, body), MeasuresState)


@router.get("/relationships/{relationship_id}/measures")
async def list_measures(relationship_id: UUID, reader: ReaderDep) -> list[InstrumentOfRelationship]:
    """List the instruments of a relationship: your questions, when each was answered, and when it is due next."""
    return await queries.list_measures(reader, relationship_id)


@router.get("/measures/{series_id}")
@has_version(MEASURES, key="series_id")
async def open_measures(series_id: UUID, caller: CallerDep) -> OpenedMeasures:
    """Open the answers that you may read, with the change since the baseline. The mentee can see that you did."""
    return await caller.run(commands.open_measures(caller.who, series_id), OpenedMeasures)


@router.put("/measures/{series_id}/{measure_id}")
@has_version(MEASURES, key="series_id")
async def amend_measures(series_id: UUID, measure_id: UUID, body: AmendedMeasures, caller: CallerDep) -> MeasuresState:
    """Amend answers that you gave, in the programme's days: send them all, as they should be. Every version is kept."""
    return await caller.run(commands.amend_measures(caller.who, series_id, measure_id, body), MeasuresState)


@router.post("/measures/{series_id}/{measure_id}/releases", status_code=201)
@has_version(MEASURES, key="series_id")
async def release_measures(series_id: UUID, measure_id: UUID, body: Release, caller: CallerDep) -> MeasuresState:
    """Release answers of yours to a person or a role. Leads of the partnership may then count their numbers."""
    return await caller.run(commands.release_measures(caller.who, series_id, measure_id, body), MeasuresState)


@router.post("/measures/{series_id}/{measure_id}/revocations", status_code=201)
@has_version(MEASURES, key="series_id")
async def revoke_release_of_measures(
    series_id: UUID, measure_id: UUID, body: Release, caller: CallerDep
) -> MeasuresState:
    """Take a release back; the numbers count no longer."""
    return await caller.run(commands.revoke_release(caller.who, series_id, measure_id, body), MeasuresState)
