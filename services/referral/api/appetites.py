"""Routes of appetites: how open schools are to hosting."""

from services.referral.api.parameters import UrnInPath, Year
from services.referral.commands import appetites as commands
from services.referral.commands.appetites import AppetiteStatus
from services.referral.domain.appetites import NewAppetite
from services.referral.queries import appetites as queries
from services.referral.queries.appetites import AppetiteAnswer
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("offers")


@router.post("/schools/{urn}/appetite")
async def record_appetite(urn: UrnInPath, body: NewAppetite, caller: CallerDep) -> AppetiteStatus:
    """Record how open a school is to hosting in an academic year."""
    return await caller.run(commands.record_appetite(caller.who, urn, body), AppetiteStatus)


@router.get("/appetites")
async def list_appetites(reader: ReaderDep, academic_year: Year) -> list[AppetiteAnswer]:
    """List how open schools are to hosting in an academic year; a school's lead sees only the school's answer."""
    return await queries.appetites(reader, academic_year)
