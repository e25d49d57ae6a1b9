"""Routes of programmes, templates and the rulebook."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.referral.commands import programmes as commands
from services.referral.commands.programmes import ProgrammeClosure, ProgrammeId, RulesVersion
from services.referral.domain.fields import Dated
from services.referral.domain.programmes import PROGRAMME, NewOverride, NewProgramme
from services.referral.domain.templates import Template
from services.referral.programmes import templates
from services.referral.queries import programmes as queries
from services.referral.queries.programmes import ProgrammeAnswer, ProgrammeDetails
from shared.inputs.days import AskedDay
from shared.kernel.http.context import CallerDep, CreatorDep, PrincipalDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version
from shared.rulebook import Rule, rules

router = Router("programmes")


@router.get("/programme-templates")
async def list_templates(_: PrincipalDep) -> list[Template]:
    """List every template that a programme can be opened from."""
    return list(templates().values())


@router.get("/rules")
async def list_rules(
    _: PrincipalDep,
    on: Annotated[AskedDay, Query(description="The day whose rules are asked for.")],
    route: Annotated[str | None, Query(max_length=100, description="A training route; every rule without it.")] = None,
) -> list[Rule]:
    """List the numbers of regulation that hold on a day, each with its source."""
    return [rule for rule in rules() if rule.stands_on(on) and (route is None or rule.route in (None, route))]


@router.post("/programmes", status_code=201)
async def open_programme(body: NewProgramme, caller: CreatorDep) -> ProgrammeId:
    """Open a programme from a template."""
    return await caller.run(commands.open_programme(caller.who, body), ProgrammeId)


@router.get("/programmes")
async def list_programmes(reader: ReaderDep) -> list[ProgrammeAnswer]:
    """List every programme of the partnership."""
    return await queries.programmes(reader)


@router.get("/programmes/{programme_id}")
@has_version(PROGRAMME, key="programme_id")
async def show_programme(
    programme_id: UUID,
    reader: ReaderDep,
    on: Annotated[AskedDay | None, Query(description="Today where it is left out.")] = None,
) -> ProgrammeDetails:
    """Show one programme, with its settings of a day and every override that the partnership decided."""
    return await queries.programme(reader, programme_id, on=on)


@router.post("/programmes/{programme_id}/overrides", status_code=201)
@has_version(PROGRAMME, key="programme_id")
async def override_setting(programme_id: UUID, body: NewOverride, caller: CallerDep) -> RulesVersion:
    """Override a setting of a programme between two days; a later override takes precedence over an earlier one."""
    return await caller.run(commands.override_setting(caller.who, programme_id, body), RulesVersion)


@router.post("/programmes/{programme_id}/closure")
@has_version(PROGRAMME, key="programme_id")
async def close_programme(programme_id: UUID, body: Dated, caller: CallerDep) -> ProgrammeClosure:
    """Close a programme to new referrals, such as one that was opened by mistake; what there is in it goes on."""
    return await caller.run(commands.close_programme(caller.who, programme_id, body), ProgrammeClosure)


@router.post("/programmes/{programme_id}/reopening")
@has_version(PROGRAMME, key="programme_id")
async def reopen_programme(programme_id: UUID, body: Dated, caller: CallerDep) -> ProgrammeClosure:
    """Open a closed programme again."""
    return await caller.run(commands.reopen_programme(caller.who, programme_id, body), ProgrammeClosure)
