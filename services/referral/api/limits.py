"""Routes of limits on hosting."""

from services.referral.api.parameters import Year
from services.referral.commands import limits as commands
from services.referral.commands.limits import LimitSet, NewHostingLimit
from services.referral.queries import limits as queries
from services.referral.queries.limits import HostingLimitAnswer
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("offers")


@router.put("/hosting-limits")
async def set_hosting_limit(body: NewHostingLimit, caller: CallerDep) -> LimitSet:
    """Set how many trainees a department, a school or a trust hosts at one time; without places the limit is
    removed.
    """
    return await caller.run(commands.set_hosting_limit(caller.who, body), LimitSet)


@router.get("/hosting-limits")
async def list_hosting_limits(reader: ReaderDep, academic_year: Year) -> list[HostingLimitAnswer]:
    """List the limits of an academic year; a school's lead sees only those that apply to the school."""
    return await queries.hosting_limits(reader, academic_year)
