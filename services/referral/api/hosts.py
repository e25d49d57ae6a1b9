"""Routes of hosts without a URN; they are listed and shown among the schools."""

from typing import Annotated

from fastapi import Path

from services.referral.commands import hosts as commands
from services.referral.commands.hosts import HostAnswer
from services.referral.domain.hosts import HostClosing, NewHost
from services.referral.domain.schools import SCHOOL
from shared.inputs.schools import HostCode
from shared.kernel.http.context import CallerDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("hosts")

HostInPath = Annotated[HostCode, Path()]


@router.post("/hosts", status_code=201)
async def record_host(body: NewHost, caller: CallerDep) -> HostAnswer:
    """Record a host without a URN; one of the same name and postcode that is there is corrected."""
    return await caller.run(commands.record_host(caller.who, body), HostAnswer)


@router.put("/hosts/{urn}")
@has_version(SCHOOL, key="urn")
async def correct_host(urn: HostInPath, body: NewHost, caller: CallerDep) -> HostAnswer:
    """Correct a host without a URN, also its name and postcode; one that was closed is open again."""
    return await caller.run(commands.correct_host(caller.who, urn, body), HostAnswer)


@router.post("/hosts/{urn}/closure")
@has_version(SCHOOL, key="urn")
async def close_host(urn: HostInPath, body: HostClosing, caller: CallerDep) -> HostAnswer:
    """Close a host without a URN: nobody is placed there any more."""
    return await caller.run(commands.close_host(caller.who, urn, body), HostAnswer)
