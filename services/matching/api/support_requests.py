"""Routes of requests for support in addition to a lead mentor."""

from uuid import UUID

from services.matching.commands import support_requests as commands
from services.matching.commands.support_requests import RequestedSupport
from services.matching.domain.support_requests import SUPPORT_REQUEST, WantedSupport
from services.matching.queries import support_requests as queries
from services.matching.queries.support_requests import SupportRequest
from shared.inputs.days import StepDay
from shared.inputs.numbers import Yes
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("matching")


class NewSupportRequest(WantedSupport):
    """All the support that a mentee wants, in place of what they requested before; none withdraws the request."""

    structural: Yes = False
    buddy: Yes = False
    on: StepDay


@router.put("/people/{person_id}/asks")
@has_version(SUPPORT_REQUEST, key="person_id")
async def request_support(person_id: UUID, body: NewSupportRequest, caller: CallerDep) -> RequestedSupport:
    """Request all the support that a person wants in addition to their lead mentor."""
    wanted = WantedSupport.model_validate(body.model_dump(exclude={"on"}))
    return await caller.run(commands.request_support(caller.who, person_id, wanted, on=body.on), RequestedSupport)


@router.get("/people/{person_id}/asks")
@has_version(SUPPORT_REQUEST, key="person_id")
async def show_support_request(person_id: UUID, reader: ReaderDep) -> SupportRequest:
    """Show the support that a person requests in addition to their lead mentor."""
    return await queries.support_request(reader, person_id)
