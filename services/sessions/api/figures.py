"""Routes of figures: a school brings in what it knows of its mentees, by file."""

from uuid import UUID

from fastapi import Request

from services.sessions.commands import figures as commands
from services.sessions.commands.figures import FiguresRecorded
from services.sessions.queries import figures as queries
from services.sessions.queries.figures import FigureOfMentee
from shared.kernel.decider import DomainError
from shared.kernel.http.context import ReaderDep, SenderDep
from shared.kernel.http.routes import Router
from shared.spreadsheets import workbook
from shared.spreadsheets.content import Packer

router = Router("sessions")

FILE_TYPES = ("text/csv", workbook.MEDIA_TYPE, "application/octet-stream")
_FILE = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in FILE_TYPES},
    }
}


class NotATable(DomainError):
    """The body is not a file with a table."""

    status = 415


@router.post("/figures", status_code=201, openapi_extra=_FILE)
async def record_figures(request: Request, sender: SenderDep) -> FiguresRecorded:
    """Record figures of your school's mentees from a CSV or XLSX file, sent as the body: all rows, or none.

    Its columns are `mentee_id`, `measure`, `value`, `day` and `source`. The same file again changes nothing; another
    value for the same mentee, measure and day corrects the figure. Once the mentoring at your school is over, it takes
    figures of its days only.
    """
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() not in FILE_TYPES:
        raise NotATable(f"Send the file itself as the body, with Content-Type {' or '.join(FILE_TYPES)}.")
    packer = Packer()
    caller = await sender.receive(request, packer.add)
    return await caller.run(commands.record_figures(caller.who, packer.content()), FiguresRecorded)


@router.get("/relationships/{relationship_id}/figures")
async def list_figures(relationship_id: UUID, reader: ReaderDep) -> list[FigureOfMentee]:
    """List the figures that the school brought in of the mentee, by measure and day, with every version."""
    return await queries.list_figures(reader, relationship_id)
