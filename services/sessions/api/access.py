"""Routes of a person's own record: everything that is theirs, who can see it, and who has read it."""

from services.sessions.queries import access as queries
from services.sessions.queries import record_parts
from services.sessions.queries.access import ItemReading, OpeningOfOwn, OwnItem
from services.sessions.queries.record_parts import PartOfRecord
from shared.kernel.http.context import ReaderDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.get("/record")
async def list_own_items(reader: ReaderDep) -> list[OwnItem]:
    """List everything that is yours, the latest first, with everybody else who can see it, why, and until when."""
    return await queries.list_own_items(reader)


@router.get("/record/parts")
async def list_parts_of_record(reader: ReaderDep) -> list[PartOfRecord]:
    """List what is recorded of you in each of your relationships (meetings, targets, notes), who sees it, and why."""
    return await record_parts.list_parts(reader)


@router.get("/record/reads")
async def list_reads_of_own_items(reader: ReaderDep) -> list[ItemReading]:
    """List who has read something that is yours, and when."""
    return await queries.list_reads(reader)


@router.get("/record/openings")
async def list_openings(reader: ReaderDep) -> list[OpeningOfOwn]:
    """List who opened something that is yours without a release, to keep somebody safe, and for how long."""
    return await queries.list_openings(reader)
